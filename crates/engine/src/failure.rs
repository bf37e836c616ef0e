//! A failure told to the processes that waited for the same token, so that they need not fail in
//! turn: many wrong answers in a row lock accounts and credentials out.

use std::time::Duration;

use model::Account;
use protocol::Refusal;
use protocol::TransportError;
use serde::Deserialize;
use serde::Serialize;
use vault::FailureRecord;

use crate::EngineError;

/// A refusal is told also to processes that began to ask this soon after it with the same
/// credential: of many started at once, the last may begin only when the first has its answer.
const NEIGHBOURHOOD: Duration = Duration::from_secs(2);

/// The failures that are shared: those that cost a request.
#[derive(Serialize, Deserialize)]
enum Shared {
    Refused(Box<Refusal>),
    Transport {
        host: String,
        error: TransportError,
    },
    PersonNeeded {
        claims: Option<String>,
        refused: Box<Refusal>,
    },
    NotSignedIn(Duration),
    OtherAccount {
        expected: String,
        actual: Box<Account>,
    },
    /// Any other failure after a person was asked, in words: nobody is asked twice for nothing.
    SignIn(String),
}

/// The failure as it is left for others; `None` if each process must find out by itself.
pub(crate) fn left(
    error: &EngineError,
    whose: Whose,
    started_ns: i128,
    ended_ns: i128,
    fingerprint: &str,
) -> Option<FailureRecord> {
    let shared = match error {
        EngineError::Refused(refusal) => Shared::Refused(refusal.clone()),
        EngineError::Transport { host, source } => Shared::Transport {
            host: host.clone(),
            error: source.clone(),
        },
        EngineError::PersonNeeded {
            claims,
            refused: Some(refused),
        } => Shared::PersonNeeded {
            claims: claims.clone(),
            refused: refused.clone(),
        },
        EngineError::NotSignedIn(limit) => Shared::NotSignedIn(*limit),
        EngineError::OtherAccount { expected, actual } => Shared::OtherAccount {
            expected: expected.clone(),
            actual: actual.clone(),
        },
        EngineError::Reply(_)
        | EngineError::AuthorizationResponse(_)
        | EngineError::IdToken(_)
        | EngineError::NobodyNamed
            if whose == Whose::Person =>
        {
            Shared::SignIn(error.to_string())
        }
        _ => return None,
    };
    Some(FailureRecord {
        started_ns,
        ended_ns,
        fingerprint: fingerprint.to_owned(),
        body: serde_json::to_value(shared).ok()?,
    })
}

/// Whose part failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// A request's.
    Program,
    /// A sign-in's.
    Person,
}

/// From when on a failure may concern a process that began to wait then.
pub(crate) fn from_when(waiting_since: i128) -> i128 {
    waiting_since.saturating_sub(neighbourhood())
}

fn neighbourhood() -> i128 {
    i128::try_from(NEIGHBOURHOOD.as_nanos()).unwrap_or(i128::MAX)
}

/// The failure that another process left, if it asked the same thing with the same credential, and
/// this one was waiting for its outcome by then; a refusal of a request also if this one came right
/// after. Who comes after a sign-in that failed means to sign in.
///
/// A failure that ended later than `now` was left under a clock that has since been set back. It
/// counts for nothing: it would be everybody's answer until the clock has caught up.
pub(crate) fn shared(
    record: &FailureRecord,
    waiting_since: i128,
    now: i128,
    whose: Whose,
    fingerprint: &str,
) -> Option<EngineError> {
    if record.fingerprint != fingerprint || record.ended_ns > now {
        return None;
    }
    let shared = serde_json::from_value(record.body.clone()).ok()?;
    let was_waited_for = record.ended_ns >= waiting_since;
    let is_near = match whose {
        Whose::Program => record.ended_ns >= from_when(waiting_since),
        Whose::Person => was_waited_for,
    };
    match shared {
        Shared::Refused(refusal) if is_near => Some(EngineError::Refused(refusal)),
        Shared::PersonNeeded { claims, refused } if is_near => Some(EngineError::PersonNeeded {
            claims,
            refused: Some(refused),
        }),
        Shared::Transport { host, error } if was_waited_for => Some(EngineError::Transport {
            host,
            source: error,
        }),
        Shared::NotSignedIn(limit) if was_waited_for => Some(EngineError::NotSignedIn(limit)),
        Shared::OtherAccount { expected, actual } if was_waited_for => {
            Some(EngineError::OtherAccount { expected, actual })
        }
        Shared::SignIn(why) if was_waited_for => Some(EngineError::SignInElsewhere(why)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use protocol::TransportErrorKind;

    use super::*;

    const SECOND: i128 = 1_000_000_000;
    const ENDED: i128 = 1_800_000_000 * SECOND;

    fn record() -> FailureRecord {
        let error = EngineError::Transport {
            host: "login.example".to_owned(),
            source: TransportError {
                kind: TransportErrorKind::Connect,
                detail: "refused".to_owned(),
            },
        };
        left(&error, Whose::Program, ENDED - SECOND, ENDED, "mine").unwrap()
    }

    fn is_shared(waiting_since: i128, now: i128, fingerprint: &str) -> bool {
        shared(&record(), waiting_since, now, Whose::Program, fingerprint).is_some()
    }

    #[test]
    fn a_failure_is_told_to_those_who_waited_for_it() {
        assert!(is_shared(ENDED - SECOND, ENDED + 1, "mine"));
        assert!(!is_shared(ENDED + 1, ENDED + 2, "mine"));
    }

    #[test]
    fn a_refusal_is_told_to_the_next_as_well_unless_a_person_was_asked() {
        let refusal = serde_json::from_value(serde_json::json!({
            "status": 400, "error": "access_denied", "codes": [],
        }));
        let error = EngineError::Refused(refusal.unwrap());
        let is_shared = |whose, waiting_since| {
            let record = left(&error, whose, ENDED - SECOND, ENDED, "mine").unwrap();
            shared(&record, waiting_since, ENDED + SECOND, whose, "mine").is_some()
        };
        assert!(is_shared(Whose::Program, ENDED + 1));
        assert!(is_shared(Whose::Person, ENDED - 1));
        assert!(!is_shared(Whose::Person, ENDED + 1));
    }

    #[test]
    fn a_failure_with_another_credential_is_nobody_elses() {
        assert!(!is_shared(ENDED - SECOND, ENDED + 1, "another"));
        assert!(!is_shared(ENDED - SECOND, ENDED + 1, ""));
    }

    #[test]
    fn a_failure_from_the_future_is_nobodys() {
        let hour = 3600 * SECOND;
        assert!(!is_shared(ENDED - hour, ENDED - hour + SECOND, "mine"));
    }
}
