//! The login Keychain.

use std::sync::Arc;

use keyring_core::CredentialStore;

/// Opens the login Keychain.
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = apple_native_keyring_store::keychain::Store::new()?;
    Ok(store)
}
