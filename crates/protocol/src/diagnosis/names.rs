//! Words of a text that may be the name of an error.

/// Longer than any name.
const LONGEST_NAME: usize = 64;

/// How the codes of Azure AD B2C begin, and how many digits follow at most.
const B2C: &str = "AADB2C";
const LONGEST_NUMBER: usize = 7;

/// What stands before a name that is one of an error, its letters alone, in lower case.
const LABELS: [&str; 6] = [
    "error",
    "suberror",
    "errorsubcode",
    "code",
    "errorcode",
    "refused",
];

/// How far before a name its label is looked for, in bytes.
const LABEL_REACH: usize = 24;

/// A word that may be the name of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The word as it stands there; in lower case with underscores if it was typed alone.
    pub text: String,
    /// Whether the text calls it an error, or consists of nothing else.
    pub is_called_error: bool,
}

/// The words of a text that may be names, those called errors first, each once.
///
/// Without such a call a word counts only if it has an underscore: English has none.
pub(super) fn in_text(text: &str) -> Vec<Name> {
    if let Some(name) = alone(text) {
        return vec![name];
    }
    let mut found: Vec<Name> = Vec::new();
    let mut start = None;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        let belongs = character.is_ascii_alphanumeric() || character == '_';
        match (belongs, start) {
            (true, None) => start = Some(at),
            (false, Some(begin)) => {
                start = None;
                let word = &text[begin..at];
                if !is_name(word) && !is_b2c(word) {
                    continue;
                }
                let is_called_error = is_b2c(word) || has_label(&text[..begin]);
                if !is_called_error && !word.contains('_') {
                    continue;
                }
                match found.iter_mut().find(|name| name.text == word) {
                    Some(known) => known.is_called_error |= is_called_error,
                    None => found.push(Name {
                        text: word.to_owned(),
                        is_called_error,
                    }),
                }
            }
            _ => {}
        }
    }
    // Azure AD B2C puts its own behind a name that says less.
    found.sort_by_key(|name| (!is_b2c(&name.text), !name.is_called_error));
    found
}

/// The name that the whole text is, as people type it: `Invalid-Client`, `"invalid_client"`.
fn alone(text: &str) -> Option<Name> {
    let word =
        text.trim_matches(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    if is_b2c(word) {
        return Some(Name {
            text: word.to_ascii_uppercase(),
            is_called_error: true,
        });
    }
    let plain = word.replace('-', "_");
    is_name(&plain).then(|| Name {
        text: if plain.contains('_') {
            plain.to_ascii_lowercase()
        } else {
            plain
        },
        is_called_error: true,
    })
}

fn is_name(word: &str) -> bool {
    word.len() <= LONGEST_NAME
        && word.starts_with(|first: char| first.is_ascii_alphabetic())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

/// Whether it has the form of Azure AD B2C's codes, `AADB2C` and a number.
fn is_b2c(word: &str) -> bool {
    let number = word
        .get(..B2C.len())
        .filter(|start| start.eq_ignore_ascii_case(B2C))
        .and_then(|_| word.get(B2C.len()..));
    number.is_some_and(|digits| {
        digits.len() <= LONGEST_NUMBER && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn has_label(before: &str) -> bool {
    let mut reach = before.len().saturating_sub(LABEL_REACH);
    while !before.is_char_boundary(reach) {
        reach += 1;
    }
    let near = &before[reach..];
    let connection = near.trim_end_matches(|character: char| " \t\"'\\".contains(character));
    let Some(label) = connection.strip_suffix([':', '=', '(']) else {
        return false;
    };
    let letters: String = label
        .rsplit(['\n', ',', '&', '?', '{', ';'])
        .next()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|character| character.to_ascii_lowercase())
        .collect();
    LABELS.iter().any(|label| letters.ends_with(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, bool)> {
        let found = in_text(text).into_iter();
        found
            .map(|name| (name.text, name.is_called_error))
            .collect()
    }

    #[test]
    fn a_name_is_known_where_it_is_called_an_error() {
        for text in [
            "error=invalid_grant&state=x",
            "{\"error\": \"invalid_grant\"}",
            "refused (invalid_grant): no",
            "Error: invalid_grant",
            "suberror:'invalid_grant'",
            "Invalid-Grant",
            "'invalid_grant'",
        ] {
            assert_eq!(names(text), [("invalid_grant".to_owned(), true)], "{text}");
        }
        assert_eq!(
            names("{\"code\":\"refused\"}"),
            [("refused".to_owned(), true)]
        );
    }

    #[test]
    fn a_code_of_b2c_is_one_wherever_it_stands_and_comes_first() {
        let found = names("error=access_denied: AADB2C90118: The user has");
        assert_eq!(
            found,
            [
                ("AADB2C90118".to_owned(), true),
                ("access_denied".to_owned(), true)
            ]
        );
        assert_eq!(names("aadb2c90091"), [("AADB2C90091".to_owned(), true)]);
        for text in ["AADB2Cx1 y", "AADB2C123456789 y", "XAADB2C90118 y"] {
            assert!(names(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn elsewhere_it_needs_an_underscore() {
        assert_eq!(
            names("the server refused with timed_out, error: other_name"),
            [
                ("other_name".to_owned(), true),
                ("timed_out".to_owned(), false)
            ]
        );
        assert!(names("nothing was refused here").is_empty());
    }
}
