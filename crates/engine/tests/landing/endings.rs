//! What the browser is shown, and how it is fenced in.

use std::time::Duration;

use aws_lc_rs::digest::SHA256;
use aws_lc_rs::digest::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::landing::Patience;

use crate::stage::Client;
use crate::stage::Reply;
use crate::stage::STATE;
use crate::stage::Stage;
use crate::stage::get;
use crate::stage::page;
use crate::stage::post;

/// Every fence stands, the policy allows the style that is there, and nothing is opened.
fn assert_fenced(reply: &Reply) {
    for (name, value) in [
        ("cache-control", "no-store"),
        ("connection", "close"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{reply:?}");
    }
    let style = reply
        .body
        .split_once("<style>")
        .and_then(|(_, rest)| rest.split_once("</style>"))
        .map_or("", |(style, _)| style);
    let hash = STANDARD.encode(digest(&SHA256, style.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    assert_eq!(
        reply.header("content-security-policy"),
        Some(policy.as_str())
    );
    for (name, _) in &reply.headers {
        assert!(!name.starts_with("access-control-"), "{name}");
        assert!(!["set-cookie", "server"].contains(&name.as_str()), "{name}");
    }
    for active in ["<script", "javascript:", "http:", "https:", "src=", "href="] {
        assert!(!reply.body.contains(active), "{active} in {}", reply.body);
    }
}

#[test]
fn every_answer_is_fenced_in() {
    let stage = Stage::new();
    for request in [
        get("/"),
        get("/favicon.ico"),
        get("/?state=wrong"),
        post("/", "state=wrong"),
        get("/").replace("localhost", "evil.example"),
        get("/").replace("GET", "OPTIONS"),
        get("/").replace("GET", "PUT"),
        get("/").replace("\r\n\r\n", "\r\nSec-Purpose: prefetch\r\n\r\n"),
        post("/", "x").replace("x-www-form-urlencoded", "json"),
        get(&format!("/?state={STATE}")),
    ] {
        assert_fenced(&stage.ask(&request));
    }
    stage.expect_landed();
    let mut browser = stage.post(&format!("state={STATE}"));
    stage.settle();
    stage.landing.finish(page());
    assert_fenced(&browser.reply());
}

#[test]
fn nothing_of_a_request_stands_in_its_answer() {
    let stage = Stage::new();
    let canary = "canary<b>";
    for request in [
        get(&format!("/{canary}?{canary}")),
        get(&format!("/?state={canary}")),
        post("/", &format!("state={canary}")),
        get("/").replace("localhost:{port}", canary),
        get("/").replace("GET", "CANARY"),
    ] {
        let reply = stage.ask(&request);
        let text = format!("{reply:?}").to_lowercase();
        assert!(!text.contains("canary"), "{text}");
    }
}

#[test]
fn who_waited_too_long_is_sent_to_the_terminal_and_a_reload_sees_the_end() {
    let patience = Patience {
        outcome: Duration::from_millis(100),
        ..Patience::default()
    };
    let stage = Stage::at("http://localhost", patience);
    let mut browser = stage.land();
    let reply = browser.reply();
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains("Go back to the terminal"), "{reply:?}");
    assert_fenced(&reply);
    let mut reload = stage.post(&format!("code=abc&state={STATE}"));
    stage.settle();
    stage.landing.finish(page());
    assert!(reload.reply().body.contains("signed in as Ada"));
}

#[test]
fn a_browser_on_its_way_to_the_clean_address_is_waited_for() {
    let stage = Stage::new();
    assert_eq!(stage.get(&format!("/?state={STATE}")).status, 303);
    stage.expect_landed();
    let (address, port) = (stage.address, stage.port.to_string());
    let finishing = std::thread::spawn(move || stage.landing.finish(page()));
    let mut browser = Client::connect(address);
    browser.send(&get("/").replace("{port}", &port));
    assert!(browser.reply().body.contains("signed in as Ada"));
    finishing.join().unwrap();
}

#[test]
fn a_browser_that_never_comes_back_is_not_waited_for_without_end() {
    let patience = Patience {
        farewell: Duration::from_millis(50),
        ..Patience::default()
    };
    let stage = Stage::at("http://localhost", patience);
    assert_eq!(stage.get(&format!("/?state={STATE}")).status, 303);
    let address = stage.address;
    stage.landing.finish(page());
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn a_stray_does_not_count_as_the_browser() {
    let stage = Stage::new();
    assert_eq!(stage.get(&format!("/?state={STATE}")).status, 303);
    let (address, port) = (stage.address, stage.port.to_string());
    let finishing = std::thread::spawn(move || stage.landing.finish(page()));
    for stray in [get("/favicon.ico"), get("/?state=wrong")] {
        let mut client = Client::connect(address);
        client.send(&stray.replace("{port}", &port));
        let reply = client.reply();
        assert!([400, 404].contains(&reply.status));
        assert!(!reply.body.contains("Ada"));
    }
    let mut browser = Client::connect(address);
    browser.send(&get("/").replace("{port}", &port));
    assert!(browser.reply().body.contains("signed in as Ada"));
    finishing.join().unwrap();
}

#[test]
fn nothing_secret_stands_in_a_debug_text() {
    let stage = Stage::new();
    let _browser = stage.post(&format!("code=canary&state={STATE}"));
    let response = stage.landing.responses().recv().unwrap();
    let text = format!("{:?} {response:?}", stage.landing);
    assert!(!text.contains("canary") && !text.contains(STATE), "{text}");
}
