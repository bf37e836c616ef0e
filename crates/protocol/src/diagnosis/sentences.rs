//! What Entra's pages and other programs say where they show no number.

/// Words that stand in such a sentence, in lower case, and the number they stand for.
const SENTENCES: [(&str, u64); 39] = [
    ("need admin approval", 90_094),
    ("that only an admin can grant", 90_094),
    ("approval required", 90_095),
    ("your admin has been notified", 90_095),
    ("has not consented to use the application", 65_001),
    ("does not exist in tenant", 50_020),
    ("you can't get there from here", 53_000),
    ("you cannot access this right now", 53_003),
    (
        "your sign-in was successful but does not meet the criteria",
        53_003,
    ),
    ("blocked by conditional access", 53_003),
    (
        "access has been blocked by conditional access policies",
        53_003,
    ),
    ("you must use multi-factor authentication", 50_076),
    ("more information required", 50_079),
    ("your account is locked", 50_053),
    ("your account has been locked", 50_053),
    ("your account or password is incorrect", 50_126),
    ("invalid username or password", 50_126),
    ("your account has been disabled", 50_057),
    ("is not assigned to a role for the application", 50_105),
    ("reply url specified in the request does not match", 50_011),
    ("redirect uri specified in the request", 50_011),
    ("invalid client secret provided", 7_000_215),
    ("client secret keys for app", 7_000_222),
    ("client secret keys are expired", 7_000_222),
    ("client_assertion' or 'client_secret'", 7_000_218),
    ("code you entered is incorrect or has expired", 70_020),
    (
        "to sign into this application, the account must be added to the directory",
        50_034,
    ),
    (
        "client assertion is not within its valid time range",
        700_024,
    ),
    ("for presented assertion subject", 700_213),
    ("for presented assertion issuer", 700_211),
    ("for presented assertion audience", 700_212),
    ("refresh token has expired due to inactivity", 700_082),
    (
        "because you moved to a new location, you must use multi-factor",
        50_076,
    ),
    ("the resource principal named", 500_011),
    ("is missing service principal in the tenant", 7_000_229),
    ("authorization code was already redeemed", 54_005),
    ("no tenant-identifying information found", 50_059),
    ("was not found in the directory", 700_016),
    ("does not exist in the directory", 50_034),
];

/// The same for what other programs say, and the name they have for it.
const SENTENCES_OF_PROGRAMS: [(&str, &str); 4] = [
    (
        "failed to retrieve a token from the included credentials",
        "CredentialUnavailableError",
    ),
    ("authentication unavailable", "CredentialUnavailableError"),
    ("please run 'az login'", "CredentialUnavailableError"),
    ("azure cli not found on path", "CredentialUnavailableError"),
];

/// The number that a sentence of the text stands for.
pub(super) fn code_in(text: &str) -> Option<u64> {
    let text = alike(text);
    SENTENCES
        .into_iter()
        .find(|(words, _)| text.contains(words))
        .map(|(_, code)| code)
}

/// The name that a sentence of the text stands for.
pub(super) fn name_in(text: &str) -> Option<&'static str> {
    let text = alike(text);
    SENTENCES_OF_PROGRAMS
        .into_iter()
        .find(|(words, _)| text.contains(words))
        .map(|(_, name)| name)
}

/// The text as the sentences are written.
fn alike(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase().replace('’', "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_stands_for_a_code_that_is_known() {
        for (words, code) in SENTENCES {
            assert!(crate::aadsts::entry(code).is_some(), "{code}");
            assert_eq!(words, words.to_lowercase());
            assert_eq!(
                code_in(&format!("x\n{}", words.replace(' ', "\n "))),
                Some(code)
            );
        }
        assert_eq!(code_in("You can’t get there  from here"), Some(53_000));
        assert_eq!(code_in("all is well"), None);
        for (words, name) in SENTENCES_OF_PROGRAMS {
            assert!(crate::error_names::entry(name).is_some(), "{name}");
            assert_eq!(name_in(&words.to_uppercase()), Some(name));
        }
        assert_eq!(name_in("all is well"), None);
    }
}
