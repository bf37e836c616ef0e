//! The Credential Manager, whose items Windows seals with the user's DPAPI key.

use std::sync::Arc;
use std::time::Duration;

use keyring_core::CredentialStore;

use super::Access;
use super::KeyringError;

/// Opens the Credential Manager.
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = windows_native_keyring_store::Store::new()?;
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

/// Credential Manager asks nobody.
#[expect(clippy::unnecessary_wraps, reason = "other systems have more to say")]
pub(super) fn access(_service: &str, _account: &str) -> Result<Access, KeyringError> {
    Ok(Access::Open)
}
