//! What is searched for, and how Graph is asked for it.

use model::tenant::is_guid;

/// What an application has to be called, or which one it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApplicationSearch {
    /// Every application.
    All,
    /// The one of this application (client) id, a GUID in lower case.
    Id(String),
    /// Those whose name fits.
    Name(NamePattern),
}

/// A name in which `*` stands for any characters, also for none, and everything else for itself in
/// any letter case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    /// What stands between the stars, lower-cased: one piece more than there are stars.
    pieces: Vec<String>,
    /// The pieces as they were typed.
    typed: Vec<String>,
}

/// One way to ask Graph for applications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationQuery {
    /// What Graph itself is asked to look for.
    pub clause: Clause,
    /// Whether Graph finds more than is meant, so that the names have to be looked at here.
    pub needs_narrowing: bool,
}

/// What Graph itself is asked to look for. The texts are as they were typed, not escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// Nothing in particular.
    All,
    /// `$filter=appId eq '…'`.
    IdIs(String),
    /// `$filter=displayName eq '…'`.
    NameIs(String),
    /// `$filter=startswith(displayName,'…')`.
    NameStartsWith(String),
    /// `$filter=endsWith(displayName,'…')`, an advanced query.
    NameEndsWith(String),
    /// `$search="displayName:…"`, an advanced query: names with words that begin so.
    NameHasWord(String),
}

impl Clause {
    /// Whether Graph wants `ConsistencyLevel: eventual` and `$count=true` for it.
    pub const fn is_advanced(&self) -> bool {
        matches!(self, Self::NameEndsWith(_) | Self::NameHasWord(_))
    }
}

impl ApplicationSearch {
    /// Takes what a person searches for: a name with or without stars, or an application id.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if is_guid(text) {
            return Self::Id(text.to_ascii_lowercase());
        }
        if text.bytes().all(|byte| byte == b'*') {
            return Self::All;
        }
        Self::Name(NamePattern::new(text))
    }

    /// How Graph is asked, one query after the other. Each but the last only brings hits early; an
    /// application may come by several.
    pub fn queries(&self) -> Vec<ApplicationQuery> {
        let exactly = |clause| ApplicationQuery {
            clause,
            needs_narrowing: false,
        };
        match self {
            Self::All => vec![exactly(Clause::All)],
            Self::Id(id) => vec![exactly(Clause::IdIs(id.clone()))],
            Self::Name(pattern) => pattern.queries(),
        }
    }

    /// How Graph is asked where a directory has no advanced queries.
    pub fn plain_query(&self) -> ApplicationQuery {
        ApplicationQuery {
            clause: Clause::All,
            needs_narrowing: *self != Self::All,
        }
    }

    /// Whether an application of that name and id is meant.
    pub fn is_met_by(&self, name: &str, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Id(wanted) => wanted.eq_ignore_ascii_case(id),
            Self::Name(pattern) => pattern.fits(name),
        }
    }
}

impl NamePattern {
    fn new(text: &str) -> Self {
        let typed: Vec<String> = text.split('*').map(str::to_owned).collect();
        Self {
            pieces: typed.iter().map(|piece| folded(piece)).collect(),
            typed,
        }
    }

    fn queries(&self) -> Vec<ApplicationQuery> {
        let typed: Vec<&str> = self.typed.iter().map(String::as_str).collect();
        let query = |clause, needs_narrowing| ApplicationQuery {
            clause,
            needs_narrowing,
        };
        match typed.as_slice() {
            [name] => vec![query(Clause::NameIs((*name).to_owned()), false)],
            [start, middle @ .., end] => {
                let is_plain = middle.iter().all(|piece| piece.is_empty());
                if !start.is_empty() {
                    let narrows = !(is_plain && end.is_empty());
                    vec![query(Clause::NameStartsWith((*start).to_owned()), narrows)]
                } else if !end.is_empty() {
                    vec![query(Clause::NameEndsWith((*end).to_owned()), !is_plain)]
                } else {
                    let words = longest(middle).filter(|piece| holds_a_word(piece));
                    let early = words.map(|words| query(Clause::NameHasWord(words.into()), true));
                    let all = query(Clause::All, true);
                    early.into_iter().chain([all]).collect()
                }
            }
            [] => vec![query(Clause::All, true)],
        }
    }

