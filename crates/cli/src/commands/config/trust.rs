//! `config trust`: approves where a profile's secrets may go and what it refers to.

use std::process::ExitCode;

use vault::AccountOwner;
use vault::SecretKind;

use super::profile_meant;
use super::save;
use crate::args::TrustArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Shows what would be approved, asks, and approves: references, authority, and the destination
/// of secrets stored for another one. Whoever signed in elsewhere is forgotten.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &TrustArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let profile = profile_meant(ui, variables, &store.vault, &args.choice)?;
    let destination = settings::profile_destination(&profile)?;
    let failed = |error: vault::VaultError| wording::vault(&error);
    ui.note(&format!("Profile `{}`", profile.name));
    ui.note(&format!("gets tokens from     {destination}"));
    for reference in save::references(&profile)? {
        ui.note(&format!("uses                 {reference}"));
    }
    for kind in SecretKind::ALL {
        if let Some(stored) = store
            .vault
            .secrets()
            .has(&profile.name, kind)
            .map_err(failed)?
            && stored != destination
        {
            ui.note(&format!("sends the {kind} stored for {stored}"));
        }
    }
    let owner = AccountOwner::Profile(profile.name.clone());
    let book = store.vault.accounts().get(&owner).map_err(failed)?;
    if let Some(book) = book.filter(|book| book.destination != destination) {
        ui.note(&wording::will_be_forgotten(&book));
    }
    if !args.yes {
        let sure = ui
            .ask_confirmation("Approve this on this machine?", false)
            .map_err(|error| error.hint("Without asking: --yes"))?;
        if !sure {
            return Err(CommandError::interrupted());
        }
    }
    let _hold = store.hold(ui)?;
    save::approve(&store, &profile)?;
    store
        .vault
        .secrets()
        .rebind(&profile.name, &destination)
        .map_err(failed)?;
    let accounts = store.vault.accounts();
    if accounts.rebind(&owner, &destination).map_err(failed)? {
        ui.note(&wording::sign_in_again());
    }
    ui.note(&format!("Approved profile `{}`.", profile.name));
    Ok(ExitCode::SUCCESS)
}
