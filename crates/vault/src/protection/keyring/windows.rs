//! The Credential Manager, whose items Windows seals with the user's DPAPI key.

use std::sync::Arc;

use keyring_core::CredentialStore;

/// Opens the Credential Manager.
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = windows_native_keyring_store::Store::new()?;
    Ok(store)
}
