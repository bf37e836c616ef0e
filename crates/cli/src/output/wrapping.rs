//! Text for people in lines that fit the terminal.
//!
//! Lines break between words alone. A word that is wider than the terminal, such as an address or
//! an id, stays whole, and so does a command, on a line of its own: what the terminal then breaks by
//! itself is still copied as one line.

use std::borrow::Cow;

use textwrap::Options;
use textwrap::WordSplitter;
use textwrap::core::display_width;

/// What a command begins with that stands in a text, behind a colon. `…` is whatever came before a
/// pipe, `$` a shell's prompt.
const PROGRAMS: [&str; 7] = [
    "entra-auth-cli",
    "az",
    "openssl",
    "printf",
    "sudo",
    "…",
    "$",
];

/// One line of text in lines of at most `width` columns, where its words and commands allow; those
/// after the first are indented by `hanging` columns more than it. Styles (ECMA-48 SGR) take no
/// column.
pub(crate) fn wrapped(text: &str, width: usize, hanging: usize) -> Vec<String> {
    if display_width(text) <= width {
        return vec![text.to_owned()];
    }
    let words = text.trim_start_matches(' ');
    let indent = &text[..text.len() - words.len()];
    let further = format!("{indent}{}", " ".repeat(hanging));
    let mut lines: Vec<String> = Vec::new();
    for part in parts(words) {
        let initial = if lines.is_empty() { indent } else { &further };
        match part {
            Part::Prose(prose) => {
                let options = between_words(width)
                    .initial_indent(initial)
                    .subsequent_indent(&further);
                lines.extend(filled(prose, options));
            }
            Part::Command(command) => lines.push(format!("{initial}{command}")),
        }
    }
    lines
}

/// One line of foreign text so, in which nothing is taken for a command.
pub(crate) fn words_wrapped(text: &str, width: usize) -> Vec<String> {
    if display_width(text) <= width {
        return vec![text.to_owned()];
    }
    filled(text, between_words(width))
}

fn between_words<'o>(width: usize) -> Options<'o> {
    Options::new(width)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation)
}

fn filled(text: &str, options: Options<'_>) -> Vec<String> {
    let lines = textwrap::wrap(text, options);
    lines.into_iter().map(Cow::into_owned).collect()
}

/// Every line of the text in lines that fit, with their line ends.
pub(crate) fn wrapped_lines(text: &str, width: usize, hanging: usize) -> String {
    let mut shown = String::with_capacity(text.len() + text.len() / 16);
    for line in text.split_inclusive('\n') {
        let (line, end) = line
            .strip_suffix('\n')
            .map_or((line, ""), |line| (line, "\n"));
        shown.push_str(&wrapped(line, width, hanging).join("\n"));
        shown.push_str(end);
    }
    shown
}

#[derive(Debug, PartialEq, Eq)]
enum Part<'t> {
    Prose(&'t str),
    Command(&'t str),
}

/// The commands that a text names, as they can be copied.
#[cfg(test)]
pub(crate) fn commands(text: &str) -> Vec<&str> {
    parts(text)
        .into_iter()
        .filter_map(|part| match part {
            Part::Command(command) => Some(command),
            Part::Prose(_) => None,
        })
        .collect()
}

/// The text in what is read and what is copied. The comma, semicolon or full stop behind a command
/// goes: the end of its line says the same.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut prose = text;
    let mut from = 0;
    while from <= prose.len() {
        if !begins_a_command(&prose[from..]) {
            match prose[from..].find(": ") {
                Some(colon) => from += colon + 2,
                None => break,
            }
            continue;
        }
        let (before, rest) = prose.split_at(from);
        if !before.is_empty() {
            parts.push(Part::Prose(before.trim_end()));
        }
        let (command, after) = rest.split_at(command_length(rest));
        parts.push(Part::Command(command.trim_end()));
        let after = after.strip_prefix([',', ';', '.']).unwrap_or(after);
        prose = after.trim_start();
        from = 0;
        if prose.is_empty() {
            return parts;
        }
    }
    parts.push(Part::Prose(prose));
    parts
}

fn begins_a_command(text: &str) -> bool {
    let mut words = text.split(' ').peekable();
    if words.next_if_eq(&"export").is_some() {
        return words.next().is_some_and(assigns_a_variable);
    }
    let program = words.find(|word| !assigns_a_variable(word));
    program.is_some_and(|word| PROGRAMS.contains(&word)) && words.next().is_some()
}

/// Such as `HTTPS_PROXY=`, which stands before a command.
fn assigns_a_variable(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        let is_of_a_name = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
        !name.is_empty() && name.bytes().all(is_of_a_name)
    })
}

