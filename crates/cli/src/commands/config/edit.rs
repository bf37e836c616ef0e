//! `config edit`: a profile changed by flags, or by a menu.

use std::process::ExitCode;

use model::AuthMethod;
use model::Clock;
use model::Destination;
use model::Profile;
use vault::AccountOwner;

use super::draft::Draft;
use super::fields;
use super::menu;
use super::profile_meant;
use super::save;
use super::trial;
use crate::args::EditArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Kept;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Sets what flags name and empties what `--unset` names, or asks where nothing is said; then
/// approves the result.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &EditArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let before = profile_meant(ui, variables, &store.vault, &args.choice)?;
    save::must_be_approved(&store, &before)?;
    let mut draft = Draft::of(&store, before.clone());
    change_by_flags(ui, args, &mut draft)?;
    if draft.profile == before && draft.given.is_empty() {
        if !ui.can_ask() {
            return Err(
                CommandError::usage("nothing_to_change", "no flag says what to change")
                    .hint("See: entra-auth-cli config edit --help"),
            );
        }
        ui.line("Esc: back, Ctrl-C: cancel. Nothing is saved before the end.");
        menu::change(ui, &store, &mut draft)?;
        if draft.profile == before && draft.given.is_empty() {
            ui.note("Nothing was changed.");
            return Ok(ExitCode::SUCCESS);
        }
    } else {
        draft.check_changes(&store, &before)?;
    }
    let Draft {
        mut profile, given, ..
    } = draft;
    profile.updated_at = Some(store.clock.now().to_string());
    let destination = settings::profile_destination(&profile)?;
    if args.test {
        let again = format!("entra-auth-cli config edit {} --test", profile.name);
        let kept = Kept::InTheStore;
        trial::before_saving(ui, variables, &store, &profile, &given, kept, &again)?;
    }
    let _hold = store.hold(ui)?;
    save::seal(&store, &profile, &given)?;
    save::approve(&store, &profile)?;
    store
        .vault
        .profiles()
        .replace(&profile)
        .map_err(wording::profiles)?;
    save::forget_replaced(&store, &profile)?;
    warn_of_bound_secrets(ui, &store, &profile, &destination)?;
    forget_sign_ins_elsewhere(ui, &store, &profile, &destination);
    ui.note(&format!("Changed profile `{}`.", profile.name));
    Ok(ExitCode::SUCCESS)
}

fn change_by_flags(ui: &Ui, args: &EditArgs, draft: &mut Draft) -> Result<(), CommandError> {
    draft.given = fields::apply(ui, &args.fields, &mut draft.profile)?;
    let profile = &mut draft.profile;
    for field in &args.unset {
        unset(profile, field)?;
    }
    if args.fields.auth_method.is_none()
        && let Some(method) = fields::implied_method(&args.fields)
    {
        profile.auth_method = method;
    }
    let has_password =
        draft.given.certificate_password.is_some() || profile.certificate_password_from.is_some();
    if profile.auth_method == AuthMethod::PasswordlessCertificate && has_password {
        profile.auth_method = AuthMethod::Certificate;
    }
    Ok(())
}

/// A secret that was stored for another destination stays bound to it: a changed address alone
/// never moves it.
fn warn_of_bound_secrets(
    ui: &Ui,
    store: &Store,
    profile: &Profile,
    destination: &Destination,
) -> Result<(), CommandError> {
    for kind in vault::SecretKind::ALL {
        let bound = store.vault.secrets().has(&profile.name, kind);
        if let Some(stored) = bound.map_err(|error| wording::vault(&error))?
            && stored != *destination
        {
            ui.warn(&format!(
                "the stored {kind} may go to {stored} only; enter it again, or approve the \
                 change: entra-auth-cli config trust {}",
                profile.name
            ));
        }
    }
    Ok(())
}

/// Who signed in at one place says nothing about another. The profile is changed by now: where this
/// fails it is refused, and not used with the wrong accounts.
fn forget_sign_ins_elsewhere(ui: &Ui, store: &Store, profile: &Profile, destination: &Destination) {
    let owner = AccountOwner::Profile(profile.name.clone());
    match store.vault.accounts().rebind(&owner, destination) {
        Ok(false) => {}
        Ok(true) => ui.note(&wording::sign_in_again()),
        Err(error) => ui.warn(&wording::not_rebound(&profile.name, &error)),
    }
}

fn unset(profile: &mut Profile, field: &str) -> Result<(), CommandError> {
    match field {
        "tenant-id" | "tenant" => profile.tenant_id = None,
        "client-id" => profile.client_id = None,
        "cloud" => profile.cloud = None,
        "authority" => profile.authority = None,
        "authority-type" => profile.authority_type = None,
        "scope" => profile.scopes.clear(),
        "resource" => profile.resource = None,
        "default-flow" => profile.default_flow = None,
        "redirect-uri" => profile.redirect_uri = None,
        "login-hint" => profile.login_hint = None,
        "client-secret-expires" => profile.client_secret_expires_at = None,
        "ca-file" => profile.ca_file = None,
        _ => {
            return Err(CommandError::usage(
                "unknown_field",
                format!("`{field}` is no field that can be emptied"),
            )
            .hint(format!(
                "The valid ones are {}",
                EditArgs::FIELDS.join(", ")
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use model::ProfileName;

    use super::*;

    #[test]
    fn every_field_that_is_named_can_be_emptied_and_no_other() {
        let name = ProfileName::parse("work").unwrap();
        let mut profile = Profile::new(name, AuthMethod::Public);
        for field in EditArgs::FIELDS {
            unset(&mut profile, field).unwrap();
        }
        let refusal = unset(&mut profile, "name").unwrap_err();
        assert_eq!(refusal.code, "unknown_field");
    }
}
