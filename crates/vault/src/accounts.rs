//! Who signed in with a profile: sealed under the master key, with a copy under the session key so
//! that a cached token costs no keyring call.
//!
//! The copy never outlives what it was made of: it is written and removed under the same lock as
//! the original, and removed before the original changes.

mod book;

use std::time::Duration;

use model::Account;
use model::AccountId;
use model::Destination;
use model::ProfileName;
use serde::Deserialize;
use serde::Serialize;

use crate::envelope;
use crate::envelope::Kind;
use crate::error::VaultError;
use crate::files::Durability;
use crate::key::Key;
use crate::locks::Lock;
use crate::locks::LockName;
use crate::sealed;
use crate::sealed::Sealed;
use crate::store::ACCOUNT_COPIES;
use crate::store::ACCOUNTS;
use crate::store::Vault;

pub use book::AccountBook;
pub use book::AccountOwner;

/// After that long without being rewritten a copy is removed, whoever sealed it.
const COPIES_KEPT_FOR: Duration = Duration::from_hours(30 * 24);

/// How long forgetting waits for others that change the same accounts: each takes a moment.
const WAIT_TO_FORGET: Duration = Duration::from_secs(30);

/// The accounts of profiles and destinations.
#[derive(Debug, Clone, Copy)]
pub struct Accounts<'v> {
    vault: &'v Vault,
}

