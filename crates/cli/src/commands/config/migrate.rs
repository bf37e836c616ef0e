//! `config migrate`: what the .NET tool of the same name left on this machine.

use std::path::Path;
use std::process::ExitCode;

use model::AuthMethod;
use model::Profile;
use vault::Incoming;
use vault::SecretKind;
use vault::VaultError;
use vault::dotnet;
use vault::dotnet::DotnetSecret;
use vault::dotnet::SecretFileProblem;
use vault::dotnet::SecretFiles;

use super::import;
use super::import_plan::Fate;
use super::import_plan::Step;
use super::migrate_plan::Migration;
use super::migrate_plan::Part;
use super::migrate_plan::SecretFate;
use super::migrate_plan::flag;
use super::old_tool::OldTool;
use super::save;
use crate::args::MigrateArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// Shows what there is, asks, writes all or nothing, and deletes old files only where the store gives
/// back what was in them.
///
/// Nothing is approved by it. Done again, it finds nothing to do.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &MigrateArgs,
) -> Result<ExitCode, CommandError> {
    let store = settings::open(ui, variables)?;
    let old = OldTool::found(&store.vault, variables, args)?;
    show_places(ui, &old);
    let migration = Migration::made(ui, &store.vault, &old, args)?;
    for part in &migration.parts {
        show(ui, &store, &old, part);
    }
    let (incoming, added) = (migration.incoming(), migration.added());
    let is_nothing = incoming.is_empty() && added.is_empty();
    if is_nothing {
        ui.note("Nothing to take over.");
    }
    if args.dry_run {
        if !is_nothing {
            ui.note("Nothing was changed, because of --dry-run.");
        }
        return Ok(ExitCode::SUCCESS);
    }
    if !is_nothing {
        if !args.yes {
            let sure = ui
                .ask_confirmation("Take this over?", false)
                .map_err(|error| error.hint("Without asking: --yes"))?;
            if !sure {
                return Err(CommandError::interrupted());
            }
        }
        let steps = migration.parts.iter().map(|part| &part.step);
        let written: Vec<&Step> = steps.filter(|step| step.is_written()).collect();
        let _hold = store.hold(ui)?;
        import::sign_out(ui, &store, &written)?;
        let imports = store.vault.imports();
        imports
            .write_and_add(&incoming, &added)
            .map_err(wording::profiles)?;
        say_what_was_done(ui, &migration, &incoming);
    }
    delete_old(ui, &store, args, &old, &migration)?;
    Ok(ExitCode::SUCCESS)
}

fn show_places(ui: &Ui, old: &OldTool) {
    let file = old.profiles_file.display();
    if old.is_ours {
        ui.note(&format!(
            "Profiles stay where they are, in {file}: both programs use it."
        ));
    } else {
        ui.note(&format!("Profiles in {file}"));
    }
    for line in &old.unusable {
        ui.warn(&format!("{file}, {line}; its secrets stay in their files"));
    }
    match (&old.secrets_place, &old.secret_files) {
        (Some(place), Some(files)) => show_secret_files(ui, place, files, old.strangers),
        (Some(place), None) if dotnet::keeps_secrets_in_files() => ui.note(&format!(
            "No secret files: {} is not there.",
            place.display()
        )),
        _ => ui.note(
            "On this system the .NET tool keeps secrets where it alone can read them (Keychain, \
             DPAPI): each is entered once.",
        ),
    }
}

fn show_secret_files(ui: &Ui, place: &Path, files: &SecretFiles, strangers: usize) {
    let place = place.display();
    ui.note(&format!("Secret files in {place}"));
    if files.is_open_to_others() {
        ui.warn(&format!(
            "other users of this machine can enter {place}, and the files there are practically in \
             the clear"
        ));
    }
    if strangers > 0 {
        ui.warn(&format!(
            "{} in {place} belong to none of these profiles and stay: look whether they can be \
             deleted",
            counted(strangers, "secret file")
        ));
    }
}

fn show(ui: &Ui, store: &Store, old: &OldTool, part: &Part<'_>) {
    let profile = &part.step.bundled.profile;
    ui.note(&format!("Profile `{}`", part.old_name));
    match settings::profile_destination(profile) {
        Ok(destination) => {
            ui.note(&format!("gets tokens from     {destination}"));
            if part.step.fate == Fate::Unchanged {
                show_whether_it_waits(ui, store, profile);
            }
        }
        Err(error) => ui.note(&format!("cannot be used yet   {}", error.message)),
    }
    for reference in save::references(profile).unwrap_or_default() {
        ui.note(&format!("uses                 {reference}"));
    }
    if !old.is_ours {
        ui.note(&part.step.to_string());
    }
    for planned in &part.secrets {
        let line = planned.to_string();
        match planned.fate {
            SecretFate::Stays(_) => ui.warn(&format!("`{}`: {line}", part.old_name)),
            SecretFate::Taken(..)
            | SecretFate::Replaces(..)
            | SecretFate::Stored(..)
            | SecretFate::Other => ui.note(&line),
        }
    }
    let is_elsewhere = old.secret_files.is_none() && !dotnet::keeps_secrets_in_files();
    if is_elsewhere
        && profile.auth_method == AuthMethod::ClientSecret
        && profile.client_secret_from.is_none()
    {
        ui.note(&format!(
            "its client secret cannot be read; unless it was entered: entra-auth-cli config edit {} {}",
            part.step.name(),
            flag(SecretKind::ClientSecret)
        ));
    }
}