    fn fits(&self, name: &str) -> bool {
        let name = folded(name);
        let Some((first, others)) = self.pieces.split_first() else {
            return true;
        };
        let Some((last, middle)) = others.split_last() else {
            return name == *first;
        };
        let Some(rest) = name.strip_prefix(first.as_str()) else {
            return false;
        };
        let Some(mut rest) = rest.strip_suffix(last.as_str()) else {
            return false;
        };
        // The first place is the best one: it leaves the most to what follows.
        for piece in middle {
            let Some(at) = rest.find(piece.as_str()) else {
                return false;
            };
            rest = &rest[at + piece.len()..];
        }
        true
    }
}

fn longest<'a>(pieces: &[&'a str]) -> Option<&'a str> {
    let length = |piece: &&&str| piece.chars().count();
    pieces.iter().max_by_key(length).copied()
}

/// Signs alone are no words to Graph's search.
fn holds_a_word(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(text: &str) -> Vec<(Clause, bool)> {
        let queries = ApplicationSearch::parse(text).queries();
        let pairs = queries
            .into_iter()
            .map(|query| (query.clause, query.needs_narrowing));
        pairs.collect()
    }

    fn fits(pattern: &str, name: &str) -> bool {
        ApplicationSearch::parse(pattern).is_met_by(name, "")
    }

    #[test]
    fn each_pattern_is_asked_in_its_own_way() {
        let text = str::to_owned;
        for (pattern, expected) in [
            ("", vec![(Clause::All, false)]),
            ("**", vec![(Clause::All, false)]),
            ("x", vec![(Clause::NameIs(text("x")), false)]),
            ("X?", vec![(Clause::NameIs(text("X?")), false)]),
            ("x*", vec![(Clause::NameStartsWith(text("x")), false)]),
            ("x**", vec![(Clause::NameStartsWith(text("x")), false)]),
            ("*x", vec![(Clause::NameEndsWith(text("x")), false)]),
            ("a*b", vec![(Clause::NameStartsWith(text("a")), true)]),
            ("a*b*", vec![(Clause::NameStartsWith(text("a")), true)]),
            ("*a*b", vec![(Clause::NameEndsWith(text("b")), true)]),
            (
                "*ab*cde*",
                vec![
                    (Clause::NameHasWord(text("cde")), true),
                    (Clause::All, true),
                ],
            ),
            ("*--*", vec![(Clause::All, true)]),
            (
                "AAAABBBB-0000-cccc-1111-dddd2222eeee",
                vec![(
                    Clause::IdIs(text("aaaabbbb-0000-cccc-1111-dddd2222eeee")),
                    false,
                )],
            ),
        ] {
            assert_eq!(asked(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn stars_stand_for_anything_and_nothing_else_does() {
        for (pattern, name, expected) in [
            ("pay*", "Payroll", true),
            ("PAY*", "payroll", true),
            ("*roll", "Payroll", true),
            ("*yro*", "Payroll", true),
            ("p*l", "Payroll", true),
            ("p*l", "Payrolls", false),
            ("p?yroll", "payroll", false),
            ("p?*", "P?", true),
            ("aba*ab", "abab", false),
            ("*a*a*", "a", false),
            ("*a*a*", "aXa", true),
            ("ÄRGER*", "ärgernis", true),
            ("*", "", true),
            ("x", "x ", false),
            ("*.*", "a.b", true),
            ("*[*", "a[b", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    /// The same by trying every length for every star.
    fn tried(pattern: &[char], name: &[char]) -> bool {
        match pattern.split_first() {
            None => name.is_empty(),
            Some(('*', rest)) => (0..=name.len()).any(|taken| tried(rest, &name[taken..])),
            Some((wanted, rest)) => name
                .split_first()
                .is_some_and(|(first, others)| first == wanted && tried(rest, others)),
        }
    }

    proptest! {
        #[test]
        fn a_name_fits_as_trying_everything_says(pattern in "[ab*]{0,8}", name in "[ab]{0,8}") {
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            let expected = pattern.is_empty() || tried(&characters(&pattern), &characters(&name));
            prop_assert_eq!(fits(&pattern, &name), expected);
        }
    }
}
