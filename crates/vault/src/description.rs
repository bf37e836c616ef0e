//! What can be told of a store without its key.

use std::path::PathBuf;

use model::Timestamp;

use crate::error::VaultError;
use crate::protection::Protection;
use crate::session;
use crate::store::ACCOUNTS;
use crate::store::APPROVALS;
use crate::store::REFRESH_TOKENS;
use crate::store::SECRETS;
use crate::store::TOKENS;
use crate::store::Vault;

/// What can be told of a store without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreDescription {
    /// The store's name: random, and no secret.
    pub store_id: String,
    /// The master key's public name.
    pub key_id: String,
    /// What protects the master key.
    pub protection: Protection,
    /// Until when a passphrase-protected key is held open for this login session.
    pub unlocked_until: Option<Timestamp>,
    /// Where the session key rests; `None` if there is none now.
    pub session_key: Option<SessionKeyPlace>,
    /// How many sealed records there are.
    pub records: RecordCounts,
}

/// Where a session key rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionKeyPlace {
    /// A file in memory that ends with the login session.
    File(PathBuf),
    /// An item of the operating system's keyring, with that account.
    Keyring(String),
}

/// How many sealed records there are of each kind, whether or not they can be opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordCounts {
    /// Client secrets and certificate passwords.
    pub secrets: usize,
    /// Approvals.
    pub approvals: usize,
    /// Refresh tokens.
    pub refresh_tokens: usize,
    /// Accounts of a profile or a destination.
    pub accounts: usize,
    /// Cached access tokens, under whatever key.
    pub tokens: usize,
}

impl Vault {
    /// What can be told of the store without its key; `None` if there is no store yet.
    ///
    /// # Errors
    /// [`VaultError`] if the store cannot be read.
    pub fn describe(&self) -> Result<Option<StoreDescription>, VaultError> {
        let Some(header) = self.existing_header()? else {
            return Ok(None);
        };
        let count = |directory| match self.existing_records(directory)? {
            Some(records) => Ok::<_, VaultError>(records.names()?.len()),
            None => Ok(0),
        };
        let runtime = self.locations.runtime.as_deref();
        let session_key = match self.existing_session_key(header.store)? {
            Some(_) => session::place(runtime, header.store),
            None => None,
        };
        Ok(Some(StoreDescription {
            store_id: header.store.to_string(),
            key_id: header.key_id.to_string(),
            protection: header.keeping.protection(),
            unlocked_until: self.unlocked().until()?,
            session_key,
            records: RecordCounts {
                secrets: count(SECRETS)?,
                approvals: count(APPROVALS)?,
                refresh_tokens: count(REFRESH_TOKENS)?,
                accounts: count(ACCOUNTS)?,
                tokens: count(TOKENS)?,
            },
        }))
    }
}
