//! What a person copied from this program's own output.

use std::borrow::Cow;

use protocol::diagnosis::Diagnosis;

use crate::error_codes;
use crate::error_codes::Entry;

/// The text without the advice of this program, which names errors that did not happen.
pub(super) fn without_advice(text: &str) -> Cow<'_, str> {
    let plain = anstream::adapter::strip_str(text).to_string();
    let is_advice = |line: &&str| line.trim_start().starts_with("hint: ");
    if !plain.contains("error: ") || !plain.lines().any(|line| is_advice(&line)) {
        return Cow::Borrowed(text);
    }
    let facts: Vec<&str> = plain.lines().filter(|line| !is_advice(line)).collect();
    Cow::Owned(facts.join("\n"))
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
    fn advice_is_no_part_of_what_happened() {
        let printed = "error: no\n\u{1b}[36mhint\u{1b}[0m: explain AADSTS65001\ntrace id: x";
        assert_eq!(without_advice(printed), "error: no\ntrace id: x");
        for text in ["hint: AADSTS65001", "error: AADSTS65001", "a\u{1b}[2Jb"] {
            assert_eq!(without_advice(text), text);
        }
    }
}
