//! `cache list`: what is kept.

use std::process::ExitCode;

use model::Clock;
use model::Profile;
use model::TokenEntry;
use vault::Listed;

use super::profile_named;
use super::table;
use super::view::CacheDocument;
use super::view::Owner;
use crate::args::CacheListArgs;
use crate::args::CacheOutput;
use crate::command_error::CommandError;
use crate::output::document;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Lists the cached tokens, all of them or those of one profile's application.
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
        CacheOutput::Table if held.tokens.is_empty() => {
            ui.note("No cached token can be shown.");
            String::new()
        }
        CacheOutput::Table => table::tokens(&held.tokens),
    };
    ui.answer(&text)?;
    if held.closed_tokens > 0 {
        ui.note(&wording::closed_tokens(held.closed_tokens));
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
        &owners,
        store.clock.now(),
    ))
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
