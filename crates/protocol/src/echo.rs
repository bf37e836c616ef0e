//! Secrets that a reply repeats: a server, or a proxy in its place, may quote the request it could
//! not use, in its own spelling.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;
use zeroize::Zeroize;
use zeroize::Zeroizing;

use crate::HttpRequest;
use crate::redaction::REDACTED;

/// Shorter values are left alone, in bytes: they stand in many harmless words, so that hiding them
/// would spoil the message, and show by its gaps what they are.
const SHORTEST_SECRET: usize = 6;

/// The secrets of one request.
pub(crate) struct Secrets(Vec<Zeroizing<String>>);

impl Secrets {
    /// Every value of the request that diagnostics hide, and what an `Authorization` header is made
    /// of.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let mut secrets: Vec<_> = request.hidden_parameters().collect();
        for value in request.hidden_headers() {
            if let Some((scheme, credentials)) = value.split_once(' ') {
                secrets.push(Zeroizing::new(credentials.to_owned()));
                if scheme.eq_ignore_ascii_case("basic") {
                    secrets.extend(password_of(credentials));
                }
            }
            secrets.push(Zeroizing::new(value.to_owned()));
        }
        secrets.retain(|secret| secret.len() >= SHORTEST_SECRET);
        // What is part of another would leave the rest of it behind.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(secrets)
    }

    /// The text with every secret in it hidden, however it is spelt.
    pub(crate) fn hidden_in(&self, text: Vec<u8>) -> Vec<u8> {
        self.0.iter().fold(text, |mut text, secret| {
            let Cow::Owned(hidden) = without(&text, secret) else {
                return text;
            };
            text.zeroize();
            hidden
        })
    }
}

/// The password in the credentials of HTTP Basic, form-encoded there (RFC 6749 §2.3.1).
fn password_of(credentials: &str) -> Option<Zeroizing<String>> {
    let pair = Zeroizing::new(STANDARD.decode(credentials).ok()?);
    let colon = pair.iter().position(|byte| *byte == b':')?;
    let encoded = Zeroizing::new([b"p=", &pair[colon + 1..]].concat());
    let (_, password) = form_urlencoded::parse(&encoded).next()?;
    Some(Zeroizing::new(password.into_owned()))
}

fn without<'a>(text: &'a [u8], secret: &str) -> Cow<'a, [u8]> {
    let mut kept = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while at < text.len() {
        match spelt_length(&text[at..], secret) {
            Some(length) => {
                kept.extend_from_slice(&text[copied..at]);
                kept.extend_from_slice(REDACTED.as_bytes());
                at += length;
                copied = at;
            }
            None => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    kept.extend_from_slice(&text[copied..]);
    Cow::Owned(kept)
}

/// How many bytes at the start of the text spell the secret.
fn spelt_length(text: &[u8], secret: &str) -> Option<usize> {
    // An escape can also be read as the characters it consists of, so each reading is followed.
    let mut ends = vec![0];
    for wanted in secret.chars() {
        let mut next: Vec<usize> = ends
            .iter()
            .flat_map(|end| {
                spellings(&text[*end..], wanted)
                    .into_iter()
                    .flatten()
                    .map(move |length| end + length)
            })
            .collect();
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            return None;
        }
        ends = next;
    }
    ends.last().copied()
}

/// The lengths of what stands at the start of the text and means the character: itself, or an
/// escape of a form, of JSON or of HTML.
fn spellings(text: &[u8], wanted: char) -> [Option<usize>; 2] {
    let mut bytes = [0; 4];
    let bytes = wanted.encode_utf8(&mut bytes).as_bytes();
    let itself = text.starts_with(bytes).then_some(bytes.len());
    let escaped = match text.first() {
        Some(b'+') => (wanted == ' ').then_some(1),
        Some(b'%') => percent_encoded(text, bytes),
        Some(b'\\') => json_escape(text, wanted),
        Some(b'&') => html_reference(text, wanted),
        _ => None,
    };
    [itself, escaped]
}

fn percent_encoded(text: &[u8], bytes: &[u8]) -> Option<usize> {
    let means = |escape: &[u8], byte: u8| {
        escape[0] == b'%' && hexadecimal(&escape[1..]) == Some(u32::from(byte))
    };
    let length = 3 * bytes.len();
    text.get(..length)?
        .chunks_exact(3)
        .zip(bytes)
        .all(|(escape, byte)| means(escape, *byte))
        .then_some(length)
}

