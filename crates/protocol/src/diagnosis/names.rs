//! Words of a text that may be the name of an error.

/// Longer than any name.
const LONGEST_NAME: usize = 64;

/// How codes begin that are letters and a number: of Azure AD B2C, of Azure Key Vault, of the .NET
/// library with which APIs check tokens (Microsoft.IdentityModel), of AD FS.
const FAMILIES: [&str; 4] = ["AADB2C", "AKV", "IDX", "MSIS"];

/// How many digits such a number has.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=7;

/// The general code of Azure AD B2C, which has an entry, stands for itself.
const B2C: &str = "AADB2C";

/// Where the letters of a name change from small to capital as often as this, it is no word of a
/// language.
const HUMPS: usize = 2;

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
/// Without such a call a word counts only if it has an underscore, or capitals within: English has
/// neither. One capital within is enough where it stands in parentheses alone.
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
                let is_numbered = is_numbered(word);
                if !is_name(word) && !is_numbered {
                    continue;
                }
                let is_enclosed = text[..begin].ends_with('(') && text[at..].starts_with(')');
                let is_called_error =
                    is_numbered || has_label(&text[..begin]) || (is_enclosed && humps(word) > 0);
                if !is_called_error && !word.contains('_') && humps(word) < HUMPS {
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
    // Such a code stands behind a name that says less.
    found.sort_by_key(|name| (!is_numbered(&name.text), !name.is_called_error));
    found
}

/// The name that the whole text is, as people type it: `Invalid-Client`, `"invalid_client"`.
fn alone(text: &str) -> Option<Name> {
    let word =
        text.trim_matches(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    if is_numbered(word) {
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

/// Whether it is the code of a family, or what its members have in common, and a number.
fn is_numbered(word: &str) -> bool {
    let number = |family: &str| {
        let start = word.get(..family.len())?;
        let number = word.get(family.len()..)?;
        start.eq_ignore_ascii_case(family).then_some(number)
    };
    let is_number = |digits: &str| {
        DIGITS.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    word.eq_ignore_ascii_case(B2C) || FAMILIES.into_iter().filter_map(number).any(is_number)
}

/// How often a capital follows a small letter.
fn humps(word: &str) -> usize {
    let letters = word.as_bytes();
    let is_hump = |pair: &&[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    letters.windows(2).filter(is_hump).count()
}

fn has_label(before: &str) -> bool {
    let mut reach = before.len().saturating_sub(LABEL_REACH);
    while !before.is_char_boundary(reach) {
        reach += 1;
    }
    let near = &before[reach..];
    let connection = near.trim_end_matches(|character: char| " \t\"'\\".contains(character));
    let Some(label) = connection.strip_suffix([':', '=', '(', '>']) else {
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
    fn a_code_of_letters_and_a_number_comes_first() {
        for (text, code) in [
            (
                "error=\"invalid_token\", error_description=\"IDX10214: Audience",
                "IDX10214",
            ),
            (
                "{\"code\":\"Unauthorized\",\"message\":\"AKV10032: Invalid issuer",
                "AKV10032",
            ),
            (
                "error=access_denied&error_description=MSIS9605: The client",
                "MSIS9605",
            ),
        ] {
            assert_eq!(names(text)[0], (code.to_owned(), true), "{text}");
        }
        for text in ["IDX1 y", "AKVs y", "MSIS y", "akv103x y"] {
            assert!(names(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_name_with_capitals_within_is_known_anywhere() {
        for text in [
            "answered ForbiddenByRbac today",
            "answered (ForbiddenByRbac) today",
        ] {
            assert_eq!(names(text)[0].0, "ForbiddenByRbac", "{text}");
        }
        let enclosed = names("(AuthorizationFailed) The client");
        assert_eq!(enclosed, [("AuthorizationFailed".to_owned(), true)]);
        let in_xml = names("<Error><Code>AuthenticationFailed</Code></Error>");
        assert_eq!(in_xml, [("AuthenticationFailed".to_owned(), true)]);
        for text in [
            "GitHub failed",
            "our AuthorizationFailed page",
            "(failed) x",
        ] {
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