/// Says of a profile that stays whether it works only once it is approved.
fn show_whether_it_waits(ui: &Ui, store: &Store, profile: &Profile) {
    match save::waits_for_approval(store, profile) {
        Ok(false) => {}
        Ok(true) => ui.note(&format!(
            "waits for            entra-auth-cli config trust {}",
            profile.name
        )),
        Err(error) => ui.warn(&format!("profile `{}`: {}", profile.name, error.message)),
    }
}

fn say_what_was_done(ui: &Ui, migration: &Migration<'_>, incoming: &[Incoming]) {
    for one in incoming {
        ui.note(&format!("Imported profile `{}`.", one.profile.name));
        import::say_what_is_missing(ui, one);
    }
    let mut any = false;
    for part in &migration.parts {
        for secret in part.taken() {
            any = true;
            let name = part.step.name();
            ui.note(&format!(
                "The {} of `{name}` is stored, sealed.",
                secret.kind
            ));
        }
    }
    if !any {
        return;
    }
    ui.warn(
        "these secrets lay on disk practically in the clear, so copies and backups hold them too: \
         make a new one for each, and enter it",
    );
    for part in &migration.parts {
        for secret in part.taken() {
            ui.note(&format!(
                "entra-auth-cli config edit {} {}",
                part.step.name(),
                flag(secret.kind)
            ));
        }
    }
}

/// An old file that the store makes superfluous.
struct Superfluous<'m> {
    part: &'m Part<'m>,
    secret: &'m DotnetSecret,
}

/// Deletes the old files of secrets that the store gives back, if that is wanted.
fn delete_old(
    ui: &Ui,
    store: &Store,
    args: &MigrateArgs,
    old: &OldTool,
    migration: &Migration<'_>,
) -> Result<(), CommandError> {
    let Some(files) = &old.secret_files else {
        return Ok(());
    };
    let superfluous = superfluous(store, migration)?;
    if args.keep_old || superfluous.is_empty() {
        return Ok(());
    }
    let count = counted(superfluous.len(), "old secret file");
    let wanted = if args.delete_old {
        true
    } else if args.yes || !ui.can_ask() {
        ui.note(&format!(
            "{count} can be deleted: entra-auth-cli config migrate --delete-old"
        ));
        false
    } else {
        ui.ask_confirmation(
            &format!("Delete {count}, whose secrets are stored here?"),
            false,
        )?
    };
    if !wanted {
        return Ok(());
    }
    let mut deleted = 0;
    let mut failure = None;
    for one in superfluous {
        match delete(files, &one) {
            Ok(true) => deleted += 1,
            Ok(false) => ui.warn(&format!(
                "the {} of `{}` was changed in its old file just now, which stays",
                one.secret.kind, one.part.old_name
            )),
            Err(error) => {
                ui.warn(&error.message);
                failure = Some(error);
            }
        }
    }
    ui.note(&format!(
        "Deleted {}. What was in them may live on: on an SSD, in snapshots and in backups.",
        counted(deleted, "old secret file")
    ));
    failure.map_or(Ok(()), Err)
}

fn delete(files: &SecretFiles, one: &Superfluous<'_>) -> Result<bool, CommandError> {
    files
        .remove(one.part.old_name, one.secret)
        .map_err(|problem| match problem {
            SecretFileProblem::Storage(error) => wording::vault(&VaultError::Storage(error)),
            // It held text when it was read, so somebody changed it.
            other => CommandError::usage("import_unreadable", other.to_string()),
        })
}

/// The secrets that the store gives back at this moment, the same.
fn superfluous<'m>(
    store: &Store,
    migration: &'m Migration<'_>,
) -> Result<Vec<Superfluous<'m>>, CommandError> {
    let mut found = Vec::new();
    for part in &migration.parts {
        for planned in &part.secrets {
            let (SecretFate::Taken(secret, destination)
            | SecretFate::Replaces(secret, destination)
            | SecretFate::Stored(secret, destination)) = &planned.fate
            else {
                continue;
            };
            let secrets = store.vault.secrets();
            match secrets.get(part.step.name(), planned.kind, destination) {
                Ok(Some(stored)) if stored == secret.value => {
                    found.push(Superfluous { part, secret });
                }
                // Somebody entered another one meanwhile.
                Ok(_) | Err(VaultError::DestinationChanged { .. }) => {}
                Err(error) => return Err(wording::vault(&error)),
            }
        }
    }
    Ok(found)
}

fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}
