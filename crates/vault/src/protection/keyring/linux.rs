//! The Secret Service (gnome-keyring, `KWallet`, `KeePassXC`) over D-Bus.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use dbus_secret_service::EncryptionType;
use dbus_secret_service::Error as ServiceError;
use dbus_secret_service::SecretService;
use keyring_core::CredentialStore;
use keyring_core::Error;

use super::Access;
use super::KeyringError;

/// How long the client library waits for one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// Connects to the Secret Service.
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = dbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

/// How long an answer was waited for in vain, if that is what failed: the service is there, but
/// hangs.
pub(super) fn waited_in_vain(error: &Error) -> Option<Duration> {
    const NO_ANSWER: [&str; 3] = [
        "org.freedesktop.DBus.Error.NoReply",
        "org.freedesktop.DBus.Error.Timeout",
        "org.freedesktop.DBus.Error.TimedOut",
    ];
    let name = bus_error(error)?;
    NO_ANSWER.contains(&name).then_some(ANSWER_TIMEOUT)
}

/// Why there is no keyring, for who does not know D-Bus, if that is what the error says.
pub(super) fn why_none_answers(error: &Error) -> Option<&'static str> {
    match bus_error(error)?.strip_prefix("org.freedesktop.DBus.Error.")? {
        "NotSupported" | "Spawn.ExecFailed" => {
            Some("there is no session bus: DBUS_SESSION_BUS_ADDRESS is not set")
        }
        "FileNotFound" | "NoServer" | "Disconnected" | "BadAddress" => {
            Some("the session bus that DBUS_SESSION_BUS_ADDRESS names cannot be reached")
        }
        "ServiceUnknown" | "NameHasNoOwner" => Some("no program on the session bus offers one"),
        _ => None,
    }
}

/// The name of the D-Bus error behind it.
fn bus_error(error: &Error) -> Option<&str> {
    let Error::PlatformFailure(cause) = error else {
        return None;
    };
    match cause.downcast_ref::<ServiceError>()? {
        ServiceError::Dbus(error) => error.name(),
        _ => None,
    }
}

/// Looks the item up, which asks nobody and opens nothing.
pub(super) fn access(service: &str, account: &str) -> Result<Access, KeyringError> {
    let failed = |error: ServiceError| KeyringError::from(Error::PlatformFailure(Box::new(error)));
    // Nothing secret is asked for on this connection.
    let keyring = SecretService::connect(EncryptionType::Plain)
        .map_err(|error| super::not_opened(Error::PlatformFailure(Box::new(error))))?;
    let attributes = HashMap::from([("service", service), ("username", account)]);
    let found = keyring.search_items(attributes).map_err(failed)?;
    if found.unlocked.is_empty() && !found.locked.is_empty() {
        return Ok(Access::Locked);
    }
    Ok(Access::Open)
}
