//! What can go wrong with the store, as data that the command line words.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use model::Destination;
use thiserror::Error;

use crate::envelope::SealError;
use crate::header::HeaderError;
use crate::locks::LockError;
use crate::protection::KeyUnavailable;
use crate::protection::Protection;

/// Why the operating system refused a file operation, as far as the remedy differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageFailure {
    /// The disk or the quota is full.
    Full,
    /// The file system is mounted read-only.
    ReadOnly,
    /// This user may not do that.
    Denied,
    /// Anything else; the source says what.
    Other,
}

impl StorageFailure {
    /// Reads the kind of failure off an error of the operating system.
    pub fn of(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            io::ErrorKind::PermissionDenied => Self::Denied,
            _ => Self::Other,
        }
    }
}

/// A file or directory that could not be used.
#[derive(Debug, Error)]
pub enum StorageError {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb: `read`, `write`, `create`, …
        action: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// The kind of refusal.
        failure: StorageFailure,
        /// What the operating system said.
        source: io::Error,
    },
    /// A symbolic link stands where none is followed.
    #[error("{} is a symbolic link", .0.display())]
    Link(PathBuf),
    /// Something other than a regular file (or, where one belongs, a directory) stands there.
    #[error("{} is neither a file nor a directory that can be used here", .0.display())]
    WrongKind(PathBuf),
    /// The directory belongs to another user.
    #[error("{} belongs to user {owner}, not to you", path.display())]
    ForeignOwner {
        /// The directory.
        path: PathBuf,
        /// The owner's numeric user id.
        owner: u32,
    },
    /// The administrator runs this in another user's home.
    #[error("{} lies in the home of user {owner}, and you are root", path.display())]
    ForeignHome {
        /// The directory.
        path: PathBuf,
        /// The numeric user id of the home's owner.
        owner: u32,
    },
    /// The file is larger than anything this program writes there.
    #[error("{} is larger than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read, in bytes.
        limit: u64,
    },
}

impl StorageError {
    /// An error of the operating system, with what was tried.
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            failure: StorageFailure::of(&source),
            source,
        }
    }
}

/// Why the store could not do what was asked.
#[derive(Debug, Error)]
pub enum VaultError {
    /// A file or directory could not be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A lock could not be had.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The master key of this store cannot be had. It is never replaced by a new one.
    #[error("the key of the store, kept in {protection}, cannot be used: {why}")]
    KeyUnavailable {
        /// Where the key is kept.
        protection: Box<Protection>,
        /// What is wrong.
        why: KeyUnavailable,
    },
    /// The place chosen for a new key cannot be used. Nothing was stored or changed.
    #[error("no key could be made: {why}")]
    KeyNotMade {
        /// What is wrong.
        why: KeyUnavailable,
    },
    /// The file that describes the store cannot be used.
    #[error("the store's header {} cannot be used: {why}", path.display())]
    Header {
        /// The header's path.
        path: PathBuf,
        /// What is wrong with it.
        why: HeaderError,
    },
    /// There are sealed records, but the file that names their key is gone.
    #[error("{} is missing, but sealed records exist beside it", path.display())]
    HeaderMissing {
        /// Where the header belongs.
        path: PathBuf,
    },
    /// A sealed record cannot be opened. It is left as it is.
    #[error("{} cannot be opened: {why}", path.display())]
    Record {
        /// The record's path.
        path: PathBuf,
        /// What is wrong with it.
        why: SealError,
    },
    /// A stored credential is bound to another destination than the one asked for.
    #[error("the stored credential may go to {stored} only, not to {requested}")]
    DestinationChanged {
        /// Where the credential may go.
        stored: Box<Destination>,
        /// Where it was about to go.
        requested: Box<Destination>,
    },
    /// The file that says how an import is to be finished cannot be used. It is left as it is.
    #[error("the unfinished import {} cannot be used: {why}", path.display())]
    Import {
        /// The file's path.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The file that says how a rename is to be finished cannot be used. It is left as it is.
    #[error("the unfinished rename {} cannot be used: {why}", path.display())]
    Rename {
        /// The file's path.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Another process changed what protects the store since this one looked. Nothing was written.
    #[error("what protects the store was changed by another process just now")]
    ProtectionChanged,
    /// The file that says how a change of the protection is to be finished cannot be used. It is
    /// left as it is.
    #[error("the unfinished change of protection {} cannot be used: {why}", path.display())]
    Change {
        /// The file's path.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Records that cannot be opened would be lost with the old key. Nothing was changed.
    #[error("{} of the sealed records cannot be opened", .0.len())]
    Unreadable(Vec<PathBuf>),
    /// The chosen key file holds the very key that is to be replaced. Nothing was changed.
    #[error("{} holds the key that the store has already", .0.display())]
    SameKey(PathBuf),
    /// The key cannot be held open: that is for a passphrase.
    #[error("no passphrase protects the store, but {0}")]
    NoPassphrase(Box<Protection>),
    /// The key cannot be held open: there is no directory in memory that ends with the session.
    #[error("this login session has no directory in memory where a key could be held open")]
    NoSessionPlace,
    /// There is no store yet.
    #[error("there is no store yet")]
    NoStore,
    /// The cryptographic library refused; in practice, because it got no random bytes.
    #[error("the cryptographic library failed; does the system give random numbers?")]
    Cryptography,
}
