//! Whose failure is also another's: wrong answers in a row lock accounts and credentials out.

use std::time::Duration;

use engine::CacheUse;
use engine::Credential;
use engine::EngineError;
use engine::SecretSource;
use engine::TokenRequest;
use protocol::TransportErrorKind;
use zeroize::Zeroizing;

use crate::stage::Reply;
use crate::stage::Stage;
use crate::stage::answer;
use crate::stage::refusal;
use crate::stage::request;
use crate::stage::text;
use crate::stage::token;

const SECOND: Duration = Duration::from_secs(1);

fn with_secret(secret: &str) -> TokenRequest {
    TokenRequest {
        credential: Credential::Secret(SecretSource::Given(Zeroizing::new(secret.to_owned()))),
        ..request()
    }
}

/// A stage on which the secret `wrong` has just been refused.
fn after_a_refusal() -> Stage {
    let stage = Stage::new();
    stage.will_reply([refusal()]);
    stage.ask(&with_secret("wrong")).unwrap_err();
    stage
}

#[test]
fn the_same_question_right_after_a_refusal_is_not_asked() {
    let stage = after_a_refusal();
    stage.clock.advance(SECOND);
    match stage.ask(&with_secret("wrong")).unwrap_err() {
        EngineError::Refused(refusal) => assert_eq!(refusal.code(), Some(7_000_215)),
        other => panic!("{other:?}"),
    }
    assert_eq!(stage.network.asked().len(), 1);
}

#[test]
fn later_it_is_asked_again() {
    let stage = after_a_refusal();
    stage.clock.advance(SECOND * 3);
    stage.will_reply([refusal()]);
    stage.ask(&with_secret("wrong")).unwrap_err();
    assert_eq!(stage.network.asked().len(), 2);
}

#[test]
fn another_secret_is_another_question() {
    let stage = after_a_refusal();
    stage.will_reply([token("right", 3600)]);
    assert_eq!(text(&stage.ask(&with_secret("right")).unwrap()), "right");
}

#[test]
fn who_leaves_the_store_alone_learns_of_no_failure() {
    let stage = after_a_refusal();
    let alone = TokenRequest {
        cache: CacheUse::None,
        ..with_secret("wrong")
    };
    stage.will_reply([refusal()]);
    stage.ask(&alone).unwrap_err();
    assert_eq!(stage.network.asked().len(), 2);
}

#[test]
fn a_success_ends_a_refusal() {
    let stage = after_a_refusal();
    stage.will_reply([token("right", 3600)]);
    stage.ask(&with_secret("right")).unwrap();
    let anew = TokenRequest {
        cache: CacheUse::WriteOnly,
        ..with_secret("wrong")
    };
    stage.will_reply([refusal()]);
    stage.ask(&anew).unwrap_err();
    assert_eq!(stage.network.asked().len(), 3);
}

#[test]
fn a_broken_connection_is_only_theirs_who_waited_for_it() {
    let stage = Stage::new();
    stage.will_reply([Reply::Failure(TransportErrorKind::Tls)]);
    stage.ask(&request()).unwrap_err();
    stage.clock.advance(Duration::from_nanos(1));
    stage.will_reply([token("new", 3600)]);
    assert_eq!(text(&stage.ask(&request()).unwrap()), "new");
}

#[test]
fn a_refusal_says_nothing_of_the_secret_that_caused_it() {
    let kept = all_kept_by(&after_a_refusal());
    assert!(
        kept.contains("7000215") && !kept.contains("wrong"),
        "{kept}"
    );
}

#[test]
fn a_refusal_that_repeats_the_secret_is_kept_without_it() {
    let secret = "pl4nted/secret 1";
    for echoed in [
        "pl4nted/secret 1",
        r"pl4nted\/secret 1",
        "client_secret=pl4nted%2fsecret+1&x=y",
    ] {
        let stage = Stage::new();
        let body = format!(
            r#"{{"error":"invalid_client","error_description":"AADSTS7000215: not {echoed}"}}"#
        );
        stage.will_reply([answer(401, &[("x-ms-request-id", secret)], &body)]);
        let error = stage.ask(&with_secret(secret)).unwrap_err();
        let EngineError::Refused(refusal) = &error else {
            panic!("{error:?}");
        };
        assert_eq!(refusal.trace_id.as_deref(), Some("[REDACTED]"));
        let shown = format!("{error:?} {error} {:?}", stage.told());
        for text in [shown, all_kept_by(&stage)] {
            assert!(text.contains("AADSTS7000215: not "), "{text}");
            assert!(!text.contains("pl4nted"), "{text}");
        }
    }
}

#[test]
fn what_is_no_reply_but_repeats_the_secret_is_quoted_without_it() {
    let secret = "pl4nted one";
    for (status, body) in [
        (502, "<p>pl4nted&#32;one</p>"),
        (
            200,
            r#"{"access_token":"a","access_token":"b","scope":"pl4nted one"}"#,
        ),
        (500, "you sent pl4nted%20one"),
    ] {
        let stage = Stage::new();
        stage.will_reply((0..4).map(|_| answer(status, &[], body)));
        let error = stage.ask(&with_secret(secret)).unwrap_err();
        let shown = format!("{error:?} {error}");
        assert!(matches!(error, EngineError::Reply(_)), "{shown}");
        assert!(shown.contains("[REDACTED]"), "{shown}");
        assert!(!shown.contains("pl4nted"), "{shown}");
        assert!(!all_kept_by(&stage).contains("pl4nted"));
    }
}

#[test]
fn a_token_is_taken_as_it_came() {
    let stage = Stage::new();
    stage.will_reply([token("the-very-token", 3600)]);
    let issued = stage.ask(&with_secret("the-very-token")).unwrap();
    assert_eq!(text(&issued), "the-very-token");
}

/// Everything that lies in the store's directories, as text.
fn all_kept_by(stage: &Stage) -> String {
    let mut kept = String::new();
    for directory in std::fs::read_dir(&stage.vault.locations().state).unwrap() {
        let Ok(files) = std::fs::read_dir(directory.unwrap().path()) else {
            continue;
        };
        for file in files {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            kept.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    kept
}
