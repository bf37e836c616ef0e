//! Lengths of time as people type them.

use std::time::Duration;

use jiff::SignedDuration;

/// Reads `90`, `90s`, `5m`, `1h30m`: a bare number is seconds.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let said = "a duration is a number of seconds, or like 90s, 5m, 1h30m";
    let duration: SignedDuration = text.parse().map_err(|_| said.to_owned())?;
    Duration::try_from(duration).map_err(|_| said.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_units_are_read() {
        assert_eq!(parse("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("5m"), Ok(Duration::from_mins(5)));
        assert_eq!(parse("1h30m"), Ok(Duration::from_mins(90)));
        for bad in ["", "-5s", "soon", "5 parsecs"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
