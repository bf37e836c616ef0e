//! `cache clear`: forgets cached tokens.

use std::process::ExitCode;

use super::profile_named;
use crate::args::CacheClearArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Forgets all of them, those that this session cannot open included, or those of one profile's
/// application.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &CacheClearArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let profile = profile_named(&store, args.profile.as_deref())?;
    let tokens = store.vault.tokens();
    let removed = match &profile {
        Some(profile) => tokens.remove_for_client(&settings::profile_client_id(profile)?),
        None => tokens.clear(),
    };
    let removed = removed.map_err(|error| wording::vault(&error))?;
    ui.note(&wording::tokens_forgotten(removed));
    Ok(ExitCode::SUCCESS)
}
