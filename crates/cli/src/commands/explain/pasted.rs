//! What a person copied from this program's own output.

use std::borrow::Cow;

use protocol::diagnosis::Diagnosis;
use serde_json::Value;

use crate::error_codes;
use crate::error_codes::Entry;

/// The text without the advice of this program, which names errors that did not happen.
pub(super) fn without_advice(text: &str) -> Cow<'_, str> {
    if let Some(facts) = document_without_hints(text) {
        return Cow::Owned(facts);
    }
    let plain = anstream::adapter::strip_str(text).to_string();
    let is_advice = |line: &&str| line.trim_start().starts_with("hint: ");
    if !plain.contains("error: ") || !plain.lines().any(|line| is_advice(&line)) {
        return Cow::Borrowed(text);
    }
    let facts: Vec<&str> = plain.lines().filter(|line| !is_advice(line)).collect();
    Cow::Owned(facts.join("\n"))
}

/// The text with the hints taken out of the error in it, if it has one as JSON.
fn document_without_hints(text: &str) -> Option<String> {
    let start = text.find("{\"schema_version\"")?;
    let (before, document) = text.split_at_checked(start)?;
    let mut documents = serde_json::Deserializer::from_str(document).into_iter::<Value>();
    let mut error = documents.next()?.ok()?;
    let after = document.get(documents.byte_offset()..)?;
    error.as_object_mut()?.remove("hints")?;
    Some(format!("{before}{error}{after}"))
}

/// The entry of the error that this program printed, if it did and nothing in the text names it.
pub(super) fn printed(text: &str, found: &Diagnosis) -> Option<&'static Entry> {
    let mut names = found.names.iter().filter(|name| name.is_called_error);
    error_codes::by_code(text).or_else(|| {
        let is_named = names.any(|name| error_codes::entry(&name.text).is_some());
        (!is_named).then(|| error_codes::by_words(text)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_of_a_document_are_no_part_of_what_happened() {
        let printed =
            "$ x\n{\"schema_version\":1,\"code\":\"refused\",\"hints\":[\"AADSTS65001\"]}\n$";
        let facts = without_advice(printed);
        assert!(!facts.contains("65001"), "{facts}");
        assert!(
            facts.starts_with("$ x\n{") && facts.ends_with("}\n$"),
            "{facts}"
        );
        assert!(facts.contains("\"code\":\"refused\""), "{facts}");
        for text in [
            "{\"schema_version\":1}",
            "{\"schema_version\":",
            "{\"hints\":[]}",
        ] {
            assert_eq!(without_advice(text), text);
        }
    }

    #[test]
    fn advice_is_no_part_of_what_happened() {
        let printed = "error: no\n\u{1b}[36mhint\u{1b}[0m: explain AADSTS65001\ntrace id: x";
        assert_eq!(without_advice(printed), "error: no\ntrace id: x");
        for text in ["hint: AADSTS65001", "error: AADSTS65001", "a\u{1b}[2Jb"] {
            assert_eq!(without_advice(text), text);
        }
    }
}
