//! Where the passphrase of an export comes from.

use model::Passphrase;
use zeroize::Zeroizing;

use super::Variables;
use super::credential::from_stdin;
use super::credential::must_be_variable_name;
use super::passphrase::from_file;
use crate::args::PassphraseArgs;
use crate::command_error::CommandError;
use crate::ui::Ui;

/// An export is made to be carried about, and whoever finds it can guess without end
/// (NIST SP 800-63B §5.1.1.1).
const SHORTEST: usize = 8;

const FLAGS: &str = "Give it: --passphrase-stdin, --passphrase-file or --passphrase-env";

/// The passphrase for a new export; a person is asked twice.
pub(crate) fn new_export_passphrase(
    ui: &Ui,
    variables: &Variables,
    args: &PassphraseArgs,
) -> Result<Passphrase, CommandError> {
    let passphrase = match given(ui, variables, args)? {
        Some(passphrase) => passphrase,
        None => ui
            .ask_new_secret("New passphrase for the export")
            .map(|text| Passphrase::from(text.to_string()))
            .map_err(|error| error.hint(FLAGS))?,
    };
    if passphrase.expose_secret().chars().count() < SHORTEST {
        return Err(CommandError::usage(
            "passphrase_too_short",
            format!("the passphrase of an export has at least {SHORTEST} characters"),
        )
        .hint("Four or five random words are easy to pass on and hard to guess."));
    }
    Ok(passphrase)
}

/// The passphrase of an export that was made.
pub(crate) fn export_passphrase(
    ui: &Ui,
    variables: &Variables,
    args: &PassphraseArgs,
) -> Result<Passphrase, CommandError> {
    match given(ui, variables, args)? {
        Some(passphrase) => Ok(passphrase),
        None => ui
            .ask_secret("Passphrase of the export")
            .map(|text| Passphrase::from(text.to_string()))
            .map_err(|error| error.hint(FLAGS)),
    }
}

fn given(
    ui: &Ui,
    variables: &Variables,
    args: &PassphraseArgs,
) -> Result<Option<Passphrase>, CommandError> {
    let text: Zeroizing<String> = if args.passphrase_stdin {
        from_stdin(ui, "--passphrase")?
    } else if let Some(path) = &args.passphrase_file {
        return from_file(path)
            .map(Some)
            .map_err(|why| unreadable(why.to_string()));
    } else if let Some(name) = &args.passphrase_env {
        must_be_variable_name("--passphrase", name)?;
        variables
            .secret(name)
            .ok_or_else(|| unreadable(format!("the variable {name} holds no passphrase")))?
    } else {
        return Ok(None);
    };
    Ok(Some(Passphrase::from(text.to_string())))
}

fn unreadable(why: String) -> CommandError {
    CommandError::usage("passphrase_unreadable", why)
}
