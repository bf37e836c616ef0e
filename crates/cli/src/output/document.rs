//! Any value as a JSON or YAML document that no terminal acts on and no reader is deceived by,
//! wherever its texts came from.

use std::borrow::Cow;

use protocol::text::DocumentLanguage;
use protocol::text::acts_on_a_terminal;
use protocol::text::escaped_document;
use serde::Serialize;
use zeroize::Zeroizing;

use super::not_renderable;
use crate::command_error::CommandError;

/// Indented JSON, with a newline at its end.
pub(crate) fn json(value: &impl Serialize) -> Result<Zeroizing<String>, CommandError> {
    let mut text = pretty(value)?;
    text.push('\n');
    Ok(safe(text, DocumentLanguage::Json))
}

/// JSON in one line, without a newline.
pub(crate) fn json_line(value: &impl Serialize) -> Result<Zeroizing<String>, CommandError> {
    let text = serde_json::to_string(value).map_err(|error| not_renderable(&error))?;
    Ok(safe(Zeroizing::new(text), DocumentLanguage::Json))
}

/// YAML, with a newline at its end.
///
/// Only strings in double quotes can escape a character, so where one has to, the document is
/// written as JSON is, which YAML 1.2 contains.
pub(crate) fn yaml(value: &impl Serialize) -> Result<Zeroizing<String>, CommandError> {
    let text = serde_saphyr::to_string(value).map_err(|error| not_renderable(&error))?;
    let mut text = Zeroizing::new(text);
    if acts_on_a_terminal(&text) {
        text = safe(pretty(value)?, DocumentLanguage::Yaml);
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

fn pretty(value: &impl Serialize) -> Result<Zeroizing<String>, CommandError> {
    serde_json::to_string_pretty(value)
        .map(Zeroizing::new)
        .map_err(|error| not_renderable(&error))
}

fn safe(text: Zeroizing<String>, language: DocumentLanguage) -> Zeroizing<String> {
    match escaped_document(&text, language) {
        Cow::Borrowed(_) => {}
        Cow::Owned(safe) => return Zeroizing::new(safe),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_reads_back_the_same() {
        let value =
            serde_json::json!({"a": "\u{9b}31m\u{202e}\u{e0041}\u{1b}\r\n", "b": ["Grüße"]});
        for text in [json(&value).unwrap(), json_line(&value).unwrap()] {
            assert!(!acts_on_a_terminal(&text), "{text:?}");
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&text).unwrap(),
                value
            );
        }
        let text = yaml(&value).unwrap();
        assert!(!acts_on_a_terminal(&text), "{text:?}");
        assert_eq!(
            serde_saphyr::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }

    #[test]
    fn plain_values_are_plain_yaml() {
        let value = serde_json::json!({"a": "Grüße", "b": 1});
        assert_eq!(*yaml(&value).unwrap(), "a: Grüße\nb: 1\n");
    }
}
