//! Points in time as Entra and the cache speak of them.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;

/// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted (RFC 7519 `NumericDate`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant that many seconds after the epoch.
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// This instant moved into the future; the far end of time rather than an overflow.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add_unsigned(duration.as_secs()))
    }

    /// This instant moved into the past; the far end of time rather than an overflow.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub_unsigned(duration.as_secs()))
    }

    /// The instant that a date with a time and an offset stands for (RFC 3339), or the beginning of
    /// a date in UTC; `None` for any other text.
    pub fn from_rfc_3339(text: &str) -> Option<Self> {
        let instant = match text.parse::<jiff::Timestamp>() {
            Ok(instant) => instant,
            Err(_) if text.len() == "2026-01-31".len() => {
                let date: jiff::civil::Date = text.parse().ok()?;
                date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp()
            }
            Err(_) => return None,
        };
        Some(Self(instant.as_second()))
    }

    /// Whole seconds from `earlier` to this instant: negative if `earlier` is the later one.
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// RFC 3339 in UTC (`2026-01-31T12:00:00Z`); the bare number of seconds for years no calendar has.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(instant) => write!(formatter, "{instant}"),
            Err(_) => write!(formatter, "@{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_as_rfc_3339_in_utc() {
        let instant = Timestamp::from_unix_seconds(1_767_225_600);
        assert_eq!(instant.to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(
            Timestamp::from_unix_seconds(i64::MAX).to_string(),
            format!("@{}", i64::MAX)
        );
    }

    #[test]
    fn a_date_is_its_beginning_in_utc_and_a_time_needs_an_offset() {
        let start = Some(Timestamp::from_unix_seconds(1_767_225_600));
        for text in [
            "2026-01-01",
            "2026-01-01T00:00:00Z",
            "2026-01-01T01:00:00+01:00",
        ] {
            assert_eq!(Timestamp::from_rfc_3339(text), start, "{text}");
        }
        for text in [
            "",
            "2026-13-01",
            "2026-1-1",
            "20260101",
            "2026-01-01T00:00:00",
            "1767225600",
            "tomorrow",
            "01.01.2026",
        ] {
            assert_eq!(Timestamp::from_rfc_3339(text), None, "{text}");
        }
    }

    #[test]
    fn arithmetic_stops_at_the_ends_of_time() {
        let last = Timestamp::from_unix_seconds(i64::MAX);
        assert_eq!(last.plus(Duration::from_secs(1)), last);
        let first = Timestamp::from_unix_seconds(i64::MIN);
        assert_eq!(first.minus(Duration::from_secs(1)), first);
        assert_eq!(first.seconds_since(last), i64::MIN);
    }
}