impl<'v> Accounts<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self { vault }
    }

    /// The owner's accounts by the copy under the session key, or else the record itself. With a
    /// copy it takes no lock, draws no random number and asks no keyring.
    ///
    /// # Errors
    /// [`VaultError`] as for [`get`](Self::get).
    pub fn known(self, owner: &AccountOwner) -> Result<Option<AccountBook>, VaultError> {
        match self.copy(owner)? {
            Some(book) => Ok(Some(book)),
            None => self.get(owner),
        }
    }

    /// The owner's accounts. A record that cannot be opened counts as absent, told as
    /// [`Notice::UnusableEntry`](crate::Notice::UnusableEntry), and its file is left alone until
    /// somebody signs in.
    ///
    /// # Errors
    /// [`VaultError`] if the file cannot be read, or the master key is missing, wrong or locked.
    pub fn get(self, owner: &AccountOwner) -> Result<Option<AccountBook>, VaultError> {
        let name = owner.digest();
        let Some(found) = Sealed::read(self.vault, ACCOUNTS, name.clone())? else {
            return Ok(None);
        };
        Ok(self.open(&found, &name)?.map(|(_, book)| book))
    }

    /// Changes the owner's accounts under their lock, and makes the copy anew. `change` gets what
    /// is kept now and returns what shall be kept; a book without accounts is kept as little as
    /// none. It must take no lock. What it returned is returned.
    ///
    /// A book that stays as it is is not rewritten, only a copy that is missing or differs; where
    /// there was none and is none, only copies are removed.
    ///
    /// # Errors
    /// [`VaultError::DestinationChanged`] if the owner is a destination and the book is another's;
    /// [`VaultError::Lock`] at the deadline; [`VaultError`] if the key cannot be had or a file
    /// cannot be written. A copy is never left that differs from the record.
    pub fn update(
        self,
        owner: &AccountOwner,
        deadline: Duration,
        change: &mut dyn FnMut(Option<AccountBook>) -> Option<AccountBook>,
    ) -> Result<Option<AccountBook>, VaultError> {
        // A missing store is made under a lock of its own, and a keyring may ask: neither belongs
        // under this one.
        self.vault.unlock()?;
        let _lock = self.lock(owner, deadline)?;
        let held = self.get(owner)?;
        let wanted = change(held.clone()).filter(|book| !book.accounts.is_empty());
        match &wanted {
            None if held.is_none() => {
                self.forget_copies(&owner.digest())?;
            }
            None => {
                self.forget(owner)?;
            }
            Some(book) if held.as_ref() == Some(book) => {
                if self.copy(owner)?.as_ref() != Some(book) {
                    self.write_copy(owner, book)?;
                }
            }
            Some(book) => {
                if let AccountOwner::Destination(destination) = owner
                    && *destination != book.destination
                {
                    return Err(VaultError::DestinationChanged {
                        stored: Box::new(destination.clone()),
                        requested: Box::new(book.destination.clone()),
                    });
                }
                self.forget_copies(&owner.digest())?;
                self.write(owner, book)?;
                self.write_copy(owner, book)?;
            }
        }
        Ok(wanted)
    }

    /// Forgets the owner's accounts; returns whether any were kept. Asks for no key. Their refresh
    /// tokens stay.
    ///
    /// # Errors
    /// [`VaultError`] if the lock cannot be had or a file cannot be removed.
    pub fn remove(self, owner: &AccountOwner) -> Result<bool, VaultError> {
        if !self.has_files(owner)? {
            return Ok(false);
        }
        let _lock = self.lock(owner, WAIT_TO_FORGET)?;
        self.forget(owner)
    }

    /// Forgets everybody, records that cannot be opened included; returns of how many owners. Asks
    /// for no key. Refresh tokens stay.
    ///
    /// # Errors
    /// [`VaultError`] if a lock cannot be had or a file cannot be removed.
    pub fn remove_all(self) -> Result<usize, VaultError> {
        let mut names = sealed::digest_names(self.vault, ACCOUNTS)?;
        if let Some(copies) = self.vault.existing_records(ACCOUNT_COPIES)? {
            let all = copies.names()?;
            names.extend(
                all.iter()
                    .filter_map(|name| Some(name.split_once('.')?.0.to_owned())),
            );
        }
        names.retain(|name| crate::bytes::unhex::<32>(name).is_some());
        names.sort();
        names.dedup();
        let mut removed = 0;
        for name in names {
            let _lock = self.lock_named(&LockName::accounts_of(&name), WAIT_TO_FORGET)?;
            removed += usize::from(self.forget_named(&name)?);
        }
        Ok(removed)
    }

    /// Lets the owner's sign-ins go to another destination, because a person said so: whoever signed
    /// in elsewhere is forgotten, since that says nothing about the new place, and with them the
    /// refresh tokens that nobody else holds. Returns whether anybody was forgotten.
    ///
    /// # Errors
    /// [`VaultError`] if a record cannot be read, the key or the lock cannot be had, or a file
    /// cannot be removed. Done again, it ends what it began.
    pub fn rebind(
        self,
        owner: &AccountOwner,
        destination: &Destination,
    ) -> Result<bool, VaultError> {
        if !self.has_files(owner)? {
            return Ok(false);
        }
        self.vault.key_of_existing_store()?;
        let _lock = self.lock(owner, WAIT_TO_FORGET)?;
        let Some(book) = self.get(owner)? else {
            return Ok(false);
        };
        if book.destination == *destination {
            return Ok(false);
        }
        let others: Vec<AccountBook> = self
            .list()?
            .into_iter()
            .filter(|(other, theirs)| other != owner && theirs.destination == book.destination)
            .map(|(_, theirs)| theirs)
            .collect();
        for account in &book.accounts {
            let is_theirs = |other: &AccountBook| other.accounts.iter().any(|a| a.id == account.id);
            if !others.iter().any(is_theirs) {
                self.vault
                    .refresh_tokens()
                    .remove_for_account(&book.destination, &account.id)?;
            }
        }
        self.forget(owner)
    }

    /// The owner's accounts, sealed anew for another owner; `None` if there are none that can be
    /// opened.
    pub(crate) fn sealed_as(
        self,
        owner: &AccountOwner,
        other: &AccountOwner,
    ) -> Result<Option<Vec<u8>>, VaultError> {
        let Some(book) = self.get(owner)? else {
            return Ok(None);
        };
        let key = self.vault.master_key()?;
        seal(key, Kind::Accounts, &other.digest(), other, &book).map(Some)
    }

    /// Puts what [`sealed_as`](Self::sealed_as) made in the place of the other owner's accounts, and
    /// forgets the owner's. Where the owner has none any more, whoever forgot them meant both.
    pub(crate) fn hand_over(
        self,
        owner: &AccountOwner,
        other: &AccountOwner,
        bytes: &[u8],
    ) -> Result<(), VaultError> {
        if !self.has_files(owner)? {
            return Ok(());
        }
        let lock = self.lock(other, WAIT_TO_FORGET)?;
        let name = other.digest();
        self.forget_copies(&name)?;
        sealed::write(self.vault, ACCOUNTS, &name, bytes, None)?;
        lock.release()?;
        self.remove(owner).map(|_| ())
    }

    /// All accounts, in no order. A record that cannot be opened is told and left out.
    ///
    /// # Errors
    /// [`VaultError`] if the directory cannot be read, or the master key is missing, wrong or
    /// locked.
    pub fn list(self) -> Result<Vec<(AccountOwner, AccountBook)>, VaultError> {
        let mut list = Vec::new();
        for name in sealed::digest_names(self.vault, ACCOUNTS)? {
            if let Some(found) = sealed::read_or_tell(self.vault, ACCOUNTS, name.clone())?
                && let Some(opened) = self.open(&found, &name)?
            {
                list.push(opened);
            }
        }
        Ok(list)
    }

    fn lock(self, owner: &AccountOwner, deadline: Duration) -> Result<Lock, VaultError> {
        self.lock_named(&LockName::accounts_of(&owner.digest()), deadline)
    }

    fn lock_named(self, name: &LockName, deadline: Duration) -> Result<Lock, VaultError> {
        self.vault.locks().acquire(
            name,
            deadline,
            self.vault.clock.now_nanoseconds(),
            &mut |_| (),
        )
    }

    fn open(
        self,
        found: &Sealed,
        name: &str,
    ) -> Result<Option<(AccountOwner, AccountBook)>, VaultError> {
        let key = || self.vault.key_of_existing_store();
        found.open_or_tell(self.vault, Kind::Accounts, name, key, understand)
    }

    /// The owner's accounts by the copy under the session key alone; `None` if there is none that
    /// can be opened. Asks no keyring but the session's.
    ///
    /// # Errors
    /// [`VaultError`] if files cannot be read.
    pub fn copy(self, owner: &AccountOwner) -> Result<Option<AccountBook>, VaultError> {
        let Some(header) = self.vault.existing_header()? else {
            return Ok(None);
        };
        let Some(key) = self.vault.existing_session_key(header.store)? else {
            return Ok(None);
        };
        let name = owner.digest();
        let file = copy_name(&name, key);
        let Some(found) = sealed::read_or_tell(self.vault, ACCOUNT_COPIES, file)? else {
            return Ok(None);
        };
        let opened = found.open_or_tell(
            self.vault,
            Kind::AccountsCopy,
            &name,
            || Ok(key),
            understand,
        )?;
        Ok(opened.map(|(_, book)| book))
    }

    fn write(self, owner: &AccountOwner, book: &AccountBook) -> Result<(), VaultError> {
        let name = owner.digest();
        let bytes = seal(self.vault.master_key()?, Kind::Accounts, &name, owner, book)?;
        sealed::write(self.vault, ACCOUNTS, &name, &bytes, None)
    }

    fn write_copy(self, owner: &AccountOwner, book: &AccountBook) -> Result<(), VaultError> {
        let Some(key) = self.vault.session_key()? else {
            return Ok(());
        };
        let name = owner.digest();
        let bytes = seal(key, Kind::AccountsCopy, &name, owner, book)?;
        let file = copy_name(&name, key);
        sealed::write(
            self.vault,
            ACCOUNT_COPIES,
            &file,
            &bytes,
            Some(COPIES_KEPT_FOR),
        )
    }

    /// Whether anything is kept of the owner, be it what cannot be opened. Asks for no key.
    pub(crate) fn has_files(self, owner: &AccountOwner) -> Result<bool, VaultError> {
        let name = owner.digest();
        let has_record = match self.vault.existing_records(ACCOUNTS)? {
            Some(records) => records.contains(&name)?,
            None => false,
        };
        Ok(has_record || !self.copies(&name)?.is_empty())
    }

    fn forget(self, owner: &AccountOwner) -> Result<bool, VaultError> {
        self.forget_named(&owner.digest())
    }

    /// Removes copies and record, in that order.
    fn forget_named(self, name: &str) -> Result<bool, VaultError> {
        let copies = self.forget_copies(name)?;
        let names = [name.to_owned()];
        let records = sealed::remove(self.vault, ACCOUNTS, &names, Durability::Lasting)?;
        Ok(copies + records > 0)
    }

    /// Removes the copies of all sessions: those of others would be out of date as well.
    fn forget_copies(self, name: &str) -> Result<usize, VaultError> {
        match self.vault.existing_records(ACCOUNT_COPIES)? {
            Some(records) => Ok(records.remove_lastingly(&self.copies(name)?)?),
            None => Ok(0),
        }
    }

    /// The files of the copies, whichever session made them.
    fn copies(self, name: &str) -> Result<Vec<String>, VaultError> {
        let Some(records) = self.vault.existing_records(ACCOUNT_COPIES)? else {
            return Ok(Vec::new());
        };
        let start = format!("{name}.");
        let mut names = records.names()?;
        names.retain(|name| name.starts_with(&start));
        Ok(names)
    }
}

