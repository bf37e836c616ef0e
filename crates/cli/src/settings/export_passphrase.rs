//! Where the passphrase of an export comes from.

use model::Passphrase;

use super::Variables;
use super::passphrase_flags::PassphraseFlags;
use crate::args::PassphraseArgs;
use crate::command_error::CommandError;
use crate::ui::Ui;

/// The passphrase for a new export; a person is asked twice.
pub(crate) fn new_export_passphrase(
    ui: &Ui,
    variables: &Variables,
    args: &PassphraseArgs,
) -> Result<Passphrase, CommandError> {
    flags(args).chosen(ui, variables, "the export")
}

/// The passphrase of an export that was made.
pub(crate) fn export_passphrase(
    ui: &Ui,
    variables: &Variables,
    args: &PassphraseArgs,
) -> Result<Passphrase, CommandError> {
    let flags = flags(args);
    match flags.given(ui, variables)? {
        Some(passphrase) => Ok(passphrase),
        None => ui
            .ask_secret("Passphrase of the export")
            .map(|text| Passphrase::from(text.to_string()))
            .map_err(|error| error.hint(flags.hint())),
    }
}

fn flags(args: &PassphraseArgs) -> PassphraseFlags<'_> {
    PassphraseFlags {
        name: "--passphrase",
        stdin: args.passphrase_stdin,
        file: args.passphrase_file.as_ref(),
        variable: args.passphrase_env.as_deref(),
    }
}
