//! The login Keychain.

use std::sync::Arc;
use std::time::Duration;

use keyring_core::CredentialStore;

/// Opens the login Keychain.
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = apple_native_keyring_store::keychain::Store::new()?;
    Ok(store)
}

/// No call here has a deadline of its own.
pub(super) fn waited_in_vain(_error: &keyring_core::Error) -> Option<Duration> {
    None
}
