//! Names of errors that others use: device code and OpenID Connect errors, Entra's suberrors, what
//! APIs answer to a token. For hints only; decisions are made by [`crate::Refusal`].

use std::sync::LazyLock;

use serde::Deserialize;

use crate::aadsts::Facts;

const TABLE: &str = include_str!("../data/error-names.json");

/// Who says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The authorization endpoint, of the request itself.
    Request,
    /// The authorization endpoint, of the person (OpenID Connect Core 1.0 §3.1.2.6).
    Openid,
    /// The token endpoint, of a device code (RFC 8628 §3.5).
    Device,
    /// Entra, beside the error.
    Suberror,
    /// An API that was called with a token.
    Api,
    /// AD FS; its codes are `MSIS` and a number.
    Adfs,
    /// Azure AD B2C; its codes are `AADB2C` and a number.
    B2c,
    /// A library or program that signs people in: MSAL, the Azure SDKs, Azure CLI.
    Client,
}

/// One name's entry, its texts with the placeholders of [`crate::aadsts::Entry`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The name as it is written.
    pub name: String,
    /// Who says it.
    pub kind: Kind,
    /// What it means, in a sentence.
    pub meaning: String,
    next_step: String,
    /// Where this knowledge comes from.
    pub source: String,
}

impl Entry {
    /// What to do, the request's own facts filled in.
    pub fn next_step(&self, facts: &Facts<'_>) -> String {
        facts.fill(&self.next_step)
    }
}

#[expect(
    clippy::expect_used,
    reason = "the text is part of the program, and the tests read it"
)]
static ENTRIES: LazyLock<Vec<Entry>> =
    LazyLock::new(|| serde_json::from_str(TABLE).expect("the table of names is JSON"));

/// The name's entry, in any letter case; `None` if nothing is known of it.
pub fn entry(name: &str) -> Option<&'static Entry> {
    entries()
        .iter()
        .find(|entry| entry.name.eq_ignore_ascii_case(name))
}

/// What is said of any code that is letters and a number, such as `AADB2C90001`, where it has no
/// entry of its own; `None` if nothing is known of its letters.
pub fn any_like(name: &str) -> Option<&'static Entry> {
    let letters = name.trim_end_matches(|character: char| character.is_ascii_digit());
    entry(letters).filter(|_| letters.len() < name.len())
}

/// All entries, by name.
pub fn entries() -> &'static [Entry] {
    &ENTRIES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_whole_and_stands_once_in_its_place() {
        let names: Vec<String> = entries()
            .iter()
            .map(|entry| entry.name.to_lowercase())
            .collect();
        assert!(names.is_sorted_by(|one, next| one < next), "{names:?}");
        let facts = Facts {
            profile: Some("webapp"),
            client_id: Some("6731de76-14a6-49ae-97bc-6eba6914391e"),
            ..Facts::default()
        };
        for entry in entries() {
            assert!(entry.meaning.ends_with('.'), "{}", entry.name);
            assert!(!entry.source.is_empty(), "{}", entry.name);
            let step = entry.next_step(&facts);
            assert!(step.len() > 20 && !step.contains(['{', '}']), "{step}");
        }
    }

    #[test]
    fn a_name_is_found_in_any_letter_case() {
        let found = entry("INVALIDAUTHENTICATIONTOKEN").map(|entry| entry.name.as_str());
        assert_eq!(found, Some("InvalidAuthenticationToken"));
        assert_eq!(entry("no_such_name"), None);
        for family in ["AADB2C", "AKV", "IDX", "MSIS"] {
            let general = any_like(&format!("{family}12345")).map(|entry| entry.name.as_str());
            assert_eq!(general, Some(family));
        }
        assert_eq!(any_like("access_denied"), None);
        assert_eq!(any_like("slow_down"), None);
    }
}
