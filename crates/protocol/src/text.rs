//! Text from outside, made harmless before a person sees it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// How much of an unexpected body an error shows, in characters.
const EXCERPT_LENGTH: usize = 200;

/// From which length on a run of token characters is taken for a token or a secret.
const TOKEN_LENGTH: usize = 40;

/// What a value is called that is a secret in a request or a reply (RFC 6749 §11.2, RFC 7521 §4,
/// OpenID Connect Core 1.0 §2).
const SECRET_NAMES: [&str; 12] = [
    "access_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "id_token",
    "nonce",
    "password",
    "refresh_token",
    "state",
];

/// What stands in an excerpt where something looked like a token.
const HIDDEN: &str = "[…]";

/// Escapes every character that could act on a terminal or deceive a reader: C0 and C1 controls
/// with line breaks and tabs, DEL, bidirectional controls, zero-width and other invisible
/// characters, line and paragraph separators. What remains is printed as it is.
///
/// ```
/// assert_eq!(protocol::text::escaped("a\u{1b}[2Jb\n"), r"a\u{1b}[2Jb\n");
/// ```
pub fn escaped(text: &str) -> Cow<'_, str> {
    escaped_unless(text, |_| false)
}

/// As [`escaped`], but line feeds stay, and the carriage returns before them go.
pub fn escaped_keeping_lines(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") {
        let text = text.replace("\r\n", "\n");
        return Cow::Owned(escaped_unless(&text, |character| character == '\n').into_owned());
    }
    escaped_unless(text, |character| character == '\n')
}

fn escaped_unless(text: &str, harmless: impl Fn(char) -> bool) -> Cow<'_, str> {
    let hostile = |character: char| is_hostile(character) && !harmless(character);
    if !text.chars().any(hostile) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            _ if !hostile(character) => safe.push(character),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(character));
            }
        }
    }
    Cow::Owned(safe)
}

/// The language of a document, which decides how its quoted strings escape a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentLanguage {
    /// RFC 8259 §7: `\uXXXX`, two of them beyond the basic plane.
    Json,
    /// YAML 1.2 §5.7: `\uXXXX`, or `\UXXXXXXXX` beyond the basic plane.
    Yaml,
}

/// The same for a whole document whose strings stand in double quotes: what [`escaped`] escapes is
/// written in the document's own way, so that a reader of the document still gets it. Line feeds
/// stay, which are layout: in a string they are escaped already.
///
/// ```
/// use protocol::text::{DocumentLanguage, escaped_document};
///
/// let document = escaped_document("{\"a\": \"\u{202e}\"}\n", DocumentLanguage::Json);
/// assert_eq!(document, "{\"a\": \"\\u202e\"}\n");
/// ```
pub fn escaped_document(document: &str, language: DocumentLanguage) -> Cow<'_, str> {
    if !acts_on_a_terminal(document) {
        return Cow::Borrowed(document);
    }
    let mut safe = String::with_capacity(document.len() + 64);
    for character in document.chars() {
        let code = u32::from(character);
        // Writing to a String cannot fail.
        let _ = match language {
            _ if character == '\n' || !is_hostile(character) => {
                safe.push(character);
                Ok(())
            }
            DocumentLanguage::Yaml if code > 0xffff => write!(safe, "\\U{code:08x}"),
            DocumentLanguage::Json | DocumentLanguage::Yaml => character
                .encode_utf16(&mut [0; 2])
                .iter()
                .try_for_each(|unit| write!(safe, "\\u{unit:04x}")),
        };
    }
    Cow::Owned(safe)
}

/// Whether anything but line feeds stands in the text that [`escaped`] would escape.
pub fn acts_on_a_terminal(text: &str) -> bool {
    text.chars()
        .any(|character| character != '\n' && is_hostile(character))
}

