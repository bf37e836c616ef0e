//! What stands where, and whether it could be used: only looked at, never made, mended or locked
//! for writing.

use std::fs::File;
use std::fs::TryLockError;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use model::ProfileName;
use model::Timestamp;

use crate::error::VaultError;
use crate::files::platform;
use crate::header;
use crate::protection::KeyUnavailable;
use crate::protection::Protection;
use crate::protection::keyring::Access;
use crate::secrets;
use crate::secrets::SecretKind;
use crate::session;
use crate::store::SECRETS;
use crate::store::Vault;

/// The permission bits of everybody but the owner.
const OTHERS: u32 = 0o077;

/// Who owns a file or directory, and who may do what with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ownership {
    /// The owner's numeric user id.
    pub owner: u32,
    /// Whether that is this user.
    pub is_ours: bool,
    /// The permission bits, the sticky bit and its like included.
    pub mode: u32,
}

/// A place where a directory of ours is, or would be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The directory.
    pub path: PathBuf,
    /// What stands there.
    pub stands: Standing,
    /// Its owner and mode, where the system has them and it is there.
    pub ownership: Option<Ownership>,
    /// Whether this user may write to it, or to the nearest directory above it that is there.
    pub is_writable: bool,
    /// Bytes that this user can still write there; `None` where the system does not say.
    pub free_space: Option<u64>,
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Nothing,
    /// A directory.
    Directory,
    /// A symbolic link, which is not followed where a directory of ours belongs.
    Link,
    /// Something else.
    Other,
}

/// Looks at a place.
///
/// # Errors
/// If it cannot be looked at, for want of rights above it or because the path is none.
pub fn place(path: &Path) -> io::Result<Place> {
    let metadata = match std::fs::symlink_metadata(path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let stands = match &metadata {
        None => Standing::Nothing,
        Some(found) if found.is_symlink() => Standing::Link,
        Some(found) if found.is_dir() => Standing::Directory,
        Some(_) => Standing::Other,
    };
    let nearest = path.ancestors().find(|ancestor| ancestor.exists());
    let nearest = nearest.ok_or(io::ErrorKind::NotFound)?;
    Ok(Place {
        path: path.to_owned(),
        stands,
        ownership: metadata.as_ref().and_then(platform::ownership),
        is_writable: platform::may_write(nearest),
        free_space: platform::free_space(nearest),
    })
}

/// Files and directories below one of ours that another user may read or write, or that belong to
/// one. Links are not followed; where the system has no modes, there are none.
///
/// # Errors
/// If a directory cannot be listed. One that is not there holds nothing.
pub fn exposed(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(current) = open.pop() {
        let entries = match std::fs::read_dir(&current) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let metadata = match entry.metadata() {
                Ok(metadata) => metadata,
                // Another process removed it in between.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let ownership = platform::ownership(&metadata);
            let is_ours_alone = |owned: Ownership| owned.is_ours && owned.mode & OTHERS == 0;
            if !metadata.is_symlink() && ownership.is_some_and(|owned| !is_ours_alone(owned)) {
                found.push(entry.path());
            }
            if metadata.is_dir() {
                open.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether the store's key could be had without asking a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyAccess {
    /// There is no store yet.
    NoStore,
    /// It was had.
    Had,
    /// A person would have been asked: the keyring is locked, or a passphrase would be typed.
    WouldAsk,
    /// It was not tried, because this keyring may ask without telling before.
    MayAsk,
}

/// Whether access tokens can be opened without the store's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionKey {
    /// There is a key for this login session.
    Present,
    /// There is a place for one; it is made with the next token.
    NotYet,
    /// There is no place for one, because of what is said.
    Impossible(String),
}

impl Vault {
    /// Tries to get the store's key, if that asks nobody.
    ///
    /// # Errors
    /// [`VaultError`] if the header cannot be read, or the key cannot be had for another reason
    /// than that somebody would be asked.
    pub fn key_access(&self) -> Result<KeyAccess, VaultError> {
        let Some(protection) = self.protection()? else {
            return Ok(KeyAccess::NoStore);
        };
        let access = match &protection {
            Protection::Keyring { service, account } => self
                .keyring
                .access(service, account)
                .map_err(|why| VaultError::KeyUnavailable {
                    protection: Box::new(protection.clone()),
                    why: KeyUnavailable::Keyring(why),
                })?,
            Protection::Passphrase if !self.keys.passphrase.is_available() => Access::Locked,
            Protection::Passphrase | Protection::KeyFile { .. } => Access::Open,
        };
        match access {
            Access::Open => self.unlock().map(|()| KeyAccess::Had),
            Access::Locked => Ok(KeyAccess::WouldAsk),
            Access::Unknown => Ok(KeyAccess::MayAsk),
        }
    }

    /// Whether there is, or can be, a key of this login session.
    ///
    /// # Errors
    /// [`VaultError`] if the store cannot be read.
    pub fn session_key_state(&self) -> Result<SessionKey, VaultError> {
        if let Some(why) = session::obstacle(self.locations.runtime.as_deref()) {
            return Ok(SessionKey::Impossible(why));
        }
        Ok(if self.has_session_key()? {
            SessionKey::Present
        } else {
            SessionKey::NotYet
        })
    }

    /// Whether the file system of the state directory has locks, tried for a moment on the store's
    /// header; `None` if there is none to try it on. Nobody else ever locks that file.
    ///
    /// # Errors
    /// What the operating system says where there are no locks.
    pub fn has_file_locks(&self) -> io::Result<Option<()>> {
        let file = match File::open(self.locations.state.join(header::NAME)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.try_lock_shared() {
            // Closing the file gives the lock back: Wine refuses to unlock by the call for it.
            Ok(()) | Err(TryLockError::WouldBlock) => Ok(Some(())),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// When a profile's stored secret was last written; `None` if none is kept.
    ///
    /// # Errors
    /// If its file cannot be looked at.
    pub fn secret_written(
        &self,
        profile: &ProfileName,
        kind: SecretKind,
    ) -> Result<Option<Timestamp>, VaultError> {
        let Some(records) = self.existing_records(SECRETS)? else {
            return Ok(None);
        };
        Ok(records.written(&secrets::file_name(profile, kind))?)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test arranges files")]
    fn what_others_may_read_is_found_at_any_depth_and_links_are_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("below");
        std::fs::create_dir(&below).unwrap();
        let put = |path: PathBuf, mode: u32| {
            std::fs::write(&path, "").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            path
        };
        put(below.join("private"), 0o600);
        let readable = put(below.join("readable"), 0o640);
        std::os::unix::fs::symlink("/", root.path().join("link")).unwrap();
        std::fs::set_permissions(&below, std::fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(
            exposed(root.path()).unwrap(),
            std::slice::from_ref(&readable)
        );
        std::fs::set_permissions(&below, std::fs::Permissions::from_mode(0o711)).unwrap();
        assert_eq!(exposed(root.path()).unwrap(), [below, readable]);
        assert_eq!(
            exposed(&root.path().join("none")).unwrap(),
            [] as [PathBuf; 0]
        );
    }
}
