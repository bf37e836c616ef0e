//! What is logged of strays: what they were and why they changed nothing, never what they held.

use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use engine::landing::Patience;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::stage::STATE;
use crate::stage::Stage;
use crate::stage::get;
use crate::stage::page;
use crate::stage::post;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// All that is logged, at any level, while this listener does what is asked of it.
fn logged(patience: Patience, scene: impl FnOnce(Stage)) -> String {
    let lines = Lines::default();
    let log = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(lines.clone())
        .finish();
    tracing::subscriber::with_default(log, || {
        scene(Stage::at("http://localhost", patience));
    });
    let bytes = lines.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn each_stray_is_one_line_with_its_reason() {
    let right = get(&format!("/?code=abc&state={STATE}"));
    for (request, reason) in [
        (
            get("/favicon.ico"),
            "(GET /favicon.ico): it is for another path",
        ),
        (get("/"), "it brings no answer"),
        (get("/?state=wrong"), "(GET /): its state is not the one"),
        (
            post("/", "state=wrong"),
            "(POST /): its state is not the one",
        ),
        (
            right.replace("localhost:", "evil.example:"),
            "it names another host",
        ),
        (
            right.replace("GET", "HEAD"),
            "(HEAD /): its method is neither",
        ),
        (right.replace("GET", "NONSENSE"), "(another method /)"),
        (right.replace("GET", "OPTIONS"), "it asks for permission"),
        (
            right.replace("\r\n\r\n", "\r\nPurpose: prefetch\r\n\r\n"),
            "it is a browser's prefetch",
        ),
        (
            post("/", "x").replace("x-www-form-urlencoded", "x"),
            "its body is not a form",
        ),
        (post("/", &"x".repeat(70_000)), "it is too large"),
        (
            get(&format!("/{}", "x".repeat(65_000))),
            "it is for another path",
        ),
    ] {
        let text = logged(Patience::default(), |stage| {
            stage.ask(&request);
        });
        let [line] = text.lines().collect::<Vec<_>>()[..] else {
            panic!("not one line: {text}");
        };
        assert!(line.contains(" INFO landing: "), "{line}");
        assert!(line.contains(reason), "{line}");
        assert!(line.len() < 500, "{line}");
    }
}

#[test]
fn a_browser_that_insists_on_https_is_named() {
    let text = logged(Patience::default(), |stage| {
        let mut client = stage.connect();
        client.send("\u{16}\u{3}\u{1}\0");
        client.read_to_end();
    });
    assert!(text.contains("a browser that insists on https"), "{text}");
}

#[test]
fn slow_and_broken_ones_are_named() {
    let hurried = Patience {
        request: Duration::from_millis(50),
        ..Patience::default()
    };
    for begun in ["", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\n"] {
        let text = logged(hurried, |stage| {
            let mut client = stage.connect();
            client.send(begun);
            client.read_to_end();
        });
        assert!(text.contains("it took too long"), "{begun:?}: {text}");
    }
    let text = logged(Patience::default(), |stage| {
        let mut client = stage.connect();
        client.send("\0\0\0\0\r\n\r\n");
        client.read_to_end();
    });
    assert!(text.contains("it is broken"), "{text}");
}

#[test]
fn no_query_body_or_answer_is_ever_logged() {
    let text = logged(Patience::default(), |stage| {
        stage.get("/?state=wrong&code=canary");
        stage.get("/other?code=canary");
        stage.ask(&post("/", "state=wrong&code=canary"));
        stage.ask(&post("/other?code=canary", "code=canary"));
        stage.get(&format!("/?code=canary&state={STATE}"));
        let mut browser = stage.post(&format!("code=canary&state={STATE}"));
        stage.settle();
        stage.landing.finish(page());
        browser.reply();
    });
    assert!(text.contains("landing: "), "{text}");
    assert!(!text.contains("canary") && !text.contains(STATE), "{text}");
}

#[test]
fn a_path_is_logged_without_what_acts_on_a_terminal_or_looks_like_a_token() {
    let token = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9".repeat(4);
    let text = logged(Patience::default(), |stage| {
        stage.get(&format!("/{token}"));
    });
    assert!(text.contains("for another path"), "{text}");
    assert!(!text.contains(&token[..40]), "{text}");
}