/// Unicode's `Cc` and `Cf` (but for Arabic number signs, which are visible), its line and
/// paragraph separators, and the fillers that show as nothing.
const fn is_hostile(character: char) -> bool {
    matches!(
        character,
        '\u{0}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// The beginning of a body that was not what it should be: escaped, at most 200 characters, with
/// everything left out that looks like a token or a secret.
pub fn excerpt(body: &[u8]) -> String {
    // Tokens are sought before cutting, so that no cut makes one too short to be seen.
    let window = &body[..body.len().min(16 * 1024)];
    let text = String::from_utf8_lossy(window);
    let words: Vec<&str> = text.split_whitespace().collect();
    let without_secrets = without_secrets(&words.join(" "));
    let safe = escaped(&without_secrets);
    if safe.chars().count() <= EXCERPT_LENGTH {
        return safe.into_owned();
    }
    let mut cut: String = safe.chars().take(EXCERPT_LENGTH - 1).collect();
    cut.push('…');
    cut
}

/// The text with everything left out that is named as a secret or looks like a token. It is not
/// escaped.
pub fn without_secrets(text: &str) -> String {
    without_tokens(&without_named_secrets(text))
}

/// The text without the values that are named as secrets, in a form or in JSON, whole or cut off.
fn without_named_secrets(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(separator) = rest.find([':', '=']) {
        let secret = secret_name(&rest[..separator])
            .map(|name| (name, value_after(rest, separator)))
            .filter(|(name, (_, value))| !value.is_empty() && !is_number_of_error(name, value));
        if let Some((_, (start, value))) = secret {
            kept.push_str(&rest[..start]);
            kept.push_str(HIDDEN);
            rest = &rest[start + value.len()..];
        } else {
            kept.push_str(&rest[..=separator]);
            rest = &rest[separator + 1..];
        }
    }
    kept.push_str(rest);
    kept
}

/// The name of a secret, if one stands at the end of the text: alone, or as the last part of a
/// name such as `error.access_token`.
fn secret_name(text: &str) -> Option<&'static str> {
    let text = text.trim_end().trim_end_matches(is_quotation);
    SECRET_NAMES.into_iter().find(|name| {
        let start = text.len().saturating_sub(name.len());
        text.get(start..)
            .is_some_and(|end| end.eq_ignore_ascii_case(name))
            && !text[..start].ends_with(|character: char| character.is_ascii_alphanumeric())
    })
}

/// Whether a `code` is an HTTP status or an error's number, and no authorization code.
fn is_number_of_error(name: &str, value: &str) -> bool {
    name == "code" && value.len() <= 8 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// What follows the separator at this place, and where it begins: up to the quote that closes it
/// or, without quotes, to where a form's or an object's next part begins.
fn value_after(text: &str, separator: usize) -> (usize, &str) {
    let quoted = text[separator + 1..].trim_start();
    let unescaped = quoted.trim_start_matches('\\');
    let value = unescaped.strip_prefix(['"', '\'']).unwrap_or(unescaped);
    let opening = &quoted[..quoted.len() - value.len()];
    let end = match opening.chars().last() {
        Some(quote) => value
            .match_indices(quote)
            .map(|(end, _)| end)
            // Inside a string that is not itself inside one, an escaped quote is part of it.
            .find(|end| opening.len() > 1 || !value[..*end].ends_with('\\')),
        None => {
            value.find(|character: char| character.is_whitespace() || "\"'&,{}".contains(character))
        }
    };
    let start = text.len() - value.len();
    (start, &value[..end.unwrap_or(value.len())])
}

const fn is_quotation(character: char) -> bool {
    matches!(character, '"' | '\'' | '\\')
}

/// The text with every run of characters left out that could be a token, key or secret by its looks.
/// It is not escaped.
pub fn without_tokens(text: &str) -> String {
    let is_token_character =
        |character: char| character.is_ascii_alphanumeric() || "-._~+/=%".contains(character);
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_token_character) {
        let (before, from) = rest.split_at(start);
        let end = from
            .find(|character| !is_token_character(character))
            .unwrap_or(from.len());
        let (run, after) = from.split_at(end);
        kept.push_str(before);
        kept.push_str(if looks_like_a_token(run) { HIDDEN } else { run });
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// Long runs of mixed letters and digits, long runs without separators, and the start of any JWT.
fn looks_like_a_token(run: &str) -> bool {
    if run.contains("eyJ") {
        return true;
    }
    let mixed = run.bytes().any(|byte| byte.is_ascii_uppercase())
        && run.bytes().any(|byte| byte.is_ascii_lowercase())
        && run.bytes().any(|byte| byte.is_ascii_digit());
    (run.len() >= TOKEN_LENGTH && mixed)
        || run
            .split(['.', '/', '='])
            .any(|part| part.len() >= TOKEN_LENGTH)
}

/// Whether the parts of a pattern stand in a text, one after the other: `…` in it stands for
/// whatever differs.
pub fn stand_in(text: &str, pattern: &str) -> bool {
    let mut rest = text;
    pattern.split('…').all(|part| {
        let after = rest.split_once(part);
        rest = after.map_or(rest, |(_, after)| after);
        after.is_some()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_parts_of_a_pattern_stand_in_their_order() {
        for (text, pattern) in [
            ("no profile `a` here", "no profile `…` here"),
            ("a b c", "b"),
            ("a b c", "a…b…c"),
        ] {
            assert!(stand_in(text, pattern), "{pattern}");
        }
        for (text, pattern) in [("a b c", "c…a"), ("aa", "a…a…a"), ("a", "b")] {
            assert!(!stand_in(text, pattern), "{pattern}");
        }
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(escaped("Grüße, 世界 🎉 C:\\x"), Cow::Borrowed(_)));
    }

    #[test]
    fn controls_and_deceivers_are_spelled_out() {
        assert_eq!(escaped("\u{1b}]0;x\u{7}"), r"\u{1b}]0;x\u{7}");
        assert_eq!(escaped("a\r\nb\tc"), r"a\r\nb\tc");
        assert_eq!(escaped("\u{9b}31m"), r"\u{9b}31m");
        for hidden in [
            '\u{202e}',
            '\u{2066}',
            '\u{200b}',
            '\u{200d}',
            '\u{feff}',
            '\u{2028}',
            '\u{ad}',
            '\u{e0041}',
            '\u{7f}',
            '\u{85}',
        ] {
            let shown = escaped(&format!("a{hidden}b")).into_owned();
            assert_eq!(shown, format!("a\\u{{{:x}}}b", u32::from(hidden)));
        }
    }

    #[test]
    fn lines_stay_where_asked_for() {
        assert_eq!(escaped_keeping_lines("a\r\nb\nc\rd"), "a\nb\nc\\rd");
    }

    #[test]
    fn a_document_is_escaped_in_its_own_language() {
        let document = "{\"a\": \"\u{9b}\u{e0041}x\"}\n";
        assert_eq!(
            escaped_document(document, DocumentLanguage::Json),
            "{\"a\": \"\\u009b\\udb40\\udc41x\"}\n"
        );
        assert_eq!(
            escaped_document(document, DocumentLanguage::Yaml),
            "{\"a\": \"\\u009b\\U000e0041x\"}\n"
        );
        let plain = "{\n  \"a\": \"Grüße\"\n}\n";
        assert!(matches!(
            escaped_document(plain, DocumentLanguage::Json),
            Cow::Borrowed(_)
        ));
    }

    #[test]
    fn an_excerpt_is_short_and_tells_no_token() {
        let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln";
        let secret = "abc8Q~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let body = format!(
            "<html>\n <p>token {token} secret={secret}</p>{}",
            "x ".repeat(300)
        );
        let shown = excerpt(body.as_bytes());
        assert!(
            shown.starts_with("<html> <p>token […] […]</p>x x"),
            "{shown}"
        );
        assert!(!shown.contains("eyJ") && !shown.contains("8Q~"), "{shown}");
        assert_eq!(shown.chars().count(), 200);
    }

    #[test]
    fn an_excerpt_tells_no_value_that_is_named_as_a_secret() {
        for (body, shown) in [
            ("client_secret=pl4nted&scope=x", "client_secret=[…]&scope=x"),
            (
                r#"{"access_token": "pl4nted, pl4nted", "expires_in":5}"#,
                r#"{"access_token": "[…]", "expires_in":5}"#,
            ),
            (
                r#"{"message":"{\"refresh_token\":\"pl4nted\"}"}"#,
                r#"{"message":"{\"refresh_token\":\"[…]"}"}"#,
            ),
            (r#"{"password":"pl4n\"ted"}"#, r#"{"password":"[…]"}"#),
            (
                r#"{"password":"","code":""}"#,
                r#"{"password":"","code":""}"#,
            ),
            ("{'password' : 'pl4nted'}", "{'password' : '[…]'}"),
            (
                "{Password: pl4nted, code: pl4nted}",
                "{Password: […], code: […]}",
            ),
            (
                "device_code=pl4nted user_code:",
                "device_code=[…] user_code:",
            ),
            (
                r#"cut off: "id_token":"pl4n"#,
                r#"cut off: "id_token":"[…]"#,
            ),
            (
                "error code: 503, error_codes=[7000215]",
                "error code: 503, error_codes=[7000215]",
            ),
            ("password=12345678", "password=[…]"),
            (
                "/authorize?state=pl4nted&nonce=pl4nted&scope=x",
                "/authorize?state=[…]&nonce=[…]&scope=x",
            ),
            ("barcode=x assertion failed", "barcode=x assertion failed"),
        ] {
            assert_eq!(excerpt(body.as_bytes()), shown);
        }
    }

    #[test]
    fn an_excerpt_keeps_what_helps() {
        let body = "Trace 5f0c1b9e-8c8e-4a1e-9d44-0d1e8f5a7b3c at login.microsoftonline.com";
        assert_eq!(excerpt(body.as_bytes()), body);
        assert_eq!(excerpt(&[0xff, b'a', 0x1b]), "\u{fffd}a\\u{1b}");
    }

    proptest! {
        #[test]
        fn nothing_hostile_survives(text in any::<String>()) {
            prop_assert!(!escaped(&text).chars().any(is_hostile));
            prop_assert!(!escaped_keeping_lines(&text).chars().any(|character| is_hostile(character) && character != '\n'));
        }

        #[test]
        fn a_document_still_says_the_same(text in any::<String>()) {
            let document = serde_json::to_string_pretty(&[&text]).unwrap();
            let safe = escaped_document(&document, DocumentLanguage::Json);
            prop_assert!(!acts_on_a_terminal(&safe));
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&safe).unwrap(), [text]);
        }

        #[test]
        fn any_body_has_an_excerpt(body in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let shown = excerpt(&body);
            prop_assert!(shown.chars().count() <= EXCERPT_LENGTH);
            prop_assert!(!shown.chars().any(is_hostile));
        }
    }
}
