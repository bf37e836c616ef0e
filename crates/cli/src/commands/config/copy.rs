//! `config copy`: a profile with the fields of another one.

use std::process::ExitCode;

use model::AuthMethod;
use model::Clock;
use model::Profile;
use model::ProfileName;
use vault::SecretKind;

use super::checks;
use super::fields;
use super::save;
use super::valid_name;
use crate::args::CopyArgs;
use crate::command_error::CommandError;
use crate::commands::sign_out::PATIENCE;
use crate::commands::sign_out::SignOut;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Copies the fields. Neither secrets nor sign-ins nor the approval go along, and nothing that is
/// left over under the new name is inherited; says what completes the copy.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &CopyArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let original = settings::named_profile(&store.vault, &args.from)?;
    let name = valid_name(&args.to)?;
    must_be_free(&store, &name)?;
    let now = store.clock.now().to_string();
    let mut copy = Profile {
        name: name.clone(),
        created_at: Some(now.clone()),
        updated_at: Some(now),
        ..original.clone()
    };
    if copy.client_secret_from.is_none() {
        // The secret it belongs to stays behind.
        copy.client_secret_expires_at = None;
    }
    fields::apply_target(&args.target, &mut copy)?;
    let failed = |error: vault::VaultError| wording::vault(&error);
    let _hold = store.hold(ui)?;
    SignOut::within(ui, &store, PATIENCE).of_profile(&name)?;
    store.vault.secrets().remove(&name).map_err(failed)?;
    store.vault.approvals().remove(&name).map_err(failed)?;
    store
        .vault
        .profiles()
        .create(&copy, false)
        .map_err(wording::profiles)?;
    ui.note(&format!(
        "Copied profile `{}` to `{name}`, without secrets and sign-ins.",
        original.name
    ));
    say_what_is_missing(ui, &store, &original.name, &copy)?;
    Ok(ExitCode::SUCCESS)
}

fn must_be_free(store: &Store, name: &ProfileName) -> Result<(), CommandError> {
    match checks::namesake(store, name)? {
        Some(known) => Err(wording::profiles(vault::ProfilesError::Exists(known))),
        None => Ok(()),
    }
}

fn say_what_is_missing(
    ui: &Ui,
    store: &Store,
    original: &ProfileName,
    copy: &Profile,
) -> Result<(), CommandError> {
    let name = &copy.name;
    let secrets = store.vault.secrets();
    let is_kept = |kind| {
        secrets
            .has(original, kind)
            .map(|kept| kept.is_some())
            .map_err(|error| wording::vault(&error))
    };
    let enters = "Enter its";
    let edit = format!("entra-auth-cli config edit {name}");
    if copy.auth_method == AuthMethod::ClientSecret && copy.client_secret_from.is_none() {
        ui.note(&format!(
            "{enters} client secret: {edit} --client-secret-stdin"
        ));
    }
    if copy.certificate_password_from.is_none() && is_kept(SecretKind::CertificatePassword)? {
        ui.note(&format!(
            "{enters} certificate password: {edit} --certificate-password-stdin"
        ));
    }
    match save::needs_approval(copy) {
        Ok(false) => {}
        Ok(true) => ui.note(&format!(
            "Before it is used, look at what it refers to: entra-auth-cli config trust {name}"
        )),
        // It names no destination yet, as the original did not.
        Err(error) => ui.warn(&format!("profile `{name}`: {}", error.message)),
    }
    Ok(())
}
