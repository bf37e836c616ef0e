//! `completions`: the script for a shell; and what that script asks at each Tab.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::args::Arguments;
use crate::args::CompleteArgs;
use crate::args::CompletionsArgs;
use crate::command_error::CommandError;
use crate::completion;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;

/// Prints the script.
pub(super) fn run(ui: &Ui, args: &CompletionsArgs) -> Result<ExitCode, CommandError> {
    ui.answer(completion::script(args.shell))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints what may come next.
pub(super) fn complete(
    ui: &Ui,
    variables: &Variables,
    args: CompleteArgs,
) -> Result<ExitCode, CommandError> {
    let text = |word: OsString| word.to_string_lossy().into_owned();
    let answer = completion::answer(
        Arguments::command(),
        args.shell,
        args.words.into_iter().map(text).collect(),
        text(args.current),
        || profile_names(ui, variables),
    );
    ui.answer(&answer)?;
    Ok(ExitCode::SUCCESS)
}

/// The names of the profiles; none if they cannot be had, since an error in the middle of somebody's
/// typing helps nobody: the command that is being typed will say it.
fn profile_names(ui: &Ui, variables: &Variables) -> Vec<String> {
    let names = settings::open(ui, variables)
        .ok()
        .and_then(|store| store.vault.profiles().names().ok());
    names.into_iter().flatten().map(String::from).collect()
}