/// How far the command goes, in bytes: to where the sentence goes on outside of its quotes.
fn command_length(text: &str) -> usize {
    let mut quote = None;
    let mut is_escaped = false;
    for (place, character) in text.char_indices() {
        if std::mem::take(&mut is_escaped) {
            continue;
        }
        let rest = &text[place + character.len_utf8()..];
        match (quote, character) {
            (None, '\\') => is_escaped = true,
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, ',' | ';' | '.') if rest.starts_with(' ') => return place,
            (None, '.') if rest.is_empty() => return place,
            (None, ' ') if rest.starts_with('(') => return place,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HINT: &str = "hint: Keep it: entra-auth-cli config edit 'my app, 2' --client-secret-stdin, \
                        or give it with the command";

    #[test]
    fn what_fits_is_left_alone() {
        assert_eq!(wrapped(HINT, 200, 2), [HINT]);
    }

    #[test]
    fn lines_break_between_words_and_a_command_stands_alone() {
        assert_eq!(
            wrapped(HINT, 20, 2),
            [
                "hint: Keep it:",
                "  entra-auth-cli config edit 'my app, 2' --client-secret-stdin",
                "  or give it with",
                "  the command",
            ]
        );
    }

    #[test]
    fn an_address_and_an_id_are_never_broken() {
        let text = "See https://learn.microsoft.com/entra/identity-platform/reference-error-codes of \
                    11112222-bbbb-3333-cccc-4444dddd5555";
        assert_eq!(
            wrapped(text, 20, 0),
            [
                "See",
                "https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
                "of",
                "11112222-bbbb-3333-cccc-4444dddd5555"
            ]
        );
    }

    #[test]
    fn styles_take_no_room_and_indented_lines_stay_so() {
        let text = "  \x1b[36mcause:\x1b[0m It is so because it is\n\nEnd\n";
        assert_eq!(
            wrapped_lines(text, 22, 2),
            "  \x1b[36mcause:\x1b[0m It is so\n    because it is\n\nEnd\n"
        );
    }

    #[test]
    fn a_command_ends_where_the_sentence_goes_on() {
        for (text, command) in [
            ("Run: entra-auth-cli doctor", "entra-auth-cli doctor"),
            ("entra-auth-cli doctor", "entra-auth-cli doctor"),
            (
                "A: b: az rest --url 'x; y' (as an administrator)",
                "az rest --url 'x; y'",
            ),
            (
                r"It: entra-auth-cli get-token -p 'it'\''s', or not",
                r"entra-auth-cli get-token -p 'it'\''s'",
            ),
            (
                "Or: HTTPS_PROXY= entra-auth-cli …",
                "HTTPS_PROXY= entra-auth-cli …",
            ),
            (
                "Pipe it in: … 2>&1 | entra-auth-cli explain",
                "… 2>&1 | entra-auth-cli explain",
            ),
            (
                "Run: entra-auth-cli check -p a.b. Then go on.",
                "entra-auth-cli check -p a.b",
            ),
            ("Run: entra-auth-cli check.", "entra-auth-cli check"),
            ("$ az login (as a guest)", "$ az login"),
            ("Set it: export APP_SECRET=…", "export APP_SECRET=…"),
            (
                r#"Do: sudo chown -R "$(id -u)" 'a b'"#,
                r#"sudo chown -R "$(id -u)" 'a b'"#,
            ),
        ] {
            assert_eq!(commands(text), [command]);
        }
        for text in ["Read what az says: export it", "A: az", "the export: it is"] {
            assert!(commands(text).is_empty(), "{text}");
        }
        let two = "One: entra-auth-cli doctor; two: entra-auth-cli check -p a, at last";
        assert_eq!(
            commands(two),
            ["entra-auth-cli doctor", "entra-auth-cli check -p a"]
        );
    }

    proptest! {
        #[test]
        fn no_word_is_broken_and_only_words_are_too_wide(
            text in r#"(([a-zé日'"\\(-]{1,12}[.,;:]?|az|: az rest) ){0,30}"#,
            width in 1..60_usize,
            hanging in 0..4_usize,
        ) {
            let words: Vec<&str> = text.split_whitespace().collect();
            let lines = wrapped(&text, width, hanging);
            let shown = lines.join(" ");
            let mut left = shown.split_whitespace();
            for word in words {
                let found = left.next();
                let bare = word.trim_end_matches([',', ';', '.']);
                prop_assert!(found == Some(word) || found == Some(bare), "{word}: {lines:?}");
            }
            prop_assert_eq!(left.next(), None);
            for line in lines.iter().filter(|line| commands(line.trim()).is_empty()) {
                let is_one_word = line.split_whitespace().count() <= 1;
                prop_assert!(display_width(line.trim_end()) <= width || is_one_word, "{line:?}");
            }
        }
    }
}
