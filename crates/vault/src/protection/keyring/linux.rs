//! The Secret Service (gnome-keyring, `KWallet`, `KeePassXC`) over D-Bus.

use std::sync::Arc;
use std::time::Duration;

use dbus_secret_service::Error as ServiceError;
use keyring_core::CredentialStore;
use keyring_core::Error;

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
    let Error::PlatformFailure(cause) = error else {
        return None;
    };
    match cause.downcast_ref::<ServiceError>()? {
        ServiceError::Dbus(error) => error
            .name()
            .is_some_and(|name| NO_ANSWER.contains(&name))
            .then_some(ANSWER_TIMEOUT),
        _ => None,
    }
}
