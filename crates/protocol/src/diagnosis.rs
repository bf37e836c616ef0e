//! What a pasted text says of an error: numbers, names, claims, identifiers. Pure recognition, no
//! judgement: what they mean stands in [`crate::aadsts`] and [`crate::error_names`].
//!
//! The text may come from anywhere. Nothing of it is repeated here but what has the form of an
//! error's number or name, of an identifier, or was freed of secrets.

mod identifiers;
mod names;
mod numbers;
mod redirect_uri;
mod sentences;
mod signs;
mod unwrapped;

use serde::Serialize;

pub use self::names::Name;
use crate::aadsts;
use crate::aadsts::Topic;
use crate::claims;
use crate::error_names;
use crate::text;

/// How much of a text is read, in bytes. A log may be longer; its end is what counts.
const LONGEST_TEXT: usize = 256 * 1024;

/// Everything in a text that tells of an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// AADSTS numbers, the likeliest first, each once.
    pub numbers: Vec<Number>,
    /// Words that may be the name of an error, those called one first, each once.
    pub names: Vec<Name>,
    /// The redirect URI that the server names, as it may be shown.
    pub redirect_uri: Option<String>,
    /// The trouble that a sentence names, if no number does.
    pub topic: Option<Topic>,
    /// The claims that are asked for, as JSON.
    pub claims: Option<String>,
    /// What support asks for, and whom it is about.
    pub identifiers: Identifiers,
    /// The text as it may be shown: unwrapped, without secrets, escaped, cut.
    pub excerpt: String,
}

/// One AADSTS number of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// The number after `AADSTS`.
    pub code: u64,
    /// What the server said of it, as it may be shown; `None` where the number stood alone.
    pub said: Option<String>,
}

impl Number {
    /// The entry that fits the number and what was said of it; `None` if nothing is known of it.
    pub fn entry(&self) -> Option<&'static aadsts::Entry> {
        aadsts::entry_as_said(self.code, self.said.as_deref())
    }
}

/// GUIDs and times that stand behind their labels.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Identifiers {
    /// Entra's identifier of the answer.
    pub trace_id: Option<String>,
    /// The identifier of the sign-in, as it stands in the sign-in logs.
    pub correlation_id: Option<String>,
    /// The server's time, as it wrote it.
    pub timestamp: Option<String>,
    /// The application (client) id.
    pub client_id: Option<String>,
    /// The tenant's id.
    pub tenant_id: Option<String>,
}

/// Reads a text.
///
/// ```
/// use protocol::diagnosis;
///
/// let found = diagnosis::of("https://localhost/?error=access_denied&error_description=AADSTS65004%3a+User+declined");
/// assert_eq!(found.numbers[0].code, 65004);
/// assert_eq!(found.names[0].text, "access_denied");
/// ```
pub fn of(text: &str) -> Diagnosis {
    let plain = unwrapped::unwrapped(end_of(text.trim()));
    let plain = numbers::made_whole(&plain);
    let shown = text::without_secrets(&plain);
    let mut numbers: Vec<Number> = numbers::in_text(&plain)
        .into_iter()
        .map(|code| Number {
            code,
            said: numbers::said_of(code, &shown),
        })
        .collect();
    // A sentence says more than a number that nobody knows.
    let is_known = numbers.iter().any(|number| number.entry().is_some());
    let by_sentence = sentences::code_in(&plain).filter(|_| !is_known);
    if let Some(code) = by_sentence {
        numbers.insert(0, Number { code, said: None });
    }
    let topic = Topic::in_text(&plain).filter(|_| numbers.is_empty());
    let mut names = names::in_text(&plain);
    if !is_known
        && by_sentence.is_none()
        && let Some(name) = sentences::name_in(&plain)
        && names.iter().all(|known| known.text != name)
    {
        // It says more than an answer of the token endpoint, which has no entry of its own.
        let says_less = |name: &Name| error_names::entry(&name.text).is_none();
        let place = names.iter().position(says_less);
        let place = place.filter(|_| error_names::entry(name).is_some());
        names.insert(
            place.unwrap_or(names.len()),
            Name {
                text: name.to_owned(),
                is_called_error: false,
            },
        );
    }
    Diagnosis {
        numbers,
        names,
        redirect_uri: redirect_uri::in_text(&shown),
        topic,
        claims: claims::of_challenge(end_of(text)).or_else(|| claims::of_challenge(&plain)),
        identifiers: identifiers::in_text(&plain),
        excerpt: text::excerpt(plain.as_bytes()),
    }
}

