//! Whether a token counts, in words.

use model::Timestamp;
use protocol::token_meaning::Times;
use protocol::token_meaning::Validity;

/// Such as: valid for 42 minutes, expired 3 hours ago.
pub(crate) fn validity(times: Times, now: Timestamp) -> String {
    let expires = times.expires.unwrap_or(now);
    match times.validity(now) {
        Validity::Valid => format!("valid for {}", length(expires.seconds_since(now))),
        Validity::Expired => format!("expired {} ago", length(now.seconds_since(expires))),
        Validity::NotYet => {
            let begins = times.not_before.unwrap_or(now);
            format!(
                "not valid before {} from now",
                length(begins.seconds_since(now))
            )
        }
        Validity::Unknown => "does not say when it ends".to_owned(),
    }
}

/// A length of time in the largest unit of which there is one, and hours with their minutes.
fn length(seconds: i64) -> String {
    let many = |count: i64, unit: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{plural}")
    };
    match seconds {
        ..60 => many(seconds, "second"),
        60..3_600 => many(seconds / 60, "minute"),
        3_600..86_400 if seconds % 3_600 < 60 => many(seconds / 3_600, "hour"),
        3_600..86_400 => format!(
            "{} {}",
            many(seconds / 3_600, "hour"),
            many(seconds % 3_600 / 60, "minute")
        ),
        _ => many(seconds / 86_400, "day"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_in_units_that_fit() {
        let now = Timestamp::from_unix_seconds(1_767_225_600);
        let ends = |seconds: i64| {
            let expires = Timestamp::from_unix_seconds(now.unix_seconds() + seconds);
            let times = Times {
                expires: Some(expires),
                ..Times::default()
            };
            validity(times, now)
        };
        for (seconds, said) in [
            (1, "valid for 1 second"),
            (2_520, "valid for 42 minutes"),
            (3_600, "valid for 1 hour"),
            (5_400, "valid for 1 hour 30 minutes"),
            (172_800, "valid for 2 days"),
            (0, "expired 0 seconds ago"),
            (-10_800, "expired 3 hours ago"),
            (i64::MIN, "expired 106751991167300 days ago"),
        ] {
            assert_eq!(ends(seconds), said);
        }
        let times = Times {
            not_before: Some(Timestamp::from_unix_seconds(now.unix_seconds() + 600)),
            expires: Some(Timestamp::from_unix_seconds(now.unix_seconds() + 900)),
            ..Times::default()
        };
        assert_eq!(validity(times, now), "not valid before 10 minutes from now");
    }
}
