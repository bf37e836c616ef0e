//! A file in the login session's own directory, if that is memory, ours, and closed to others.

use std::path::Path;

use cap_std::fs::Dir;
use rustix::fs::Mode;
use rustix::fs::OFlags;

use crate::description::SessionKeyPlace;
use crate::error::VaultError;
use crate::files::Directory;
use crate::key::KEY_LENGTH;
use crate::key::Key;
use crate::key::StoreId;
use crate::protection::keyring::Keyring;

/// `TMPFS_MAGIC` of linux/magic.h.
const TMPFS: i64 = 0x0102_1994;

/// The session key of this store, if there is one. Draws no random number and writes nothing.
pub(crate) fn read(
    runtime: Option<&Path>,
    _keyring: &Keyring,
    store: StoreId,
) -> Result<Option<Key>, VaultError> {
    let Some(directory) = directory(runtime) else {
        return Ok(None);
    };
    key_in(&directory, store)
}

/// The session key of this store, made if there is none; `None` if there is no place for one.
/// Processes that race get the same key.
pub(crate) fn create(
    runtime: Option<&Path>,
    _keyring: &Keyring,
    store: StoreId,
) -> Result<Option<Key>, VaultError> {
    let Some(directory) = directory(runtime) else {
        return Ok(None);
    };
    if let Some(key) = key_in(&directory, store)? {
        return Ok(Some(key));
    }
    let key = Key::random(store)?;
    directory.write_if_absent(&file_name(store), key.expose())?;
    key_in(&directory, store)
}

/// Where this store's session key rests, if there is a place for one.
pub(crate) fn place(runtime: Option<&Path>, store: StoreId) -> Option<SessionKeyPlace> {
    let directory = directory(runtime)?;
    Some(SessionKeyPlace::File(directory.path_of(&file_name(store))))
}

/// The login session's directory in memory, if there is one where a key may rest.
pub(crate) fn directory(runtime: Option<&Path>) -> Option<Directory> {
    runtime.and_then(qualified)
}

fn key_in(directory: &Directory, store: StoreId) -> Result<Option<Key>, VaultError> {
    let contents = directory.read(&file_name(store), KEY_LENGTH as u64)?;
    Ok(contents.and_then(|bytes| Key::from_slice(&bytes, store)))
}

fn file_name(store: StoreId) -> String {
    format!("entra-auth-cli-{store}.session")
}

/// Why no key may rest in this login session, in words that fit after "because".
pub(crate) fn obstacle(runtime: Option<&Path>) -> Option<String> {
    let Some(path) = runtime else {
        return Some("no directory of a login session is known".to_owned());
    };
    let why = inspected(path).err()?;
    Some(format!("{} {why}", path.display()))
}

/// Opens the directory if a key may rest there.
fn qualified(path: &Path) -> Option<Directory> {
    inspected(path).ok()
}

fn inspected(path: &Path) -> Result<Directory, String> {
    let unusable =
        |error: rustix::io::Errno| format!("cannot be used: {}", std::io::Error::from(error));
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let descriptor = rustix::fs::open(path, flags, Mode::empty()).map_err(unusable)?;
    let metadata = rustix::fs::fstat(&descriptor).map_err(unusable)?;
    if metadata.st_uid != rustix::process::geteuid().as_raw() {
        return Err(format!("belongs to user {}", metadata.st_uid));
    }
    let mode = metadata.st_mode & 0o777;
    if mode != 0o700 {
        return Err(format!("has mode {mode:03o}, not 700"));
    }
    // The field's type differs between processors.
    if rustix::fs::fstatfs(&descriptor).map_err(unusable)?.f_type as i64 != TMPFS {
        return Err("lies on a disk, not in memory".to_owned());
    }
    Ok(Directory::checked(
        Dir::from_std_file(descriptor.into()),
        path,
    ))
}
