//! Too much, and too slow.

use std::time::Duration;

use engine::landing::Patience;

use crate::stage::STATE;
use crate::stage::Stage;
use crate::stage::get;
use crate::stage::page;
use crate::stage::post;

const LIMIT: usize = 64 * 1024;

fn hurried() -> Stage {
    let patience = Patience {
        request: Duration::from_millis(300),
        ..Patience::default()
    };
    Stage::at("http://localhost", patience)
}

#[test]
fn a_form_of_64_kib_lands_and_one_byte_more_does_not() {
    let fitting = format!("state={STATE}&code=");
    let fitting = format!("{fitting}{}", "x".repeat(LIMIT - fitting.len()));
    let stage = Stage::new();
    assert_eq!(stage.post(&format!("{fitting}x")).reply().status, 413);
    stage.expect_waiting();
    let mut browser = stage.post(&fitting);
    stage.expect_landed();
    stage.landing.finish(page());
    assert_eq!(browser.reply().status, 200);
}

#[test]
fn who_sends_far_too_much_can_send_it_all_and_still_reads_why_not() {
    let stage = Stage::new();
    let form = format!("state={STATE}&code={}", "x".repeat(16 * 1024 * 1024));
    assert_eq!(stage.post(&form).reply().status, 413);
    stage.expect_a_sign_in_still_works();
}

#[test]
fn a_body_without_end_is_refused() {
    let stage = Stage::new();
    let mut client = stage.connect();
    client.send(&format!(
        "POST / HTTP/1.1\r\nHost: localhost:{}\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{:x}\r\nstate={STATE}\r\n",
        stage.port,
        STATE.len() + 6
    ));
    for _ in 0..20 {
        client.send_what_is_taken(&format!("4000\r\n{}\r\n", "&".repeat(0x4000)));
    }
    assert_eq!(client.reply().status, 413);
    stage.expect_a_sign_in_still_works();
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    for request in [
        get("/").replace(
            "\r\n\r\n",
            &format!("\r\nX: {}\r\n\r\n", "x".repeat(2 * LIMIT)),
        ),
        get("/").replace("\r\n\r\n", &format!("\r\n{}\r\n", "X: x\r\n".repeat(500))),
        get(&format!("/?state={STATE}&code={}", "x".repeat(2 * LIMIT))),
    ] {
        let stage = Stage::new();
        let mut client = stage.connect();
        client.send_what_is_taken(&request.replace("{port}", &stage.port.to_string()));
        let answer = client.read_to_end();
        let status = answer.split(' ').nth(1);
        assert!(matches!(status, Some("431" | "414")), "{answer}");
        stage.expect_a_sign_in_still_works();
    }
}

#[test]
fn a_code_of_many_kilobytes_fits_into_a_query() {
    let stage = Stage::new();
    let reply = stage.get(&format!("/?state={STATE}&code={}", "x".repeat(32 * 1024)));
    assert_eq!(reply.status, 303);
    stage.expect_landed();
}

#[test]
fn who_says_nothing_or_not_all_is_closed() {
    let form = post("/", &format!("code=abc&state={STATE}"));
    let stage = hurried();
    for end in [0, 1, 30, form.len() - 20, form.len() - 1] {
        let mut client = stage.connect();
        client.send(&form[..end].replace("{port}", &stage.port.to_string()));
        assert_eq!(client.read_to_end(), "", "{end}");
        stage.expect_waiting();
    }
    stage.expect_a_sign_in_still_works();
}

#[test]
fn who_speaks_a_little_all_the_time_is_closed() {
    let stage = hurried();
    let mut client = stage.connect();
    client
        .0
        .set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    client.send("GET / HTTP/1.1\r\n");
    let ended = (0..1000).any(|_| {
        client.send_what_is_taken("X: x\r\n");
        match std::io::Read::read(&mut client.0, &mut [0]) {
            Ok(read) => read == 0,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    });
    assert!(ended);
    stage.expect_a_sign_in_still_works();
}

#[test]
fn who_reads_nothing_holds_nothing_up() {
    let stage = hurried();
    let silent: Vec<_> = (0..10)
        .map(|_| {
            let mut client = stage.connect();
            client.send(&get("/favicon.ico").replace("{port}", &stage.port.to_string()));
            client
        })
        .collect();
    stage.expect_a_sign_in_still_works();
    drop(silent);
}