fn copy_name(name: &str, key: &Key) -> String {
    format!("{name}.{}", key.id())
}

fn seal(
    key: &Key,
    kind: Kind,
    name: &str,
    owner: &AccountOwner,
    book: &AccountBook,
) -> Result<Vec<u8>, VaultError> {
    let contents = Contents {
        profile: match owner {
            AccountOwner::Profile(name) => Some(name.clone()),
            AccountOwner::Destination(_) => None,
        },
        default: book.default.clone(),
        accounts: book.accounts.clone(),
    };
    let json = serde_json::to_vec(&contents).map_err(|_| VaultError::Cryptography)?;
    let bound = sealed::bound_to(&book.destination);
    envelope::seal(key, kind, name, &bound, &json)
}

fn understand(destination: Destination, text: &[u8]) -> Option<(AccountOwner, AccountBook)> {
    let contents: Contents = serde_json::from_slice(text).ok()?;
    let owner = match contents.profile {
        Some(name) => AccountOwner::Profile(name),
        None => AccountOwner::Destination(destination.clone()),
    };
    let book = AccountBook {
        destination,
        default: contents.default,
        accounts: contents.accounts,
    };
    Some((owner, book))
}

/// A book as it is sealed; the destination is what the record is bound to.
#[derive(Serialize, Deserialize)]
struct Contents {
    /// The owner; absent where that is the destination itself.
    profile: Option<ProfileName>,
    default: Option<AccountId>,
    accounts: Vec<Account>,
}
