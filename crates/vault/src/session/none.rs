//! No place for a session key is known here.

use std::path::Path;

use crate::description::SessionKeyPlace;
use crate::error::VaultError;
use crate::files::Directory;
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

/// Nowhere.
pub(crate) fn place(_runtime: Option<&Path>, _store: StoreId) -> Option<SessionKeyPlace> {
    None
}

/// There is no directory in memory that ends with the login session.
pub(crate) fn directory(_runtime: Option<&Path>) -> Option<Directory> {
    None
}
