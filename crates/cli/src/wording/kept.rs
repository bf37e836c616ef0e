//! What is kept and what was forgotten, in words.

/// What `cache clear` did.
pub(crate) fn tokens_forgotten(count: usize) -> String {
    match count {
        0 => "No cached token was there to forget.".to_owned(),
        _ => format!("Forgot {}.", tokens(count)),
    }
}

/// Tokens that are there and cannot be opened.
pub(crate) fn closed_tokens(count: usize) -> String {
    let them = if count == 1 { "it" } else { "them" };
    format!(
        "{} cannot be opened here: sealed for another login session, or damaged. \
         entra-auth-cli cache clear forgets {them} too",
        tokens(count)
    )
}

fn tokens(count: usize) -> String {
    counted(count, "cached token")
}

/// So many things of a name that takes a plain `s`.
pub(super) fn counted(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        _ => format!("{count} {thing}s"),
    }
}

/// How long a token has left, roughly: its two largest units at the most.
pub(crate) fn time_left(seconds: i64) -> String {
    match seconds {
        ..=0 => "expired".to_owned(),
        1..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_units_that_fit() {
        for (seconds, said) in [
            (i64::MIN, "expired"),
            (0, "expired"),
            (59, "59 s"),
            (60, "1 min"),
            (3_599, "59 min"),
            (3_600, "1 h 0 min"),
            (90_061, "1 d 1 h"),
        ] {
            assert_eq!(time_left(seconds), said);
        }
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(tokens_forgotten(1), "Forgot 1 cached token.");
        assert_eq!(tokens_forgotten(2), "Forgot 2 cached tokens.");
    }
}
