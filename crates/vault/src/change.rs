//! Changing what protects the store: a new master key, under which every record is sealed again.
//!
//! What is to be done is written into one file first; the header's replacement decides. Killed at
//! any moment, the store is as it was or as it was to be, and the file names what is left to remove.
//! docs/design/changing-protection.md says why that is safe.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use model::Passphrase;
use serde::Deserialize;
use serde::Serialize;

use crate::error::StorageError;
use crate::error::VaultError;
use crate::files::Directory;
use crate::header;
use crate::header::Header;
use crate::header::Keeping;
use crate::header::Written;
use crate::journal;
use crate::journal::Journal;
use crate::key::Key;
use crate::notice::Notice;
use crate::profiles::ProfilesError;
use crate::protection::KeyFile;
use crate::protection::KeyStoreChoice;
use crate::protection::KeyUnavailable;
use crate::protection::PassphraseSource;
use crate::protection::PassphraseUnavailable;
use crate::protection::Protection;
use crate::protection::keyring::SERVICE;
use crate::protection::passphrase::Cost;
use crate::protection::passphrase::WrappedKey;
use crate::resealing::Resealed;
use crate::store::TOKENS;
use crate::store::UNDER_THE_MASTER_KEY;
use crate::store::Vault;
use crate::tokens;

/// The file's name, in the state directory.
pub(crate) const NAME: &str = "protection.json";

const JOURNAL: journal::Kind = journal::Kind {
    name: NAME,
    format: 1,
    size_limit: 1 << 17,
    unusable: |path, why| VaultError::Change { path, why },
};

/// What is to protect the store from now on.
#[derive(Debug)]
pub enum NewProtection {
    /// The operating system's keyring.
    Keyring,
    /// This passphrase.
    Passphrase(Passphrase),
    /// A file for its owner only: at that absolute path, or in the data directory. A key that
    /// stands at the path is taken.
    KeyFile(Option<PathBuf>),
}

/// How the protection is changed.
#[derive(Debug)]
pub struct ProtectionChange {
    /// What is to protect the store.
    pub to: NewProtection,
    /// Whether records that cannot be opened may be lost with the old key.
    pub forget_unreadable: bool,
    /// How long to wait for others who write.
    pub deadline: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct ProtectionChanged {
    /// What protected the store before; `None` if there was none, and it was made.
    pub before: Option<Protection>,
    /// What protects it now.
    pub after: Protection,
    /// Whether the key stood in the chosen file already: whoever put it there may know it.
    pub key_was_found: bool,
    /// How many records were sealed again.
    pub resealed: usize,
    /// Records that could not be opened, and are lost.
    pub forgotten: Vec<PathBuf>,
}

impl Vault {
    /// Changes what protects the store: makes a new master key, seals all records under it, and
    /// removes the old key. Where there is no store yet, it is made with that protection.
    ///
    /// The vault is used up, since it knows the old key. `on_wait` is called once, with the process
    /// id of who is waited for if it is known.
    ///
    /// # Errors
    /// [`VaultError::Unreadable`] if records cannot be opened and may not be lost;
    /// [`VaultError::SameKey`]; [`VaultError::Lock`] at the deadline; [`ProfilesError`] if the names
    /// of the profiles, which secrets are sealed under, cannot be read, or a key cannot be had or
    /// made, or a file cannot be written. The store is then as it was, unless the very last step
    /// failed: either way it opens.
    pub fn change_protection(
        mut self,
        change: ProtectionChange,
        on_wait: &mut dyn FnMut(Option<u32>),
    ) -> Result<ProtectionChanged, ProfilesError> {
        if self.existing_header()?.is_none() {
            return Ok(self.make_store_under(change.to)?);
        }
        self.master_key()?;
        let key_was_found = is_there(&change.to);
        let (key, keeping) = self.prepared(&change.to)?;
        let _hold = self.hold_alone(change.deadline, on_wait)?;
        self.finish_change()?;
        self.profiles().finish_if_decided()?;
        let to = Header::resealed(&key, keeping);
        let (records, forgotten) = self.resealed(&key, &to)?;
        if !forgotten.is_empty() && !change.forget_unreadable {
            return Err(VaultError::Unreadable(forgotten).into());
        }
        let resealed = records.len();
        let before = self.header()?.keeping.protection();
        let after = to.keeping.protection();
        self.switch(&key, &to, &records)?;
        self.unlocked().remove()?;
        Ok(ProtectionChanged {
            before: Some(before),
            after,
            key_was_found,
            resealed,
            forgotten,
        })
    }

