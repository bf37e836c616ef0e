//! What protects the store, in words.

use model::Timestamp;
use vault::ProtectionChanged;

use super::kept::counted;
use super::kept::time_left;

/// Somebody changes what protects the store.
pub(crate) fn waiting_for_a_change(holder: Option<u32>) -> String {
    let who = process(holder);
    format!("Waiting for {who}, which is changing what protects the store…")
}

/// Somebody writes what is about to be sealed again.
pub(crate) fn waiting_for_a_writer(holder: Option<u32>) -> String {
    let who = process(holder);
    format!("Waiting for {who}, which is getting a token, has someone sign in, or saves something…")
}

fn process(holder: Option<u32>) -> String {
    match holder {
        Some(holder) => format!("process {holder}"),
        None => "another process".to_owned(),
    }
}

/// What a change of the protection did.
pub(crate) fn protection_changed(changed: &ProtectionChanged) -> Vec<String> {
    let mut lines = Vec::new();
    match &changed.before {
        Some(before) => lines.push(format!(
            "The store has {}, protected by {} in place of {before}. {} under it.",
            if changed.key_was_found {
                "the key that was found in the file"
            } else {
                "a new key"
            },
            changed.after,
            match changed.resealed {
                1 => "1 record was sealed again".to_owned(),
                count => format!("{count} records were sealed again"),
            }
        )),
        None => lines.push(format!(
            "The store was made. Its key is protected by {}.",
            changed.after
        )),
    }
    if changed.key_was_found {
        lines.push(
            "No key was made: whoever else has the one in that file can open this store with it."
                .to_owned(),
        );
    }
    if !changed.forgotten.is_empty() {
        lines.push(format!(
            "Lost, since it could not be opened: {}.",
            counted(changed.forgotten.len(), "record")
        ));
    }
    if changed.before.is_some() {
        lines.push(
            "Backups of the state directory that were made before still open with the old key."
                .to_owned(),
        );
    }
    lines
}

/// The next command would be given the old passphrase.
pub(crate) fn environment_holds_another_passphrase() -> String {
    "the environment still gives another passphrase (ENTRA_AUTH_PASSPHRASE, \
     ENTRA_AUTH_PASSPHRASE_FILE or a systemd credential): change it there too"
        .to_owned()
}

/// There is nothing to protect.
pub(crate) fn no_store_yet() -> String {
    "There is no store yet. It is made with the first profile that has a secret, or the first \
     token."
        .to_owned()
}

/// Until when no passphrase is needed.
pub(crate) fn held_open(until: Timestamp, now: Timestamp) -> String {
    format!(
        "The store is held open until {until} ({}), or until you log out: nobody is asked for its \
         passphrase, and every program that runs as you could read its key. To end it: \
         entra-auth-cli config lock",
        time_left(until.seconds_since(now))
    )
}

/// The passphrase is needed again.
pub(crate) fn not_held_open(was_held: bool) -> String {
    if was_held {
        "The store is not held open any more."
    } else {
        "The store was not held open."
    }
    .to_owned()
}
