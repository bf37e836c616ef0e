//! The redirect URI that a server names in its refusal.

use crate::text;

/// What stands before it, in lower case.
const LABELS: [&str; 2] = ["redirect uri", "reply url"];

/// How much is shown of one, in characters.
const LONGEST: usize = 200;

/// The first redirect URI that stands in quotation marks behind its label, as it may be shown.
pub(super) fn in_text(shown: &str) -> Option<String> {
    // Only ASCII letters change, so places stay the same.
    let lower = shown.to_ascii_lowercase();
    let mut labels = LABELS.iter().flat_map(|label| {
        let ends = lower.match_indices(label);
        ends.map(|(at, label)| at + label.len())
    });
    labels.find_map(|end| quoted(shown.get(end..)?))
}

/// The address that a text begins with, in quotation marks.
fn quoted(text: &str) -> Option<String> {
    let text = text.trim_start_matches([' ', ':']);
    let mark = text.chars().next().filter(|first| "'\"".contains(*first))?;
    let (address, _) = text.get(1..)?.split_once(mark)?;
    let is_address = address.contains(':') && !address.contains(char::is_whitespace);
    let safe = text::escaped(address);
    (is_address && safe.chars().count() <= LONGEST).then(|| safe.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_in_quotation_marks_behind_its_label() {
        for (said, address) in [
            (
                "AADSTS50011: The redirect URI 'http://127.0.0.1:53682/' specified in",
                "http://127.0.0.1:53682/",
            ),
            ("The reply URL: \"msal1://auth\" specified", "msal1://auth"),
            (
                "error 'redirect_uri_mismatch': The redirect URI 'https://a/' provided",
                "https://a/",
            ),
        ] {
            assert_eq!(in_text(said).as_deref(), Some(address));
        }
        let hostile = in_text("The redirect URI 'https://a/\u{202e}' specified").unwrap();
        assert!(!hostile.contains('\u{202e}'), "{hostile}");
        for text in [
            "the redirect URI is wrong",
            "the redirect URI 'x",
            "the redirect URI 'and so on: no' y",
            &format!("the redirect URI 'https://{}'", "x".repeat(LONGEST)),
        ] {
            assert_eq!(in_text(text), None, "{text}");
        }
    }
}
