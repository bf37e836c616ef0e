//! `$filter` and `$search` of applications.

use super::GraphError;

/// What applications are looked for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) enum Condition {
    #[default]
    Anything,
    AppIdIs(String),
    NameIs(String),
    NameStartsWith(String),
    NameEndsWith(String),
    /// Every one of these begins a word of the name.
    NameHasWords(Vec<String>),
}

impl Condition {
    /// Reads a `$filter`: one comparison, or one of the functions that Graph offers for names.
    pub(super) fn of_filter(filter: &str) -> Result<Self, GraphError> {
        let filter = filter.trim();
        let unreadable = || GraphError::bad_request(format!("Invalid filter clause: {filter}"));
        for (start, make) in [
            ("appId eq ", Self::AppIdIs as fn(String) -> Self),
            ("displayName eq ", Self::NameIs),
        ] {
            if let Some(rest) = filter.strip_prefix(start) {
                return string_literal(rest).map(make).ok_or_else(unreadable);
            }
        }
        let (function, rest) = filter.split_once('(').ok_or_else(unreadable)?;
        let argument = rest
            .strip_suffix(')')
            .and_then(|arguments| arguments.strip_prefix("displayName,"))
            .and_then(|argument| string_literal(argument.trim()))
            .ok_or_else(unreadable)?;
        match function.to_ascii_lowercase().as_str() {
            "startswith" => Ok(Self::NameStartsWith(argument)),
            "endswith" => Ok(Self::NameEndsWith(argument)),
            _ => Err(unreadable()),
        }
    }

    /// Reads a `$search`: `"displayName:…"`, the quotation marks included, in which a backslash
    /// stands before every quotation mark and backslash.
    pub(super) fn of_search(search: &str) -> Result<Self, GraphError> {
        let unreadable = || {
            GraphError::bad_request(format!(
                "Syntax error: character is not valid in '{search}'."
            ))
        };
        let inner = search
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .ok_or_else(unreadable)?;
        let mut text = String::new();
        let mut characters = inner.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some(escaped @ ('"' | '\\')) => text.push(escaped),
                    _ => return Err(unreadable()),
                },
                '"' => return Err(unreadable()),
                _ => text.push(character),
            }
        }
        let words = text.strip_prefix("displayName:").ok_or_else(unreadable)?;
        let words = words_of(words);
        if words.is_empty() {
            return Err(unreadable());
        }
        Ok(Self::NameHasWords(words))
    }

    /// Whether Graph answers it without advanced queries.
    pub(super) const fn is_advanced(&self) -> bool {
        matches!(self, Self::NameEndsWith(_) | Self::NameHasWords(_))
    }

    pub(super) fn is_met_by(&self, name: &str, app_id: &str) -> bool {
        let lower = str::to_lowercase;
        match self {
            Self::Anything => true,
            Self::AppIdIs(id) => id.eq_ignore_ascii_case(app_id),
            Self::NameIs(wanted) => lower(name) == lower(wanted),
            Self::NameStartsWith(start) => lower(name).starts_with(&lower(start)),
            Self::NameEndsWith(end) => lower(name).ends_with(&lower(end)),
            Self::NameHasWords(wanted) => {
                let words = words_of(name);
                wanted
                    .iter()
                    .all(|wanted| words.iter().any(|word| word.starts_with(wanted.as_str())))
            }
        }
    }
}

/// A string in single quotes, in which two of them stand for one.
fn string_literal(text: &str) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let unescaped = inner.replace("''", "\u{0}");
    (!unescaped.contains('\'')).then(|| unescaped.replace('\u{0}', "'"))
}

/// The words that `$search` knows: broken at spaces, numbers, letter case and symbols.
fn words_of(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for character in text.chars() {
        let begins = (character.is_uppercase() && before.is_lowercase())
            || character.is_numeric() != before.is_numeric();
        if begins || !character.is_alphanumeric() {
            words.push(String::new());
        }
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
        before = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_broken_as_graph_does() {
        assert_eq!(
            words_of("hello-world33Lowcase fun"),
            ["hello", "world", "33", "lowcase", "fun"]
        );
        let found = Condition::of_search("\"displayName:hello low\"").unwrap();
        assert!(found.is_met_by("hello-world33Lowcase", ""));
        assert!(!found.is_met_by("othello slow", ""));
    }

    #[test]
    fn quotes_have_to_be_escaped() {
        assert_eq!(
            Condition::of_filter("displayName eq 'O''Neill'").unwrap(),
            Condition::NameIs("O'Neill".to_owned())
        );
        assert_eq!(
            Condition::of_filter("endsWith(displayName,'''')").unwrap(),
            Condition::NameEndsWith("'".to_owned())
        );
        for bad in [
            "displayName eq 'O'Neill'",
            "displayName eq x",
            "contains(displayName,'x')",
            "displayName eq 'a' or 1 eq 1",
        ] {
            assert_eq!(Condition::of_filter(bad).unwrap_err().status, 400, "{bad}");
        }
        assert!(Condition::of_search(r#""displayName:a\"b\\""#).is_ok());
        for bad in [
            "displayName:x",
            r#""displayName:a"b""#,
            r#""displayName:\x""#,
            r#""x""#,
        ] {
            assert_eq!(Condition::of_search(bad).unwrap_err().status, 400, "{bad}");
        }
    }
}
