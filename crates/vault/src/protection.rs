//! What protects the master key, and how it is asked for.

mod key_file;
pub(crate) mod keyring;
pub(crate) mod passphrase;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use model::Passphrase;
use thiserror::Error;

use crate::error::StorageError;
use crate::notice::Notices;
use crate::protection::keyring::KeyringError;

pub(crate) use key_file::KeyFile;

/// What a person chose to protect a new store's key with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyStoreChoice {
    /// The operating system's keyring.
    Keyring,
    /// A passphrase.
    Passphrase,
    /// A file for its owner only: at that absolute path, or in the data directory.
    File(Option<PathBuf>),
}

/// What protects the key of an existing store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protection {
    /// An item of the operating system's keyring.
    Keyring {
        /// The item's service.
        service: String,
        /// The item's account (user).
        account: String,
    },
    /// A passphrase, through Argon2id.
    Passphrase,
    /// File permissions, and nothing else.
    KeyFile {
        /// The file.
        path: PathBuf,
    },
}

impl fmt::Display for Protection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keyring { service, account } => {
                write!(formatter, "the keyring (item {account} of {service})")
            }
            Self::Passphrase => formatter.write_str("a passphrase"),
            Self::KeyFile { path } => write!(formatter, "the key file {}", path.display()),
        }
    }
}

/// How the vault gets at the master key.
pub struct KeySettings {
    /// What to protect a new store with; an existing store keeps its own protection.
    pub choice: Option<KeyStoreChoice>,
    /// Where a passphrase comes from.
    pub passphrase: Box<dyn PassphraseSource + Send + Sync>,
    /// Who hears of what a person should know.
    pub notices: Box<dyn Notices + Send + Sync>,
    /// How long one keyring call may take; a locked keyring may wait for a prompt nobody sees.
    pub keyring_timeout: Duration,
    /// Whether root may use the store in another user's home.
    pub allow_foreign_home: bool,
}

impl fmt::Debug for KeySettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeySettings")
            .field("choice", &self.choice)
            .field("keyring_timeout", &self.keyring_timeout)
            .field("allow_foreign_home", &self.allow_foreign_home)
            .finish_non_exhaustive()
    }
}

/// Where a passphrase comes from: a variable, a credential file, or a person.
pub trait PassphraseSource {
    /// Whether one can be had without asking a person.
    fn is_available(&self) -> bool;

    /// The passphrase of the existing store.
    ///
    /// # Errors
    /// [`PassphraseUnavailable`] if none can be had.
    fn unlock(&self) -> Result<Passphrase, PassphraseUnavailable>;

    /// The passphrase for a new store; a person is asked twice.
    ///
    /// # Errors
    /// [`PassphraseUnavailable`] if none can be had.
    fn choose(&self) -> Result<Passphrase, PassphraseUnavailable>;
}

/// Why there is no passphrase.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PassphraseUnavailable {
    /// A person would have to be asked, and may not be.
    #[error("a passphrase is needed, but nobody may be asked")]
    InputNotAllowed,
    /// The person declined.
    #[error("no passphrase was given")]
    Cancelled,
    /// The variable, file or terminal failed; the text says how, without any of its contents.
    #[error("{0}")]
    Failed(String),
}

/// Why the master key cannot be had.
#[derive(Debug, Error)]
pub enum KeyUnavailable {
    /// The keyring did not give it.
    #[error("{0}")]
    Keyring(#[from] KeyringError),
    /// The keyring answers, but holds no such key: it is another keyring, or an emptied one.
    #[error("the keyring holds no such key")]
    NotInKeyring,
    /// The key file is gone.
    #[error("the key file is missing")]
    KeyFileMissing,
    /// The key file holds something else.
    #[error("the key file holds no key")]
    KeyFileDamaged,
    /// The key file cannot be read or made.
    #[error("{0}")]
    KeyFile(#[from] StorageError),
    /// The path chosen for a key file cannot be used.
    #[error("the key file's path must be absolute and UTF-8")]
    KeyFilePath,
    /// Other users may read the key that was found where a new one was to be kept.
    #[error("other users may read {}", .0.display())]
    KeyFileOpenToOthers(PathBuf),
    /// The path chosen for a key file is beside the records that the key opens.
    #[error("the key file would be in the state directory, beside what its key opens")]
    KeyFileInState,
    /// There is no passphrase.
    #[error("{0}")]
    Passphrase(#[from] PassphraseUnavailable),
    /// The passphrase is not this store's.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The passphrase is right, but the key sealed under it was changed.
    #[error("the sealed key was damaged")]
    Damaged,
    /// The key could not be derived from the passphrase: there is too little memory.
    #[error("deriving a key from the passphrase failed")]
    DerivationFailed,
    /// A key was found, but it is not this store's.
    #[error("the key found there belongs to another store")]
    WrongKey,
}
