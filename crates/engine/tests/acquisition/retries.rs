//! What is tried again, how long is waited, and when it ends.

use std::time::Duration;

use engine::CacheUse;
use engine::EngineError;
use engine::TokenRequest;
use protocol::TransportErrorKind;

use crate::stage::BEGIN;
use crate::stage::Reply;
use crate::stage::Stage;
use crate::stage::answer;
use crate::stage::refusal;
use crate::stage::request;
use crate::stage::text;
use crate::stage::token;

const SECOND: Duration = Duration::from_secs(1);

/// The waits between the requests made.
fn waits(stage: &Stage) -> Vec<Duration> {
    let asked = stage.network.asked();
    asked
        .windows(2)
        .map(|pair| pair[1].saturating_sub(pair[0]))
        .collect()
}

#[test]
fn what_may_pass_is_tried_again_with_growing_waits() {
    let throttled = || answer(503, &[], "busy");
    let interrupted = || Reply::Failure(TransportErrorKind::Connect);
    for failure in [&throttled as &dyn Fn() -> Reply, &interrupted] {
        let stage = Stage::new();
        stage.will_reply([failure(), failure(), failure(), token("at-last", 3600)]);
        assert_eq!(text(&stage.ask(&request()).unwrap()), "at-last");
        let waits = waits(&stage);
        assert_eq!(waits.len(), 3);
        for (wait, most) in waits.iter().zip([1, 2, 4]) {
            let most = SECOND * most;
            assert!((most / 2..=most).contains(wait), "{waits:?}");
        }
        let told = stage
            .told()
            .iter()
            .filter(|line| line.starts_with("TryingAgain"))
            .count();
        assert_eq!(told, 3, "{:?}", stage.told());
    }
}

#[test]
fn trying_again_ends() {
    let stage = Stage::new();
    stage.will_reply((0..4).map(|_| answer(500, &[], "broken")));
    match stage.ask(&request()).unwrap_err() {
        EngineError::Reply(reply) => assert_eq!(reply.status(), 500),
        other => panic!("{other:?}"),
    }
    assert_eq!(stage.network.asked().len(), 4);
    assert!(stage.clock_at() <= SECOND * 7);
}

#[test]
fn an_answer_is_not_asked_for_twice() {
    for reply in [
        refusal(),
        answer(404, &[], "nothing here"),
        answer(302, &[("location", "https://evil.example/")], ""),
        answer(200, &[], "no json"),
        Reply::Failure(TransportErrorKind::Tls),
        Reply::Failure(TransportErrorKind::BodyTooLarge),
        Reply::Failure(TransportErrorKind::Proxy { status: 407 }),
    ] {
        let stage = Stage::new();
        stage.will_reply([reply]);
        stage.ask(&request()).unwrap_err();
        assert_eq!(stage.network.asked().len(), 1);
    }
}

#[test]
fn the_server_decides_how_long_is_waited() {
    // Twenty seconds after the time at which every test begins.
    let date = "Thu, 01 Jan 2026 00:00:20 GMT";
    assert_eq!(BEGIN.to_string(), "2026-01-01T00:00:00Z");
    for asked_for in ["20", date] {
        let stage = Stage::new();
        let throttled = answer(429, &[("retry-after", asked_for)], "slow down");
        stage.will_reply([throttled, token("later", 3600)]);
        assert_eq!(text(&stage.ask(&request()).unwrap()), "later");
        let wait = waits(&stage)[0];
        assert!(
            (SECOND * 20..=SECOND * 21).contains(&wait),
            "{asked_for}: {wait:?}"
        );
    }
}

#[test]
fn nobody_waits_beyond_the_time_there_is() {
    for asked_for in ["60", "3600", "99999999999"] {
        let stage = Stage::new();
        stage.will_reply([answer(429, &[("retry-after", asked_for)], "slow down")]);
        let error = stage.ask(&request()).unwrap_err();
        assert!(matches!(error, EngineError::Reply(_)), "{error:?}");
        assert_eq!(stage.clock_at(), Duration::ZERO, "nothing was waited for");
    }
    let stage = Stage::new();
    let short = TokenRequest {
        timeout: Some(Duration::from_millis(400)),
        ..request()
    };
    stage.will_reply([answer(503, &[], "busy")]);
    stage.ask(&short).unwrap_err();
    assert_eq!(stage.clock_at(), Duration::ZERO);
}

#[test]
fn silence_is_not_waited_out_twice() {
    let stage = Stage::new();
    stage.will_reply([answer(503, &[], "busy"), Reply::Silence]);
    match stage.ask(&request()).unwrap_err() {
        EngineError::Transport { host, source } => {
            assert_eq!(host, "login.microsoftonline.com");
            assert_eq!(source.kind, TransportErrorKind::Timeout);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        stage.clock_at(),
        Duration::from_mins(1),
        "the time allowed, and no more"
    );
}

#[test]
fn opening_the_store_takes_of_the_time_allowed() {
    let stage = Stage::with_passphrase();
    stage.will_reply([token("old", 3600)]);
    stage.ask(&request()).unwrap();
    let stage = stage.closed_again(Duration::from_secs(61));
    let forced = TokenRequest {
        cache: CacheUse::WriteOnly,
        ..request()
    };
    let error = stage.ask(&forced).unwrap_err();
    assert!(
        matches!(&error, EngineError::TimedOut(allowed) if Some(*allowed) == forced.timeout),
        "{error:?}"
    );
    assert_eq!(stage.network.asked().len(), 1);
}

#[test]
fn without_the_cache_the_same_rules_hold() {
    let stage = Stage::new();
    let uncached = TokenRequest {
        cache: CacheUse::None,
        ..request()
    };
    stage.will_reply([answer(503, &[], "busy"), token("new", 3600)]);
    assert_eq!(text(&stage.ask(&uncached).unwrap()), "new");
    assert_eq!(stage.network.asked().len(), 2);
}

impl Stage {
    /// How much time has passed.
    fn clock_at(&self) -> Duration {
        use model::Clock as _;
        self.clock.monotonic()
    }
}
