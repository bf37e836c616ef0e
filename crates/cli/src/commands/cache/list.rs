//! `cache list`: what is kept.

use std::process::ExitCode;

use model::Clock;
use model::Profile;
use model::TokenEntry;
use vault::AccountOwner;
use vault::Listed;
use vault::VaultError;

use super::profile_named;
use super::table;
use super::view::CacheDocument;
use super::view::Owner;
use super::view::SignIns;
use crate::args::CacheListArgs;
use crate::args::CacheOutput;
use crate::command_error::CommandError;
use crate::output::document;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Lists cached tokens and who signed in: everything, or what belongs to one profile.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &CacheListArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let profile = profile_named(&store, args.profile.as_deref())?;
    let held = held(ui, &store, profile.as_ref())?;
    let text = match args.output {
        CacheOutput::Json => document::json(&held)?.to_string(),
        CacheOutput::Yaml => document::yaml(&held)?.to_string(),
        CacheOutput::Table => table::of(&held, ui.answer_width()),
    };
    if text.is_empty() {
        ui.note(&wording::nothing_to_show());
    } else {
        ui.answer(&text)?;
    }
    if held.closed_tokens > 0 {
        ui.note(&wording::closed_tokens(held.closed_tokens));
    }
    if held.other_refresh_tokens > 0 {
        ui.note(&wording::other_refresh_tokens(held.other_refresh_tokens));
    }
    if let Some(why) = &held.sign_ins_unreadable {
        ui.warn(&wording::sign_ins_unreadable(why));
    }
    Ok(ExitCode::SUCCESS)
}

fn held(ui: &Ui, store: &Store, profile: Option<&Profile>) -> Result<CacheDocument, CommandError> {
    let client_id = profile.map(settings::profile_client_id).transpose()?;
    let list = store.vault.tokens().list();
    let list = list.map_err(|error| wording::vault(&error))?;
    let entries: Vec<TokenEntry> = list
        .entries
        .into_iter()
        .map(|(_, entry)| entry)
        .filter(|entry| client_id.as_ref().is_none_or(|id| *id == entry.client_id))
        .collect();
    let owners = owners(ui, store);
    Ok(CacheDocument::new(
        &entries,
        list.closed,
        sign_ins(store, profile)?,
        &owners,
        store.clock.now(),
    ))
}

/// Who signed in. That takes the store's key, where tokens may need the session's only: a key that
/// cannot be had now hides this part and no more.
fn sign_ins(store: &Store, profile: Option<&Profile>) -> Result<SignIns, CommandError> {
    let read = || {
        let books = store.vault.accounts().list()?;
        let refresh_tokens = store.vault.refresh_tokens().list()?;
        Ok((books, refresh_tokens))
    };
    let only = profile.map(|profile| AccountOwner::Profile(profile.name.clone()));
    match read() {
        Ok((books, refresh_tokens)) => Ok(SignIns::new(&books, &refresh_tokens, only.as_ref())),
        Err(error @ VaultError::KeyUnavailable { .. }) => Ok(SignIns {
            unreadable: Some(error.to_string()),
            ..SignIns::default()
        }),
        Err(error) => Err(wording::vault(&error)),
    }
}

/// The profiles that a token may belong to. Without them the tokens are worth showing all the same.
fn owners(ui: &Ui, store: &Store) -> Vec<Owner> {
    match store.vault.profiles().all() {
        Ok(profiles) => profiles
            .iter()
            .filter_map(|listed| match listed {
                Listed::Valid { profile, .. } => Owner::of(profile),
                Listed::Invalid { .. } => None,
            })
            .collect(),
        Err(error) => {
            ui.warn(&wording::profiles(error).message);
            Vec::new()
        }
    }
}
