//! `config export`: profiles for another machine or another person.

use std::process::ExitCode;

use model::Clock;
use model::Profile;
use vault::Bundle;
use vault::BundledProfile;
use vault::BundledSecret;
use vault::Listed;
use vault::SecretKind;
use zeroize::Zeroizing;

use crate::args::ExportArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Writes plain JSON without secrets, or a sealed file: where secrets are in it, and where a
/// passphrase is given.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &ExportArgs,
) -> Result<ExitCode, CommandError> {
    let seals = args.include_secrets || args.passphrase.is_given();
    if seals && args.file.is_none() && ui.answers_on_a_terminal() {
        return Err(CommandError::usage(
            "binary_on_terminal",
            "a sealed export is no text, and stdout is a terminal",
        )
        .hint("Name a file: --file profiles.export"));
    }
    let store = settings::open(ui, variables)?;
    let profiles = chosen(&store, args)?
        .into_iter()
        .map(|profile| bundled(&store, profile, args.include_secrets))
        .collect::<Result<Vec<_>, _>>()?;
    let bundle = Bundle {
        exported_at: Some(store.clock.now().to_string()),
        profiles,
    };
    let bytes = if seals {
        let passphrase = settings::new_export_passphrase(ui, variables, &args.passphrase)?;
        bundle.seal(&passphrase).map_err(wording::bundle)?
    } else {
        bundle.to_json().map_err(wording::bundle)?.into_bytes()
    };
    match &args.file {
        Some(path) => {
            vault::write_output(path, &bytes).map_err(|error| wording::vault(&error))?;
            ui.note(&format!(
                "Wrote {} to {}.",
                contents(&bundle),
                path.display()
            ));
        }
        None => ui.answer_bytes(&bytes)?,
    }
    say_what_stays(ui, &bundle);
    Ok(ExitCode::SUCCESS)
}

fn chosen(store: &Store, args: &ExportArgs) -> Result<Vec<Profile>, CommandError> {
    if !args.all && args.names.is_empty() {
        return Err(
            CommandError::usage("profile_not_named", "no profile to export is named")
                .hint("Name them: entra-auth-cli config export NAME…")
                .hint("Or take all: entra-auth-cli config export --all"),
        );
    }
    let mut chosen: Vec<Profile> = Vec::new();
    for name in &args.names {
        let found = store.vault.profiles().find(name);
        let profile = found.map_err(wording::profiles)?.profile;
        if !chosen.iter().any(|other| other.name == profile.name) {
            chosen.push(profile);
        }
    }
    if args.all {
        for listed in store.vault.profiles().all().map_err(wording::profiles)? {
            chosen.push(valid(listed)?);
        }
        if chosen.is_empty() {
            return Err(wording::no_profile_meant(&[], &[]));
        }
    }
    Ok(chosen)
}

/// A copy of all that silently lacks one is found out when it is too late.
fn valid(listed: Listed) -> Result<Profile, CommandError> {
    match listed {
        Listed::Valid { profile, .. } => Ok(*profile),
        Listed::Invalid { name, line, why } => Err(CommandError::usage(
            "profile_invalid",
            format!(
                "the profile `{}` on line {line} cannot be exported: {why}",
                name.unwrap_or_default()
            ),
        )
        .hint("Correct it in the file, or name the profiles to export.")),
    }
}

fn bundled(
    store: &Store,
    profile: Profile,
    includes_secrets: bool,
) -> Result<BundledProfile, CommandError> {
    let mut secrets = Vec::new();
    for kind in SecretKind::ALL.into_iter().filter(|_| includes_secrets) {
        if let Some(secret) =
            stored(store, &profile, kind).map_err(|error| wording::vault(&error))?
        {
            secrets.push(secret);
        }
    }
    Ok(BundledProfile { profile, secrets })
}

/// The stored secret, with the destination that it is bound to, whatever the profile says now.
fn stored(
    store: &Store,
    profile: &Profile,
    kind: SecretKind,
) -> Result<Option<BundledSecret>, vault::VaultError> {
    let secrets = store.vault.secrets();
    let Some(destination) = secrets.has(&profile.name, kind)? else {
        return Ok(None);
    };
    let value: Option<Zeroizing<String>> = secrets.get(&profile.name, kind, &destination)?;
    Ok(value.map(|value| BundledSecret {
        kind,
        destination,
        value,
    }))
}

fn contents(bundle: &Bundle) -> String {
    let secrets: usize = bundle
        .profiles
        .iter()
        .map(|bundled| bundled.secrets.len())
        .sum();
    let counted = |number: usize, what: &str| match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    };
    format!(
        "{} and {}",
        counted(bundle.profiles.len(), "profile"),
        counted(secrets, "secret")
    )
}

/// What a profile refers to is read elsewhere, so it has to be there too.
fn say_what_stays(ui: &Ui, bundle: &Bundle) {
    for BundledProfile { profile, .. } in &bundle.profiles {
        let refers = profile.certificate_path.is_some()
            || profile.ca_file.is_some()
            || profile.client_secret_from.is_some()
            || profile.certificate_password_from.is_some()
            || profile.client_assertion_from.is_some();
        if refers {
            ui.note(&format!(
                "Profile `{}` names files, variables or commands; they are not part of the export.",
                profile.name
            ));
        }
    }
}
