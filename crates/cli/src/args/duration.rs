//! Lengths of time as people type them.

use std::time::Duration;

use jiff::SignedDuration;

const DAY: Duration = Duration::from_hours(24);

/// Reads `90`, `90s`, `5m`, `1h30m`, `7d`, `1d12h`: a bare number is seconds, a day 24 hours.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let said = "a duration is a number of seconds, or like 90s, 5m, 1h30m, 7d";
    let (days, rest) = match text.split_once('d') {
        Some((days, rest)) => (days.parse().map_err(|_| said.to_owned())?, rest),
        None => (0, text),
    };
    let days = DAY.checked_mul(days).ok_or(said)?;
    if rest.is_empty() && !text.is_empty() {
        return Ok(days);
    }
    let rest: SignedDuration = rest.parse().map_err(|_| said.to_owned())?;
    let rest = Duration::try_from(rest).map_err(|_| said.to_owned())?;
    days.checked_add(rest).ok_or_else(|| said.to_owned())
}

/// The same for the time that something may take, in which nothing can be done in none.
pub(super) fn limit(text: &str) -> Result<Duration, String> {
    match parse(text)? {
        Duration::ZERO => Err("nothing can be done in no time".to_owned()),
        limit => Ok(limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_no_limit() {
        for none in ["0", "0s", "0d"] {
            assert!(limit(none).is_err(), "{none}");
        }
        assert_eq!(limit("1ms"), Ok(Duration::from_millis(1)));
        assert!(limit("soon").is_err());
    }

    #[test]
    fn seconds_and_units_are_read() {
        assert_eq!(parse("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("5m"), Ok(Duration::from_mins(5)));
        assert_eq!(parse("1h30m"), Ok(Duration::from_mins(90)));
        assert_eq!(parse("7d"), Ok(DAY * 7));
        assert_eq!(parse("1d12h"), Ok(Duration::from_hours(36)));
        for bad in [
            "",
            "-5s",
            "soon",
            "5 parsecs",
            "d",
            "-1d",
            "1d5",
            "1d-2h",
            "1d2d",
            "4294967296d",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
