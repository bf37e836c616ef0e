//! Everything that can be explained.

use protocol::aadsts;
use protocol::error_names;
use serde::Serialize;

use super::finding::Kind;
use crate::error_codes;
use crate::output::table;
use crate::output::table::Column;

/// The entries that were asked for; `docs/schema/explanations.schema.json`.
#[derive(Debug, Serialize)]
pub(super) struct Catalogue {
    schema_version: u8,
    entries: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Listed {
    code: String,
    kind: Kind,
    meaning: String,
    /// What else is looked through.
    #[serde(skip)]
    more: String,
}

impl Catalogue {
    /// The entries that have all of these words in them, in any letter case, or others that say the
    /// same; those first whose meaning has them. Of no words, all, in the order of the tables.
    pub(super) fn of(words: &str) -> Self {
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        let has_all = |text: &str| {
            let text = text.to_lowercase();
            words.iter().all(|word| says(&text, word))
        };
        let mut entries = all();
        entries
            .retain(|entry| has_all(&format!("{} {} {}", entry.code, entry.meaning, entry.more)));
        entries.sort_by_key(|entry| {
            let meaning = format!("{} {}", entry.code, entry.meaning).to_lowercase();
            let whole = words.iter().all(|word| has_word(&meaning, word));
            (!whole, !has_all(&meaning))
        });
        Self {
            schema_version: 1,
            entries,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// One line each, no longer than the terminal's where there is one; nothing if there is none.
    pub(super) fn table(&self, width: Option<usize>) -> String {
        if self.is_empty() {
            return String::new();
        }
        let rows: Vec<[String; 2]> = self
            .entries
            .iter()
            .map(|entry| [entry.code.clone(), entry.meaning.clone()])
            .collect();
        if width.is_some_and(|width| width < NARROW) {
            let parts = rows
                .iter()
                .map(|[code, meaning]| stacked(code, meaning, width));
            return parts.collect();
        }
        table::rendered(
            [Column::name("CODE"), Column::cut("MEANING", 0)],
            &rows,
            width,
        )
    }
}

/// On a terminal with fewer columns the meaning stands below its code: beside it, no room is left.
const NARROW: usize = 72;

/// A code, and below it what it means, in lines as long as the terminal has room for.
fn stacked(code: &str, meaning: &str, width: Option<usize>) -> String {
    let mut text = code.to_owned();
    let mut room = 0;
    for word in meaning.split_whitespace() {
        let length = word.chars().count() + 1;
        if length > room {
            text.push_str("\n ");
            room = width.unwrap_or(NARROW).saturating_sub(1);
        }
        text.push(' ');
        text.push_str(word);
        room = room.saturating_sub(length);
    }
    text.push('\n');
    text
}

/// What people type, and other words that the entries have for it, all in lower case.
const SAME: [(&str, &[&str]); 36] = [
    ("2fa", &["multifactor", "second factor"]),
    ("401", &["did not accept the token"]),
    ("403", &["accepted the token, but"]),
    (
        "429",
        &["too many requests", "being slowed down", "too often"],
    ),
    ("mfa", &["multifactor", "second factor"]),
    ("multi-factor", &["multifactor", "second factor"]),
    ("actions", &["federated"]),
    ("aks", &["federated", "managed identit"]),
    ("authenticator", &["second factor"]),
    ("blocked", &["forbids", "forbidden", "not allow"]),
    ("compliant", &["comply"]),
    ("cors", &["cross-origin", "origin header"]),
    ("disabled", &["switched off"]),
    ("docker", &["container"]),
    ("expired", &["has ended", "has reached"]),
    ("github", &["federated"]),
    ("imds", &["managed identit"]),
    ("invite", &["invitation", "guest"]),
    ("keyvault", &["key vault"]),
    ("kubernetes", &["federated"]),
    ("msi", &["managed identit"]),
    ("oidc", &["federated", "openid"]),
    ("offline", &["no network", "cannot be reached"]),
    ("reply", &["redirect uri"]),
    ("login", &["sign in", "sign-in", "signed in"]),
    ("logout", &["session"]),
    ("password", &["client secret"]),
    ("self-signed", &["inspects tls"]),
    ("spa", &["single-page"]),
    ("sso", &["single sign-on", "session"]),
    ("throttled", &["too many requests", "being slowed down"]),
    ("timeout", &["timed out", "did not answer in time"]),
    ("url", &["uri", "address"]),
    ("unassigned", &["not assigned"]),
    ("vm", &["managed identit"]),
    ("wsl", &["container", "keyring"]),
];

/// A word of so few letters is part of many others, in bytes.
const SHORT: usize = 3;

/// Whether a text in lower case says a word, or another for it.
fn says(text: &str, word: &str) -> bool {
    let others = SAME.iter().find(|(typed, _)| *typed == word);
    let is_short = word.len() <= SHORT && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let says_it = if is_short {
        has_word(text, word)
    } else {
        text.contains(word)
    };
    says_it || others.is_some_and(|(_, others)| others.iter().any(|other| text.contains(other)))
}

/// Whether a text has a word by itself, or several of it.
fn has_word(text: &str, word: &str) -> bool {
    let mut words = text.split(|character: char| !character.is_alphanumeric());
    words.any(|one| one == word || one.strip_suffix('s') == Some(word))
}

fn all() -> Vec<Listed> {
    let numbers = aadsts::entries().map(|entry| Listed {
        code: format!("AADSTS{}", entry.code),
        kind: Kind::Aadsts,
        meaning: entry.meaning.clone(),
        more: format!(
            "{} {} {:?} {}",
            entry.cause,
            entry.next_step,
            entry.category,
            entry.errors.join(" ")
        ),
    });
    let ours = error_codes::entries().iter().map(|entry| Listed {
        code: entry.code.clone(),
        kind: Kind::Program,
        meaning: entry.meaning.clone(),
        more: format!("{} {}", entry.cause, entry.example),
    });
    let names = error_names::entries().iter().map(|entry| Listed {
        code: entry.name.clone(),
        kind: Kind::Name,
        meaning: entry.meaning.clone(),
        more: format!("{:?} {}", entry.kind, entry.source),
    });
    numbers.chain(ours).chain(names).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_finds_what_they_mean() {
        for (words, code) in [
            ("mfa", "AADSTS50076"),
            ("2fa", "AADSTS50079"),
            ("expired secret", "AADSTS7000222"),
            ("wrong secret", "AADSTS7000215"),
            ("redirect", "AADSTS50011"),
            ("reply url", "AADSTS50011"),
            ("consent", "AADSTS65001"),
            ("admin consent", "AADSTS90094"),
            ("guest", "AADSTS50020"),
            ("invite", "AADSTS50014"),
            ("disabled account", "AADSTS50057"),
            ("application disabled", "AADSTS7000112"),
            ("locked", "AADSTS50053"),
            ("password expired", "AADSTS50055"),
            ("conditional access", "AADSTS53003"),
            ("device comply", "AADSTS53000"),
            ("not assigned", "AADSTS50105"),
            ("tenant", "AADSTS90002"),
            ("refresh token expired", "AADSTS700082"),
            ("device code", "AADSTS70020"),
            ("pkce", "AADSTS501481"),
            ("certificate", "AADSTS700027"),
            ("federated subject", "AADSTS700213"),
            ("throttled", "AADSTS90055"),
            ("proxy", "proxy_authentication"),
            ("timeout", "timed_out"),
            ("keyring", "key_unavailable"),
            ("forgot password", "AADB2C90118"),
            ("github actions", "AADSTS700213"),
            ("401", "invalid_token"),
            ("403", "AuthorizationFailed"),
            ("429", "TooManyRequests"),
            ("key vault", "AKV10032"),
            ("imds", "managed_identity_request_failed"),
            ("msi", "managed_identity_all_sources_unavailable"),
            ("vm", "managed_identity_all_sources_unavailable"),
            ("kubernetes", "AADSTS700211"),
            ("aks", "AADSTS700213"),
            ("compliant", "AADSTS53000"),
            ("self-signed", "tls_failed"),
            ("sso", "AADSTS50058"),
            ("spa", "AADSTS9002327"),
            ("cors", "AADSTS9002326"),
            ("docker", "read_only"),
            ("wsl", "key_unavailable"),
            ("offline", "dns_failed"),
            ("logout", "AADSTS50173"),
        ] {
            let found = Catalogue::of(words).entries;
            let codes: Vec<&str> = found.iter().map(|entry| entry.code.as_str()).collect();
            assert!(codes.contains(&code), "{words}: {codes:?}");
        }
    }

    #[test]
    fn who_has_the_words_in_the_meaning_comes_first() {
        let found = Catalogue::of("expired secret").entries;
        assert_eq!(found[0].code, "AADSTS7000222");
        let found = Catalogue::of("disabled account").entries;
        assert_eq!(found[0].code, "AADSTS50057");
    }

    #[test]
    fn a_short_word_is_no_part_of_another() {
        for (words, part) in [("spa", "spares"), ("aks", "breaks")] {
            for entry in Catalogue::of(words).entries {
                let text = format!("{} {}", entry.meaning, entry.more).to_lowercase();
                let (_, others) = SAME.iter().find(|(typed, _)| *typed == words).unwrap();
                let is_there =
                    has_word(&text, words) || others.iter().any(|one| text.contains(one));
                assert!(is_there, "{words}, not {part}: {}", entry.code);
            }
        }
    }

    #[test]
    fn the_list_fits_the_terminal() {
        let meaning = &aadsts::entry(65_001).unwrap().meaning;
        let listed = |width| Catalogue::of("").table(width);
        for width in [40, 80] {
            let list = listed(Some(width));
            let fits = |line: &str| line.chars().count() <= width;
            assert!(list.lines().all(fits), "{list}");
            assert!(!list.contains(meaning), "{list}");
        }
        assert!(listed(Some(40)).contains("\nAADSTS65001\n  Neither the user nor"));
        let beside = |line: &str| line.contains("AADSTS65001 ") && line.contains(" Neither");
        assert!(listed(Some(80)).lines().any(beside));
        assert!(listed(None).contains(meaning));
    }

    #[test]
    fn every_word_has_to_be_there() {
        assert!(Catalogue::of("").entries.len() > 300);
        let found = Catalogue::of("Consent admin");
        assert!(
            found
                .entries
                .iter()
                .any(|entry| entry.code == "AADSTS90094")
        );
        assert!(found.entries.len() < 40);
        assert!(Catalogue::of("consent zebra").is_empty());
    }
}