/// The last part of a text that is longer than any error.
fn end_of(text: &str) -> &str {
    let mut start = text.len().saturating_sub(LONGEST_TEXT);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codes(text: &str) -> Vec<u64> {
        of(text).numbers.iter().map(|number| number.code).collect()
    }

    #[test]
    fn a_code_is_known_in_every_spelling() {
        for text in [
            "AADSTS65001",
            "aadsts65001",
            "65001",
            " 65001\n",
            "aadsts-65001",
            "AADSTS 65001:",
            "Error code: 65001",
            "\"errorCode\": 65001",
            "https://login.microsoftonline.com/error?code=65001",
            "ResultType=65001",
        ] {
            assert_eq!(codes(text), [65001], "{text}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for text in [
            "",
            "5f0c1b9e-8c8e-4a1e-9d44-65001e8f5a7b",
            "00065001-0000-0000-0000-000000065001",
            "port 65001 is in use",
            "error code: 503",
            "AADSTS",
            "AADSTS99999999999999999999999",
        ] {
            assert_eq!(codes(text), Vec::<u64>::new(), "{text}");
        }
    }

    #[test]
    fn the_particular_and_the_newest_come_first() {
        assert_eq!(
            codes("AADSTS70002: Error validating credentials. AADSTS50012: Invalid client secret."),
            [50012, 70002]
        );
        assert_eq!(
            codes("AADSTS50076: MFA\n… later …\nAADSTS65001: consent"),
            [65001, 50076]
        );
        assert_eq!(codes("AADSTS50012: x. AADSTS70002: y"), [50012, 70002]);
        assert_eq!(codes("error_codes: [65001, 50076]"), [50076, 65001]);
        assert_eq!(codes("65001 50076, 65001"), [65001, 50076]);
        assert_eq!(codes("AADSTS65001 50076"), [50076, 65001]);
        assert_eq!(codes("65001 what is that"), [65001]);
        assert_eq!(codes("AADSTS65001 12345"), [65001]);
    }

    #[test]
    fn a_sentence_says_more_than_a_number_that_nobody_knows() {
        let words = "No matching federated identity record found for presented assertion subject";
        assert_eq!(
            codes(&format!("AADSTS9999999: {words} 'x'")),
            [700_213, 9_999_999]
        );
        assert_eq!(codes(&format!("AADSTS65001: {words} 'x'")), [65_001]);
        let names = |text: &str| -> Vec<String> {
            of(text).names.into_iter().map(|name| name.text).collect()
        };
        assert_eq!(
            names(
                "{\"error\": \"invalid_request\", \"error_description\": \"Identity not found\"}"
            ),
            [
                "managed_identity_request_failed",
                "invalid_request",
                "error_description"
            ]
        );
        assert_eq!(
            names("error=invalid_grant: no. Interactive authentication is needed."),
            ["invalid_grant", "interaction_required"]
        );
    }

    #[test]
    fn what_the_server_said_ends_where_its_words_do() {
        let said = |text: &str| of(text).numbers[0].said.clone();
        for text in [
            "AADSTS65001: The user 'ada' (a) has to. Trace ID: x",
            "{\"error_description\":\"AADSTS65001: The user 'ada' (a) has to.\",\"error_codes\":[65001]}",
            "AADSTS65001: The user 'ada' (a) has to.\r\nCorrelation ID: x",
            "AADSTS65001: The user 'ada' (a) has to. AADSTS65001: again",
        ] {
            assert_eq!(
                said(text).as_deref(),
                Some("The user 'ada' (a) has to."),
                "{text}"
            );
        }
        assert_eq!(said("AADSTS65001"), None);
        assert_eq!(
            said("Sign-in error code\n65001\nFailure reason\nOther."),
            None
        );
    }

    #[test]
    fn what_support_asks_for_is_kept_and_nothing_like_it() {
        let found = of(
            "AADSTS700016: Application with identifier '6731de76-14a6-49ae-97bc-6eba6914391e' was \
             not found. Trace ID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 Correlation ID: \
             a1b2c3d4-0000-1111-2222-333344445555 Timestamp: 2026-07-01 08:09:10Z",
        );
        let identifiers = found.identifiers;
        let trace = identifiers.trace_id.as_deref();
        assert_eq!(trace, Some("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"));
        let correlation = identifiers.correlation_id.as_deref();
        assert_eq!(correlation, Some("a1b2c3d4-0000-1111-2222-333344445555"));
        assert_eq!(
            identifiers.timestamp.as_deref(),
            Some("2026-07-01 08:09:10Z")
        );
        let client = identifiers.client_id.as_deref();
        assert_eq!(client, Some("6731de76-14a6-49ae-97bc-6eba6914391e"));
        assert_eq!(
            of("Trace ID: \u{1b}[2J").identifiers,
            Identifiers::default()
        );
    }

    #[test]
    fn what_is_shown_of_it_holds_no_secret() {
        for text in [
            "client_secret=pl4nted&error=x AADSTS65001: no client_secret=pl4nted",
            "client_secret%3Dpl4nted AADSTS65001: refresh_token%253Dpl4nted",
            "client_secret=AADSTS65001pl4nted",
            "{\"refresh_token\":\"pl4nted\",\"error_description\":\"AADSTS65001: access_token=pl4nted\"}",
            "AADSTS65001: password&#61;pl4nted",
        ] {
            let shown = format!("{:?}", of(text));
            assert!(!shown.contains("pl4nted"), "{text}: {shown}");
        }
    }

    #[test]
    fn only_the_end_of_a_long_log_is_read() {
        let log = format!("AADSTS65001 {}\nAADSTS50076: x", "ä ".repeat(LONGEST_TEXT));
        assert_eq!(codes(&log), [50076]);
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            of(&text);
        }

        #[test]
        fn any_text_of_their_parts_can_be_read(
            parts in proptest::collection::vec(
                prop_oneof![
                    Just("AADSTS"), Just("65001"), Just("error="), Just("error_codes\":["), Just("%"),
                    Just("%41"), Just("&#x"), Just("&amp;"), Just("\\u00"), Just("\\\""), Just("claims=\""),
                    Just("eyJhIjp7fX0="), Just("Trace ID: "), Just("ä"), Just("\u{202e}"), Just("\""),
                    Just("invalid_grant"), Just("Timestamp:"), Just("2026-07-01 08:09:10Z"), Just(";"),
                    Just("WWW-Authenticate: Bearer "), Just("6731de76-14a6-49ae-97bc-6eba6914391e"),
                ],
                0..24,
            )
        ) {
            let found = of(&parts.concat());
            for number in &found.numbers {
                let said = number.said.as_deref().unwrap_or_default();
                let is_hostile = |character: char| character.is_control() || character == '\u{202e}';
                prop_assert!(!said.chars().any(is_hostile));
            }
        }
    }
}