/// RFC 8259 §7.
fn json_escape(text: &[u8], wanted: char) -> Option<usize> {
    let short = match wanted {
        '\u{8}' => Some(b'b'),
        '\u{c}' => Some(b'f'),
        '\n' => Some(b'n'),
        '\r' => Some(b'r'),
        '\t' => Some(b't'),
        '"' | '\\' | '/' => u8::try_from(wanted).ok(),
        _ => None,
    };
    if short.is_some() && text.get(1).copied() == short {
        return Some(2);
    }
    let mut units = [0; 2];
    let units = wanted.encode_utf16(&mut units);
    let length = 6 * units.len();
    text.get(..length)?
        .chunks_exact(6)
        .zip(units)
        .all(|(escape, unit)| {
            escape.starts_with(b"\\u") && hexadecimal(&escape[2..]) == Some(u32::from(*unit))
        })
        .then_some(length)
}

/// The characters that HTML itself needs by name, any by number.
fn html_reference(text: &[u8], wanted: char) -> Option<usize> {
    const LONGEST: usize = 10;
    let end = text.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let means = match &text[1..end] {
        b"amp" => u32::from('&'),
        b"lt" => u32::from('<'),
        b"gt" => u32::from('>'),
        b"quot" => u32::from('"'),
        b"apos" => u32::from('\''),
        [b'#', b'x' | b'X', digits @ ..] => hexadecimal(digits)?,
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse().ok()?,
        _ => return None,
    };
    (means == u32::from(wanted)).then_some(end + 1)
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hidden(secret: &str, text: &str) -> String {
        let secrets = Secrets(vec![Zeroizing::new(secret.to_owned())]);
        String::from_utf8(secrets.hidden_in(text.as_bytes().to_vec())).unwrap()
    }

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        for echoed in [
            "a b/c+ü&\"9",
            "a%20b%2Fc%2B%C3%BC%26%229",
            "a+b%2fc%2b%c3%bc%26%229",
            r#"a b\/c+ü&\"9"#,
            r"a b\u002fc\u002B\u00fc\u0026\u00229",
            "a b/c+ü&amp;&quot;9",
            "a&#32;b&#x2F;c&#43;&#xfc;&#38;&#34;9",
        ] {
            let text = format!("sent: {echoed}.");
            assert_eq!(hidden("a b/c+ü&\"9", &text), "sent: [REDACTED].");
        }
    }

    #[test]
    fn escapes_are_also_read_as_they_stand() {
        assert_eq!(
            hidden("100%25!", "100%25! 100%2525!"),
            "[REDACTED] [REDACTED]"
        );
        assert_eq!(
            hidden(r"a\u0041", r"a\u0041 a\\u0041"),
            "[REDACTED] [REDACTED]"
        );
        assert_eq!(hidden("&amp;&amp;", "&amp;&amp;"), "[REDACTED]");
    }

    #[test]
    fn everything_else_stays() {
        for text in ["", "secre", "SECRET1", "secret%31 is %", "&#;\\u12 secret"] {
            assert_eq!(hidden("secret2", text), text);
        }
        assert_eq!(hidden("secret", "xsecretsecrety"), "x[REDACTED][REDACTED]y");
    }

    /// As it stands between quotes.
    fn json_string(text: &str) -> String {
        let quoted = serde_json::to_string(text).unwrap();
        quoted[1..quoted.len() - 1].to_owned()
    }

    proptest! {
        #[test]
        fn no_encoder_gets_a_secret_through(secret in "\\PC{6,12}", before in "\\PC{0,5}", after in "\\PC{0,5}") {
            for spelt in [
                secret.clone(),
                form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
                crate::http::percent_encoded(&secret).to_string(),
                json_string(&secret),
            ] {
                let shown = hidden(&secret, &format!("{before}{spelt}{after}"));
                prop_assert!(shown.contains("[REDACTED]"), "{shown}");
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in proptest::collection::vec(any::<u8>(), 0..200), secret in any::<String>()) {
            let secrets = Secrets(vec![Zeroizing::new(format!("{secret}123456"))]);
            secrets.hidden_in(text);
        }
    }
}
