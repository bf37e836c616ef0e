//! No keyring is known here.

use std::sync::Arc;
use std::time::Duration;

use keyring_core::CredentialStore;

use super::Access;
use super::KeyringError;

/// Says that there is none.
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(keyring_core::Error::NoDefaultStore)
}

/// No call here has a deadline of its own.
pub(super) fn waited_in_vain(_error: &keyring_core::Error) -> Option<Duration> {
    None
}

/// The error says it itself.
pub(super) fn why_none_answers(_error: &keyring_core::Error) -> Option<&'static str> {
    None
}

/// There is nothing to be asked.
#[expect(clippy::unnecessary_wraps, reason = "other systems have more to say")]
pub(super) fn access(_service: &str, _account: &str) -> Result<Access, KeyringError> {
    Ok(Access::Open)
}
