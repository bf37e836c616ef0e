//! A sealed record as it stands in its file, and the destination that stands in it in the clear.

use std::time::Duration;

use model::Destination;
use zeroize::Zeroizing;

use crate::bytes::unhex;
use crate::envelope;
use crate::envelope::Envelope;
use crate::envelope::Kind;
use crate::envelope::SealError;
use crate::error::StorageError;
use crate::error::VaultError;
use crate::files::Directory;
use crate::files::Durability;
use crate::key::Key;
use crate::notice::Notice;
use crate::store::UNDER_THE_MASTER_KEY;
use crate::store::Vault;

/// A sealed record that was read and not yet opened.
pub(crate) struct Sealed {
    bytes: Zeroizing<Vec<u8>>,
    name: String,
    records: Directory,
}

impl Sealed {
    /// Reads the record in that file; `None` if there is none.
    pub(crate) fn read(
        vault: &Vault,
        directory: &str,
        name: String,
    ) -> Result<Option<Self>, VaultError> {
        let Some(records) = vault.existing_records(directory)? else {
            return Ok(None);
        };
        let bytes = records.read(&name, envelope::SIZE_LIMIT)?;
        if bytes.is_none() && UNDER_THE_MASTER_KEY.contains(&directory) {
            // It may lie under another key by now.
            vault.must_be_current()?;
        }
        Ok(bytes.map(|bytes| Self {
            bytes,
            name,
            records,
        }))
    }

    /// Its parts, if it is of that kind.
    pub(crate) fn envelope(&self, kind: Kind) -> Result<Envelope<'_>, SealError> {
        Envelope::parse(&self.bytes, kind)
    }

    /// The destination it is bound to: proven only once the record was opened.
    pub(crate) fn destination(&self, kind: Kind) -> Result<Destination, SealError> {
        destination_in(&self.envelope(kind)?)
    }

    /// Opens a record whose loss costs a sign-in and nothing else: one that cannot be opened
    /// counts as absent, is told, and is left alone. The key is asked for only if it may help.
    pub(crate) fn open_or_tell<'k, T>(
        &self,
        vault: &Vault,
        kind: Kind,
        record: &str,
        key: impl FnOnce() -> Result<&'k Key, VaultError>,
        understand: impl FnOnce(Destination, &[u8]) -> Option<T>,
    ) -> Result<Option<T>, VaultError> {
        let parts = self
            .envelope(kind)
            .and_then(|envelope| Ok((destination_in(&envelope)?, envelope)));
        let opened = match parts {
            Ok((destination, envelope)) => {
                let key = key()?;
                envelope
                    .open(key, kind, record)
                    .and_then(|text| understand(destination, &text).ok_or(SealError::Contents))
            }
            Err(why) => Err(why),
        };
        match opened {
            Ok(opened) => Ok(Some(opened)),
            Err(why) => {
                vault.keys.notices.notice(&Notice::UnusableEntry {
                    path: self.records.path_of(&self.name),
                    why,
                });
                Ok(None)
            }
        }
    }

    /// The error of a record that must open.
    pub(crate) fn fails(&self, why: SealError) -> VaultError {
        VaultError::Record {
            path: self.records.path_of(&self.name),
            why,
        }
    }
}

/// The destination as the bytes that a record is bound to.
pub(crate) fn bound_to(destination: &Destination) -> Vec<u8> {
    let [authority, tenant, client_id] = destination.parts();
    serde_json::json!({"authority": authority, "tenant": tenant, "client_id": client_id})
        .to_string()
        .into_bytes()
}

fn destination_in(envelope: &Envelope<'_>) -> Result<Destination, SealError> {
    serde_json::from_slice(envelope.bound).map_err(|_| SealError::Contents)
}

/// Writes a sealed record, and removes what killed writers left and what is older than `kept_for`.
/// What is too large to be read again is refused.
pub(crate) fn write(
    vault: &Vault,
    directory: &str,
    name: &str,
    bytes: &[u8],
    kept_for: Option<Duration>,
) -> Result<(), VaultError> {
    let _hold = UNDER_THE_MASTER_KEY
        .contains(&directory)
        .then(|| vault.hold_to_write())
        .transpose()?;
    let records = vault.records(directory)?;
    if bytes.len() as u64 > envelope::SIZE_LIMIT {
        return Err(VaultError::Storage(StorageError::TooLarge {
            path: records.path_of(name),
            limit: envelope::SIZE_LIMIT,
        }));
    }
    records.replace(name, bytes)?;
    Ok(records.sweep(name, kept_for)?)
}

/// Removes records under the master key; returns how many there were. Where none may come back
/// after a power cut, that is flushed.
pub(crate) fn remove(
    vault: &Vault,
    directory: &str,
    names: &[String],
    durability: Durability,
) -> Result<usize, VaultError> {
    if vault.existing_state()?.is_none() {
        return Ok(0);
    }
    let _hold = vault.hold_to_write()?;
    let Some(records) = vault.existing_records(directory)? else {
        return Ok(0);
    };
    Ok(match durability {
        Durability::Lasting => records.remove_lastingly(names)?,
        Durability::Passing => records.remove_all(names)?,
    })
}

/// The names of the records in a directory where each is named by a digest alone.
pub(crate) fn digest_names(vault: &Vault, directory: &str) -> Result<Vec<String>, VaultError> {
    let Some(records) = vault.existing_records(directory)? else {
        return Ok(Vec::new());
    };
    let mut names = records.names()?;
    names.retain(|name| unhex::<32>(name).is_some());
    Ok(names)
}

/// Reads a record that is one of many, or a copy: what no record can be (a link, a pipe, a file
/// beyond any size) is told like one that cannot be opened.
pub(crate) fn read_or_tell(
    vault: &Vault,
    directory: &str,
    name: String,
) -> Result<Option<Sealed>, VaultError> {
    match Sealed::read(vault, directory, name) {
        Err(VaultError::Storage(
            StorageError::Link(path)
            | StorageError::WrongKind(path)
            | StorageError::TooLarge { path, .. },
        )) => {
            vault.keys.notices.notice(&Notice::UnusableEntry {
                path,
                why: SealError::Foreign,
            });
            Ok(None)
        }
        other => other,
    }
}
