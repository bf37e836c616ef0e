//! Saves a profile with its secrets and approves what was set.

use model::Profile;
use vault::Approval;
use vault::SecretKind;

use super::fields::GivenSecrets;
use crate::command_error::CommandError;
use crate::commands::sign_out::PATIENCE;
use crate::commands::sign_out::SignOut;
use crate::settings;
use crate::settings::GivenSecret;
use crate::settings::Store;
use crate::ui::Ui;
use crate::wording;

/// Saves a new profile with its secrets, and approves where they may go. Nothing of a profile that
/// it replaces is left; whether one may be replaced has to be clear before.
pub(in crate::commands) fn new_profile(
    ui: &Ui,
    store: &Store,
    profile: &Profile,
    given: &GivenSecrets,
    replaces: bool,
) -> Result<(), CommandError> {
    let _hold = store.hold(ui)?;
    SignOut::within(ui, store, PATIENCE).of_profile(&profile.name)?;
    seal(store, profile, given)?;
    forget_others(store, profile, given)?;
    approve(store, profile)?;
    store
        .vault
        .profiles()
        .create(profile, replaces)
        .map_err(wording::profiles)?;
    ui.note(&format!("Saved profile `{}`.", profile.name));
    Ok(())
}

/// What has to be approved in the profile, by the profile alone.
fn approval(profile: &Profile) -> Result<Option<Approval>, CommandError> {
    let client_id = settings::profile_destination(profile)?.client_id;
    settings::approval_of(profile, &settings::profile_authority(profile)?, &client_id)
}

/// Approves where the profile's secrets may go and what it refers to, as it stands now.
pub(super) fn approve(store: &Store, profile: &Profile) -> Result<(), CommandError> {
    match approval(profile)? {
        Some(approval) => store.vault.approvals().approve(&profile.name, &approval),
        None => store.vault.approvals().remove(&profile.name).map(|_| ()),
    }
    .map_err(|error| wording::vault(&error))
}

/// Refuses to build on a profile whose authority or references nobody approved: a change of
/// something else would approve along what a stranger wrote into the file.
pub(in crate::commands) fn must_be_approved(
    store: &Store,
    profile: &Profile,
) -> Result<(), CommandError> {
    let refers = profile.authority.is_some()
        || profile.client_secret_from.is_some()
        || profile.certificate_password_from.is_some()
        || profile.client_assertion_from.is_some()
        || profile.certificate_path.is_some()
        || profile.ca_file.is_some();
    if !refers {
        return Ok(());
    }
    match approval(profile)? {
        Some(needed) => settings::must_be_approved(store, &profile.name, &needed),
        None => Ok(()),
    }
}

/// Whether the profile works only once it was approved.
pub(super) fn needs_approval(profile: &Profile) -> Result<bool, CommandError> {
    Ok(approval(profile)?.is_some())
}

/// Whether the profile, as it stands now, works only once it was approved.
pub(super) fn waits_for_approval(store: &Store, profile: &Profile) -> Result<bool, CommandError> {
    let Some(approval) = approval(profile)? else {
        return Ok(false);
    };
    let approvals = store.vault.approvals();
    let is_approved = approvals.is_approved(&profile.name, &approval);
    Ok(!is_approved.map_err(|error| wording::vault(&error))?)
}

/// What the profile refers to: variables, files, commands.
pub(super) fn references(profile: &Profile) -> Result<Vec<String>, CommandError> {
    Ok(approval(profile)?
        .map(|approval| approval.references)
        .unwrap_or_default())
}

/// Forgets what an earlier profile of that name kept and this one was not given: a profile made
/// anew inherits nothing. Comes after [`seal`], so that a secret that is replaced is never gone.
pub(super) fn forget_others(
    store: &Store,
    profile: &Profile,
    given: &GivenSecrets,
) -> Result<(), CommandError> {
    for (kind, secret) in given.by_kind() {
        if !matches!(secret, Some(GivenSecret::Value(_))) {
            store
                .vault
                .secrets()
                .remove_one(&profile.name, kind)
                .map_err(|error| wording::vault(&error))?;
        }
    }
    Ok(())
}

/// Forgets the sealed secrets in whose place the profile now has a reference.
pub(super) fn forget_replaced(store: &Store, profile: &Profile) -> Result<(), CommandError> {
    for (kind, reference) in [
        (SecretKind::ClientSecret, &profile.client_secret_from),
        (
            SecretKind::CertificatePassword,
            &profile.certificate_password_from,
        ),
    ] {
        if reference.is_some() {
            let forgotten = store.vault.secrets().remove_one(&profile.name, kind);
            forgotten.map_err(|error| wording::vault(&error))?;
        }
    }
    Ok(())
}

/// Seals the secrets that were given, each bound to where the profile's requests go now.
pub(super) fn seal(
    store: &Store,
    profile: &Profile,
    given: &GivenSecrets,
) -> Result<(), CommandError> {
    let destination = settings::profile_destination(profile)?;
    for (kind, secret) in given.by_kind() {
        if let Some(GivenSecret::Value(value)) = secret {
            store
                .vault
                .secrets()
                .put(&profile.name, kind, &destination, value)
                .map_err(|error| wording::vault(&error))?;
        }
    }
    Ok(())
}
