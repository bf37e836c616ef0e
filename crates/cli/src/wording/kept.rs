//! What is kept and what was forgotten, in words.

use model::ProfileName;

/// What `cache clear` did.
pub(crate) fn tokens_forgotten(count: usize) -> String {
    match count {
        0 => "No cached token was there to forget.".to_owned(),
        _ => format!("Forgot {}.", tokens(count)),
    }
}

/// The question before sign-ins are forgotten.
pub(crate) fn forget_sign_ins(profile: Option<&ProfileName>) -> String {
    match profile {
        Some(profile) => format!("Sign everybody out of profile `{profile}`?"),
        None => "Sign everybody out of every profile?".to_owned(),
    }
}

/// Sign-ins that could not be opened, or were left over, and went all the same.
pub(crate) fn remains_forgotten(profiles: usize, refresh_tokens: usize) -> Option<String> {
    if profiles + refresh_tokens == 0 {
        return None;
    }
    Some(format!(
        "Forgot what could not be opened or was left over: accounts of {} and {}.",
        counted(profiles, "profile"),
        counted(refresh_tokens, "refresh token")
    ))
}

/// There is neither a token nor anybody signed in that could be shown.
pub(crate) fn nothing_to_show() -> String {
    "There is no cached token and nobody signed in to show.".to_owned()
}

/// Who signed in stays unknown for now.
pub(crate) fn sign_ins_unreadable(why: &str) -> String {
    format!("who signed in cannot be told: {why}")
}

/// Refresh tokens that belong to nobody who is shown.
pub(crate) fn other_refresh_tokens(count: usize) -> String {
    let belong = if count == 1 { "belongs" } else { "belong" };
    format!(
        "{} {belong} to no account shown: damaged, or left over. entra-auth-cli cache clear \
         --sign-ins forgets all of them",
        counted(count, "refresh token")
    )
}

/// The token that is meant is there, and cannot be opened.
pub(crate) const fn cached_token_closed() -> &'static str {
    "a token is cached, but cannot be opened here: sealed under a key that is not at hand, such as \
     that of another login session, or damaged"
}

/// Tokens that are there and cannot be opened.
pub(crate) fn closed_tokens(count: usize) -> String {
    let them = if count == 1 { "it" } else { "them" };
    format!(
        "{} cannot be opened here: sealed under a key that is not at hand, such as that of \
         another login session, or damaged. \
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
