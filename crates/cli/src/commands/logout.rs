//! `logout`: forgets who signed in.

use std::process::ExitCode;

use engine::sign_out::Outcome;
use engine::sign_out::Which;
use model::ProfileName;
use vault::AccountOwner;

use super::sign_out::PATIENCE;
use super::sign_out::SignOut;
use crate::args::LogoutArgs;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Forgets one account or several; that nobody is signed in is no failure.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &LogoutArgs,
) -> Result<ExitCode, CommandError> {
    let allowed = args.timeout.unwrap_or(PATIENCE);
    let store = settings::open_within(ui, variables, allowed)?;
    let sign_out = SignOut::within(ui, &store, allowed);
    let is_named = settings::names_profile(variables, args.profile.as_deref())
        || settings::names_application(variables, &args.target)
        || args.names_target();
    if args.all && !is_named {
        return everywhere(ui, &store, &sign_out, args.yes);
    }
    let owner = match owner(ui, variables, &store, args) {
        // On a machine where nothing was ever kept, a script that signs out has nothing to do.
        Err(error) if error.kind == Kind::ProfileNotFound && !is_named && is_empty(&store)? => {
            ui.note(&wording::nobody_anywhere());
            return Ok(ExitCode::SUCCESS);
        }
        owner => owner?,
    };
    let named = match &args.account {
        Some(account) => Some(account.clone()),
        None => variables.text("ENTRA_AUTH_ACCOUNT"),
    };
    let which = match &named {
        _ if args.all => Which::All,
        Some(account) => Which::Named(account),
        None => Which::Default,
    };
    match sign_out.of(&owner, which)? {
        Outcome::Nobody(others) => match &named {
            Some(account) if !others.is_empty() => {
                ui.warn(&wording::no_such_account(account, &owner, &others));
            }
            _ => ui.note(&wording::nobody(&owner)),
        },
        Outcome::Done(done) => sign_out.say(&done),
    }
    Ok(ExitCode::SUCCESS)
}

/// Whose accounts are meant: the profile's, or those of another destination that flags name.
fn owner(
    ui: &Ui,
    variables: &Variables,
    store: &Store,
    args: &LogoutArgs,
) -> Result<AccountOwner, CommandError> {
    let wanted = args.profile.as_deref();
    let found = settings::profile_if_meant(ui, variables, &store.vault, wanted, &args.target);
    let profile = match (found, wanted) {
        // Whoever removed the profile from the file by hand can still sign out.
        (Err(error), Some(name)) if error.kind == Kind::ProfileNotFound => {
            return left_behind(store, name)?.ok_or(error);
        }
        (found, _) => found?,
    };
    match profile {
        Some(profile) if !args.names_target() => Ok(AccountOwner::Profile(profile.name)),
        profile => settings::account_owner(&args.target, variables, profile.as_ref()),
    }
}

/// The owner of accounts whose profile is gone.
fn left_behind(store: &Store, name: &str) -> Result<Option<AccountOwner>, CommandError> {
    let Ok(name) = ProfileName::parse(name) else {
        return Ok(None);
    };
    let owner = AccountOwner::Profile(name);
    let book = store.vault.accounts().get(&owner);
    let book = book.map_err(|error| wording::vault(&error))?;
    Ok(book.map(|_| owner))
}

fn is_empty(store: &Store) -> Result<bool, CommandError> {
    let profiles = store.vault.profiles().names().map_err(wording::profiles)?;
    let protection = store.vault.protection();
    let protection = protection.map_err(|error| wording::vault(&error))?;
    Ok(profiles.is_empty() && protection.is_none())
}

/// Forgets every account of every profile, after asking.
fn everywhere(
    ui: &Ui,
    store: &Store,
    sign_out: &SignOut<'_>,
    sure: bool,
) -> Result<ExitCode, CommandError> {
    let all = store.vault.accounts().list();
    let all = all.map_err(|error| wording::vault(&error))?;
    if all.is_empty() {
        ui.note(&wording::nobody_anywhere());
        return Ok(ExitCode::SUCCESS);
    }
    if !sure {
        let question = wording::forget_everybody(&all);
        let sure = ui
            .ask_confirmation(&question, false)
            .map_err(|error| error.hint("Without asking: --yes"))?;
        if !sure {
            return Err(CommandError::interrupted());
        }
    }
    for (owner, _) in &all {
        if let Outcome::Done(done) = sign_out.of(owner, Which::All)? {
            sign_out.say(&done);
        }
    }
    Ok(ExitCode::SUCCESS)
}
