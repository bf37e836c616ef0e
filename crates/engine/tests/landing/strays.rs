//! Everything that is not the answer: answered, forgotten, and the wait goes on.

use crate::stage::Reply;
use crate::stage::STATE;
use crate::stage::Stage;
use crate::stage::get;
use crate::stage::post;

/// Sends it to a fresh listener, which still waits afterwards.
fn stray(request: &str) -> Reply {
    let stage = Stage::new();
    let reply = stage.ask(request);
    stage.expect_a_sign_in_still_works();
    reply
}

/// The right answer, sent wrongly.
fn right() -> String {
    get(&format!("/?code=abc&state={STATE}"))
}

#[test]
fn a_wrong_or_missing_state_is_refused() {
    let longer = format!("state={STATE}x");
    let shorter = format!("state={}", &STATE[..STATE.len() - 1]);
    let twice = format!("state={STATE}&state={STATE}");
    for parameters in [
        "code=abc&state=wrong",
        "code=abc",
        "code=abc&state=",
        "error=access_denied&error_description=x",
        "error=access_denied&state=wrong",
        "favicon",
        "%%%=%&&&=",
        &longer,
        &shorter,
        &twice,
    ] {
        assert_eq!(
            stray(&get(&format!("/?{parameters}"))).status,
            400,
            "{parameters}"
        );
        assert_eq!(stray(&post("/", parameters)).status, 400, "{parameters}");
    }
}

#[test]
fn a_form_with_the_state_in_its_address_only_is_refused() {
    let request = post(&format!("/?state={STATE}"), "code=abc");
    assert_eq!(stray(&request).status, 400);
}

#[test]
fn other_paths_are_not_found_even_with_the_right_state() {
    for path in [
        "/favicon.ico",
        "/callback",
        "//",
        "/.",
        "/%2F",
        "/robots.txt",
    ] {
        let reply = stray(&get(&format!("{path}?code=abc&state={STATE}")));
        assert_eq!(reply.status, 404, "{path}");
    }
    let reply = stray(&post("/other", &format!("state={STATE}")));
    assert_eq!(reply.status, 404);
}

#[test]
fn other_hosts_are_misdirected_even_with_the_right_state() {
    for host in [
        "evil.example:{port}",
        "localhost.evil.example:{port}",
        "evil.localhost:{port}",
        "localhost.:{port}",
        "localhost",
        "localhost:1",
        "localhost:",
        "localhost:0{port}x",
        "127.0.0.1",
        "128.0.0.1:{port}",
        "0.0.0.0:{port}",
        "[::1]",
        "[::2]:{port}",
        "::1:{port}",
        "2130706433:{port}",
        "localhost@evil.example:{port}",
        "",
    ] {
        let reply = stray(&right().replace("localhost:{port}", host));
        assert_eq!(reply.status, 421, "{host}");
    }
    let none = right().replace("Host: localhost:{port}\r\n", "");
    assert_eq!(stray(&none).status, 421);
    assert_eq!(stray(&none.replace("HTTP/1.1", "HTTP/1.0")).status, 421);
    let two = right().replace("\r\n\r\n", "\r\nHost: localhost:{port}\r\n\r\n");
    assert_eq!(stray(&two).status, 421);
    let as_proxy = right().replace("GET /", "GET http://localhost:{port}/");
    assert_eq!(stray(&as_proxy).status, 421);
}

#[test]
fn other_methods_are_not_allowed_even_with_the_right_state() {
    for method in ["HEAD", "PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"] {
        let reply = stray(&right().replace("GET", method));
        assert_eq!(reply.status, 405, "{method}");
        assert_eq!(reply.header("allow"), Some("GET, POST"));
    }
}

#[test]
fn a_preflight_gets_no_permission() {
    let reply = stray(
        "OPTIONS / HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: https://evil.example\r\n\
         Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x\r\n\
         Access-Control-Request-Private-Network: true\r\n\
         Access-Control-Request-Local-Network: true\r\n\r\n",
    );
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("allow"), None);
}

#[test]
fn a_prefetch_never_lands_even_with_the_right_state() {
    for header in [
        "Sec-Purpose: prefetch",
        "Sec-Purpose: prefetch;prerender",
        "Sec-Purpose: prefetch;anonymous-client-ip",
        "Purpose: prefetch",
        "purpose: Prefetch",
        "X-Purpose: preview",
        "X-Moz: prefetch",
    ] {
        let reply = stray(&right().replace("\r\n\r\n", &format!("\r\n{header}\r\n\r\n")));
        assert_eq!(reply.status, 503, "{header}");
    }
}

#[test]
fn a_body_that_is_no_form_is_refused() {
    let form = post("/", &format!("state={STATE}"));
    for kind in ["text/plain", "multipart/form-data", "application/json", ""] {
        let reply = stray(&form.replace("application/x-www-form-urlencoded", kind));
        assert_eq!(reply.status, 415, "{kind}");
    }
}

#[test]
fn the_clean_address_says_to_wait_while_nobody_landed() {
    for target in ["/", "/?"] {
        let reply = stray(&get(target));
        assert_eq!(reply.status, 200);
        assert!(
            reply.body.contains("has not come back yet"),
            "{}",
            reply.body
        );
    }
}

#[test]
fn tls_is_closed_without_a_word() {
    let stage = Stage::new();
    let mut client = stage.connect();
    client.send("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{3}\u{3}");
    assert_eq!(client.read_to_end(), "");
    stage.expect_a_sign_in_still_works();
}

#[test]
fn what_is_not_http_is_closed() {
    for text in [
        "\0\0\0\0\r\n\r\n",
        "SSH-2.0-x\r\n\r\n",
        "GET\r\n\r\n",
        "\r\n\r\nx y z\r\n\r\n",
    ] {
        let stage = Stage::new();
        let mut client = stage.connect();
        client.send(text);
        let answer = client.read_to_end();
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
            "{answer}"
        );
        stage.expect_a_sign_in_still_works();
    }
}

#[test]
fn a_request_that_is_cut_off_is_forgotten() {
    for cut in [1, 20, 60, 200] {
        let stage = Stage::new();
        let mut client = stage.connect();
        let request = post("/", &format!("code=abc&state={STATE}"));
        let request = request.replace("{port}", &stage.port.to_string());
        client.send(&request[..request.len() - cut]);
        client.0.shutdown(std::net::Shutdown::Write).unwrap();
        client.read_to_end();
        stage.expect_a_sign_in_still_works();
    }
}

#[test]
fn many_strays_in_a_row_change_nothing() {
    let stage = Stage::new();
    for request in [
        get("/favicon.ico"),
        get("/?state=wrong"),
        post("/", "state=wrong"),
        get("/"),
        right().replace("localhost:", "evil.example:"),
        right().replace("GET", "HEAD"),
    ] {
        stage.ask(&request);
        stage.expect_waiting();
    }
    stage.expect_a_sign_in_still_works();
}
