//! What is to be done, in one file of the state directory, so that whoever comes next can do what is
//! left.

use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Map;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::error::StorageError;
use crate::error::VaultError;
use crate::store::Vault;

/// The file of one kind of change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Journal<'v> {
    vault: &'v Vault,
    kind: Kind,
}

/// What tells one kind of change from another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// The file's name.
    pub(crate) name: &'static str,
    /// The format of what is in it, which stands there as `format`.
    pub(crate) format: u32,
    /// The most that may stand in it, in bytes.
    pub(crate) size_limit: u64,
    /// The error where it cannot be used: its path, and why not.
    pub(crate) unusable: fn(PathBuf, String) -> VaultError,
}

#[derive(Serialize)]
struct Entry<T> {
    format: u32,
    #[serde(flatten)]
    contents: T,
}

#[derive(Deserialize)]
struct Version {
    format: u32,
    /// Understood only once the format is known.
    #[serde(flatten)]
    contents: Map<String, Value>,
}

impl<'v> Journal<'v> {
    pub(crate) fn new(vault: &'v Vault, kind: Kind) -> Self {
        Self { vault, kind }
    }

    /// The file's name.
    pub(crate) fn name(self) -> &'static str {
        self.kind.name
    }

    /// What would stand in the file. What is too large to be read again is refused.
    pub(crate) fn encoded(self, contents: &impl Serialize) -> Result<Vec<u8>, VaultError> {
        let entry = Entry {
            format: self.kind.format,
            contents,
        };
        let json = serde_json::to_vec(&entry).map_err(|error| self.unusable(&error))?;
        if json.len() as u64 > self.kind.size_limit {
            return Err(VaultError::Storage(StorageError::TooLarge {
                path: self.path(),
                limit: self.kind.size_limit,
            }));
        }
        Ok(json)
    }

    /// Writes what [`encoded`](Self::encoded) gave.
    pub(crate) fn write(self, json: &[u8]) -> Result<(), VaultError> {
        Ok(self.vault.state()?.replace(self.kind.name, json)?)
    }

    /// What stands there, if anything does.
    pub(crate) fn read(self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let Some(state) = self.vault.existing_state()? else {
            return Ok(None);
        };
        Ok(state.read(self.kind.name, self.kind.size_limit)?)
    }

    /// What is meant by what stands there.
    pub(crate) fn understood<T: DeserializeOwned>(self, json: &[u8]) -> Result<T, VaultError> {
        let Version { format, contents } =
            serde_json::from_slice(json).map_err(|error| self.unusable(&error))?;
        if format != self.kind.format {
            return Err(self.unusable(&format!(
                "another version of this program wrote it (format {format}, known is {})",
                self.kind.format
            )));
        }
        serde_json::from_value(Value::Object(contents)).map_err(|error| self.unusable(&error))
    }

    /// Nothing is left to do. Lastingly: a change that came back after a power cut would undo what
    /// was done since.
    pub(crate) fn forget(self) -> Result<(), VaultError> {
        if let Some(state) = self.vault.existing_state()? {
            state.remove_lastingly(&[self.kind.name.to_owned()])?;
        }
        Ok(())
    }

    /// The error where what stands in it cannot be used.
    pub(crate) fn unusable(self, why: &impl ToString) -> VaultError {
        (self.kind.unusable)(self.path(), why.to_string())
    }

    fn path(self) -> PathBuf {
        self.vault.locations.state.join(self.kind.name)
    }
}
