//! A failure told to the processes that waited for the same token, so that they need not fail in
//! turn: many wrong answers in a row lock accounts and credentials out.

use std::time::Duration;

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
    Transport { host: String, error: TransportError },
}

/// The failure as it is left for others; `None` if each process must find out by itself.
pub(crate) fn left(
    error: &EngineError,
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
        _ => return None,
    };
    Some(FailureRecord {
        started_ns,
        ended_ns,
        fingerprint: fingerprint.to_owned(),
        body: serde_json::to_value(shared).ok()?,
    })
}

/// From when on a failure may concern a process that began to wait then.
pub(crate) fn from_when(waiting_since: i128) -> i128 {
    waiting_since.saturating_sub(neighbourhood())
}

fn neighbourhood() -> i128 {
    i128::try_from(NEIGHBOURHOOD.as_nanos()).unwrap_or(i128::MAX)
}

/// The failure that another process left, if this one was waiting for its outcome by then, or
/// asks the same thing with the same credential right after.
pub(crate) fn shared(
    record: &FailureRecord,
    waiting_since: i128,
    fingerprint: &str,
) -> Option<EngineError> {
    let waited = record.ended_ns >= waiting_since;
    let came_right_after =
        record.ended_ns >= from_when(waiting_since) && record.fingerprint == fingerprint;
    match serde_json::from_value(record.body.clone()).ok()? {
        Shared::Refused(refusal) if waited || came_right_after => {
            Some(EngineError::Refused(refusal))
        }
        Shared::Transport { host, error } if waited => Some(EngineError::Transport {
            host,
            source: error,
        }),
        Shared::Refused(_) | Shared::Transport { .. } => None,
    }
}
