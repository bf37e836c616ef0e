//! The stable codes of this program's errors, as data: what each means, and what to do.
//!
//! `docs/errors.md` and the table in `docs/reference/exit-codes.md` are written from the same file.

use std::borrow::Cow;
use std::sync::LazyLock;

use protocol::aadsts::Facts;
use protocol::text;
use serde::Deserialize;

const TABLE: &str = include_str!("../data/errors.json");

/// One code's entry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// The code, as it stands in JSON.
    pub(crate) code: String,
    /// The exit codes it comes with, the usual one first.
    pub(crate) exit_codes: Vec<u8>,
    /// What happened, without a capital and a full stop.
    pub(crate) meaning: String,
    /// What usually leads to it.
    pub(crate) cause: String,
    next_step: String,
    /// A message as the program words it.
    pub(crate) example: String,
    /// What its messages have in them and no other's, `…` for what differs between two of them.
    says: Vec<String>,
}

impl Entry {
    /// What to do, the profile filled in.
    pub(crate) fn next_step(&self, facts: &Facts<'_>) -> String {
        facts.fill(&self.next_step)
    }

    /// How much of a line its messages have in common with it, in bytes; 0 if it is none of them.
    fn likeness(&self, line: &str) -> usize {
        let alike = self.says.iter().filter(|says| text::stand_in(line, says));
        alike.map(String::len).max().unwrap_or_default()
    }
}

/// A message as it is printed: with its code behind it, unless it names that itself.
pub(crate) fn with_code<'m>(message: &'m str, code: &str) -> Cow<'m, str> {
    if message.contains(&format!("({code})")) {
        Cow::Borrowed(message)
    } else {
        Cow::Owned(format!("{message} [{code}]"))
    }
}

/// The entry of the last error in a text that this program printed, by the code behind its message
/// ([`with_code`]).
pub(crate) fn by_code(text: &str) -> Option<&'static Entry> {
    text.lines().map(str::trim_end).rev().find_map(code_behind)
}

/// The entry of the last error in a text that this program printed, by the words of its message.
pub(crate) fn by_words(text: &str) -> Option<&'static Entry> {
    let mut lines = text.lines().map(str::trim_end).rev();
    lines.find_map(|line| worded(line, text))
}

fn code_behind(line: &str) -> Option<&'static Entry> {
    let (_, code) = line.strip_suffix(']')?.rsplit_once(" [")?;
    entry(code)
}

/// Only a line that is called an error, or stands alone, is compared: in others the same words
/// may mean anything.
fn worded(line: &str, text: &str) -> Option<&'static Entry> {
    let message = match line.split_once("error: ") {
        Some((_, message)) => message,
        None if text.trim().lines().count() == 1 => line,
        None => return None,
    };
    let likest = entries()
        .iter()
        .max_by_key(|entry| entry.likeness(message))?;
    (likest.likeness(message) > 0).then_some(likest)
}

#[expect(
    clippy::expect_used,
    reason = "the text is part of the program, and the tests read it"
)]
static ENTRIES: LazyLock<Vec<Entry>> =
    LazyLock::new(|| serde_json::from_str(TABLE).expect("the table of codes is JSON"));

/// The code's entry; `None` if this program has no such code.
pub(crate) fn entry(code: &str) -> Option<&'static Entry> {
    entries().iter().find(|entry| entry.code == code)
}

