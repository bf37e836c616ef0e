//! `config delete`: profiles, their secrets, their sign-ins and their cached tokens.

use std::process::ExitCode;

use model::ClientId;
use model::ProfileName;
use vault::AccountOwner;
use vault::ProfilesError;
use vault::SecretKind;
use vault::VaultError;

use crate::args::DeleteArgs;
use crate::command_error::CommandError;
use crate::commands::sign_out::PATIENCE;
use crate::commands::sign_out::SignOut;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;
use crate::wording::Deletion;

/// Deletes after one question. All names are looked up before it.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &DeleteArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let mut deletions: Vec<Deletion> = Vec::new();
    for text in args.names.iter().chain(&args.profile) {
        let name = store.vault.profiles().name_of(text);
        let name = name.map_err(wording::profiles)?;
        if !deletions.iter().any(|known| known.name == name) {
            deletions.push(deletion(&store, name)?);
        }
    }
    if deletions.is_empty() {
        return Err(
            CommandError::usage("profile_not_named", "no profile to delete is named")
                .hint("Name it: entra-auth-cli config delete NAME"),
        );
    }
    if !args.yes {
        let sure = ui
            .ask_confirmation(&wording::delete_profiles(&deletions), false)
            .map_err(|error| error.hint("Without asking: --yes"))?;
        if !sure {
            return Err(CommandError::interrupted());
        }
    }
    let _hold = store.hold(ui)?;
    for Deletion { name, .. } in &deletions {
        delete(ui, &store, name)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What goes with the profile, as far as it can be told.
fn deletion(store: &Store, name: ProfileName) -> Result<Deletion, CommandError> {
    let failed = |error: VaultError| wording::vault(&error);
    let mut secrets = Vec::new();
    for kind in SecretKind::ALL {
        match store.vault.secrets().has(&name, kind) {
            Ok(None) => {}
            // One that cannot be opened goes as well.
            Ok(Some(_)) | Err(VaultError::Record { .. }) => secrets.push(kind),
            Err(error) => return Err(failed(error)),
        }
    }
    let owner = AccountOwner::Profile(name.clone());
    let sign_ins = match store.vault.accounts().get(&owner) {
        Ok(book) => Some(book.map_or(0, |book| book.accounts.len())),
        Err(VaultError::KeyUnavailable { .. }) => None,
        Err(error) => return Err(failed(error)),
    };
    Ok(Deletion {
        name,
        secrets,
        sign_ins,
    })
}

/// Who signed in goes first, since a sign-in that is under way may have to be waited for; then the
/// profile: what remains after an interruption is sealed and bound, and a new profile of that name
/// does not inherit it.
fn delete(ui: &Ui, store: &Store, name: &ProfileName) -> Result<(), CommandError> {
    let profiles = store.vault.profiles();
    let client_id = match profiles.find(name.as_str()) {
        Ok(found) => found.profile.client_id,
        // What cannot be used can go all the same; its tokens end by themselves.
        Err(ProfilesError::Invalid { .. }) => None,
        Err(error) => return Err(wording::profiles(error)),
    };
    SignOut::within(ui, store, PATIENCE).of_profile(name)?;
    profiles.remove(name).map_err(wording::profiles)?;
    let failed = |error: VaultError| wording::vault(&error);
    store.vault.secrets().remove(name).map_err(failed)?;
    store.vault.approvals().remove(name).map_err(failed)?;
    if let Some(client_id) = client_id.and_then(|id| ClientId::parse(&id).ok()) {
        let tokens = store.vault.tokens();
        tokens.remove_for_client(&client_id).map_err(failed)?;
    }
    ui.note(&format!("Deleted profile `{name}`."));
    Ok(())
}
