//! Talks with the person and the script: arguments, settings, one file per command, output,
//! wording, exit codes.
//!
//! This room words everything and decides nothing about tokens: it never builds a request (that is
//! `protocol`'s) or a path (`vault`'s), and it alone reads the environment and writes to the
//! terminal.

pub mod args;
mod clipboard;
mod command_error;
mod commands;
mod completion;
mod error_codes;
mod output;
mod pages;
mod process_guard;
mod settings;
mod shell;
mod signals;
mod ui;
mod wording;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use crate::command_error::Kind;
use crate::settings::Variables;
use crate::ui::Ui;

/// Runs the program that the process's arguments ask for.
pub fn main() -> ExitCode {
    process_guard::harden();
    let arguments = match args::read() {
        Ok(arguments) => arguments,
        Err(error) => {
            let given = || std::env::args_os().skip(1);
            let meant = args::misplaced::with_profile(&error, given());
            return ui::usage(&error, meant.as_deref(), args::name_json(given()));
        }
    };
    let variables = Variables;
    let ui = Ui::new(&arguments, &variables);
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| {
        commands::run(&ui, &variables, arguments.command)
    }));
    match outcome {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => ui.fail(&error),
        Err(_) => ExitCode::from(Kind::Unexpected.exit_code()),
    }
}
