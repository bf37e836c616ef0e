//! `manual`: the pages that `man` shows, made of the help texts.

use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

use clap::Command;
use clap::CommandFactory as _;
use clap_mangen::Man;
use clap_mangen::roff::Roff;
use clap_mangen::roff::roman;

use crate::args::Arguments;
use crate::args::ManualArgs;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::ui::Ui;

const SECTION: &str = "1";

/// Prints the page of that name, or the names of all pages.
pub(super) fn run(ui: &Ui, args: &ManualArgs) -> Result<ExitCode, CommandError> {
    let pages = pages();
    let text = match &args.page {
        None => pages.iter().fold(String::new(), |names, command| {
            format!("{names}{}\n", name(command))
        }),
        Some(wanted) => {
            let command = pages.iter().find(|command| name(command) == *wanted);
            let command = command.ok_or_else(|| {
                CommandError::usage("unknown_page", format!("there is no page `{wanted}`"))
                    .hint("See: entra-auth-cli manual")
            })?;
            page(command).map_err(|error| {
                CommandError::new(
                    Kind::Unexpected,
                    "output_failed",
                    format!("the answer could not be written: {error}"),
                )
            })?
        }
    };
    ui.answer(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// The program and every command that is not hidden, parents first.
fn pages() -> Vec<Command> {
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    let mut found = Vec::new();
    collect(&program, &mut found);
    found
}

fn collect(command: &Command, found: &mut Vec<Command>) {
    found.push(command.clone());
    for below in command.get_subcommands() {
        if !below.is_hide_set() {
            collect(below, found);
        }
    }
}

/// The name of a command's page: that of the program and its commands, joined by dashes.
fn name(command: &Command) -> String {
    let name = command.get_display_name();
    format!("{}.{SECTION}", name.unwrap_or_else(|| command.get_name()))
}

fn page(command: &Command) -> io::Result<String> {
    let page = Man::new(command.clone())
        .section(SECTION)
        // In quotes, or the fields behind an empty one would move up (man(7), TH).
        .date("\"\"")
        .source(concat!("entra-auth-cli ", env!("CARGO_PKG_VERSION")))
        .manual("entra-auth-cli");
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    if command.get_subcommands().any(|below| !below.is_hide_set()) {
        page.render_subcommands_section(&mut text)?;
    }
    notes(command).to_writer(&mut text)?;
    let text = String::from_utf8(text).map_err(io::Error::other)?;
    Ok(in_ascii(&text))
}

/// Characters outside ASCII by their number, since not every formatter is told of UTF-8
/// (`groff_char(7)`).
fn in_ascii(text: &str) -> String {
    text.chars().fold(String::new(), |mut ascii, character| {
        if character.is_ascii() {
            ascii.push(character);
        } else {
            // Writing to a text cannot fail.
            let _ = write!(ascii, "\\[u{:04X}]", u32::from(character));
        }
        ascii
    })
}

/// What stands below a help text, its lines as they are: tables and lines of shell.
fn notes(command: &Command) -> Roff {
    let mut notes = Roff::default();
    if let Some(help) = command.get_after_help() {
        notes.control("SH", ["NOTES"]).control("nf", []);
        for line in help.to_string().lines() {
            notes.text([roman(line)]);
        }
        notes.control("fi", []);
    }
    notes
}
