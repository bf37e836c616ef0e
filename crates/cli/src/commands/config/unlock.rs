//! `config unlock`: holds a passphrase-protected store open for some hours.

use std::process::ExitCode;

use model::Clock;

use crate::args::UnlockArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Asks for the passphrase unless the key is held open already, and says until when it is.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &UnlockArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let until = store.vault.unlocked().put(args.duration);
    let until = until.map_err(|error| wording::vault(&error))?;
    ui.note(&wording::held_open(until, store.clock.now()));
    Ok(ExitCode::SUCCESS)
}
