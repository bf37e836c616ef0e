//! Replies that go wrong: the exit code, what is said, and what of it is tried again.

use emulator::Endpoint;
use emulator::Fault;
use emulator::PlayedError;
use emulator::RetryAfter;
use serde_json::json;

use crate::support::World;
use crate::support::assert_is_token;

/// One request, this fault, this exit code and these words.
#[track_caller]
fn assert_told(fault: &Fault, code: i32, words: &[&str]) {
    let world = World::with_profile();
    world.emulator.play(fault);
    let call = world.call(&["get-token", "--timeout", "20s"]);
    let said = call.run().failure(code);
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
    assert_eq!(world.emulator.token_requests(), 1, "not tried again");
    assert!(world.home.token_files().is_empty());
    assert_is_token(&world.call(&["get-token", "--no-cache"]).run().answer());
}

#[test]
fn a_reply_that_makes_no_sense_is_told_with_status_and_excerpt() {
    let field = |name: &str, value| Fault::Field(name.to_owned(), value);
    for (fault, words) in [
        (
            Fault::Html(200),
            &["status 200", "Sign in to the network", "-vv"][..],
        ),
        (Fault::Html(404), &["status 404", "no OAuth error"]),
        (Fault::EmptyBody, &["status 200", "it is empty"]),
        (
            Fault::TruncatedJson,
            &["status 200", "cannot be understood"],
        ),
        (
            Fault::MissingField("access_token".to_owned()),
            &["it holds no access token"],
        ),
        (
            field("access_token", json!("")),
            &["it holds no access token"],
        ),
        (field("access_token", json!(17)), &["cannot be understood"]),
        (
            field("token_type", json!("a b")),
            &["its token type is none"],
        ),
        (
            Fault::Redirect("https://login.example.com/x".to_owned()),
            &["status 307", "login.example.com"],
        ),
    ] {
        assert_told(&fault, 2, words);
    }
}

#[test]
fn more_than_any_reply_holds_is_not_read() {
    assert_told(
        &Fault::HugeBody(3 << 20),
        5,
        &[" sent more than any reply holds"],
    );
}

#[test]
fn a_refusal_is_told_with_the_next_step() {
    for (code, words) in [
        (65_001, &["AADSTS65001", "consent"][..]),
        (50_011, &["AADSTS50011", "http://localhost:8080"]),
        (70_001, &["AADSTS70001"]),
        (
            999_999,
            &["AADSTS999999", "The provided value is not valid."],
        ),
    ] {
        let played = PlayedError {
            code,
            ..PlayedError::default()
        };
        assert_told(&Fault::Error(played), 2, words);
    }
}

#[test]
fn numbers_as_strings_are_understood() {
    let world = World::with_profile();
    world.emulator.play(&Fault::NumericStrings);
    let json = world.call(&["get-token", "-o", "json"]).run().answer();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(json["expires_in"].as_i64().unwrap() > 3500, "{json}");
}

#[test]
fn a_lifetime_that_is_missing_or_absurd_is_never_cached_for_long() {
    let world = World::with_profile();
    let faults = [
        Fault::MissingField("expires_in".to_owned()),
        Fault::Field("expires_in".to_owned(), json!(0)),
        Fault::Field("expires_in".to_owned(), json!(-5)),
        Fault::Field("expires_in".to_owned(), json!("soon")),
    ];
    for fault in &faults {
        world.emulator.play(fault);
        assert_is_token(&world.call(&["get-token"]).run().answer());
    }
    assert_eq!(world.emulator.token_requests(), faults.len());
}

#[test]
fn a_short_failure_is_tried_again() {
    for fault in [
        Fault::ServerError(503),
        Fault::DropConnection,
        Fault::Throttle {
            status: 429,
            retry_after: RetryAfter::Seconds(1),
        },
    ] {
        let world = World::with_profile();
        world.emulator.play(&fault);
        let (answer, _) = world
            .call(&["get-token", "--timeout", "60s"])
            .run()
            .answer_and_words();
        assert_is_token(&answer);
        assert_eq!(world.emulator.token_requests(), 2, "{fault:?}");
    }
}

#[test]
fn a_server_that_asks_for_more_time_than_there_is_is_not_waited_for() {
    for retry_after in [RetryAfter::Seconds(600), RetryAfter::DateIn(600)] {
        assert_told(
            &Fault::Throttle {
                status: 429,
                retry_after,
            },
            5,
            &["status 429", "Too many requests."],
        );
    }
}

#[test]
fn a_reply_that_comes_too_late_is_not_waited_for() {
    let world = World::with_profile();
    world
        .emulator
        .play(&Fault::SlowReply(std::time::Duration::from_hours(1)));
    let said = world
        .call(&["get-token", "--timeout", "600ms"])
        .run()
        .failure(6);
    assert!(said.contains("did not answer in time"), "{said}");
}

#[test]
fn metadata_that_makes_no_sense_is_told_before_a_secret_is_sent() {
    let world = World::with_openid_profile();
    for fault in [
        Fault::Html(200),
        Fault::Html(404),
        Fault::EmptyBody,
        Fault::TruncatedJson,
        Fault::MissingField("token_endpoint".to_owned()),
    ] {
        world
            .emulator
            .play_at(Endpoint::OpenIdConfiguration, 1, &fault);
        let said = world.call(&["get-token", "--no-cache"]).run().failure(2);
        assert!(said.contains("discovery document"), "{said}");
    }
    assert_eq!(world.emulator.token_requests(), 0);
    assert_is_token(&world.call(&["get-token"]).run().answer());
}
