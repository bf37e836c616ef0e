//! What `discover` does when Graph says no, or points elsewhere.

use emulator::App;
use emulator::Emulator;
use emulator::Endpoint;
use emulator::Fault;
use emulator::RetryAfter;
use serde_json::Value;
use serde_json::json;

use crate::support::CLIENT_ID;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::Thief;
use crate::support::World;

#[test]
fn a_missing_permission_is_named_with_the_page_where_it_is_granted() {
    let app = App::confidential(CLIENT_ID).secret(SECRET);
    let world = World::of_directory(Emulator::builder().app(app));
    let refused = world.discovery(&["-o", "json"]).run().failure_document(2);
    assert_eq!(refused["code"], "graph_permission_missing");
    assert!(refused["trace_id"].is_string(), "{refused}");
    let hints = refused["hints"].to_string();
    assert!(
        hints.contains("application permission Application.Read.All"),
        "{hints}"
    );
    let page = format!(
        "{}/{TENANT}/v2.0/adminconsent?client_id={CLIENT_ID}\
         &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
        world.emulator.base_url()
    );
    assert!(hints.contains(&page), "{hints}");
}

#[test]
fn the_token_follows_no_link_to_another_place() {
    let world = World::of_applications(3);
    let thief = Thief::lurking();
    let base = world.emulator.base_url();
    let port = world.emulator.port();
    for link in [
        format!("{}/v1.0/applications", thief.url()),
        format!(
            "{}/v1.0/applications",
            thief.url().replace("http:", "https:")
        ),
        format!(
            "http://127.0.0.1:{port}@{}/v1.0/x",
            &thief.url()["http://".len()..]
        ),
        format!("http://user@127.0.0.1:{port}/v1.0/applications"),
        format!("{base}/beta/applications"),
        format!("{base}/v1.0/../{TENANT}/oauth2/v2.0/token"),
        format!("{base}/v1.0/%2e%2e/beta"),
        "//evil.example/v1.0/applications".to_owned(),
        "https://graph.microsoft.com/v1.0/applications".to_owned(),
    ] {
        world.emulator.clear_requests();
        let fault = Fault::Field("@odata.nextLink".to_owned(), json!(link));
        world.emulator.play_at(Endpoint::Applications, 1, &fault);
        let refused = world.discovery(&["-o", "json"]).run().failure_document(2);
        assert_eq!(refused["code"], "graph_link_refused", "{link}");
        let asked = world.emulator.requests();
        let bearers = asked
            .iter()
            .filter(|request| request.header("authorization").is_some());
        assert_eq!(bearers.count(), 1, "{link}");
    }
    world.emulator.play_at(
        Endpoint::Applications,
        1,
        &Fault::Redirect(format!("{}/v1.0/applications", thief.url())),
    );
    let refused = world.discovery(&["-o", "json"]).run().failure_document(2);
    assert_eq!(refused["code"], "graph_reply_malformed");
    thief.got_nothing();
}

#[test]
fn the_log_says_what_is_asked_and_never_by_which_token() {
    let world = World::of_applications(120);
    let token = world.call(&["get-token", "-p", "sp"]).run().answer();
    let call = world.discovery(&["-vv", "-o", "json"]);
    let (_, said) = call.run().answer_and_words();
    assert!(said.contains("/v1.0/applications"), "{said}");
    assert!(!said.contains(token.trim()), "{said}");
    let signature = token.trim().rsplit('.').next().unwrap();
    assert!(!said.contains(signature), "{said}");
    let sent = world.emulator.requests_to(Endpoint::Applications);
    let bearer = format!("Bearer {}", token.trim());
    assert!(
        sent.iter()
            .all(|request| request.header("authorization") == Some(bearer.as_str()))
    );
}

#[test]
fn a_link_that_leads_back_ends_the_list() {
    let world = World::of_applications(250);
    world.discovery(&[]).run().answer();
    let second = world.emulator.requests_to(Endpoint::Applications)[1].clone();
    let query = second.query.unwrap();
    let link = format!("{}/v1.0/applications?{query}", world.emulator.base_url());
    world.emulator.clear_requests();
    let fault = Fault::Field("@odata.nextLink".to_owned(), json!(link));
    world.emulator.play_at(Endpoint::Applications, 50, &fault);
    let outcome = world.discovery(&[]).run();
    assert_eq!(outcome.code(), Some(2), "{outcome:?}");
    assert!(outcome.stderr().contains("was there before"), "{outcome:?}");
    assert_eq!(world.emulator.requests_to(Endpoint::Applications).len(), 2);
}

#[test]
fn a_token_demanded_anew_is_got_once() {
    let world = World::of_applications(3);
    let claims = r#"{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}"#;
    let fault = Fault::ClaimsChallenge(claims.to_owned());
    world.emulator.play_at(Endpoint::Applications, 1, &fault);
    assert_eq!(world.discovered(&[]).len(), 5);
    let sent = world.emulator.requests_to(Endpoint::Token);
    assert_eq!(sent.len(), 2);
    let demanded: Value = serde_json::from_str(&sent[1].field("claims").unwrap()).unwrap();
    assert_eq!(demanded, serde_json::from_str::<Value>(claims).unwrap());
    world.emulator.play_at(Endpoint::Applications, 2, &fault);
    let refused = world.discovery(&["-o", "json"]).run().failure_document(2);
    assert_eq!(refused["code"], "graph_token_refused");
}

#[test]
fn a_busy_graph_is_waited_for_and_a_broken_one_is_reported() {
    let world = World::of_applications(3);
    let busy = Fault::Throttle {
        status: 429,
        retry_after: RetryAfter::Seconds(1),
    };
    world.emulator.play_at(Endpoint::Applications, 1, &busy);
    assert_eq!(world.discovered(&[]).len(), 5);
    let flags = ["-o", "json", "--timeout", "5s"];
    for (fault, code, exit_code) in [
        (Fault::ServerError(500), "graph_reply_malformed", 5),
        (Fault::Html(403), "graph_reply_malformed", 2),
        (Fault::EmptyBody, "graph_reply_malformed", 2),
        (Fault::TruncatedJson, "graph_reply_malformed", 2),
    ] {
        world.emulator.play_at(Endpoint::Applications, 50, &fault);
        let refused = world.discovery(&flags).run().failure_document(exit_code);
        assert_eq!(refused["code"], code, "{fault:?}");
        world.emulator.clear_faults();
    }
}

#[test]
fn no_graph_is_asked_for_a_strangers_tokens() {
    let world = World::new();
    let thief = Thief::lurking();
    for authority in ["https://login.example", "https://contoso.ciamlogin.com"] {
        let call = world.call(&["discover", "-t", TENANT, "--authority", authority]);
        let refused = call.args(["-o", "json"]).run().failure_document(4);
        assert_eq!(refused["code"], "graph_unknown", "{authority}");
    }
    let call = world.call(&["discover", "--cloud", "france", "-o", "json"]);
    let refused = call.run().failure_document(4);
    assert_eq!(refused["code"], "graph_unknown");
    thief.got_nothing();
}