    fn make_store_under(&mut self, to: NewProtection) -> Result<ProtectionChanged, VaultError> {
        let key_was_found = is_there(&to);
        self.keys.choice = Some(match to {
            NewProtection::Keyring => KeyStoreChoice::Keyring,
            NewProtection::KeyFile(path) => KeyStoreChoice::File(path),
            NewProtection::Passphrase(passphrase) => {
                self.keys.passphrase = Box::new(Chosen(passphrase));
                KeyStoreChoice::Passphrase
            }
        });
        let header = self.header()?;
        Ok(ProtectionChanged {
            before: None,
            after: header.keeping.protection(),
            key_was_found,
            resealed: 0,
            forgotten: Vec::new(),
        })
    }

    /// The new key, and how it will be kept. Nothing is kept yet.
    fn prepared(&self, to: &NewProtection) -> Result<(Key, Keeping), VaultError> {
        let store = self.header()?.store;
        let key = Key::random(store)?;
        Ok(match to {
            NewProtection::Keyring => {
                let account = header::account_of_another(store, key.id());
                let service = SERVICE.to_owned();
                // Where none answers nothing is begun, so that nothing has to be taken back.
                self.keyring
                    .get(&service, &account)
                    .map_err(|why| VaultError::KeyNotMade { why: why.into() })?;
                (key, Keeping::Keyring { service, account })
            }
            NewProtection::Passphrase(passphrase) => {
                let wrapped = WrappedKey::wrap(&key, passphrase, Cost::NEW)?;
                (key, Keeping::Passphrase(wrapped))
            }
            NewProtection::KeyFile(None) => {
                let path = KeyFile::path_of_another(&self.locations.data, store, key.id());
                (key, Keeping::KeyFile { path })
            }
            NewProtection::KeyFile(Some(path)) => {
                let not_made = |why| VaultError::KeyNotMade { why };
                if !path.is_absolute() || path.to_str().is_none() {
                    return Err(not_made(KeyUnavailable::KeyFilePath));
                }
                let file = KeyFile::at(path);
                if file.is_below(&self.locations.state) {
                    return Err(not_made(KeyUnavailable::KeyFileInState));
                }
                let key = match file.take(store, self.keys.allow_foreign_home) {
                    Ok(found) if found.id() == self.header()?.key_id => {
                        return Err(VaultError::SameKey(path.clone()));
                    }
                    Ok(found) => found,
                    Err(KeyUnavailable::KeyFileMissing) => key,
                    Err(why) => return Err(not_made(why)),
                };
                (key, Keeping::KeyFile { path: path.clone() })
            }
        })
    }

    /// Writes what was sealed again, and lets it be the store.
    fn switch(&self, key: &Key, to: &Header, records: &[Resealed]) -> Result<(), VaultError> {
        let state = self.state()?;
        let change = Change {
            from: self.header()?.written(),
            to: to.written(),
        };
        let journal = Journal::new(self, JOURNAL);
        journal.write(&journal.encoded(&change)?)?;
        let written = self
            .keep_new(key, &to.keeping)
            .and_then(|()| self.write_resealed(state, to, records))
            .and_then(|()| to.replace(state));
        // After a failure as well: the header says which side is left to remove.
        let finished = self.finish_change();
        written.and(finished)
    }

    fn keep_new(&self, key: &Key, keeping: &Keeping) -> Result<(), VaultError> {
        match keeping {
            Keeping::Keyring { service, account } => self
                .keyring
                .put(service, account, key.expose())
                .map_err(|why| VaultError::KeyNotMade { why: why.into() }),
            Keeping::KeyFile { path } => {
                let file = KeyFile::at(path);
                file.write(key, self.opening())?;
                let kept = file
                    .read(key.store(), self.keys.allow_foreign_home)
                    .map_err(|why| VaultError::KeyNotMade { why })?;
                if kept.id() == key.id() {
                    Ok(())
                } else {
                    let why = KeyUnavailable::WrongKey;
                    Err(VaultError::KeyNotMade { why })
                }
            }
            Keeping::Passphrase(_) => Ok(()),
        }
    }

    fn write_resealed(
        &self,
        state: &Directory,
        to: &Header,
        records: &[Resealed],
    ) -> Result<(), VaultError> {
        for record in records {
            let name = to.directory(record.directory);
            let directory = state.create_below(&name, self.opening())?;
            directory.replace(&record.name, &record.bytes)?;
        }
        Ok(state.flush()?)
    }

