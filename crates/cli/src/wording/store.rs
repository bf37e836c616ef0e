//! Failures of the local store.

use std::path::PathBuf;

use vault::KeyUnavailable;
use vault::KeyringError;
use vault::LocationError;
use vault::LockError;
use vault::Notice;
use vault::PassphraseUnavailable;
use vault::StorageError;
use vault::StorageFailure;
use vault::VaultError;

use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::shell;

pub(super) fn failed(code: &'static str, message: impl Into<String>) -> CommandError {
    CommandError::new(Kind::Store, code, message)
}

/// Words a failure of the store.
pub(crate) fn vault(error: &VaultError) -> CommandError {
    let message = error.to_string();
    match error {
        VaultError::Storage(error) => storage(error),
        VaultError::Lock(error) => lock(error),
        VaultError::KeyUnavailable {
            why: why @ KeyUnavailable::WrongPassphrase,
            ..
        } => failed(
            "key_unavailable",
            format!("{why}: it does not open the key of the store"),
        )
        .hint(
            "Try again; it comes from ENTRA_AUTH_PASSPHRASE, else ENTRA_AUTH_PASSPHRASE_FILE, \
             else the systemd credential entra-auth-cli.passphrase, else from you when asked.",
        ),
        VaultError::KeyUnavailable { why, .. } => {
            let worded = key_hints(failed("key_unavailable", message), why)
                .hint("Nothing is lost: with the same key back, the same command works.");
            if is_perhaps_lost(why) {
                worded.hint(
                    "If the key is lost for good, so is what is stored. To begin anew without it, \
                     remove the directory that this names as state: entra-auth-cli config path",
                )
            } else {
                worded
            }
        }
        VaultError::KeyNotMade {
            why: why @ KeyUnavailable::Keyring(KeyringError::Absent(_) | KeyringError::Failed(_)),
        } => failed("key_not_made", format!("no key could be made: {why}"))
            .hint(format!("Keep the key in a file: {}", shell::setting("ENTRA_AUTH_KEY_STORE", "file")))
            .hint("For a store that is there: entra-auth-cli config storage --to file (or passphrase)"),
        VaultError::KeyNotMade { why } => key_hints(failed("key_not_made", message), why),
        VaultError::Header { .. } => failed("store_header", message).hint(
            "Restore the file from a backup; a store made by a newer version needs that version.",
        ),
        VaultError::HeaderMissing { .. } => failed("store_header_missing", message).hint(
            "Restore it from a backup, or remove the directory to begin anew: the sealed records \
             in it cannot be opened without it.",
        ),
        VaultError::Record { .. } => failed("record_unreadable", message)
            .hint(
                "Enter what it held again: entra-auth-cli config edit NAME --client-secret-stdin \
                 (or --certificate-password-stdin)",
            ),
        VaultError::DestinationChanged { stored, requested } => CommandError::usage(
            "destination_changed",
            format!(
                "the stored credential may go to {stored} only; this request would send it to \
                 {requested}"
            ),
        ),
        VaultError::Import { .. } => failed("import_unfinished", message).hint(
            "An import was interrupted, and what it left cannot be read. Remove the file, then import \
             again.",
        ),
        VaultError::Rename { .. } => failed("rename_unfinished", message).hint(
            "A rename was interrupted, and what it left cannot be read. Remove the file, then see \
             which name the profile has: entra-auth-cli config list",
        ),
        VaultError::ProtectionChanged => failed("protection_changed", message)
            .hint("Nothing is lost: run the command again."),
        VaultError::Change { .. } => failed("change_unfinished", message).hint(
            "The store works as it is. Remove the file, then change the protection again; what \
             else the interrupted change left opens nothing.",
        ),
        VaultError::Unreadable(paths) => unreadable(paths, &message),
        VaultError::SameKey(_) => CommandError::usage("same_key", message)
            .hint("A change is for a new key: name another file, or remove that one first."),
        VaultError::NoPassphrase(_) => CommandError::usage("no_passphrase", message)
            .hint("Put the store under one: entra-auth-cli config storage --to passphrase"),
        VaultError::NoSessionPlace => failed("no_session_place", message)
            .hint("On Linux that is $XDG_RUNTIME_DIR or /run/user/UID, on tmpfs, yours, mode 0700.")
            .hint("Or give the passphrase each time: ENTRA_AUTH_PASSPHRASE_FILE"),
        VaultError::NoStore => CommandError::usage("no_store", message)
            .hint("It is made with the first profile that has a secret, or the first token."),
        VaultError::Cryptography => failed("store_failed", message),
    }
}

/// How many of them are named: more say no more.
const NAMED_AT_MOST: usize = 10;

/// Records that a change of the protection would lose.
fn unreadable(paths: &[PathBuf], message: &str) -> CommandError {
    let mut error = failed(
        "records_unreadable",
        format!("{message}, and would be lost with the old key; nothing was changed"),
    );
    for path in paths.iter().take(NAMED_AT_MOST) {
        error = error.hint(format!("Cannot be opened: {}", path.display()));
    }
    let rest = paths.len().saturating_sub(NAMED_AT_MOST);
    if rest > 0 {
        error = error.hint(format!("And {rest} more beside them."));
    }
    error
        .hint(
            "A secret whose profile is gone from profiles.json cannot be opened either: put the \
             profile back if it is wanted.",
        )
        .hint("To go on without them: --forget-unreadable")
}

