//! The right answer, however a browser brings it.

use engine::landing::Patience;

use crate::stage::Client;
use crate::stage::STATE;
use crate::stage::Stage;
use crate::stage::get;
use crate::stage::page;
use crate::stage::post;

#[test]
fn a_form_is_held_until_the_page_is_there() {
    let stage = Stage::new();
    let mut browser = stage.land();
    browser.expect_silence();
    stage.landing.finish(page());
    let reply = browser.reply();
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert!(reply.body.contains("<title>Signed in</title>"));
    assert!(reply.body.contains("<p>signed in as Ada</p>"));
}

#[test]
fn a_query_is_led_to_an_address_without_it_and_the_page_comes_there() {
    for (redirect, clean) in [
        ("http://localhost", "/"),
        ("http://localhost/cb", "/cb"),
        ("http://localhost/cb?app=1", "/cb"),
        ("http://localhost//evil.example/", "//evil.example/"),
    ] {
        let stage = Stage::at(redirect, Patience::default());
        let reply = stage.get(&format!("{clean}?app=1&code=abc&state={STATE}"));
        assert_eq!(reply.status, 303, "{redirect}");
        // The whole address, so that no path is taken for a host.
        let location = format!("http://localhost:{}{clean}", stage.port);
        assert_eq!(reply.header("location"), Some(location.as_str()));
        assert!(reply.body.is_empty());
        stage.expect_landed();
        let mut browser = stage.connect();
        browser.send(&get(clean).replace("{port}", &stage.port.to_string()));
        browser.expect_silence();
        stage.landing.finish(page());
        assert!(browser.reply().body.contains("signed in as Ada"));
    }
}

#[test]
fn a_form_may_come_to_an_address_with_the_registered_query() {
    let stage = Stage::at("http://localhost/cb?app=1", Patience::default());
    let mut browser = stage.connect();
    let request = post("/cb?app=1", &format!("code=abc&state={STATE}"));
    browser.send(&request.replace("{port}", &stage.port.to_string()));
    stage.expect_landed();
    stage.landing.finish(page());
    assert!(browser.reply().body.contains("signed in as Ada"));
}

#[test]
fn an_error_is_an_answer_too() {
    let stage = Stage::new();
    let reply = stage.get(&format!("/?error=access_denied&state={STATE}"));
    assert_eq!(reply.status, 303);
    stage.expect_landed();
}

#[test]
fn the_host_may_be_spelt_in_every_way_that_means_this_machine() {
    for host in ["localhost", "LocalHost", "127.0.0.1", "127.9.8.7", "[::1]"] {
        let stage = Stage::new();
        let reply = stage.ask(&get(&format!("/?state={STATE}")).replace("localhost", host));
        assert_eq!(reply.status, 303, "{host}");
        stage.expect_landed();
    }
}

#[test]
fn a_body_in_chunks_is_a_form_as_well() {
    let stage = Stage::new();
    let mut browser = stage.connect();
    browser.send(&format!(
        "POST / HTTP/1.1\r\nHost: localhost:{}\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: Application/X-WWW-Form-Urlencoded; charset=UTF-8\r\n\r\n\
         9\r\ncode=abc&\r\n{:x}\r\nstate={STATE}\r\n0\r\n\r\n",
        stage.port,
        STATE.len() + 6
    ));
    stage.expect_landed();
    stage.landing.finish(page());
    assert_eq!(browser.reply().status, 200);
}

#[test]
fn http_1_0_is_answered() {
    let stage = Stage::new();
    let request = get(&format!("/?state={STATE}")).replace("HTTP/1.1", "HTTP/1.0");
    assert_eq!(stage.ask(&request).status, 303);
    stage.expect_landed();
}

#[test]
fn a_form_that_comes_byte_by_byte_lands() {
    let stage = Stage::new();
    let mut browser = stage.connect();
    browser.0.set_nodelay(true).unwrap();
    let request = post("/", &format!("state={STATE}"));
    for byte in request.replace("{port}", &stage.port.to_string()).chars() {
        browser.send(byte.encode_utf8(&mut [0; 4]));
    }
    stage.expect_landed();
    stage.landing.finish(page());
    assert_eq!(browser.reply().status, 200);
}

#[test]
fn a_reload_and_a_second_tab_get_the_same_page_and_are_no_second_answer() {
    let stage = Stage::new();
    let first = stage.land();
    let reload = stage.post(&format!("code=abc&state={STATE}"));
    let second_tab = stage.post(&format!("code=other&state={STATE}"));
    let by_query = stage.get(&format!("/?code=third&state={STATE}"));
    assert_eq!(by_query.status, 303);
    let mut clean = stage.connect();
    clean.send(&get("/").replace("{port}", &stage.port.to_string()));
    stage.settle();
    stage.expect_no_more();
    stage.landing.finish(page());
    for mut browser in [first, reload, second_tab, clean] {
        assert!(browser.reply().body.contains("signed in as Ada"));
    }
}

#[test]
fn a_tab_that_was_closed_holds_nothing_up() {
    let stage = Stage::new();
    drop(stage.land());
    let mut reload = stage.post(&format!("code=abc&state={STATE}"));
    stage.settle();
    stage.landing.finish(page());
    assert!(reload.reply().body.contains("signed in as Ada"));
}

#[test]
fn of_two_requests_in_one_breath_only_the_first_counts() {
    let stage = Stage::new();
    let mut client = stage.connect();
    let both = [get("/favicon.ico"), get(&format!("/?state={STATE}"))].concat();
    client.send(&both.replace("{port}", &stage.port.to_string()));
    let text = client.read_to_end();
    assert!(text.starts_with("HTTP/1.1 404 "), "{text}");
    assert_eq!(text.matches("HTTP/1.1").count(), 1, "{text}");
    stage.expect_a_sign_in_still_works();
}

#[test]
fn a_connection_serves_one_request() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.address);
    client.send(&get("/favicon.ico").replace("{port}", &stage.port.to_string()));
    let reply = client.reply();
    assert_eq!(reply.header("connection"), Some("close"));
}
