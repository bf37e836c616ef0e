//! The key of a passphrase-protected store, held open for some hours of this login session: by
//! choice, and only in memory that ends with the session.

use std::time::Duration;

use model::Timestamp;
use zeroize::Zeroizing;

use crate::error::StorageError;
use crate::error::VaultError;
use crate::files::Directory;
use crate::files::platform;
use crate::header::Header;
use crate::header::Keeping;
use crate::key::KEY_LENGTH;
use crate::key::Key;
use crate::key::StoreId;
use crate::session;
use crate::store::Vault;

const MAGIC: &[u8; 16] = b"EACLUNLOCKED\0\0\0\x01";
const TIME_LENGTH: usize = 8;
const LENGTH: usize = MAGIC.len() + 2 * TIME_LENGTH + KEY_LENGTH;

/// The longest time a key is held open. Longer ones are for a place of another kind.
pub const LONGEST_HOLD: Duration = Duration::from_hours(7 * 24);

/// The key held open, if it is.
#[derive(Debug, Clone, Copy)]
pub struct Unlocked<'v> {
    vault: &'v Vault,
}

impl<'v> Unlocked<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self { vault }
    }

    /// Holds the key open for that long, [`LONGEST_HOLD`] at most, in place of what was said before; returns until when. The
    /// passphrase is asked for unless the key is held open already.
    ///
    /// # Errors
    /// [`VaultError::NoPassphrase`] if something else protects the store;
    /// [`VaultError::NoSessionPlace`] if this session has no directory in memory;
    /// [`VaultError::NoStore`]; [`VaultError`] if the key cannot be had or the file cannot be
    /// written.
    pub fn put(self, duration: Duration) -> Result<Timestamp, VaultError> {
        let header = self.vault.existing_header()?.ok_or(VaultError::NoStore)?;
        if !matches!(header.keeping, Keeping::Passphrase(_)) {
            let protection = header.keeping.protection();
            return Err(VaultError::NoPassphrase(Box::new(protection)));
        }
        let place = self.place().ok_or(VaultError::NoSessionPlace)?;
        let key = self.vault.master_key()?;
        let from = self.vault.clock.now();
        let until = from.plus(duration.min(LONGEST_HOLD));
        let mut contents = Zeroizing::new(Vec::with_capacity(LENGTH));
        contents.extend_from_slice(MAGIC);
        contents.extend_from_slice(&from.unix_seconds().to_be_bytes());
        contents.extend_from_slice(&until.unix_seconds().to_be_bytes());
        contents.extend_from_slice(key.expose());
        place.replace(&file_name(header.store), &contents)?;
        Ok(until)
    }

    /// Until when the key is held open; `None` if it is not.
    ///
    /// # Errors
    /// [`VaultError`] if the store cannot be read, or what has expired cannot be removed.
    pub fn until(self) -> Result<Option<Timestamp>, VaultError> {
        match self.vault.existing_header()? {
            Some(header) => Ok(self.found(header)?.map(|(_, until)| until)),
            None => Ok(None),
        }
    }

    /// Forgets the key held open; returns whether it was.
    ///
    /// # Errors
    /// [`VaultError`] if the store cannot be read or the file cannot be removed.
    pub fn remove(self) -> Result<bool, VaultError> {
        match (self.vault.existing_header()?, self.place()) {
            (Some(header), Some(place)) => Ok(place.remove(&file_name(header.store))?),
            _ => Ok(false),
        }
    }

    /// The key, if it is held open.
    pub(crate) fn key(self, header: &Header) -> Result<Option<Key>, StorageError> {
        Ok(self.found(header)?.map(|(key, _)| key))
    }

    /// What is there for that header; what is not any more is removed.
    fn found(self, header: &Header) -> Result<Option<(Key, Timestamp)>, StorageError> {
        let Some(place) = self.place() else {
            return Ok(None);
        };
        let name = file_name(header.store);
        let mut is_private = false;
        let read = place.read_checked(&name, LENGTH as u64, |metadata| {
            is_private = platform::is_private(metadata);
            Ok(())
        });
        let Some(bytes) = read? else {
            return Ok(None);
        };
        let now = self.vault.clock.now();
        let held = parse(&bytes, header.store).filter(|(key, from, until)| {
            is_private
                && key.id() == header.key_id
                && *from <= now
                && now < *until
                && *until <= from.plus(LONGEST_HOLD)
        });
        if held.is_none() {
            place.remove(&name)?;
        }
        Ok(held.map(|(key, _, until)| (key, until)))
    }

    fn place(self) -> Option<Directory> {
        session::directory(self.vault.locations.runtime.as_deref())
    }
}

fn file_name(store: StoreId) -> String {
    format!("entra-auth-cli-{store}.unlocked")
}

fn parse(bytes: &[u8], store: StoreId) -> Option<(Key, Timestamp, Timestamp)> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (from, rest) = rest.split_first_chunk::<TIME_LENGTH>()?;
    let (until, key) = rest.split_first_chunk::<TIME_LENGTH>()?;
    let time = |bytes| Timestamp::from_unix_seconds(i64::from_be_bytes(bytes));
    Some((Key::from_slice(key, store)?, time(*from), time(*until)))
}
