//! The store of this user, with the ways its key can be had here.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::SystemClock;
use vault::Hold;
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

/// How long a command waits for a change of what protects the store. That takes moments, and as long
/// as a keyring takes to answer.
const PATIENCE: Duration = Duration::from_mins(1);

impl Store {
    /// Keeps what protects the store as it is until all of a command's records are written. Comes
    /// after everything that a person is asked.
    pub(crate) fn hold(&self, ui: &Ui) -> Result<Hold, CommandError> {
        self.vault
            .hold(PATIENCE, &mut |holder| {
                ui.note(&wording::waiting_for_a_change(holder));
            })
            .map_err(|error| wording::vault(&error))
    }
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
    let choice = choice(variables)?;
    opened(ui, variables, allowed, choice)
}

fn opened(
    ui: &Ui,
    variables: &Variables,
    allowed: Duration,
    choice: Option<KeyStoreChoice>,
) -> Result<Store, CommandError> {
    let locations =
        Locations::resolve(&variables.of_locations()).map_err(|error| wording::location(&error))?;
    let clock = Arc::new(SystemClock::start());
    let keys = KeySettings {
        choice,
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

/// The same for a command that only looks: it changes nothing, asks nobody and says nothing. Where
/// a new key would rest does not matter to it, so it bears a variable that says so wrongly.
pub(crate) fn open_to_look(
    ui: &Ui,
    variables: &Variables,
    allowed: Duration,
) -> Result<Store, CommandError> {
    let choice = choice(variables).unwrap_or_default();
    let store = opened(&ui.silent(), variables, allowed, choice)?;
    Ok(Store {
        vault: store.vault.looking_only(),
        ..store
    })
}

fn choice(variables: &Variables) -> Result<Option<KeyStoreChoice>, CommandError> {
    const NAME: &str = "ENTRA_AUTH_KEY_STORE";
    let text = variables.text(NAME);
    text.map(|text| place_for_a_key(NAME, &text)).transpose()
}

/// The place for a key that a variable or flag of that name says.
pub(super) fn place_for_a_key(name: &str, text: &str) -> Result<KeyStoreChoice, CommandError> {
    Ok(match text.to_ascii_lowercase().as_str() {
        "keyring" => KeyStoreChoice::Keyring,
        "passphrase" => KeyStoreChoice::Passphrase,
        "file" => KeyStoreChoice::File(None),
        _ => match text.strip_prefix("file:").map(PathBuf::from) {
            Some(path) if path.is_absolute() => KeyStoreChoice::File(Some(path)),
            _ => {
                return Err(CommandError::usage(
                    "invalid_key_store",
                    format!("{name} is `{text}`, which names no place for a key"),
                )
                .hint("The valid ones are keyring, passphrase, file and file:/absolute/path."));
            }
        },
    })
}

/// Says the vault's notices.
struct Spoken(Ui);

impl Notices for Spoken {
    fn notice(&self, notice: &Notice) {
        self.0.warn(&wording::notice(notice));
    }
}
