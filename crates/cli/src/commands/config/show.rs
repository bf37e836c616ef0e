//! `config show`: one profile.

use std::process::ExitCode;

use model::Profile;
use vault::SecretKind;
use zeroize::Zeroizing;

use super::profile_meant;
use super::view;
use super::view::ShownProfile;
use super::view::StoredSecret;
use crate::args::ShowArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Shows the profile's fields, and that secrets are kept; the secrets themselves only to who asks
/// for them twice.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &ShowArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let profile = profile_meant(ui, variables, &store.vault, &args.choice)?;
    settings::warn_of_close_names(&store.vault, &profile);
    let mut secrets = kept(&store, &profile)?;
    if args.show_secrets {
        open(ui, &store, &profile, args.yes, &mut secrets)?;
    }
    let shown = ShownProfile::new(&profile, &secrets);
    let text = if let Some(document) = view::document(args.output, &shown)? {
        document
    } else {
        // A profile that names no destination yet is shown all the same.
        let destination = settings::profile_destination(&profile).ok();
        let fields = view::text(&profile, destination.as_ref());
        let secrets = view::secrets_text(&profile, destination.as_ref(), &secrets);
        Zeroizing::new(format!("{fields}{}", *secrets))
    };
    ui.answer(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// The secrets that are stored for the profile, not opened.
fn kept(store: &Store, profile: &Profile) -> Result<Vec<StoredSecret>, CommandError> {
    let mut kept = Vec::new();
    for kind in SecretKind::ALL {
        let destination = store.vault.secrets().has(&profile.name, kind);
        if let Some(destination) = destination.map_err(|error| wording::vault(&error))? {
            kept.push(StoredSecret {
                kind,
                destination,
                value: None,
            });
        }
    }
    Ok(kept)
}

/// Opens the secrets once the person agreed, each only where the profile's requests would get it
/// too.
fn open(
    ui: &Ui,
    store: &Store,
    profile: &Profile,
    agreed: bool,
    secrets: &mut [StoredSecret],
) -> Result<(), CommandError> {
    for (what, reference) in [
        ("client secret", &profile.client_secret_from),
        ("certificate password", &profile.certificate_password_from),
    ] {
        if let Some(reference) = reference {
            ui.note(&format!(
                "The {what} is kept elsewhere and not read: {reference}"
            ));
        }
    }
    if secrets.is_empty() {
        ui.note(&format!(
            "No secret is stored for profile `{}`.",
            profile.name
        ));
        return Ok(());
    }
    let destination = settings::profile_destination(profile)?;
    if !agreed {
        if ui.can_ask() {
            ui.note("The screen and its scrollback will hold them.");
        }
        let question = format!(
            "Show the secrets of profile `{}` on this screen?",
            profile.name
        );
        let sure = ui
            .ask_confirmation(&question, false)
            .map_err(|error| error.hint("Without asking: --yes"))?;
        if !sure {
            return Err(CommandError::interrupted());
        }
    }
    for secret in secrets {
        let value = store
            .vault
            .secrets()
            .get(&profile.name, secret.kind, &destination);
        secret.value = value.map_err(|error| wording::vault(&error))?;
    }
    Ok(())
}
