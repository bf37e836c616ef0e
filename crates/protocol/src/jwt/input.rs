//! The token in what a person pasted or a program printed.

use std::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::ordered_json::Json;

/// The longest input that is looked at, in bytes.
pub const LONGEST_INPUT: usize = 4 * 1024 * 1024;

/// A token, freed of what stood around it.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenText {
    /// The token.
    pub token: Zeroizing<String>,
    /// Whether white space stood between its characters and was taken out, as where a terminal or a
    /// mail wrapped it. Other readers refuse such a token (RFC 7515 §2 has no white space in
    /// base64url).
    pub was_wrapped: bool,
}

impl fmt::Debug for TokenText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenText")
            .field("was_wrapped", &self.was_wrapped)
            .finish_non_exhaustive()
    }
}

/// Why an input is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InputError {
    /// Nothing is left once its surroundings are taken off.
    #[error("the input is empty")]
    Empty,
    /// It is longer than [`LONGEST_INPUT`].
    #[error("the input is longer than 4 MiB")]
    TooLong,
    /// JSON without an access token.
    #[error("the input is JSON, but has no `access_token`")]
    NoAccessToken,
}

/// The token in what a person pasted or a program printed: without quotes, `Authorization:`,
/// `Bearer` (RFC 6750 §2.1) and white space, also inside; of a JSON object its `access_token`
/// (RFC 6749 §5.1).
///
/// # Errors
/// [`InputError`] if there is none.
pub fn token_in(input: &str) -> Result<TokenText, InputError> {
    if input.len() > LONGEST_INPUT {
        return Err(InputError::TooLong);
    }
    let input = input.trim_start_matches('\u{feff}').trim();
    if input.starts_with('{') {
        return of_reply(input);
    }
    let mut rest = bare(input);
    for prefix in ["authorization:", "bearer"] {
        let found = rest
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let after = rest.get(prefix.len()..).unwrap_or_default();
        let ends = prefix.ends_with(':') || after.starts_with(char::is_whitespace);
        if found && (ends || after.is_empty()) {
            rest = bare(after);
        }
    }
    if rest.is_empty() {
        return Err(InputError::Empty);
    }
    let mut token = Zeroizing::new(String::with_capacity(rest.len()));
    token.extend(rest.split_whitespace());
    Ok(TokenText {
        was_wrapped: token.len() < rest.len(),
        token,
    })
}

/// Without the white space and quotes around it.
fn bare(text: &str) -> &str {
    text.trim_matches(|character: char| {
        character.is_whitespace() || matches!(character, '"' | '\'' | '`' | ',' | ';')
    })
}

fn of_reply(input: &str) -> Result<TokenText, InputError> {
    let Ok(Json::Object(reply)) = serde_json::from_str(input) else {
        return Err(InputError::NoAccessToken);
    };
    let token = reply
        .text("access_token")
        .map(str::trim)
        .filter(|token| !token.is_empty())
        .ok_or(InputError::NoAccessToken)?;
    Ok(TokenText {
        token: Zeroizing::new(token.to_owned()),
        was_wrapped: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_a_token_is_taken_off() {
        for input in [
            "a.b.c",
            "  a.b.c\r\n",
            "\"a.b.c\"",
            "'a.b.c';",
            "Bearer a.b.c",
            "bearer\ta.b.c",
            "Authorization: Bearer a.b.c",
            "\"Authorization: Bearer a.b.c\",",
            "AUTHORIZATION:BEARER a.b.c",
            "\u{feff}a.b.c",
            r#"{"token_type":"Bearer","access_token":"a.b.c"}"#,
            r#"{"access_token":" a.b.c\n"}"#,
        ] {
            let found = token_in(input).unwrap();
            assert_eq!(*found.token, "a.b.c", "{input}");
            assert!(!found.was_wrapped, "{input}");
        }
        assert_eq!(*token_in("bearerish").unwrap().token, "bearerish");
        for empty in ["", " ", "Bearer", "Bearer  ", "\"\"", "Authorization:"] {
            assert_eq!(token_in(empty), Err(InputError::Empty), "{empty}");
        }
        for other in [
            "{}",
            r#"{"access_token":5}"#,
            r#"{"access_token":" "}"#,
            r#"{"access_token":"#,
        ] {
            assert_eq!(token_in(other), Err(InputError::NoAccessToken), "{other}");
        }
        let long = "a".repeat(LONGEST_INPUT + 1);
        assert_eq!(token_in(&long), Err(InputError::TooLong));
    }

    #[test]
    fn what_stood_inside_is_taken_out_and_told() {
        for input in [
            "a.\r\n  b.\n c",
            "Bearer a.b\u{a0}.c",
            "\"a.\tb.c\"",
            "a .b.c\n",
        ] {
            let found = token_in(input).unwrap();
            assert_eq!(*found.token, "a.b.c", "{input:?}");
            assert!(found.was_wrapped, "{input:?}");
        }
    }

    #[test]
    fn nothing_of_a_token_is_in_its_debug_form() {
        let shown = format!("{:?}", token_in("s3cret").unwrap());
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
