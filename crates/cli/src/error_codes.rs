//! The stable codes of this program's errors, as data: what each means, and what to do.
//!
//! `docs/errors.md` and the table in `docs/reference/exit-codes.md` are written from the same file.

use std::borrow::Cow;
use std::sync::LazyLock;

use protocol::aadsts::Facts;
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
        let alike = self.says.iter().filter(|says| stands_in(line, says));
        alike.map(String::len).max().unwrap_or_default()
    }
}

/// Whether the parts of a pattern stand in a line, one after the other.
fn stands_in(line: &str, pattern: &str) -> bool {
    let mut rest = line;
    pattern.split('…').all(|part| {
        let after = rest.split_once(part);
        rest = after.map_or(rest, |(_, after)| after);
        after.is_some()
    })
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
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Arguments;

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

    /// What other programs' commands in the advice are called with.
    const OTHERS: [&str; 2] = ["--id", "--dates"];

    fn flags(command: &clap::Command, found: &mut BTreeSet<String>) {
        for argument in command.get_arguments() {
            let aliases = argument.get_visible_aliases().unwrap_or_default();
            let names = argument.get_long().into_iter().chain(aliases);
            found.extend(names.map(|name| format!("--{name}")));
        }
        command
            .get_subcommands()
            .for_each(|below| flags(below, found));
    }

    #[test]
    fn no_advice_names_a_command_or_flag_that_does_not_exist() {
        let mut program = Arguments::command();
        program.build();
        let mut known: BTreeSet<String> = OTHERS.map(str::to_owned).into();
        flags(&program, &mut known);
        let facts = Facts {
            profile: Some("webapp"),
            ..Facts::default()
        };
        let ours = entries().iter().map(|entry| entry.next_step(&facts));
        let names = protocol::error_names::entries()
            .iter()
            .map(|entry| entry.next_step(&facts));
        let numbers = protocol::aadsts::entries().map(|entry| facts.fill(&entry.next_step));
        for step in ours.chain(names).chain(numbers) {
            let ends = |character: char| !(character.is_ascii_alphanumeric() || character == '-');
            for flag in step
                .split(ends)
                .filter(|word| word.starts_with("--") && word.len() > 2)
            {
                assert!(known.contains(flag), "{flag}: {step}");
            }
            for call in step.split("entra-auth-cli ").skip(1) {
                let mut command = &program;
                for word in call.split(ends) {
                    match command.find_subcommand(word) {
                        Some(below) => command = below,
                        None => break,
                    }
                }
                let is_about_all = call.starts_with(['-', '…']);
                assert!(
                    command.get_name() != program.get_name() || is_about_all,
                    "{step}"
                );
            }
        }
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
        for entry in entries() {
            assert_eq!(entry.says.is_empty(), is_named(entry), "{}", entry.code);
            if !is_named(entry) {
                let printed = format!("2026-07-01T08:09:10Z error: {}\nhint: x", entry.example);
                assert_eq!(found(&printed), Some(entry.code.as_str()));
                assert_eq!(found(&entry.example), Some(entry.code.as_str()));
            }
        }
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
