//! Credentials that end, in words.

use model::ProfileName;
use model::Timestamp;

const DAY: i64 = 24 * 60 * 60;

/// A credential that ends soon, or has ended.
pub(crate) fn credential_ends(
    what: &str,
    ends_on: Timestamp,
    now: Timestamp,
    profile: Option<&ProfileName>,
) -> String {
    let whose = match profile {
        Some(profile) => format!("the {what} of profile `{profile}`"),
        None => format!("the {what}"),
    };
    let left = ends_on.seconds_since(now);
    let when = match left / DAY {
        _ if left <= 0 => format!("ended on {ends_on}"),
        0 => format!("ends within a day, on {ends_on}"),
        1 => format!("ends in 1 day, on {ends_on}"),
        days => format!("ends in {days} days, on {ends_on}"),
    };
    let flag = if what == "certificate" {
        "--certificate-path FILE"
    } else {
        "--client-secret-stdin"
    };
    match profile {
        Some(profile) => format!(
            "{whose} {when}; have a new one issued, then: entra-auth-cli config edit {profile} \
             {flag} --test"
        ),
        None => format!("{whose} {when}; have a new one issued"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_and_what_will_end_read_differently() {
        let now = Timestamp::from_unix_seconds(1_767_225_600);
        let profile = ProfileName::parse("sp").unwrap();
        let said = |seconds: i64| {
            let end = Timestamp::from_unix_seconds(now.unix_seconds() + seconds);
            credential_ends("client secret", end, now, Some(&profile))
        };
        for (seconds, expected) in [
            (-1, "ended on 2025-12-31T23:59:59Z;"),
            (0, "ended on 2026-01-01T00:00:00Z;"),
            (1, "ends within a day,"),
            (DAY, "ends in 1 day,"),
            (12 * DAY + 5, "ends in 12 days,"),
        ] {
            let said = said(seconds);
            assert!(said.contains(expected), "{seconds}: {said}");
            assert!(said.contains("config edit sp --client-secret-stdin --test"));
        }
        let nameless = credential_ends("certificate", now, now, None);
        assert!(!nameless.contains("config edit"), "{nameless}");
    }
}
