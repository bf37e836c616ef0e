//! Where a passphrase for the store's key comes from.

use std::path::PathBuf;

use model::Passphrase;
use vault::PassphraseSource;
use vault::PassphraseUnavailable;
use zeroize::Zeroizing;

use super::Variables;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::ui::Ui;

/// The name of the credential that a systemd unit hands in (`LoadCredential=`, systemd.exec(5)).
const SYSTEMD_CREDENTIAL: &str = "entra-auth-cli.passphrase";

/// A longer passphrase than this is a mistake.
const LONGEST: usize = 4096;

/// The passphrase by variable, file or systemd credential, or else by asking.
pub(super) struct PassphraseHere(pub(super) Ui);

/// The passphrase, if it is there without asking.
pub(super) fn at_hand() -> Option<Result<Passphrase, PassphraseUnavailable>> {
    if let Some(value) = Variables.secret("ENTRA_AUTH_PASSPHRASE") {
        return Some(Ok(Passphrase::from(value.to_string())));
    }
    let named = Variables
        .raw("ENTRA_AUTH_PASSPHRASE_FILE")
        .map(PathBuf::from);
    let file = named.or_else(|| {
        let directory = Variables.raw("CREDENTIALS_DIRECTORY").map(PathBuf::from)?;
        Some(directory.join(SYSTEMD_CREDENTIAL)).filter(|path| path.exists())
    })?;
    Some(from_file(&file))
}

/// The passphrase in a file, without one line ending at its end.
pub(super) fn from_file(path: &PathBuf) -> Result<Passphrase, PassphraseUnavailable> {
    let unusable = |why: &str| PassphraseUnavailable::Failed(format!("{} {why}", path.display()));
    let text = std::fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|error| unusable(&format!("cannot be read: {error}")))?;
    let passphrase = text.strip_suffix('\n').unwrap_or(&text);
    let passphrase = passphrase.strip_suffix('\r').unwrap_or(passphrase);
    if passphrase.is_empty() || passphrase.len() > LONGEST {
        return Err(unusable("holds no passphrase"));
    }
    Ok(Passphrase::from(passphrase.to_owned()))
}

fn asked(
    answer: Result<Zeroizing<String>, CommandError>,
) -> Result<Passphrase, PassphraseUnavailable> {
    answer
        .map(|text| Passphrase::from(text.to_string()))
        .map_err(|error| match error.kind {
            Kind::InputNeeded => PassphraseUnavailable::InputNotAllowed,
            Kind::Interrupted => PassphraseUnavailable::Cancelled,
            _ => PassphraseUnavailable::Failed(error.message),
        })
}

impl PassphraseSource for PassphraseHere {
    fn is_available(&self) -> bool {
        at_hand().is_some()
    }

    fn unlock(&self) -> Result<Passphrase, PassphraseUnavailable> {
        let ask = || asked(self.0.ask_secret("Passphrase of the store"));
        at_hand().unwrap_or_else(ask)
    }

    fn choose(&self) -> Result<Passphrase, PassphraseUnavailable> {
        let ask = || asked(self.0.ask_new_secret("New passphrase for the store"));
        at_hand().unwrap_or_else(ask)
    }
}