/// All entries, by code.
pub(crate) fn entries() -> &'static [Entry] {
    &ENTRIES
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::Arguments;
    use crate::output::wrapping;
    use crate::wording;

    #[test]
    fn every_entry_is_whole_and_stands_once_in_its_place() {
        let codes = entries().iter().map(|entry| entry.code.as_str());
        assert!(codes.is_sorted_by(|one, next| one < next));
        for entry in entries() {
            let code = &entry.code;
            assert!(!entry.exit_codes.is_empty(), "{code}");
            for text in [&entry.cause, &entry.next_step] {
                assert!(
                    text.starts_with(|first: char| !first.is_lowercase()),
                    "{code}: {text}"
                );
                assert!(text.len() > 10, "{code}: {text}");
            }
            assert!(!entry.meaning.ends_with('.'), "{code}");
            assert!(!entry.example.is_empty(), "{code}");
            let facts = Facts {
                profile: Some("webapp"),
                ..Facts::default()
            };
            let step = entry.next_step(&facts);
            assert!(!step.contains(['{', '}']), "{code}: {step}");
        }
    }

    /// Codes whose example the program prints when it is called so: `tests/program/error_examples.rs`
    /// holds them to it.
    const CALLS: &str = include_str!("../tests/program/error_examples.json");

    /// Codes whose example is held to nothing: what they need cannot be had in a test, and their
    /// words stand where it fails.
    const NOT_HELD: [&str; 11] = [
        "application_not_found",
        "binary_on_terminal",
        "cached_token_closed",
        "clipboard_unavailable",
        "demo_failed",
        "demo_timed_out",
        "invalid_path",
        "not_removed",
        "output_failed",
        "stdout_not_writable",
        "terminal_failed",
    ];

    // In paths and errors of the system, as Unix says them.
    #[cfg(unix)]
    #[test]
    fn every_example_is_what_the_program_says() {
        let mut wrong = Vec::new();
        for error in wording::examples::all() {
            let entry = entry(error.code).unwrap();
            if entry.example != error.message {
                wrong.push(format!("{}: {}", entry.code, error.message));
            }
            if !entry.exit_codes.contains(&error.kind.exit_code()) {
                wrong.push(format!("{}: {}", entry.code, error.kind.exit_code()));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn every_code_has_one_way_of_being_held_to_its_example() {
        let worded = wording::examples::all();
        let calls: Vec<serde_json::Value> = serde_json::from_str(CALLS).unwrap();
        let worded = worded.iter().map(|error| error.code);
        let called = calls.iter().filter_map(|call| call["code"].as_str());
        let mut held: Vec<&str> = worded.chain(called).chain(NOT_HELD).collect();
        held.sort_unstable();
        let codes: Vec<&str> = entries().iter().map(|entry| entry.code.as_str()).collect();
        assert_eq!(held, codes);
    }

    /// What is wrong with a command that somebody copies out of this advice, where one is named.
    fn unusable(advice: &str) -> Option<String> {
        wrapping::commands(advice).into_iter().find_map(|command| {
            let called = command.split(" | ").last().unwrap();
            let words = shlex::split(called)?;
            let words = words.into_iter().filter(|word| word != "…");
            let words: Vec<String> = words.skip_while(|word| word.ends_with('=')).collect();
            if words[0] != "entra-auth-cli" || words.len() == 1 {
                return None;
            }
            match Arguments::try_parse_from(words) {
                Err(error) if error.use_stderr() => Some(format!("{command}: {error}")),
                _ => None,
            }
        })
    }

    #[test]
    fn every_command_that_is_advised_can_be_pasted() {
        let facts = Facts {
            profile: Some("webapp"),
            ..Facts::default()
        };
        let steps = entries().iter().map(|entry| entry.next_step(&facts));
        let worded = wording::examples::all().into_iter();
        let hints = worded.flat_map(|error| error.hints);
        let numbers = protocol::aadsts::entries().map(|entry| facts.fill(&entry.next_step));
        let advice: Vec<String> = steps.chain(hints).chain(numbers).collect();
        let with_command = advice
            .iter()
            .filter(|text| !wrapping::commands(text).is_empty());
        assert!(with_command.count() > 100, "the commands were not found");
        let wrong: Vec<String> = advice.iter().filter_map(|text| unusable(text)).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        let unseen: Vec<&String> = advice
            .iter()
            .filter(|text| {
                let commands = wrapping::commands(text).join(" ");
                commands.matches("entra-auth-cli ").count()
                    < text.matches("entra-auth-cli ").count()
            })
            .collect();
        assert!(
            unseen.is_empty(),
            "no colon before, or none of its end: {unseen:#?}"
        );
    }

    fn found(text: &str) -> Option<&'static str> {
        by_code(text)
            .or_else(|| by_words(text))
            .map(|entry| entry.code.as_str())
    }

    #[test]
    fn every_code_is_found_behind_its_message() {
        for entry in entries() {
            let code = entry.code.as_str();
            for message in [&entry.example, "other words"] {
                let printed = format!("$ x\nerror: {}\nhint: y [z]\n", with_code(message, code));
                if printed.contains(&format!("[{code}]")) {
                    assert_eq!(found(&printed), Some(code), "{printed}");
                } else {
                    assert!(printed.contains(&format!("({code})")), "{printed}");
                }
            }
        }
    }

    #[test]
    fn every_message_without_its_code_is_known_by_its_words() {
        // The provider's name stands in these, and nobody is shown the last.
        let is_named = |entry: &Entry| {
            entry.example.contains(&format!("({})", entry.code)) || entry.code == "interrupted"
        };
        let mut wrong = Vec::new();
        for entry in entries() {
            assert_eq!(entry.says.is_empty(), is_named(entry), "{}", entry.code);
            if is_named(entry) {
                continue;
            }
            let printed = format!("2026-07-01T08:09:10Z error: {}\nhint: x", entry.example);
            for text in [&printed, &entry.example] {
                let code = found(text);
                if code != Some(entry.code.as_str()) {
                    wrong.push((&entry.code, &entry.example, code));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn only_what_is_called_an_error_is_compared() {
        assert_eq!(found("first\nthe input is empty\nlast"), None);
        assert_eq!(found("all is well"), None);
        assert_eq!(found("list [1, 2]"), None);
        assert_eq!(
            found("error: there is no flow `x`\nerror: y [no_store]"),
            Some("no_store")
        );
    }

    #[test]
    fn no_name_of_others_is_one_of_ours() {
        for entry in protocol::error_names::entries() {
            assert!(super::entry(&entry.name).is_none(), "{}", entry.name);
        }
    }
}
