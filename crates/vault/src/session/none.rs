//! No place for a session key is known here.

use std::path::Path;

use crate::error::VaultError;
use crate::key::Key;
use crate::key::StoreId;
use crate::protection::keyring::Keyring;

/// There is none.
pub(crate) fn read(
    _runtime: Option<&Path>,
    _keyring: &Keyring,
    _store: StoreId,
) -> Result<Option<Key>, VaultError> {
    Ok(None)
}

/// None can be made.
pub(crate) fn create(
    _runtime: Option<&Path>,
    _keyring: &Keyring,
    _store: StoreId,
) -> Result<Option<Key>, VaultError> {
    Ok(None)
}

/// There is no such place on this system.
pub(crate) fn obstacle(_runtime: Option<&Path>) -> Option<String> {
    Some("this system has no place for it".to_owned())
}
