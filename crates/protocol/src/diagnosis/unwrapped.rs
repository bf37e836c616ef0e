//! What browsers, logs and shells put around a text, taken off again.

use std::borrow::Cow;

/// A link in a log in a JSON string has three layers.
const MOST_LAYERS: usize = 3;

/// The longest reference of HTML that is read, without `&` and `;`.
const LONGEST_REFERENCE: usize = 8;

/// The text without percent-encoding, HTML references and JSON escapes.
pub(super) fn unwrapped(text: &str) -> Cow<'_, str> {
    let mut plain = Cow::Borrowed(text);
    for _ in 0..MOST_LAYERS {
        if !plain.contains(['%', '&', '\\']) {
            break;
        }
        let next = one_layer(&plain);
        if next == plain {
            break;
        }
        plain = Cow::Owned(next);
    }
    plain
}

fn one_layer(text: &str) -> String {
    // Only in a query does `+` stand for a space; there other characters are percent-encoded.
    let is_query = text.contains('%') && text.contains('=') && !text.contains(' ');
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, meant) = match first {
            '%' => percent_encoded(rest),
            '&' => html_reference(rest),
            '\\' => json_escape(rest),
            '+' if is_query => Some((1, Meant::Character(' '))),
            _ => None,
        }
        .unwrap_or((first.len_utf8(), Meant::Character(first)));
        match meant {
            Meant::Byte(byte) => plain.push(byte),
            Meant::Character(character) => {
                plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        rest = &rest[length..];
    }
    String::from_utf8_lossy(&plain).into_owned()
}

enum Meant {
    Byte(u8),
    Character(char),
}

fn percent_encoded(text: &str) -> Option<(usize, Meant)> {
    let digits = text.get(1..3)?;
    Some((3, Meant::Byte(u8::try_from(hexadecimal(digits)?).ok()?)))
}

fn html_reference(text: &str) -> Option<(usize, Meant)> {
    let end = text
        .bytes()
        .take(LONGEST_REFERENCE + 2)
        .position(|byte| byte == b';')?;
    let character = match &text[1..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => hexadecimal(digits)?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((end + 1, Meant::Character(character)))
}

/// RFC 8259 §7, but for characters that JSON writes as two.
fn json_escape(text: &str) -> Option<(usize, Meant)> {
    let (length, character) = match text.as_bytes().get(1)? {
        b'"' => (2, '"'),
        b'/' => (2, '/'),
        b'n' | b'r' => (2, '\n'),
        b't' => (2, '\t'),
        b'u' => (6, char::from_u32(hexadecimal(text.get(2..6)?)?)?),
        _ => return None,
    };
    Some((length, Meant::Character(character)))
}

fn hexadecimal(digits: &str) -> Option<u32> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrapping_comes_off() {
        for (wrapped, plain) in [
            ("AADSTS65001%3a+The+user%2C", "AADSTS65001%3a+The+user%2C"),
            ("d=AADSTS65001%3a+The+user", "d=AADSTS65001: The user"),
            ("d=%25C3%25A4", "d=ä"),
            ("&quot;code&quot;:&#39;a&#x27; &amp;amp;", "\"code\":'a' &"),
            (
                r#"{\"error\":\"a\"}\r\n\u003cb\/"#,
                "{\"error\":\"a\"}\n\n<b/",
            ),
            ("1 + 1", "1 + 1"),
        ] {
            let expected = if wrapped == plain {
                unwrapped(plain).into_owned()
            } else {
                plain.to_owned()
            };
            assert_eq!(unwrapped(wrapped), expected);
        }
    }

    #[test]
    fn what_is_no_wrapping_stays() {
        for text in [
            "100 %",
            "%zz",
            "a & b;",
            "&#xffffffff;",
            "&#55296;",
            r"C:\x",
            r"\ud800",
            "%",
            "\\",
            "&",
        ] {
            assert_eq!(unwrapped(text), text);
        }
        assert_eq!(unwrapped("%ff"), "\u{fffd}");
    }
}
