//! Signing in on another device: when it is asked, how often, and when it ends (RFC 8628).

use std::time::Duration;

use engine::EngineError;
use model::Flow;
use protocol::TransportErrorKind;
use serde_json::json;

use crate::stage::Reply;
use crate::stage::Stage;
use crate::stage::answer;
use crate::stage::refused;
use crate::stage::request_of_a_person;
use crate::stage::text;
use crate::stage::token_of;

fn code(expires_in: u64, interval: u64) -> Reply {
    answer(
        200,
        &[],
        &json!({
            "device_code": "the-device-code",
            "user_code": "ABCD-1234",
            "verification_uri": "https://microsoft.com/devicelogin",
            "expires_in": expires_in,
            "interval": interval,
            "message": "To sign in, …",
        })
        .to_string(),
    )
}

fn says(error: &str) -> Reply {
    refused(error, &json!({}))
}

fn signs_in(replies: impl IntoIterator<Item = Reply>) -> (Stage, Result<String, EngineError>) {
    let stage = Stage::new().with_a_person();
    stage.will_reply(replies);
    let outcome = stage.ask(&request_of_a_person(Flow::DeviceCode, "User.Read"));
    let outcome = outcome.map(|issued| text(&issued).to_owned());
    (stage, outcome)
}

fn seconds(stage: &Stage) -> Vec<u64> {
    stage
        .network
        .asked()
        .iter()
        .map(Duration::as_secs)
        .collect()
}

#[test]
fn it_sleeps_first_and_asks_at_the_interval() {
    let (stage, outcome) = signs_in([
        code(900, 5),
        says("authorization_pending"),
        says("authorization_pending"),
        token_of("t", "ada", Some("r")),
    ]);
    assert_eq!(outcome.unwrap(), "t");
    assert_eq!(seconds(&stage), [0, 5, 10, 15]);
    let told = stage.told();
    assert!(
        told.contains(&"ABCD-1234 at https://microsoft.com/devicelogin for 900 s".to_owned()),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|line| line.starts_with("signed in: ada@contoso.com")),
        "{told:?}"
    );
    let poll = &stage.network.forms()[1];
    assert!(
        poll.contains("urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"),
        "{poll}"
    );
    assert!(
        poll.contains("device_code=the-device-code") && !poll.contains("client_secret"),
        "{poll}"
    );
}

#[test]
fn slow_down_is_for_good() {
    let (stage, outcome) = signs_in([
        code(900, 5),
        says("slow_down"),
        says("authorization_pending"),
        says("slow_down"),
        says("authorization_pending"),
        token_of("t", "ada", None),
    ]);
    outcome.unwrap();
    assert_eq!(seconds(&stage), [0, 5, 15, 25, 40, 55]);
}

#[test]
fn network_trouble_makes_the_pauses_longer_and_ends_nothing() {
    let (stage, outcome) = signs_in([
        code(900, 5),
        Reply::Failure(TransportErrorKind::Connect),
        answer(503, &[], "busy"),
        Reply::Failure(TransportErrorKind::Dns),
        says("authorization_pending"),
        token_of("t", "ada", None),
    ]);
    outcome.unwrap();
    assert_eq!(seconds(&stage), [0, 5, 15, 35, 75, 80]);
}

#[test]
fn both_spellings_of_no_and_of_too_late_end_it() {
    for no in ["authorization_declined", "access_denied"] {
        let (_, outcome) = signs_in([code(900, 5), says(no)]);
        let error = outcome.unwrap_err();
        assert!(
            matches!(&error, EngineError::Refused(refusal) if refusal.error == no),
            "{error:?}"
        );
    }
    for late in ["expired_token", "code_expired"] {
        let (stage, outcome) = signs_in([code(900, 5), says(late)]);
        let error = outcome.unwrap_err();
        assert!(matches!(error, EngineError::NotSignedIn(_)), "{error:?}");
        let request = request_of_a_person(Flow::DeviceCode, "User.Read");
        assert!(
            stage.left_a_failure(&request),
            "nobody asks twice for nothing"
        );
    }
    let (_, outcome) = signs_in([code(900, 5), says("bad_verification_code")]);
    assert!(matches!(outcome.unwrap_err(), EngineError::Refused(_)));
}

#[test]
fn the_server_has_the_last_word_when_the_time_is_over() {
    // The last poll is at the end of the code's life by our clock; the server's runs slower.
    let (stage, outcome) = signs_in([
        code(12, 5),
        says("authorization_pending"),
        says("authorization_pending"),
        says("authorization_pending"),
        token_of("t", "ada", None),
    ]);
    outcome.unwrap();
    assert_eq!(seconds(&stage), [0, 5, 10, 12, 17]);

    let pending = || says("authorization_pending");
    let (stage, outcome) = signs_in(std::iter::once(code(10, 5)).chain((0..8).map(|_| pending())));
    assert!(matches!(outcome.unwrap_err(), EngineError::NotSignedIn(_)));
    assert_eq!(seconds(&stage).last(), Some(&40));
}

#[test]
fn without_a_network_it_ends_with_the_code() {
    let failures = (0..10).map(|_| Reply::Failure(TransportErrorKind::Connect));
    let (stage, outcome) = signs_in(std::iter::once(code(60, 5)).chain(failures));
    assert!(matches!(outcome.unwrap_err(), EngineError::NotSignedIn(_)));
    assert_eq!(seconds(&stage).last(), Some(&60));
}

#[test]
fn a_timeout_of_ones_own_ends_it_earlier() {
    let stage = Stage::new().with_a_person();
    let pending = (0..9).map(|_| says("authorization_pending"));
    stage.will_reply(std::iter::once(code(900, 5)).chain(pending));
    let mut request = request_of_a_person(Flow::DeviceCode, "User.Read");
    request.timeout = Some(Duration::from_secs(12));
    let error = stage.ask(&request).unwrap_err();
    assert!(
        matches!(
            error,
            EngineError::NotSignedIn(_) | EngineError::TimedOut(_)
        ),
        "{error:?}"
    );
    assert!(stage.network.asked().iter().all(|at| at.as_secs() <= 12));
}

#[test]
fn a_foreign_authority_cannot_pass_on_microsofts_code() {
    let stage = Stage::new().with_a_person();
    stage.will_reply([code(900, 5)]);
    let mut request = request_of_a_person(Flow::DeviceCode, "api://x/read");
    request.authority = crate::stage::request_to("http://localhost:1").authority;
    let error = stage.ask(&request).unwrap_err();
    assert!(matches!(error, EngineError::Relay(_)), "{error:?}");
    assert!(!stage.told().iter().any(|line| line.contains("ABCD-1234")));
}
