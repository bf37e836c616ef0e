//! Text from outside, made harmless before a person sees it.

mod named_secrets;

use std::borrow::Cow;
use std::fmt::Write as _;

use self::named_secrets::without_named_secrets;

/// How much of an unexpected body an error shows, in characters.
const EXCERPT_LENGTH: usize = 200;

/// From which length on a run of token characters is taken for a token or a secret.
const TOKEN_LENGTH: usize = 40;

/// How long the client secrets are at least that Entra makes.
const CLIENT_SECRET_LENGTH: usize = 34;

/// From which length on a run without slashes is no file's name, and no word of an address.
const LONGEST_NAME: usize = 128;

/// From which length on a run with slashes is no path and no address.
const LONGEST_ADDRESS: usize = 512;

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
/// paragraph separators, the fillers and blanks that show as nothing, and its variation selectors,
/// of which any number may follow a character unseen.
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
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}'
            | '\u{e0100}'..='\u{e01ef}'
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

/// The text of an error without what is a token or secret beyond doubt: the start of any JWT, runs
/// longer than any name, and what has the form of Entra's client secrets. Paths, addresses,
/// thumbprints and the base64url of JSON alone (the claims in a command) stay, which
/// [`without_tokens`] takes for tokens. It is not escaped.
///
/// ```
/// let said = protocol::text::without_certain_tokens("there is no profile `eyJhbGciOiJub25lIn0.e30.c2ln`");
/// assert_eq!(said, "there is no profile `[…]`");
/// ```
pub fn without_certain_tokens(text: &str) -> Cow<'_, str> {
    let is_of_token =
        |character: char| character.is_ascii_alphanumeric() || "-._~+/".contains(character);
    let mut kept = String::new();
    let mut done = 0;
    let mut place = 0;
    while let Some(offset) = text[place..].find(is_of_token) {
        let start = place + offset;
        let end = text[start..]
            .find(|character| !is_of_token(character))
            .map_or(text.len(), |length| start + length);
        if is_certainly_a_token(&text[start..end]) {
            kept.push_str(&text[done..start]);
            kept.push_str(HIDDEN);
            done = end;
        }
        place = end;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(&text[done..]);
    Cow::Owned(kept)
}

/// Whether it is neither a path, nor an address, nor a thumbprint.
fn is_certainly_a_token(run: &str) -> bool {
    let is_json = |part: &str| part.starts_with("eyJ");
    if is_json(run) && !run.contains('.') {
        return false;
    }
    let is_jwt = |word: &str| word.rsplit('.').skip(1).any(is_json);
    run.split('/').any(is_jwt)
        || run
            .split('/')
            .any(|part| part.len() >= LONGEST_NAME && is_mixed(part))
        || run.split('/').any(|part| {
            let is_long_enough = (CLIENT_SECRET_LENGTH..=TOKEN_LENGTH + 4).contains(&part.len());
            is_long_enough && part.contains('~') && is_mixed(part)
        })
        || (run.len() >= LONGEST_ADDRESS && is_mixed(run))
}

/// Whether it has small and capital letters and digits.
fn is_mixed(run: &str) -> bool {
    run.bytes().any(|byte| byte.is_ascii_uppercase())
        && run.bytes().any(|byte| byte.is_ascii_lowercase())
        && run.bytes().any(|byte| byte.is_ascii_digit())
}

/// Long runs of mixed letters and digits, long runs without separators, and the start of any JWT.
fn looks_like_a_token(run: &str) -> bool {
    if run.contains("eyJ") {
        return true;
    }
    (run.len() >= TOKEN_LENGTH && is_mixed(run))
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
            shown.starts_with("<html> <p>token […] secret=[…]</p>x x"),
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
    fn an_error_repeats_no_token_that_was_typed_in_the_wrong_place() {
        let refresh_token = format!("1.AX{}", "aB3_-".repeat(60));
        let compact = format!("EwB{}", "aB3+/".repeat(120));
        for typed in [
            "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2ln",
            "@eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2ln",
            "abc8Q~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[..40].as_ref(),
            &refresh_token,
            &compact,
        ] {
            let said = format!("`{typed}` cannot be read");
            let shown = without_certain_tokens(&said);
            assert!(shown.contains("[…]` cannot be read"), "{shown}");
            assert!(!shown.contains(&typed[4..12]), "{shown}");
        }
    }

    #[test]
    fn an_error_keeps_paths_addresses_and_thumbprints() {
        for said in [
            "/private/var/folders/zz/zyXvpxvq6csfxvn_n0000000000000/T/entra-auth-cli/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.tmp",
            "https://entra.microsoft.com/11111111-2222-3333-4444-555555555555/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/CallAnAPI/appId/11111111-2222-3333-4444-555555555555",
            "thumbprint A94A8FE5CCB19BA61C4C0873D391E987982FBBD3",
            "x5t#S256 -bAXyBGvDdLrdqDsJgIkgtVbD6sRXTKUkKBTjHMuoKg",
            "C:\\Users\\ada\\AppData\\Local\\PACKAG~1\\key1",
            "get-token --claims eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19",
            "the beginning eyJ",
        ] {
            assert!(
                matches!(without_certain_tokens(said), Cow::Borrowed(_)),
                "{said}"
            );
        }
    }

    #[test]
    fn what_shows_as_nothing_is_escaped() {
        for unseen in ['\u{2800}', '\u{fe00}', '\u{fe0f}', '\u{e0100}', '\u{e01ef}'] {
            let shown = format!("a\\u{{{:x}}}b", u32::from(unseen));
            assert_eq!(escaped(&format!("a{unseen}b")), shown);
        }
        assert_eq!(escaped("a ☂ ⠁ é"), "a ☂ ⠁ é");
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
