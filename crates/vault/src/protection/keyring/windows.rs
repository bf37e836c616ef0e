//! The Credential Manager, whose items Windows seals with the user's DPAPI key.

use std::sync::Arc;
use std::time::Duration;

use keyring_core::CredentialStore;

/// Opens the Credential Manager.
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = windows_native_keyring_store::Store::new()?;
    Ok(store)
}

/// No call here has a deadline of its own.
pub(super) fn waited_in_vain(_error: &keyring_core::Error) -> Option<Duration> {
    None
}
