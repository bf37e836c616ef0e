//! The file itself: read whole, replaced whole, by one process at a time.

use std::io;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::StorageError;
use crate::error::VaultError;
use crate::files;
use crate::hold::Hold;
use crate::locks::Lock;
use crate::locks::LockName;
use crate::profiles::ProfilesError;
use crate::profiles::document::Document;
use crate::store::Vault;

const SIZE_LIMIT: u64 = 16 << 20;
/// A change takes milliseconds; who holds the lock longer is stopped or gone mad.
const DEADLINE: Duration = Duration::from_secs(30);

/// The file's contents at one moment; empty if it is not there.
pub(super) struct Stored {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Stored {
    /// Reads the file, following links: people keep it among their dotfiles.
    pub(super) fn read(path: PathBuf) -> Result<Self, StorageError> {
        let failed = |source| StorageError::io("read", &path, source);
        // Looked at before it is opened: opening a named pipe would wait for its writer.
        let kind = std::fs::metadata(&path).map(|metadata| metadata.is_file());
        if matches!(kind, Ok(false)) {
            return Err(StorageError::WrongKind(path));
        }
        let file = match std::fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self {
                    path,
                    bytes: Vec::new(),
                });
            }
            Err(error) => return Err(failed(error)),
        };
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(StorageError::WrongKind(path));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
        let read = file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes);
        if read.map_err(failed)? as u64 > SIZE_LIMIT {
            return Err(StorageError::TooLarge {
                path,
                limit: SIZE_LIMIT,
            });
        }
        Ok(Self { path, bytes })
    }

    /// Finds the profiles in it.
    pub(super) fn document(&self) -> Result<Document<'_>, ProfilesError> {
        Document::parse(&self.bytes, &self.path)
    }

    /// Whether the file's contents are exactly these.
    pub(super) fn holds(&self, text: &str) -> bool {
        self.bytes == text.as_bytes()
    }

    /// Puts new contents in its place, at once and for the owner only. Where the path is a link, it
    /// stays one, and what it points to is replaced.
    pub(super) fn replace(&self, text: &str) -> Result<(), ProfilesError> {
        let target = match std::fs::canonicalize(&self.path) {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.path.clone(),
            Err(error) => return Err(StorageError::io("find", &self.path, error).into()),
        };
        if let Some(parent) = target.parent() {
            files::platform::create_directories(parent)
                .map_err(|source| StorageError::io("create", parent, source))?;
        }
        Ok(files::output::replace(&target, text.as_bytes())?)
    }
}

/// Keeps others from changing the file, and from changing the key that secrets of an import are
/// sealed under.
pub(crate) struct ProfilesLock {
    lock: Lock,
    _hold: Hold,
}

impl ProfilesLock {
    /// Takes the lock, waiting for others.
    pub(super) fn acquire(vault: &Vault) -> Result<Self, VaultError> {
        let hold = vault.hold_to_write()?;
        let now = vault.clock.now_nanoseconds();
        let name = LockName::profiles();
        let lock = vault.locks().acquire(&name, DEADLINE, now, &mut |_| ())?;
        Ok(Self { lock, _hold: hold })
    }

    /// Ends the change.
    pub(crate) fn release(self) -> Result<(), VaultError> {
        self.lock.release()
    }
}
