//! What is to protect the store from now on.

use model::Passphrase;
use vault::KeyStoreChoice;
use vault::NewProtection;

use super::Variables;
use super::passphrase;
use super::passphrase_flags::PassphraseFlags;
use super::store::place_for_a_key;
use crate::args::StorageArgs;
use crate::command_error::CommandError;
use crate::ui::Ui;

/// What `--to` names; a new passphrase is asked for twice unless a flag gives it.
pub(crate) fn new_protection(
    ui: &Ui,
    variables: &Variables,
    to: &str,
    args: &StorageArgs,
) -> Result<NewProtection, CommandError> {
    let flags = PassphraseFlags {
        name: "--new-passphrase",
        stdin: args.new_passphrase_stdin,
        file: args.new_passphrase_file.as_ref(),
        variable: args.new_passphrase_env.as_deref(),
    };
    match place_for_a_key("--to", to)? {
        KeyStoreChoice::Passphrase => flags
            .chosen(ui, variables, "the store")
            .map(NewProtection::Passphrase),
        _ if flags.is_set() => Err(CommandError::usage(
            "contradictory_flags",
            format!("a new passphrase is given, but --to {to} has none"),
        )),
        KeyStoreChoice::Keyring => Ok(NewProtection::Keyring),
        KeyStoreChoice::File(path) => Ok(NewProtection::KeyFile(path)),
    }
}

/// Whether the environment holds a passphrase that is not this one.
pub(crate) fn holds_another_passphrase(passphrase: &Passphrase) -> bool {
    matches!(
        passphrase::at_hand(),
        Some(Ok(held)) if held.expose_secret() != passphrase.expose_secret()
    )
}
