//! Failures of exports and imports.

use model::ProfileName;
use vault::BundleError;
use vault::ProfilesError;

use super::profiles;
use super::store;
use crate::command_error::CommandError;

/// Words why an export cannot be made, or a file cannot be imported. Nothing was changed.
pub(crate) fn bundle(error: BundleError) -> CommandError {
    let message = format!("the export cannot be used: {error}");
    match error {
        BundleError::Foreign => CommandError::usage("not_an_export", message).hint(
            "Files that `config export` or the .NET tool wrote are read, and JSON in the shape of \
             profiles.json.",
        ),
        BundleError::Newer { .. } => CommandError::usage("export_newer", message)
            .hint("Import it with that version, or export it anew with this one."),
        BundleError::CutShort => CommandError::usage("export_cut_short", message)
            .hint("Copy the file again: a part of it is missing."),
        BundleError::Damaged => CommandError::usage("export_damaged", message)
            .hint("Copy the file again, as binary: text mode and mail change bytes."),
        BundleError::ExcessiveCost { .. } => CommandError::usage("export_too_costly", message)
            .hint("No version of this program asks for that: do not trust where it came from."),
        BundleError::WrongPassphrase => CommandError::usage("export_passphrase_wrong", message)
            .hint("Nothing was changed: the same command can be tried again."),
        BundleError::Tampered => CommandError::usage("export_tampered", message)
            .hint("Do not trust where it came from; ask for a new one."),
        BundleError::DotnetUnreadable => CommandError::usage("export_unreadable", message)
            .hint("It is an export of the .NET tool, whose format cannot tell which of them it is.")
            .hint("Nothing was changed: the same command can be tried again."),
        BundleError::Contents(_) => CommandError::usage("export_invalid", message),
        BundleError::TooLarge => CommandError::usage("export_too_large", message),
        BundleError::DerivationFailed => store::failed("key_not_made", message),
        BundleError::Profiles(
            error @ (ProfilesError::Syntax { .. }
            | ProfilesError::Shape { .. }
            | ProfilesError::Invalid { .. }
            | ProfilesError::Duplicate { .. }),
        ) => CommandError::usage("export_invalid", error.to_string())
            .hint("Nothing was imported: one broken profile stops all."),
        BundleError::Profiles(error) => profiles::profiles(error),
        BundleError::Vault(error) => store::vault(&error),
    }
}

/// Names that are taken, and nobody says what to do about it.
pub(crate) fn names_taken(names: &[ProfileName]) -> CommandError {
    let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    CommandError::usage(
        "profile_exists",
        format!(
            "nothing was imported: profiles exist already: {}",
            list.join(", ")
        ),
    )
    .hint("Say what becomes of them: --on-conflict skip, overwrite or rename")
}

/// Secrets that are stored already, where that was to stop a migration.
pub(crate) fn secrets_stored(names: &[ProfileName]) -> CommandError {
    let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    CommandError::usage(
        "secret_exists",
        format!(
            "nothing was taken over: other secrets are stored already for {}",
            list.join(", ")
        ),
    )
    .hint("Say what becomes of them: --on-conflict skip keeps those stored here, overwrite replaces them")
}

/// A credential is missing, and the .NET tool keeps one for that profile.
pub(crate) fn left_behind(mut missing: CommandError, profile: &ProfileName) -> CommandError {
    missing.hints.insert(
        0,
        format!(
            "The .NET tool keeps a secret for `{profile}`. Take it over: entra-auth-cli config migrate"
        ),
    );
    missing
}
