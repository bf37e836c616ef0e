//! `config rename`: another name for a profile.

use std::process::ExitCode;

use engine::rename::RenameError;

use super::valid_name;
use crate::args::RenameArgs;
use crate::command_error::CommandError;
use crate::commands::sign_out::PATIENCE;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Renames; what is stored for the profile goes along. Asks nothing: the same command with the
/// names exchanged undoes it.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &RenameArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let from = store.vault.profiles().name_of(&args.from);
    let from = from.map_err(wording::profiles)?;
    let to = valid_name(&args.to)?;
    let waits = |holder| ui.note(&wording::waiting_for_a_sign_in(holder));
    engine::rename::rename(&store.vault, &*store.clock, &waits, PATIENCE, &from, &to).map_err(
        |error| match error {
            RenameError::Vault(error) => wording::vault(&error),
            RenameError::Profiles(error) => wording::profiles(error),
        },
    )?;
    ui.note(&format!("Renamed profile `{from}` to `{to}`."));
    Ok(ExitCode::SUCCESS)
}
