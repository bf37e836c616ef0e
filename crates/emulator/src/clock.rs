//! The time the emulator believes in: the machine's, moved by an offset.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// A clock that tests can set wrong.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset: AtomicI64,
}

impl Clock {
    pub(crate) fn with_offset(seconds: i64) -> Self {
        Self {
            offset: AtomicI64::new(seconds),
        }
    }

    pub(crate) fn set_offset(&self, seconds: i64) {
        self.offset.store(seconds, Ordering::Relaxed);
    }

    /// Seconds since the epoch.
    #[expect(
        clippy::disallowed_methods,
        reason = "the emulator stands alone and keeps its own time"
    )]
    pub(crate) fn now(&self) -> i64 {
        let elapsed = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(elapsed.as_secs())
            .unwrap_or(i64::MAX)
            .saturating_add(self.offset.load(Ordering::Relaxed))
    }
}

/// `YYYY-MM-DD HH:MM:SSZ`, the form of Entra's error replies.
pub(crate) fn error_timestamp(seconds: i64) -> String {
    timestamp(seconds)
        .strftime("%Y-%m-%d %H:%M:%SZ")
        .to_string()
}

/// An HTTP date (RFC 9110 §5.6.7).
pub(crate) fn http_date(seconds: i64) -> String {
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&timestamp(seconds))
        .unwrap_or_default()
}

fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_the_form_of_their_readers() {
        assert_eq!(error_timestamp(1_767_225_600), "2026-01-01 00:00:00Z");
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn an_offset_moves_the_time() {
        let clock = Clock::default();
        let before = clock.now();
        clock.set_offset(86_400);
        assert!(clock.now() >= before + 86_400);
    }
}