/// Whether nothing but a copy of the key could bring it back.
const fn is_perhaps_lost(why: &KeyUnavailable) -> bool {
    matches!(
        why,
        KeyUnavailable::NotInKeyring
            | KeyUnavailable::KeyFileMissing
            | KeyUnavailable::KeyFileDamaged
            | KeyUnavailable::Damaged
            | KeyUnavailable::WrongKey
    )
}

fn key_hints(error: CommandError, why: &KeyUnavailable) -> CommandError {
    match why {
        KeyUnavailable::Keyring(KeyringError::TimedOut(_) | KeyringError::Locked(_)) => error
            .hint("Unlock the keyring in your desktop session, then run the command again.")
            .hint("Over SSH: run the command inside that session's D-Bus, or keep a store of its own for machines without desktop: ENTRA_AUTH_STATE_DIR and ENTRA_AUTH_KEY_STORE=file"),
        KeyUnavailable::Keyring(_) | KeyUnavailable::NotInKeyring => error
            .hint("Start or unlock the keyring that held the key: cron, sudo and ssh sessions often see none, or another one.")
            .hint("Or keep a store of its own for such sessions: ENTRA_AUTH_STATE_DIR and ENTRA_AUTH_KEY_STORE=file"),
        KeyUnavailable::KeyFileMissing | KeyUnavailable::KeyFileDamaged | KeyUnavailable::KeyFile(_) | KeyUnavailable::KeyFilePath => {
            error.hint("Restore the key file from a backup.")
        }
        KeyUnavailable::KeyFileOpenToOthers(path) => error
            .hint(format!("If nobody else has read it: chmod 600 {}", path.display()))
            .hint("Otherwise name a path where no file is yet: a new key is made there."),
        KeyUnavailable::KeyFileInState => {
            error.hint("Name a path outside it: a backup of the records must not hold their key.")
        }
        KeyUnavailable::Passphrase(PassphraseUnavailable::InputNotAllowed) => CommandError {
            kind: Kind::InputNeeded,
            ..error
        }
        .hint("Give it: ENTRA_AUTH_PASSPHRASE, ENTRA_AUTH_PASSPHRASE_FILE or a systemd credential named entra-auth-cli.passphrase"),
        KeyUnavailable::Passphrase(PassphraseUnavailable::Cancelled) => CommandError {
            kind: Kind::Interrupted,
            ..error
        },
        _ => error,
    }
}

fn lock(error: &LockError) -> CommandError {
    let message = error.to_string();
    match error {
        LockError::TimedOut { pid, .. } => {
            let error = CommandError::new(Kind::TimedOut, "lock_timed_out", message);
            match pid {
                Some(pid) => error.hint(format!("See what it does: ps -p {pid}")),
                None => error,
            }
            .hint("Wait for it to end, or allow more time: --timeout 120s")
        }
        LockError::Unsupported { .. } => failed("locks_unsupported", message)
            .hint("Keep the store on another file system: ENTRA_AUTH_STATE_DIR"),
        LockError::Storage(error) => storage(error),
    }
}

/// Words a file or directory that could not be used.
pub(crate) fn storage(error: &StorageError) -> CommandError {
    let message = error.to_string();
    match error {
        StorageError::Io { failure, .. } => match failure {
            StorageFailure::Full => {
                failed("disk_full", message).hint("Make room, then run the command again.")
            }
            StorageFailure::ReadOnly => failed("read_only", message)
                .hint("Keep the store elsewhere: ENTRA_AUTH_STATE_DIR and ENTRA_AUTH_CONFIG_DIR")
                .hint("Or do without the store: entra-auth-cli get-token --no-cache …, with the secret by flag or variable"),
            StorageFailure::Denied => failed("permission_denied", message)
                .hint("Check who owns it: another user, or root by way of sudo, may have made it.")
                .hint("Or do without the store: entra-auth-cli get-token --no-cache …, with the secret by flag or variable"),
            StorageFailure::Other => failed("file_failed", message),
        },
        StorageError::Link(_) => failed("symbolic_link", message)
            .hint("Links are not followed here: name the place itself."),
        StorageError::WrongKind(_) => failed("wrong_file_kind", message),
        StorageError::ForeignOwner { .. } => failed("foreign_owner", message)
            .hint("Remove it or give it back: sudo chown -R \"$(id -u)\" DIRECTORY"),
        StorageError::ForeignHome { .. } => failed("foreign_home", message)
            .hint("Run it as that user, or with HOME=/root: sudo -H")
            .hint("If it is meant: ENTRA_AUTH_ALLOW_FOREIGN_HOME=1"),
        StorageError::TooLarge { .. } => failed("file_too_large", message),
    }
}

