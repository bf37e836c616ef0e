//! A change of several files that was decided and may not be finished: one file says what is to be
//! done, so that whoever comes next can do what is left.

use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Map;
use serde_json::Value;

use crate::error::StorageError;
use crate::error::VaultError;
use crate::profiles::ProfilesError;
use crate::profiles::storage::ProfilesLock;
use crate::store::Vault;

/// The file of one kind of change, in the state directory.
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
    decision: T,
}

#[derive(Deserialize)]
struct Version {
    format: u32,
    /// Understood only once the format is known.
    #[serde(flatten)]
    decision: Map<String, Value>,
}

impl<'v> Journal<'v> {
    pub(crate) fn new(vault: &'v Vault, kind: Kind) -> Self {
        Self { vault, kind }
    }

    /// Decides, and takes the first step; if that fails, all is called off. From then on it is to
    /// be finished. The caller holds the lock of the profiles.
    pub(crate) fn begin(
        self,
        decision: &impl Serialize,
        first_step: impl FnOnce() -> Result<(), ProfilesError>,
    ) -> Result<(), ProfilesError> {
        self.decide(decision)?;
        if let Err(error) = first_step() {
            self.forget()?;
            return Err(error);
        }
        Ok(())
    }

    /// Finishes, under the lock of the profiles, what is decided, if anything is. Costs one look
    /// otherwise.
    pub(crate) fn finish_if_begun(
        self,
        finish: impl FnOnce(&ProfilesLock) -> Result<(), ProfilesError>,
    ) -> Result<(), ProfilesError> {
        // Where nothing can be seen, nothing can be finished; who needs the store is told why.
        if std::fs::symlink_metadata(self.path()).is_err() {
            return Ok(());
        }
        let lock = self.vault.profiles().lock_to_change()?;
        finish(&lock)?;
        Ok(lock.release()?)
    }

    fn decide(self, decision: &impl Serialize) -> Result<(), VaultError> {
        let state = self.vault.state()?;
        let entry = Entry {
            format: self.kind.format,
            decision,
        };
        let json = serde_json::to_vec(&entry).map_err(|error| self.unusable(&error))?;
        if json.len() as u64 > self.kind.size_limit {
            return Err(VaultError::Storage(StorageError::TooLarge {
                path: state.path_of(self.kind.name),
                limit: self.kind.size_limit,
            }));
        }
        Ok(state.replace(self.kind.name, &json)?)
    }

    /// What is decided, if anything is.
    pub(crate) fn decided<T: DeserializeOwned>(self) -> Result<Option<T>, VaultError> {
        let Some(state) = self.vault.existing_state()? else {
            return Ok(None);
        };
        let Some(json) = state.read(self.kind.name, self.kind.size_limit)? else {
            return Ok(None);
        };
        let Version { format, decision } =
            serde_json::from_slice(&json).map_err(|error| self.unusable(&error))?;
        if format != self.kind.format {
            return Err(self.unusable(&format!(
                "another version of this program wrote it (format {}, known is {})",
                format, self.kind.format
            )));
        }
        serde_json::from_value(Value::Object(decision))
            .map(Some)
            .map_err(|error| self.unusable(&error))
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