    /// Removes what is left of a change that was killed, if one was: the side that is not the
    /// header's. For who holds the lock of the protection, shared or alone; done by several at
    /// once, it is done.
    pub(crate) fn finish_change(&self) -> Result<(), VaultError> {
        let Some(state) = self.existing_state()? else {
            return Ok(());
        };
        let journal = Journal::new(self, JOURNAL);
        let Some(json) = journal.read()? else {
            return Ok(());
        };
        let change: Change = journal.understood(&json)?;
        let header = |written: Written| {
            written
                .into_header()
                .map_err(|error| journal.unusable(&error))
        };
        let (from, to) = (header(change.from)?, header(change.to)?);
        let Some(live) = Header::read(state)? else {
            return Err(VaultError::HeaderMissing {
                path: Header::path(state),
            });
        };
        let (dead, is_new) = if live.key_id == from.key_id {
            (to, true)
        } else if live.key_id == to.key_id {
            (from, false)
        } else {
            return Err(journal.unusable(&"it names neither of the keys of the store"));
        };
        if !could_be_left_by_a_change(&dead, &live) {
            let why = format!(
                "{} was not written by a change of this store's protection; no key was removed",
                self.locations.state.join(NAME).display()
            );
            self.keys.notices.notice(&Notice::ChangeUnfinished { why });
            return journal.forget();
        }
        // Nothing goes before the header that does without it is there to stay.
        state.flush()?;
        for records in UNDER_THE_MASTER_KEY {
            state.remove_below(&dead.directory(records), self.opening())?;
        }
        if let Some(records) = state.open_below(TOKENS, self.opening())? {
            for (name, _) in tokens::under(&records, dead.key_id)? {
                records.remove(&name)?;
            }
        }
        self.remove_key(&dead, is_new)?;
        journal.forget()
    }

    /// Removes a key that opens nothing any more, if this program named its place and it is that
    /// key; one that stays is told, as the old key or as the new one of a change that failed.
    fn remove_key(&self, dead: &Header, is_new: bool) -> Result<(), VaultError> {
        let why = match &dead.keeping {
            Keeping::Passphrase(_) => return Ok(()),
            Keeping::Keyring { service, account } if dead.names_own_item() => {
                match self.keyring.delete(service, account) {
                    Ok(()) => return Ok(()),
                    Err(error) => Some(error.to_string()),
                }
            }
            Keeping::Keyring { .. } => Some("this program did not name that item".to_owned()),
            Keeping::KeyFile { path } if dead.names_own_file(&self.locations.data) => {
                match KeyFile::at(path).read(dead.store, self.keys.allow_foreign_home) {
                    Ok(key) if key.id() == dead.key_id => return Ok(self.remove_key_file(path)?),
                    Ok(_) => Some("the file holds another key".to_owned()),
                    Err(KeyUnavailable::KeyFileMissing) => return Ok(()),
                    Err(error) => Some(error.to_string()),
                }
            }
            Keeping::KeyFile { path } if !path.exists() => return Ok(()),
            Keeping::KeyFile { .. } => None,
        };
        let protection = dead.keeping.protection();
        self.keys.notices.notice(&if is_new {
            Notice::NewKeyLeft { protection, why }
        } else {
            Notice::OldKeyLeft { protection, why }
        });
        Ok(())
    }

    fn remove_key_file(&self, path: &Path) -> Result<(), StorageError> {
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(name) = name
            && let Some(data) = Directory::open(&self.locations.data, self.opening())?
        {
            data.remove_lastingly(&[name.to_owned()])?;
        }
        Ok(())
    }
}

/// Whether something stands where a chosen key file is to be.
fn is_there(to: &NewProtection) -> bool {
    matches!(to, NewProtection::KeyFile(Some(path)) if path.exists())
}

/// Whether a change of the protection can have left that side beside the one that lives. Who can
/// write to the state directory can write a file that says so, and must not have the key in use
/// removed, nor the records.
fn could_be_left_by_a_change(dead: &Header, live: &Header) -> bool {
    let is_elsewhere = match (&dead.keeping, &live.keeping) {
        (Keeping::Passphrase(_), _) | (_, Keeping::Passphrase(_)) => true,
        (dead, live) => dead.protection() != live.protection(),
    };
    let of_other_records = UNDER_THE_MASTER_KEY
        .iter()
        .all(|records| dead.directory(records) != live.directory(records));
    dead.store == live.store && dead.key_id != live.key_id && is_elsewhere && of_other_records
}

/// The header as it is, and as it is to be.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    from: Written,
    to: Written,
}

/// A passphrase that was chosen already.
struct Chosen(Passphrase);

impl PassphraseSource for Chosen {
    fn is_available(&self) -> bool {
        true
    }

    fn unlock(&self) -> Result<Passphrase, PassphraseUnavailable> {
        Ok(self.0.clone())
    }

    fn choose(&self) -> Result<Passphrase, PassphraseUnavailable> {
        Ok(self.0.clone())
    }
}
