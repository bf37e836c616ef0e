//! docs/reference/commands.md against the definition of the command line.

use std::collections::BTreeSet;

use clap::Arg;
use clap::Command;
use clap::CommandFactory as _;
use entra_auth_cli::args::Arguments;

use crate::page::Page;
use crate::page::Section;
use crate::page::code;

/// The spellings of one flag: `-s`, `--scope SCOPE`.
type Flag = BTreeSet<String>;

fn every_command(command: &Command, prefix: &str) -> Vec<(String, Command)> {
    let shown = command
        .get_subcommands()
        .filter(|subcommand| !subcommand.is_hide_set() && subcommand.get_name() != "help");
    shown
        .flat_map(|subcommand| {
            let name = format!("{prefix}{}", subcommand.get_name());
            let below = every_command(subcommand, &format!("{name} "));
            if below.is_empty() {
                vec![(name, subcommand.clone())]
            } else {
                below
            }
        })
        .collect()
}

fn commands() -> Vec<(String, Command)> {
    let mut program = Arguments::command();
    program.build();
    let commands = every_command(&program, "");
    assert!(commands.len() > 5, "the definition was not built");
    commands
}

fn flag(argument: &Arg) -> Flag {
    let value = if argument.get_action().takes_values() {
        let name = match argument.get_value_names() {
            Some([name, ..]) => name.to_string(),
            _ => argument.get_id().as_str().to_uppercase(),
        };
        format!(" {name}")
    } else {
        String::new()
    };
    let short = argument.get_short().map(|short| format!("-{short}"));
    let long = argument.get_long().map(|long| format!("--{long}{value}"));
    let aliases = argument.get_visible_aliases().unwrap_or_default();
    let aliases = aliases.into_iter().map(|alias| format!("--{alias}"));
    short.into_iter().chain(long).chain(aliases).collect()
}

/// The rows of a section and of those that its line `Also: …` links to.
fn rows<'p>(page: &'p Page, section: &'p Section) -> Vec<Vec<&'p str>> {
    let mut rows = section.rows();
    for line in section
        .text
        .lines()
        .filter(|line| line.starts_with("Also: "))
    {
        for link in line.split("](#").skip(1) {
            let anchor = link.split(')').next().unwrap();
            let linked = page.section_at(anchor);
            rows.extend(self::rows(page, linked));
        }
    }
    rows
}

#[test]
fn every_command_has_a_section_and_no_section_is_left_over() {
    let page = Page::read("reference/commands.md");
    let commands = commands();
    for (name, command) in &commands {
        let section = page.section(name);
        for alias in command.get_visible_aliases() {
            let (parent, _) = name.rsplit_once(' ').unwrap_or_default();
            let alias = format!("`{parent} {alias}`");
            assert!(section.text.contains(&alias), "{name}: {alias} is missing");
        }
        let positional: Vec<String> = command
            .get_positionals()
            .map(|argument| argument.get_value_names().unwrap()[0].to_string())
            .collect();
        let usage = section
            .text
            .lines()
            .find(|line| line.starts_with('`'))
            .unwrap();
        for value in positional {
            assert!(
                usage.contains(&value),
                "{name}: {value} is missing in its usage"
            );
        }
    }
    let beside = [
        "Commands and flags",
        "Flags of every command",
        "Who is asked",
        "Credentials",
        "Sign-in",
    ];
    let known =
        |title: &str| beside.contains(&title) || commands.iter().any(|(name, _)| name == title);
    for section in page.sections() {
        assert!(
            known(&section.title),
            "there is no command `{}`",
            section.title
        );
    }
}

#[test]
fn every_flag_stands_in_its_commands_section_and_no_other() {
    let page = Page::read("reference/commands.md");
    for (name, command) in commands() {
        let defined: BTreeSet<Flag> = command
            .get_arguments()
            .filter(|argument| !argument.is_positional() && !argument.is_hide_set())
            .map(flag)
            .collect();
        let rows = rows(&page, page.section(&name));
        let described: Vec<Flag> = rows
            .iter()
            .map(|row| code(row[0]).into_iter().collect())
            .collect();
        let all: BTreeSet<Flag> = described.iter().cloned().collect();
        assert_eq!(
            all.len(),
            described.len(),
            "{name}: a flag stands there twice"
        );
        assert_eq!(all, defined, "{name}: left the page, right the program");
    }
}

#[test]
fn every_value_that_can_be_chosen_is_named() {
    let page = Page::read("reference/commands.md");
    for (name, command) in commands() {
        let rows = rows(&page, page.section(&name));
        for argument in command.get_arguments().filter(|arg| !arg.is_positional()) {
            let spellings: BTreeSet<String> = flag(argument);
            let row = rows
                .iter()
                .find(|row| code(row[0]).iter().any(|one| spellings.contains(one)))
                .unwrap_or_else(|| panic!("{name}: {spellings:?} is missing"));
            let takes_value = argument.get_action().takes_values();
            for value in argument
                .get_possible_values()
                .iter()
                .filter(|_| takes_value)
            {
                let named = code(row[1]).iter().any(|word| word == value.get_name());
                assert!(
                    named || value.is_hide_set(),
                    "{name}: {spellings:?} {value:?}"
                );
            }
        }
    }
}
