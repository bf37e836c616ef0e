//! Every command of the guide and of the README is spelt as the program reads it.

use clap::Parser as _;
use entra_auth_cli::args::Arguments;

use crate::text::blocks;
use crate::text::page;
use crate::text::steps;

const PAGES: &[&str] = &[
    "README.md",
    "docs/guide/apps.md",
    "docs/guide/flows.md",
    "docs/guide/profiles.md",
    "docs/guide/scripts-and-ci.md",
    "docs/guide/keys.md",
    "docs/guide/staying-signed-in.md",
    "docs/guide/shells.md",
    "docs/guide/errors.md",
    "docs/guide/coming-from-the-dotnet-tool.md",
    "docs/guide/tokens.md",
    "docs/guide/troubleshooting.md",
];

/// Where a command ends in a line of shell, quotes apart.
const ENDS: [&str; 6] = [")", " |", "; ", " >", " 2>", " &&"];

/// The commands in a line of shell, each up to where the next thing begins.
fn commands(line: &str) -> Vec<String> {
    let begins = |at: usize| {
        let before = line[..at].trim_end();
        before.is_empty() || before.ends_with(['(', '|', ';', '&'])
    };
    line.match_indices("entra-auth-cli ")
        .filter(|(at, _)| begins(*at))
        .map(|(at, _)| {
            let from = &line[at..];
            let ends = ENDS.iter().filter_map(|end| from.find(end));
            from[..ends.min().unwrap_or(from.len())].to_owned()
        })
        .collect()
}

/// Lines that end in a backslash, together with the next.
fn joined(lines: &[String]) -> Vec<String> {
    let text = lines.join("\n").replace("\\\n", " ");
    text.lines().map(ToOwned::to_owned).collect()
}

#[test]
fn every_command_can_be_typed() {
    for name in PAGES {
        let page = page(name);
        let shell = blocks(&page, "sh");
        let mut lines: Vec<String> = shell.iter().flat_map(|lines| joined(lines)).collect();
        lines.extend(steps(&page).into_iter().map(|step| step.command));
        let found: Vec<String> = lines.iter().flat_map(|line| commands(line)).collect();
        for command in &found {
            let words = shlex::split(command).unwrap_or_else(|| panic!("{name}: {command}"));
            if let Err(error) = Arguments::try_parse_from(words) {
                panic!("{name}: {command}: {error}");
            }
        }
        // The page on keys has no more than variables to show.
        assert!(!found.is_empty() || name.ends_with("keys.md"), "{name}");
    }
}

#[test]
fn a_command_ends_where_the_shell_goes_on() {
    let line = "TOKEN=$(entra-auth-cli get-token -p sp) && entra-auth-cli refresh | tail; true";
    assert_eq!(
        commands(line),
        ["entra-auth-cli get-token -p sp", "entra-auth-cli refresh"]
    );
}
