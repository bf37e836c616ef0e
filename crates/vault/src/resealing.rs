//! Everything that the master key seals, sealed again under another one: in memory, before anything
//! is written.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::approvals;
use crate::bytes::unhex;
use crate::envelope;
use crate::envelope::Envelope;
use crate::envelope::Kind;
use crate::envelope::SealError;
use crate::error::StorageError;
use crate::error::VaultError;
use crate::files::Directory;
use crate::header::Header;
use crate::key::Key;
use crate::profiles::ProfilesError;
use crate::secrets;
use crate::store::ACCOUNTS;
use crate::store::APPROVALS;
use crate::store::REFRESH_TOKENS;
use crate::store::SECRETS;
use crate::store::TOKENS;
use crate::store::Vault;
use crate::tokens;

/// A record sealed under the new key, not written yet.
pub(crate) struct Resealed {
    /// Which kind of record it is: one of the directories of a new store.
    pub(crate) directory: &'static str,
    /// Its file's name.
    pub(crate) name: String,
    /// What is to stand in the file.
    pub(crate) bytes: Vec<u8>,
}

/// What a file holds, and under which name it is sealed.
type Identity = (Kind, String);

impl Vault {
    /// All records under the new key, and the files of those that cannot be opened. A cached token
    /// that cannot be opened is left out: it costs a request.
    pub(crate) fn resealed(
        &self,
        new: &Key,
        to: &Header,
    ) -> Result<(Vec<Resealed>, Vec<PathBuf>), ProfilesError> {
        let mut secrets = BTreeMap::new();
        let mut approvals = BTreeMap::new();
        for profile in self.profiles().names()? {
            for (file, kind, record) in secrets::records_of(&profile) {
                secrets.insert(file, (kind, record));
            }
            let (file, kind, record) = approvals::record_of(&profile);
            approvals.insert(file, (kind, record));
        }
        let by_digest =
            |kind: Kind| move |file: &str| unhex::<32>(file).map(|_| (kind, file.to_owned()));
        let mut all = Resealing {
            vault: self,
            new,
            done: Vec::new(),
            unreadable: Vec::new(),
        };
        all.directory(SECRETS, |file| secrets.get(file).cloned())?;
        all.directory(APPROVALS, |file| approvals.get(file).cloned())?;
        all.directory(REFRESH_TOKENS, by_digest(Kind::RefreshToken))?;
        all.directory(ACCOUNTS, by_digest(Kind::Accounts))?;
        all.tokens(to)?;
        Ok((all.done, all.unreadable))
    }
}

struct Resealing<'a> {
    vault: &'a Vault,
    new: &'a Key,
    done: Vec<Resealed>,
    unreadable: Vec<PathBuf>,
}

impl Resealing<'_> {
    fn directory(
        &mut self,
        directory: &'static str,
        identity: impl Fn(&str) -> Option<Identity>,
    ) -> Result<(), VaultError> {
        let Some(records) = self.vault.existing_records(directory)? else {
            return Ok(());
        };
        for name in records.names()? {
            let sealed = match identity(&name) {
                Some(identity) => self.again(&records, &name, &identity)?,
                None => None,
            };
            match sealed {
                Some(bytes) => self.done.push(Resealed {
                    directory,
                    name,
                    bytes,
                }),
                None => self.unreadable.push(records.path_of(&name)),
            }
        }
        Ok(())
    }

    /// The tokens that the master key seals, which they do where there is no session key.
    fn tokens(&mut self, to: &Header) -> Result<(), VaultError> {
        let Some(records) = self.vault.existing_records(TOKENS)? else {
            return Ok(());
        };
        for (name, id) in tokens::under(&records, self.vault.header()?.key_id)? {
            let identity = (Kind::Token, id.to_string());
            if let Some(bytes) = self.again(&records, &name, &identity)? {
                self.done.push(Resealed {
                    directory: TOKENS,
                    name: id.file_name(to.key_id),
                    bytes,
                });
            }
        }
        Ok(())
    }

    /// The record under the new key; `None` if it cannot be opened.
    fn again(
        &self,
        records: &Directory,
        name: &str,
        (kind, record): &Identity,
    ) -> Result<Option<Vec<u8>>, VaultError> {
        let bytes = match records.read(name, envelope::SIZE_LIMIT) {
            Ok(Some(bytes)) => bytes,
            Ok(None)
            | Err(
                StorageError::Link(_) | StorageError::WrongKind(_) | StorageError::TooLarge { .. },
            ) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let old = self.vault.master_key()?;
        let opened = Envelope::parse(&bytes, *kind).and_then(|envelope| {
            let plaintext = envelope.open(old, *kind, record)?;
            Ok::<_, SealError>((envelope.bound, plaintext))
        });
        match opened {
            Ok((bound, plaintext)) => {
                envelope::seal(self.new, *kind, record, bound, &plaintext).map(Some)
            }
            Err(_) => Ok(None),
        }
    }
}
