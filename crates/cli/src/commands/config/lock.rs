//! `config lock`: stops holding the store open.

use std::process::ExitCode;

use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Forgets the key that `config unlock` holds; that there is none is no failure.
pub(super) fn run(ui: &Ui, variables: &Variables) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let was_held = store.vault.unlocked().remove();
    let was_held = was_held.map_err(|error| wording::vault(&error))?;
    ui.note(&wording::not_held_open(was_held));
    Ok(ExitCode::SUCCESS)
}
