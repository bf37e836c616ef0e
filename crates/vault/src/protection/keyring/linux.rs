//! The Secret Service (gnome-keyring, `KWallet`, `KeePassXC`) over D-Bus.

use std::sync::Arc;

use keyring_core::CredentialStore;

/// Connects to the Secret Service.
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = dbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}
