//! A master key in a file: protects against backups of the state directory and against other
//! users, not against programs that run as the same user.

use std::io;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::error::StorageError;
use crate::error::VaultError;
use crate::files::Directory;
use crate::files::directory::Opening;
use crate::files::platform;
use crate::key::KEY_LENGTH;
use crate::key::Key;
use crate::key::KeyId;
use crate::key::StoreId;
use crate::protection::KeyUnavailable;

const MAGIC: &[u8; 16] = b"EACLMASTERKEY\0\0\x01";

/// A key file, by its path.
pub(crate) struct KeyFile<'a> {
    path: &'a Path,
}

impl<'a> KeyFile<'a> {
    /// The file at that path.
    pub(crate) fn at(path: &'a Path) -> Self {
        Self { path }
    }

    /// Where a store's key file stands unless a person chose another place.
    pub(crate) fn default_path(data: &Path, store: StoreId) -> PathBuf {
        data.join(format!("{store}.key"))
    }

    /// Where the key file stands that a changed protection makes, unless a person chose another
    /// place: where no other key of the store ever stood.
    pub(crate) fn path_of_another(data: &Path, store: StoreId, key: KeyId) -> PathBuf {
        data.join(format!("{store}.{key}.key"))
    }

    /// Reads the key. Links are followed: a person, or a container's secret mount, put them there.
    ///
    /// A key that another user knows, or may exchange, protects nothing: the file must belong to
    /// this user or to root, and nobody else may write to it.
    pub(crate) fn read(
        &self,
        store: StoreId,
        allow_foreign_home: bool,
    ) -> Result<Key, KeyUnavailable> {
        let failed = |source| StorageError::io("read", self.path, source);
        // Looked at before it is opened: opening a named pipe would wait for its writer.
        match std::fs::metadata(self.path) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return Err(StorageError::WrongKind(self.path.to_owned()).into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(KeyUnavailable::KeyFileMissing);
            }
            Err(error) => return Err(failed(error).into()),
        }
        let file = std::fs::File::open(self.path).map_err(failed)?;
        platform::refuse_foreign_file(
            &file.metadata().map_err(failed)?,
            self.path,
            allow_foreign_home,
        )?;
        let length = MAGIC.len() + KEY_LENGTH;
        let mut contents = Zeroizing::new(Vec::with_capacity(length + 2));
        file.take(length as u64 + 1)
            .read_to_end(&mut contents)
            .map_err(failed)?;
        contents
            .strip_prefix(MAGIC)
            .and_then(|key| Key::from_slice(key, store))
            .ok_or(KeyUnavailable::KeyFileDamaged)
    }

    /// Reads the key to protect a store with it from now on: what other users may read is not taken.
    pub(crate) fn take(
        &self,
        store: StoreId,
        allow_foreign_home: bool,
    ) -> Result<Key, KeyUnavailable> {
        let key = self.read(store, allow_foreign_home)?;
        let metadata = std::fs::metadata(self.path)
            .map_err(|source| StorageError::io("read", self.path, source))?;
        if platform::is_open_to_others(&metadata) {
            return Err(KeyUnavailable::KeyFileOpenToOthers(self.path.to_owned()));
        }
        Ok(key)
    }

    /// Whether a chosen path lies in that directory, whatever links lead there.
    pub(crate) fn is_below(&self, directory: &Path) -> bool {
        let parent = self.path.parent().unwrap_or(self.path);
        match (parent.canonicalize(), directory.canonicalize()) {
            (Ok(parent), Ok(directory)) => parent.starts_with(directory),
            _ => self.path.starts_with(directory),
        }
    }

    /// Puts the key in the file, unless there is one; returns whether it did.
    pub(crate) fn write(&self, key: &Key, opening: Opening<'_>) -> Result<bool, VaultError> {
        let not_made = |why| VaultError::KeyNotMade { why };
        let (Some(parent), Some(name)) = (
            self.path.parent().filter(|_| self.path.is_absolute()),
            self.path.file_name().and_then(|name| name.to_str()),
        ) else {
            return Err(not_made(KeyUnavailable::KeyFilePath));
        };
        let mut contents = Zeroizing::new(Vec::with_capacity(MAGIC.len() + KEY_LENGTH));
        contents.extend_from_slice(MAGIC);
        contents.extend_from_slice(key.expose());
        Directory::create_unrepaired(parent, opening)
            .and_then(|directory| directory.write_if_absent(name, &contents))
            .map_err(|error| not_made(error.into()))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::fs::chown;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test arranges a key file")]
    fn a_key_that_others_may_read_is_not_taken_unless_root_put_it_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("shared.key");
        let store = StoreId([9; 16]);
        fs::write(&path, [MAGIC.as_slice(), &[7; KEY_LENGTH]].concat()).unwrap();
        let file = KeyFile::at(&path);
        let is_root = fs::metadata(&path).unwrap().uid() == 0;
        if is_root {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
            file.take(store, false).unwrap();
            chown(&path, Some(65534), None).unwrap();
        }
        for (mode, is_open) in [(0o604, true), (0o640, true), (0o600, false), (0o400, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let taken = file.take(store, true);
            let refused = matches!(taken, Err(KeyUnavailable::KeyFileOpenToOthers(_)));
            assert_eq!((refused, taken.is_ok()), (is_open, !is_open), "{mode:o}");
            file.read(store, true).unwrap();
        }
    }
}
