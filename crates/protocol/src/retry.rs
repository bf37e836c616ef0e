//! When a request is sent again, and after how long.

use std::time::Duration;

use crate::TransportErrorKind;

/// How often one request is sent at most, the first time included.
pub const MAX_ATTEMPTS: u32 = 4;

/// The wait before the first repetition; it doubles with each further one.
const FIRST_DELAY: Duration = Duration::from_secs(1);

/// The longest wait that a server may ask for. Who waits is free to give up earlier.
const LONGEST_ASKED_DELAY: Duration = Duration::from_hours(1);

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A reply of that status.
    Status(u16),
    /// No reply.
    Transport(TransportErrorKind),
}

/// How long to wait before sending the same request again; `None` if it is not to be sent again.
///
/// Repeated are 408, 429 and 5xx replies, timeouts and failed connections, and, once, a name that
/// did not resolve; never any other 4xx, whose answer would not change. The server's `Retry-After`
/// is kept to. Otherwise the wait grows from one second and is shortened by chance, so that clients
/// that failed together do not return together.
///
/// `attempt` counts the attempts made so far and starts at 1. `jitter` is random, from 0 to 1.
pub fn next_delay(
    attempt: u32,
    outcome: Outcome,
    retry_after: Option<Duration>,
    jitter: f64,
) -> Option<Duration> {
    let most = match outcome {
        Outcome::Status(status) if is_transient(status) => MAX_ATTEMPTS,
        Outcome::Transport(TransportErrorKind::Connect | TransportErrorKind::Timeout) => {
            MAX_ATTEMPTS
        }
        Outcome::Transport(TransportErrorKind::Dns) => 2,
        Outcome::Status(_) | Outcome::Transport(_) => 1,
    };
    if attempt == 0 || attempt >= most {
        return None;
    }
    let jitter = if jitter.is_finite() {
        jitter.clamp(0.0, 1.0)
    } else {
        0.0
    };
    if let Some(asked) = retry_after {
        // Never earlier than asked for, and a little later by chance.
        return (asked <= LONGEST_ASKED_DELAY).then(|| asked + FIRST_DELAY.mul_f64(jitter));
    }
    let delay = FIRST_DELAY * (1 << (attempt - 1));
    Some(delay.mul_f64(1.0 - jitter / 2.0))
}

/// Whether a reply of that status may turn out otherwise a moment later.
pub(crate) const fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..=599)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_may_change_is_repeated() {
        for status in [408, 429, 500, 503, 599] {
            assert!(
                next_delay(1, Outcome::Status(status), None, 0.0).is_some(),
                "{status}"
            );
        }
        for status in [200, 302, 400, 401, 403, 404, 422, 499, 600] {
            assert_eq!(
                next_delay(1, Outcome::Status(status), None, 0.0),
                None,
                "{status}"
            );
        }
        for kind in [
            TransportErrorKind::Tls,
            TransportErrorKind::Proxy { status: 407 },
            TransportErrorKind::BodyTooLarge,
            TransportErrorKind::Interrupted,
            TransportErrorKind::Other,
        ] {
            assert_eq!(
                next_delay(1, Outcome::Transport(kind), None, 0.0),
                None,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn the_wait_doubles_and_ends() {
        let outcome = Outcome::Transport(TransportErrorKind::Timeout);
        let delays: Vec<_> = (1..=4)
            .map(|attempt| next_delay(attempt, outcome, None, 0.0).map(|delay| delay.as_millis()))
            .collect();
        assert_eq!(delays, [Some(1000), Some(2000), Some(4000), None]);
        assert_eq!(
            next_delay(1, outcome, None, 1.0),
            Some(Duration::from_millis(500))
        );
        let unresolved = Outcome::Transport(TransportErrorKind::Dns);
        assert!(next_delay(1, unresolved, None, 0.0).is_some());
        assert_eq!(next_delay(2, unresolved, None, 0.0), None);
    }

    #[test]
    fn the_servers_wish_counts_unless_absurd() {
        let throttled = Outcome::Status(429);
        let asked = Duration::from_secs(30);
        assert_eq!(next_delay(1, throttled, Some(asked), 0.0), Some(asked));
        assert_eq!(next_delay(1, throttled, Some(Duration::MAX), 0.5), None);
        assert_eq!(next_delay(4, throttled, Some(asked), 0.5), None);
        assert_eq!(next_delay(1, Outcome::Status(400), Some(asked), 0.0), None);
    }

    proptest! {
        #[test]
        fn every_wait_is_bounded(attempt in any::<u32>(), status in any::<u16>(), asked in proptest::option::of(any::<u64>()), jitter in any::<f64>()) {
            let asked = asked.map(Duration::from_secs);
            if let Some(delay) = next_delay(attempt, Outcome::Status(status), asked, jitter) {
                prop_assert!(attempt < MAX_ATTEMPTS);
                prop_assert!(delay >= asked.unwrap_or_default());
                prop_assert!(delay <= LONGEST_ASKED_DELAY + FIRST_DELAY);
            }
        }
    }
}
