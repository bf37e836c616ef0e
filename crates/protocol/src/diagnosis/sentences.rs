//! What Entra's pages and other programs say where they show no number.

/// Words that stand in such a sentence, in lower case, and the number they stand for.
const SENTENCES: [(&str, u64); 26] = [
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
];

/// The number that a sentence of the text stands for.
pub(super) fn code_in(text: &str) -> Option<u64> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ").to_lowercase().replace('’', "'");
    SENTENCES
        .into_iter()
        .find(|(words, _)| text.contains(words))
        .map(|(_, code)| code)
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
    }
}
