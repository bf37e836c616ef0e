//! How long a cached token serves, and what serves where no new one is to be had.

use std::time::Duration;

use engine::CacheUse;
use engine::EngineError;
use engine::Shortfall;
use engine::TokenRequest;
use engine::request::MinTtl;
use protocol::TransportErrorKind;

use crate::stage::Reply;
use crate::stage::Stage;
use crate::stage::answer;
use crate::stage::refusal;
use crate::stage::request;
use crate::stage::text;
use crate::stage::token;

const MINUTE: Duration = Duration::from_mins(1);

/// A stage whose cache holds the token `old`, which lives an hour.
fn with_old_token() -> Stage {
    let stage = Stage::new();
    stage.will_reply([token("old", 3600)]);
    let issued = stage.ask(&request()).unwrap();
    assert!(!issued.is_from_cache());
    stage
}

#[test]
fn a_token_serves_until_five_minutes_before_its_end() {
    let stage = with_old_token();
    stage.clock.advance(MINUTE * 55);
    let issued = stage.ask(&request()).unwrap();
    assert!(issued.is_from_cache() && issued.shortfall.is_none());
    assert_eq!(stage.network.asked().len(), 1);
    stage.clock.advance(Duration::from_secs(1));
    stage.will_reply([token("new", 3600)]);
    let issued = stage.ask(&request()).unwrap();
    assert_eq!((text(&issued), issued.is_from_cache()), ("new", false));
    assert_eq!(text(&stage.ask(&request()).unwrap()), "new");
    assert_eq!(stage.network.asked().len(), 2);
}

#[test]
fn where_no_answer_comes_the_old_token_still_serves() {
    let no_answers: [fn() -> Reply; 4] = [
        || Reply::Failure(TransportErrorKind::Tls),
        || Reply::Silence,
        || answer(429, &[("retry-after", "600")], "slow down"),
        || {
            answer(
                503,
                &[("retry-after", "600")],
                r#"{"error":"temporarily_unavailable"}"#,
            )
        },
    ];
    for no_answer in no_answers {
        let stage = with_old_token();
        stage.clock.advance(MINUTE * 57);
        stage.will_reply([no_answer()]);
        let issued = stage.ask(&request()).unwrap();
        assert_eq!((text(&issued), issued.is_from_cache()), ("old", true));
        assert!(matches!(issued.shortfall, Some(Shortfall::NotRenewed(_))));
    }
}

#[test]
fn an_answer_that_says_no_is_the_truth() {
    let stage = with_old_token();
    stage.clock.advance(MINUTE * 57);
    stage.will_reply([refusal()]);
    let error = stage.ask(&request()).unwrap_err();
    assert!(matches!(error, EngineError::Refused(_)), "{error:?}");
}

#[test]
fn a_token_that_ended_while_waiting_does_not_serve() {
    let stage = with_old_token();
    stage.clock.advance(Duration::from_secs(3570));
    stage.will_reply([Reply::Silence]);
    let error = stage.ask(&request()).unwrap_err();
    assert!(matches!(error, EngineError::Transport { .. }), "{error:?}");
}

#[test]
fn an_ended_token_never_serves() {
    let stage = with_old_token();
    stage.clock.advance(MINUTE * 60);
    stage.will_reply([Reply::Failure(TransportErrorKind::Tls)]);
    stage.ask(&request()).unwrap_err();
}

#[test]
fn a_lifetime_that_was_asked_for_is_a_promise() {
    let stage = with_old_token();
    let asked = |minutes| TokenRequest {
        min_ttl: MinTtl::Required(MINUTE * minutes),
        ..request()
    };
    assert_eq!(text(&stage.ask(&asked(60)).unwrap()), "old");
    stage.clock.advance(MINUTE * 30);
    assert_eq!(text(&stage.ask(&asked(30)).unwrap()), "old");
    stage.will_reply([Reply::Failure(TransportErrorKind::Tls)]);
    stage.ask(&asked(31)).unwrap_err();
    // A failure is also the answer of those who begin to wait in the same nanosecond.
    stage.clock.advance(Duration::from_nanos(1));
    stage.will_reply([token("new", 3600)]);
    assert_eq!(text(&stage.ask(&asked(31)).unwrap()), "new");
}

#[test]
fn past_its_refresh_point_a_token_is_renewed_but_not_lost() {
    let stage = Stage::new();
    let body =
        r#"{"access_token":"early","token_type":"Bearer","expires_in":7200,"refresh_in":3600}"#;
    stage.will_reply([answer(200, &[], body)]);
    stage.ask(&request()).unwrap();
    stage.clock.advance(MINUTE * 59);
    assert!(stage.ask(&request()).unwrap().is_from_cache());
    stage.clock.advance(MINUTE);
    stage.will_reply([refusal()]);
    let issued = stage.ask(&request()).unwrap();
    assert_eq!(text(&issued), "early");
    assert!(matches!(issued.shortfall, Some(Shortfall::NotRenewed(_))));
    // Beyond the time for which a refusal is everybody's answer.
    stage.clock.advance(MINUTE);
    stage.will_reply([token("new", 7200)]);
    assert_eq!(text(&stage.ask(&request()).unwrap()), "new");
}

#[test]
fn force_and_claims_pass_the_cached_token_by_and_a_failure_keeps_it() {
    let stage = with_old_token();
    let forced = TokenRequest {
        cache: CacheUse::WriteOnly,
        ..request()
    };
    stage.will_reply([Reply::Failure(TransportErrorKind::Tls)]);
    stage.ask(&forced).unwrap_err();
    assert_eq!(text(&stage.ask(&request()).unwrap()), "old");
    let with_claims = TokenRequest {
        claims: Some(r#"{"access_token":{"nbf":{"essential":true}}}"#.to_owned()),
        ..request()
    };
    stage.clock.advance(MINUTE);
    stage.will_reply([token("with-claims", 3600)]);
    assert_eq!(text(&stage.ask(&with_claims).unwrap()), "with-claims");
    assert_eq!(text(&stage.ask(&request()).unwrap()), "with-claims");
    stage.will_reply([token("forced", 3600)]);
    assert_eq!(text(&stage.ask(&forced).unwrap()), "forced");
    assert_eq!(text(&stage.ask(&request()).unwrap()), "forced");
}

#[test]
fn a_token_without_a_lifetime_serves_once() {
    let stage = Stage::new();
    let body = r#"{"access_token":"once","token_type":"Bearer"}"#;
    stage.will_reply([answer(200, &[], body), answer(200, &[], body)]);
    for _ in 0..2 {
        assert!(!stage.ask(&request()).unwrap().is_from_cache());
    }
    assert_eq!(stage.network.asked().len(), 2);
}

#[test]
fn other_scopes_are_other_tokens() {
    let stage = with_old_token();
    let other = TokenRequest {
        scopes: model::Scopes::parse(["https://vault.azure.net/.default"], None).unwrap(),
        ..request()
    };
    stage.will_reply([token("other", 3600)]);
    assert_eq!(text(&stage.ask(&other).unwrap()), "other");
    assert_eq!(text(&stage.ask(&request()).unwrap()), "old");
}
