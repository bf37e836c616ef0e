//! What a person approved on this machine: where a profile's requests go, and what it reads or
//! runs to get a secret. Sealed, so that a synchronised or edited file approves nothing.

use model::Destination;
use model::ProfileName;
use serde::Deserialize;
use serde::Serialize;

use crate::bytes::digest_name;
use crate::envelope;
use crate::envelope::Kind;
use crate::envelope::SealError;
use crate::error::VaultError;
use crate::files::Durability;
use crate::sealed;
use crate::sealed::Sealed;
use crate::store::APPROVALS;
use crate::store::Vault;

/// What was approved, as a whole: any change voids it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Where the profile's requests go.
    pub destination: Destination,
    /// What the profile reads or runs, each as its canonical text, in order.
    pub references: Vec<String>,
}

/// The approvals.
#[derive(Debug, Clone, Copy)]
pub struct Approvals<'v> {
    vault: &'v Vault,
}

impl<'v> Approvals<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self { vault }
    }

    /// Remembers that a person approved this for the profile, in place of what was approved before.
    ///
    /// # Errors
    /// [`VaultError`] if no key can be had or the file cannot be written.
    pub fn approve(self, profile: &ProfileName, approval: &Approval) -> Result<(), VaultError> {
        let bytes = self.sealed(profile, approval)?;
        self.put_sealed(profile, &bytes)
    }

    /// The profile's approval, sealed anew under another name.
    pub(crate) fn sealed_as(
        self,
        profile: &ProfileName,
        other: &ProfileName,
    ) -> Result<Option<Vec<u8>>, VaultError> {
        let approval = self.get(profile)?;
        approval
            .map(|approval| self.sealed(other, &approval))
            .transpose()
    }

    /// Keeps what [`sealed_as`](Self::sealed_as) made, in place of what was approved before.
    pub(crate) fn put_sealed(self, profile: &ProfileName, bytes: &[u8]) -> Result<(), VaultError> {
        sealed::write(self.vault, APPROVALS, &file_name(profile), bytes, None)
    }

    fn sealed(self, profile: &ProfileName, approval: &Approval) -> Result<Vec<u8>, VaultError> {
        let json = serde_json::to_vec(approval).map_err(|_| VaultError::Cryptography)?;
        let key = self.vault.master_key()?;
        envelope::seal(key, Kind::Approval, profile.as_str(), &[], &json)
    }

    /// Whether exactly this was approved for the profile.
    ///
    /// # Errors
    /// [`VaultError`] if there is an approval that cannot be opened: it counts for nothing, and why
    /// is worth telling.
    pub fn is_approved(
        self,
        profile: &ProfileName,
        approval: &Approval,
    ) -> Result<bool, VaultError> {
        Ok(self.get(profile)?.as_ref() == Some(approval))
    }

    /// What was approved for the profile, if anything was.
    ///
    /// # Errors
    /// [`VaultError`] if it cannot be opened.
    pub fn get(self, profile: &ProfileName) -> Result<Option<Approval>, VaultError> {
        let Some(found) = Sealed::read(self.vault, APPROVALS, file_name(profile))? else {
            return Ok(None);
        };
        let fails = |why| found.fails(why);
        let envelope = found.envelope(Kind::Approval).map_err(fails)?;
        let key = self.vault.key_of_existing_store()?;
        let json = envelope
            .open(key, Kind::Approval, profile.as_str())
            .map_err(fails)?;
        serde_json::from_slice(&json)
            .map(Some)
            .map_err(|_| fails(SealError::Contents))
    }

    /// Whether there is an approval, be it one that cannot be opened. Asks for no key.
    pub(crate) fn is_there(self, profile: &ProfileName) -> Result<bool, VaultError> {
        match self.vault.existing_records(APPROVALS)? {
            Some(records) => Ok(records.contains(&file_name(profile))?),
            None => Ok(false),
        }
    }

    /// Forgets what was approved for the profile; returns whether anything was.
    ///
    /// # Errors
    /// [`VaultError`] if the file cannot be removed.
    pub fn remove(self, profile: &ProfileName) -> Result<bool, VaultError> {
        let names = [file_name(profile)];
        Ok(sealed::remove(self.vault, APPROVALS, &names, Durability::Passing)? > 0)
    }
}

/// The record that a profile can have: in which file, of which kind, sealed under which name.
pub(crate) fn record_of(profile: &ProfileName) -> (String, Kind, String) {
    (file_name(profile), Kind::Approval, profile.to_string())
}

fn file_name(profile: &ProfileName) -> String {
    digest_name(&[profile.as_str().as_bytes(), b"approval"])
}
