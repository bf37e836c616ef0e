//! `cache clear`: forgets cached tokens, and with `--sign-ins` who signed in.

use std::process::ExitCode;

use engine::sign_out::Outcome;
use engine::sign_out::Which;
use model::Profile;
use vault::AccountOwner;
use vault::VaultError;

use super::profile_named;
use crate::args::CacheClearArgs;
use crate::command_error::CommandError;
use crate::commands::sign_out::PATIENCE;
use crate::commands::sign_out::SignOut;
use crate::settings;
use crate::settings::Store;
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
    let client_id = profile
        .as_ref()
        .map(settings::profile_client_id)
        .transpose()?;
    if args.sign_ins {
        if !args.yes {
            let question = wording::forget_sign_ins(profile.as_ref().map(|found| &found.name));
            let sure = ui
                .ask_confirmation(&question, false)
                .map_err(|error| error.hint("Without asking: --yes"))?;
            if !sure {
                return Err(CommandError::interrupted());
            }
        }
        let _hold = store.hold(ui)?;
        forget_sign_ins(ui, &store, profile.as_ref())?;
    }
    let tokens = store.vault.tokens();
    let removed = match &client_id {
        Some(client_id) => tokens.remove_for_client(client_id),
        None => tokens.clear(),
    };
    let removed = removed.map_err(|error| wording::vault(&error))?;
    ui.note(&wording::tokens_forgotten(removed));
    Ok(ExitCode::SUCCESS)
}

/// Signs out of one profile, or of everything: then what cannot be opened goes too, and what is left
/// when the store's key is gone.
fn forget_sign_ins(ui: &Ui, store: &Store, profile: Option<&Profile>) -> Result<(), CommandError> {
    let failed = |error: VaultError| wording::vault(&error);
    let sign_out = SignOut::within(ui, store, PATIENCE);
    let owners = match profile {
        Some(profile) => vec![AccountOwner::Profile(profile.name.clone())],
        None => match store.vault.accounts().list() {
            Ok(all) => all.into_iter().map(|(owner, _)| owner).collect(),
            Err(VaultError::KeyUnavailable { .. }) => Vec::new(),
            Err(error) => return Err(failed(error)),
        },
    };
    for owner in &owners {
        if let Outcome::Done(done) = sign_out.of(owner, Which::All)? {
            sign_out.say(&done);
        }
    }
    if profile.is_none() {
        let refresh_tokens = store.vault.refresh_tokens().remove_all().map_err(failed)?;
        let accounts = store.vault.accounts().remove_all().map_err(failed)?;
        if let Some(text) = wording::remains_forgotten(accounts, refresh_tokens) {
            ui.note(&text);
        }
    }
    Ok(())
}
