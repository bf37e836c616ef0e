//! `config delete`: a profile, its secrets, its sign-ins and its cached tokens.

use std::process::ExitCode;

use model::ClientId;

use super::profile_meant;
use crate::args::DeleteArgs;
use crate::command_error::CommandError;
use crate::commands::sign_out::PATIENCE;
use crate::commands::sign_out::SignOut;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Deletes after asking. Who signed in goes first, since a sign-in that is under way may have to be
/// waited for; then the profile: what remains after an interruption is sealed and bound, and a new
/// profile of that name does not inherit it.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &DeleteArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    if args.choice.name().is_none() {
        return Err(
            CommandError::usage("profile_not_named", "no profile to delete is named")
                .hint("Name it: entra-auth-cli config delete NAME"),
        );
    }
    let profile = profile_meant(ui, variables, &store.vault, &args.choice)?;
    let name = &profile.name;
    if !args.yes {
        let question =
            format!("Delete profile `{name}` with its secrets, sign-ins and cached tokens?");
        let sure = ui
            .ask_confirmation(&question, false)
            .map_err(|error| error.hint("Without asking: --yes"))?;
        if !sure {
            return Err(CommandError::interrupted());
        }
    }
    let _hold = store.hold(ui)?;
    SignOut::within(ui, &store, PATIENCE).of_profile(name)?;
    store
        .vault
        .profiles()
        .remove(name)
        .map_err(wording::profiles)?;
    let failed = |error: vault::VaultError| wording::vault(&error);
    store.vault.secrets().remove(name).map_err(failed)?;
    store.vault.approvals().remove(name).map_err(failed)?;
    if let Some(client_id) = profile
        .client_id
        .as_deref()
        .and_then(|id| ClientId::parse(id).ok())
    {
        store
            .vault
            .tokens()
            .remove_for_client(&client_id)
            .map_err(failed)?;
    }
    ui.note(&format!("Deleted profile `{name}`."));
    Ok(ExitCode::SUCCESS)
}
