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
    let stage = after_a_refusal();
    let mut seen = 0;
    for directory in std::fs::read_dir(&stage.vault.locations().state).unwrap() {
        let Ok(files) = std::fs::read_dir(directory.unwrap().path()) else {
            continue;
        };
        for file in files {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains("wrong"));
            seen += usize::from(!bytes.is_empty());
        }
    }
    assert!(seen > 0);
}
