//! An item of its own in the operating system's keyring, which answers there without a round trip
//! to another program.

use std::path::Path;

use crate::description::SessionKeyPlace;
use crate::error::VaultError;
use crate::files::Directory;
use crate::key::Key;
use crate::key::StoreId;
use crate::protection::keyring::Keyring;
use crate::protection::keyring::SERVICE;

/// The session key of this store, if there is one. A keyring that does not answer has none.
pub(crate) fn read(
    _runtime: Option<&Path>,
    keyring: &Keyring,
    store: StoreId,
) -> Result<Option<Key>, VaultError> {
    Ok(keyring
        .get(SERVICE, &account(store))
        .ok()
        .flatten()
        .and_then(|bytes| Key::from_slice(&bytes, store)))
}

/// The session key of this store, made if there is none; `None` if the keyring does not keep it.
/// Of processes that race, the last one's key stays; what the others sealed is a miss.
pub(crate) fn create(
    runtime: Option<&Path>,
    keyring: &Keyring,
    store: StoreId,
) -> Result<Option<Key>, VaultError> {
    if let Some(key) = read(runtime, keyring, store)? {
        return Ok(Some(key));
    }
    let key = Key::random(store)?;
    match keyring.put(SERVICE, &account(store), key.expose()) {
        Ok(()) => read(runtime, keyring, store),
        Err(_) => Ok(None),
    }
}

/// The keyring keeps it wherever there is one.
pub(crate) fn obstacle(_runtime: Option<&Path>) -> Option<String> {
    None
}

/// Where this store's session key rests.
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems may have no place for one"
)]
pub(crate) fn place(_runtime: Option<&Path>, store: StoreId) -> Option<SessionKeyPlace> {
    Some(SessionKeyPlace::Keyring(account(store)))
}

/// A directory in memory that ends with the login session: there is none here.
pub(crate) fn directory(_runtime: Option<&Path>) -> Option<Directory> {
    None
}

fn account(store: StoreId) -> String {
    format!("session-key:{store}")
}
