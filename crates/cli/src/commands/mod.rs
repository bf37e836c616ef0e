//! One file per command: each takes its arguments and says what came of it.

mod bounded;
mod cache;
mod check;
mod completions;
mod config;
mod consent_url;
mod demo;
mod discover;
mod doctor;
mod explain;
mod get_token;
mod inspect;
mod logout;
mod manual;
mod refresh;
mod sign_out;
mod token_input;

use std::process::ExitCode;

use crate::args::Command;
use crate::clipboard;
use crate::command_error::CommandError;
use crate::settings::Variables;
use crate::ui::Ui;

/// Runs one command.
pub(crate) fn run(
    ui: &Ui,
    variables: &Variables,
    command: Command,
) -> Result<ExitCode, CommandError> {
    match command {
        Command::GetToken(args) => get_token::run(ui, variables, &args),
        Command::Refresh(args) => refresh::run(ui, variables, *args),
        Command::Inspect(args) => inspect::run(ui, variables, &args),
        Command::Check(args) => check::run(ui, variables, &args),
        Command::Logout(args) => logout::run(ui, variables, &args),
        Command::Config(command) => config::run(ui, variables, command),
        Command::Cache(command) => cache::run(ui, variables, &command),
        Command::Discover(args) => discover::run(ui, variables, *args),
        Command::ConsentUrl(args) => consent_url::run(ui, variables, &args),
        Command::Doctor(args) => doctor::run(ui, variables, &args),
        Command::Explain(args) => explain::run(ui, variables, &args),
        Command::Demo(args) => demo::run(ui, variables, &args),
        Command::Completions(args) => completions::run(ui, &args),
        Command::Complete(args) => completions::complete(ui, variables, args),
        Command::Manual(args) => manual::run(ui, &args),
        Command::VisitSignInPage(args) => demo::visit(&args),
        Command::HoldClipboard(args) => clipboard::hold(ui, args.duration),
    }
}
