//! Each fault as a client meets it, and the honest reply after it.

use std::time::Duration;

use emulator::{Emulator, Endpoint, Fault, HOSTILE_TEXT, PlayedError, RetryAfter};
use serde_json::{Value, json};

use crate::support::*;

/// The reply to a good request while a fault is played; then checks that the next one is honest.
fn played(emulator: &Emulator, fault: &Fault) -> Reply {
    emulator.play(fault);
    let url = emulator.token_endpoint(TENANT);
    let reply = post(&url, &with_secret());
    assert_eq!(post(&url, &with_secret()).status, 200, "after {fault:?}");
    reply
}

#[test]
fn throttling_says_when_to_come_back_in_each_form() {
    let emulator = builder(app()).clock_offset(-3600).start().unwrap();
    let throttled = |status, retry_after| {
        played(
            &emulator,
            &Fault::Throttle {
                status,
                retry_after,
            },
        )
    };
    let seconds = throttled(429, RetryAfter::Seconds(7));
    assert_eq!(
        (seconds.status, seconds.header("retry-after")),
        (429, Some("7"))
    );
    assert_eq!(
        throttled(503, RetryAfter::Absent).header("retry-after"),
        None
    );

    let date = throttled(429, RetryAfter::DateIn(90));
    let parse = |name: &str| {
        jiff::fmt::rfc2822::parse(&date.header(name).unwrap().replace("GMT", "+0000"))
            .unwrap()
            .timestamp()
            .as_second()
    };
    assert_eq!(parse("retry-after") - parse("date"), 90);
    assert!(
        parse("date") <= now() - 3600,
        "the Date header is the emulator's"
    );
}

#[test]
fn replies_that_are_no_token_replies() {
    let emulator = emulator();
    let transient = played(&emulator, &Fault::ServerError(503));
    assert_eq!((transient.status, transient.code()), (503, 90033));

    let page = played(&emulator, &Fault::Html(200));
    assert_eq!(page.status, 200);
    assert!(
        page.header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    assert!(page.body.starts_with("<!DOCTYPE html>"));

    let empty = played(&emulator, &Fault::EmptyBody);
    assert_eq!((empty.status, empty.body.as_str()), (200, ""));

    let huge = played(&emulator, &Fault::HugeBody(3_000_001));
    assert_eq!(huge.body.len(), 3_000_001);

    let cut = played(&emulator, &Fault::TruncatedJson);
    assert_eq!(cut.status, 200);
    assert!(cut.body.starts_with('{') && !cut.body.ends_with('}'));

    let redirect = played(
        &emulator,
        &Fault::Redirect("http://127.0.0.1:9/".to_owned()),
    );
    assert_eq!(
        (redirect.status, redirect.header("location")),
        (307, Some("http://127.0.0.1:9/"))
    );
}

#[test]
fn errors_of_any_kind_can_be_played() {
    let emulator = emulator();
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    let reply = played(
        &emulator,
        &Fault::Error(PlayedError {
            error: "interaction_required".to_owned(),
            code: 50076,
            suberror: Some("basic_action".to_owned()),
            claims: Some(claims.to_owned()),
            ..PlayedError::default()
        }),
    );
    assert_eq!((reply.status, reply.code()), (400, 50076));
    let body = reply.json();
    assert_eq!(body["error"], "interaction_required");
    assert_eq!(body["suberror"], "basic_action");
    assert_eq!(body["claims"], claims);

    let hostile = played(&emulator, &Fault::HostileText).json();
    for field in [
        "error",
        "error_description",
        "suberror",
        "trace_id",
        "timestamp",
    ] {
        assert!(
            hostile[field].as_str().unwrap().contains(HOSTILE_TEXT),
            "{field}"
        );
    }
}

#[test]
fn honest_replies_can_be_altered() {
    let emulator = emulator();
    let strings = played(&emulator, &Fault::NumericStrings).json();
    assert_eq!(strings["expires_in"], "3599");
    assert!(strings["access_token"].as_str().unwrap().starts_with("eyJ"));

    let missing = played(&emulator, &Fault::MissingField("expires_in".to_owned())).json();
    assert!(missing.get("expires_in").is_none() && missing.get("access_token").is_some());

    let set = played(
        &emulator,
        &Fault::Field("token_type".to_owned(), json!("pop")),
    );
    assert_eq!(set.json()["token_type"], "pop");

    let illegal = played(&emulator, &Fault::TokenWithIllegalCharacters).json();
    let token = illegal["access_token"].as_str().unwrap();
    assert!(token.contains('"') && token.contains("$(") && token.contains('\n'));
    assert_eq!(illegal["expires_in"], Value::from(3599));
}

#[test]
fn connections_break_before_and_during_a_reply() {
    let emulator = emulator();
    let url = emulator.token_endpoint(TENANT);
    emulator.play(&Fault::DropConnection);
    emulator.play(&Fault::BrokenBody);

    let dropped = agent().post(&url).send_form(with_secret());
    assert!(dropped.is_err());
    let mut broken = agent().post(&url).send_form(with_secret()).unwrap();
    assert!(broken.body_mut().read_to_string().is_err());
    assert_eq!(emulator.token_requests(), 2, "both requests arrived whole");
}

#[test]
fn a_slow_reply_outlasts_an_impatient_client() {
    let emulator = emulator();
    emulator.play(&Fault::SlowReply(Duration::from_mins(10)));
    let error = impatient_agent()
        .post(&emulator.token_endpoint(TENANT))
        .send_form(with_secret())
        .unwrap_err();
    assert!(matches!(error, ureq::Error::Timeout(_)), "{error}");
}

#[test]
fn a_fault_is_for_one_endpoint_and_as_many_times_as_planned() {
    let emulator = emulator();
    emulator.play_at(Endpoint::Keys, 2, &Fault::Html(502));
    emulator.play_at(Endpoint::InstanceDiscovery, 1, &Fault::InvalidInstance);
    let keys = format!("{}/discovery/v2.0/keys", emulator.authority(TENANT));
    assert_eq!(
        post(&emulator.token_endpoint(TENANT), &with_secret()).status,
        200
    );
    let statuses = [(); 3].map(|()| get(&keys).status);
    assert_eq!(statuses, [502, 502, 200]);
    let discovery = get(&format!(
        "{}/common/discovery/instance",
        emulator.base_url()
    ));
    assert_eq!(discovery.code(), 50049);

    emulator.play(&Fault::EmptyBody);
    emulator.clear_faults();
    assert_eq!(
        post(&emulator.token_endpoint(TENANT), &with_secret()).status,
        200
    );
}
