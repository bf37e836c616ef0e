//! The login Keychain.

use std::sync::Arc;
use std::time::Duration;

use keyring_core::CredentialStore;

use super::Access;
use super::KeyringError;

/// Opens the login Keychain.
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = apple_native_keyring_store::keychain::Store::new()?;
    Ok(store)
}

/// No call here has a deadline of its own.
pub(super) fn waited_in_vain(_error: &keyring_core::Error) -> Option<Duration> {
    None
}

/// The error says it itself.
pub(super) fn why_none_answers(_error: &keyring_core::Error) -> Option<&'static str> {
    None
}

/// Nothing tells before an item is read whether the keychain will open a dialog.
#[expect(clippy::unnecessary_wraps, reason = "other systems have more to say")]
pub(super) fn access(_service: &str, _account: &str) -> Result<Access, KeyringError> {
    Ok(Access::Unknown)
}
