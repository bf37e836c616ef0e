//! The store of this user, with the ways its key can be had here.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::SystemClock;
use vault::KeySettings;
use vault::KeyStoreChoice;
use vault::Locations;
use vault::Notice;
use vault::Notices;
use vault::Vault;

use super::Variables;
use super::passphrase::PassphraseHere;
use crate::command_error::CommandError;
use crate::ui::Ui;
use crate::wording;

/// A keyring that has not answered by then hangs: some ask for a password where nobody sees it.
const KEYRING_TIMEOUT: Duration = Duration::from_secs(25);

/// What is kept, and the clock that goes with it.
pub(crate) struct Store {
    /// Profiles, secrets, tokens.
    pub(crate) vault: Vault,
    /// The time.
    pub(crate) clock: Arc<SystemClock>,
    /// Where things are kept.
    pub(crate) locations: Locations,
}

/// The store at the places the environment names. Nothing is touched yet.
pub(crate) fn open(ui: &Ui, variables: &Variables) -> Result<Store, CommandError> {
    open_within(ui, variables, KEYRING_TIMEOUT)
}

/// The same for a command that may take only so long.
pub(crate) fn open_within(
    ui: &Ui,
    variables: &Variables,
    allowed: Duration,
) -> Result<Store, CommandError> {
    let locations =
        Locations::resolve(&variables.of_locations()).map_err(|error| wording::location(&error))?;
    let clock = Arc::new(SystemClock::start());
    let keys = KeySettings {
        choice: choice(variables)?,
        passphrase: Box::new(PassphraseHere(ui.clone())),
        notices: Box::new(Spoken(ui.clone())),
        keyring_timeout: KEYRING_TIMEOUT.min(allowed),
        allow_foreign_home: variables.allows_foreign_home(),
    };
    let shared: Arc<dyn model::Clock> = Arc::<SystemClock>::clone(&clock);
    Ok(Store {
        vault: Vault::new(locations.clone(), shared, keys),
        clock,
        locations,
    })
}

fn choice(variables: &Variables) -> Result<Option<KeyStoreChoice>, CommandError> {
    let Some(text) = variables.text("ENTRA_AUTH_KEY_STORE") else {
        return Ok(None);
    };
    let chosen = match text.to_ascii_lowercase().as_str() {
        "keyring" => KeyStoreChoice::Keyring,
        "passphrase" => KeyStoreChoice::Passphrase,
        "file" => KeyStoreChoice::File(None),
        _ => match text.strip_prefix("file:").map(PathBuf::from) {
            Some(path) if path.is_absolute() => KeyStoreChoice::File(Some(path)),
            _ => {
                return Err(CommandError::usage(
                    "invalid_key_store",
                    format!("ENTRA_AUTH_KEY_STORE is `{text}`, which names no place for a key"),
                )
                .hint("The valid ones are keyring, passphrase, file and file:/absolute/path."));
            }
        },
    };
    Ok(Some(chosen))
}

/// Says the vault's notices.
struct Spoken(Ui);

impl Notices for Spoken {
    fn notice(&self, notice: &Notice) {
        self.0.warn(&wording::notice(notice));
    }
}
