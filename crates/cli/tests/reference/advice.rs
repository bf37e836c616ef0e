//! What the program advises exists: each flag, and each command with the flags that it is given.

use std::collections::BTreeSet;

use clap::Command;
use clap::CommandFactory as _;
use entra_auth_cli::args::Arguments;
use protocol::aadsts::Facts;
use serde_json::Value;

use crate::source;

/// Flags of other programs that are spoken of.
const OTHERS: [&str; 4] = ["--dates", "--id", "--shutdown", "--unlock"];

/// Where commands of `az` are made, which has flags of its own.
const OF_AZ: &str = "commands/explain/mending.rs";

/// Every text that may be advice: where it stands, and what it says.
fn texts() -> Vec<(String, String)> {
    let facts = Facts {
        profile: Some("webapp"),
        ..Facts::default()
    };
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/errors.json");
    let table: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let ours = table.iter().map(|entry| {
        let step = entry["next_step"].as_str().unwrap();
        (entry["code"].to_string(), facts.fill(step))
    });
    let names = protocol::error_names::entries()
        .iter()
        .map(|entry| (entry.name.clone(), entry.next_step(&facts)));
    let numbers = protocol::aadsts::entries()
        .map(|entry| (entry.code.to_string(), facts.fill(&entry.next_step)));
    let literals = source::literals().into_iter();
    let literals = literals.map(|literal| {
        let place = literal.file.display().to_string();
        (place, unescaped(&literal.value))
    });
    let texts: Vec<_> = ours.chain(names).chain(numbers).chain(literals).collect();
    assert!(texts.len() > 2_000, "the texts were not found");
    texts
}

/// What the compiler makes of it, as far as advice needs.
fn unescaped(literal: &str) -> String {
    let mut lines = literal.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let joined = lines.fold(first, |text, line| text + line.trim_start());
    joined.replace("\\\"", "\"").replace("\\n", "\n")
}

fn program() -> Command {
    let mut program = Arguments::command();
    program.build();
    program
}

/// The flags of a command, as they are typed.
fn flags_of(command: &Command) -> BTreeSet<String> {
    let mut flags = BTreeSet::new();
    for argument in command.get_arguments() {
        let aliases = argument.get_all_aliases().unwrap_or_default();
        let names = argument.get_long().into_iter().chain(aliases);
        flags.extend(names.map(|name| format!("--{name}")));
        flags.extend(argument.get_short().map(|short| format!("-{short}")));
    }
    flags
}

fn all_flags(command: &Command) -> BTreeSet<String> {
    let below = command.get_subcommands().flat_map(all_flags);
    flags_of(command).into_iter().chain(below).collect()
}

/// The long flags that a text names.
fn long_flags(text: &str) -> impl Iterator<Item = &str> {
    let ends = |character: char| !(character.is_ascii_alphanumeric() || "-{}".contains(character));
    text.split(ends)
        .map(|word| word.trim_end_matches('-'))
        .filter(|word| word.starts_with("--") && word.len() > 2 && !word.contains(['{', '}']))
}

#[test]
fn every_flag_that_is_named_exists() {
    let known = all_flags(&program());
    let mut wrong = Vec::new();
    for (place, text) in texts() {
        for flag in long_flags(&text) {
            // Of a secret's flags the beginning alone is written: `-file` and the like follow.
            let is_beginning = text == flag
                && known
                    .iter()
                    .any(|known| known.starts_with(&format!("{flag}-")));
            let is_of_others = OTHERS.contains(&flag) || place == OF_AZ;
            if !known.contains(flag) && !is_beginning && !is_of_others {
                wrong.push(format!("{place}: {flag}: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_command_that_is_named_exists_and_takes_its_flags() {
    let program = program();
    let every_flag = all_flags(&program);
    let mut wrong = Vec::new();
    let mut count = 0;
    for (place, text) in texts() {
        for call in text.split("entra-auth-cli ").skip(1) {
            let end = [", ", "; ", " (", "` ", "\n"]
                .iter()
                .filter_map(|end| call.find(end))
                .min();
            let call = &call[..end.unwrap_or(call.len())];
            let mut words = call.split([' ', '`', ')', '{']).peekable();
            let mut command = &program;
            while let Some(below) = words.peek().and_then(|word| command.find_subcommand(word)) {
                command = below;
                words.next();
            }
            let is_about_all = call.starts_with(['-', '…', '{']) || call.is_empty();
            if command.get_name() == program.get_name() && !is_about_all {
                wrong.push(format!("{place}: {text}"));
            }
            let known = if call.starts_with(['…', '{']) {
                every_flag.clone()
            } else {
                flags_of(command)
            };
            for word in words.filter(|word| word.starts_with('-') && word.len() > 1) {
                let flag = word.split('=').next().unwrap_or(word).trim_end_matches('.');
                if !known.contains(flag) && !["--help", "--version"].contains(&flag) {
                    let name = command.get_name();
                    wrong.push(format!("{place}: {name} takes no {flag}: {text}"));
                }
                count += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count > 50, "{count} flags: the commands were not found");
}

/// A person copies the line: the program's name stands before its command.
#[test]
fn no_command_is_named_without_the_program() {
    let mut wrong = Vec::new();
    for (place, text) in texts() {
        for (begin, _) in text.match_indices(": ") {
            let said = &text[begin + 2..];
            for command in [
                "get-token ",
                "config ",
                "cache ",
                "inspect ",
                "logout ",
                "check ",
            ] {
                let is_called = said.starts_with(command) && said.contains(" -");
                if is_called {
                    wrong.push(format!("{place}: {text}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