/// Words the lack of a place for files.
pub(crate) fn location(error: &LocationError) -> CommandError {
    CommandError::usage("no_location", error.to_string()).hint(
        "Set HOME, or ENTRA_AUTH_CONFIG_DIR, ENTRA_AUTH_STATE_DIR and ENTRA_AUTH_DATA_DIR to \
         absolute paths.",
    )
}

/// Words what happened on the way.
pub(crate) fn notice(notice: &Notice) -> String {
    match notice {
        Notice::KeyFileMade { path } => format!(
            "no keyring answered, so the key that seals your secrets is in {}: file permissions \
             protect it, and nothing else (ENTRA_AUTH_KEY_STORE chooses keyring, passphrase or \
             file)",
            path.display()
        ),
        Notice::UnusableEntry { path, why } => {
            format!(
                "what is kept in {} cannot be used and counts as absent: {why}",
                path.display()
            )
        }
        Notice::OldKeyLeft { protection, why } => match why {
            Some(why) => format!(
                "the old key could not be removed from {protection}: {why}; it opens nothing that \
                 is in the store now, but may open a backup of it"
            ),
            None => format!(
                "the old key stays in {protection}, since others may use that file; remove it if \
                 nobody does"
            ),
        },
        Notice::NewKeyLeft { protection, why } => match why {
            Some(why) => format!(
                "the new key, if it was made, could not be removed from {protection}: {why}; the \
                 store keeps its old key, and nothing in it is under the new one"
            ),
            None => format!(
                "a key stays in {protection}, since others may use that file; nothing in the store \
                 is under it"
            ),
        },
        Notice::ChangeUnfinished { why } => format!(
            "what an interrupted change of the protection left behind could not be removed: {why}"
        ),
        Notice::PermissionsRepaired { path, mode } => format!(
            "{} was open to others (mode {mode:o}); it is closed now",
            path.display()
        ),
        Notice::CloseFieldName {
            profile,
            given,
            known,
            line,
        } => format!(
            "profile `{profile}`: the field `{given}` on line {line} is not known; `{known}` is"
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use vault::Protection;

    use super::*;

    #[test]
    fn a_key_that_was_left_is_the_old_one_or_the_new_one() {
        let protection = || Protection::Keyring {
            service: "entra-auth-cli".to_owned(),
            account: "master-key:1".to_owned(),
        };
        let why = || Some("no bus".to_owned());
        let new = notice(&Notice::NewKeyLeft {
            protection: protection(),
            why: why(),
        });
        assert!(new.starts_with("the new key, if it was made"), "{new}");
        assert!(new.contains("keeps its old key"), "{new}");
        let old = notice(&Notice::OldKeyLeft {
            protection: protection(),
            why: why(),
        });
        assert!(old.starts_with("the old key could not"), "{old}");
    }

    #[test]
    fn a_file_system_without_locks_is_told_and_the_way_out() {
        let source = io::Error::from(io::ErrorKind::Unsupported);
        let error = vault(&VaultError::Lock(LockError::Unsupported { source }));
        assert_eq!(
            (error.code, error.kind.exit_code()),
            ("locks_unsupported", 8)
        );
        assert!(error.hints[0].contains("ENTRA_AUTH_STATE_DIR"));
    }

    #[test]
    fn who_mistypes_a_passphrase_is_told_to_try_again_and_not_to_remove_the_store() {
        let unavailable = |why| {
            let protection = Box::new(Protection::Passphrase);
            vault(&VaultError::KeyUnavailable { protection, why })
        };
        let removes = |error: &CommandError| error.hints.iter().any(|hint| hint.contains("remove"));
        let mistyped = unavailable(KeyUnavailable::WrongPassphrase);
        assert!(
            mistyped.message.starts_with("the passphrase is wrong"),
            "{mistyped:?}"
        );
        assert!(mistyped.hints[0].starts_with("Try again; it comes from ENTRA_AUTH_PASSPHRASE"));
        assert!(!removes(&mistyped), "{mistyped:?}");
        let nobody = PassphraseUnavailable::InputNotAllowed;
        assert!(!removes(&unavailable(KeyUnavailable::Passphrase(nobody))));
        for lost in [KeyUnavailable::KeyFileMissing, KeyUnavailable::Damaged] {
            let lost = unavailable(lost);
            assert!(removes(&lost), "{lost:?}");
        }
    }

    #[test]
    fn of_many_unreadable_records_a_few_are_named_and_the_way_out_comes_last() {
        let paths = |count: usize| {
            (0..count)
                .map(|n| PathBuf::from(format!("/r/{n}")))
                .collect()
        };
        let few = vault(&VaultError::Unreadable(paths(2)));
        assert!(few.hints[1].contains("/r/1"), "{few:?}");
        let many = vault(&VaultError::Unreadable(paths(1_000)));
        assert_eq!(many.hints.len(), NAMED_AT_MOST + 3, "{many:?}");
        assert!(many.hints[NAMED_AT_MOST].contains("990 more"), "{many:?}");
        for error in [few, many] {
            assert!(error.hints.last().unwrap().contains("--forget-unreadable"));
        }
    }
}
