//! New names for profiles: the profile keeps its place in the file, and what is stored for it goes
//! along, all or nothing.
//!
//! docs/design/profiles.md says why that is safe, and what a kill leaves.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::ProfileName;
use serde::Deserialize;
use serde::Serialize;

use crate::accounts::AccountOwner;
use crate::error::VaultError;
use crate::journal;
use crate::profiles::ProfilesError;
use crate::profiles::decision::Decided;
use crate::secrets::SecretKind;
use crate::store::Vault;

/// The file's name, in the state directory.
pub(crate) const NAME: &str = "rename.json";

pub(crate) const JOURNAL: journal::Kind = journal::Kind {
    name: NAME,
    format: 1,
    // Room for four sealed records, spelt in base64.
    size_limit: 8 << 20,
    unusable: |path, why| VaultError::Rename { path, why },
};

/// New names.
#[derive(Debug, Clone, Copy)]
pub struct Renames<'v> {
    vault: &'v Vault,
}

impl<'v> Renames<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self { vault }
    }

    /// Gives the profile of exactly that name, usable or not, another name. Its secrets, its
    /// approval and its accounts go along, each for the destination it is bound to. What is left
    /// over under the new name is forgotten first.
    ///
    /// The caller keeps others from signing in with either name meanwhile.
    ///
    /// # Errors
    /// [`ProfilesError::Exists`] if another profile has the new name, letter case apart;
    /// [`ProfilesError::NotFound`] if none has the old one; [`ProfilesError`] if a record cannot be
    /// opened, a key cannot be had or a file cannot be written. Either the profile still has the old
    /// name and all that was stored for it, or the rename is decided and the next command does what
    /// is left.
    pub fn rename(self, from: &ProfileName, to: &ProfileName) -> Result<(), ProfilesError> {
        // What is read and sealed anew here is written under the same key.
        let _hold = self.vault.hold_to_write()?;
        // A keyring may ask: that does not belong under the lock.
        if self.holds_anything(from)? {
            self.vault.unlock()?;
        }
        let profiles = self.vault.profiles();
        let lock = profiles.lock_to_change()?;
        profiles.finish(&lock)?;
        profiles.can_rename(from, to)?;
        if from == to {
            return Ok(lock.release()?);
        }
        let decided = self.decision(from, to)?;
        self.forget_all_of(to)?;
        // The one step whose failure is foreseeable, a configuration directory that is read-only,
        // comes first, while all can be called off.
        profiles.decide(JOURNAL, &decided, || profiles.rename(from, to).map(|_| ()))?;
        profiles.finish(&lock)?;
        Ok(lock.release()?)
    }

    /// Finishes a rename that was decided. Done again, it does the same. Needs no key. The caller
    /// holds the lock of the profiles.
    pub(crate) fn finish(self, decided: Decided<'_>) -> Result<(), ProfilesError> {
        let decision: Decision = decided.understood()?;
        let Decision { from, to, .. } = &decision;
        if !self.vault.profiles().rename(from, to)? {
            return decided.end();
        }
        let record = |sealed: &str| {
            let bytes = STANDARD.decode(sealed);
            bytes.map_err(|error| decided.unusable(&error))
        };
        let secrets = self.vault.secrets();
        for Secret { kind, sealed } in &decision.secrets {
            // What is gone by now was moved already, or somebody removed it.
            if secrets.has(from, *kind)?.is_some() {
                secrets.put_sealed(to, *kind, &record(sealed)?)?;
                secrets.remove_one(from, *kind)?;
            }
        }
        let approvals = self.vault.approvals();
        if let Some(sealed) = &decision.approval
            && approvals.is_there(from)?
        {
            approvals.put_sealed(to, &record(sealed)?)?;
            approvals.remove(from)?;
        }
        if let Some(sealed) = &decision.accounts {
            let bytes = record(sealed)?;
            let accounts = self.vault.accounts();
            accounts.hand_over(&owner(from), &owner(to), &bytes)?;
        }
        decided.end()
    }

    /// Everything that goes along, sealed under the new name.
    fn decision(self, from: &ProfileName, to: &ProfileName) -> Result<Decision, VaultError> {
        let secrets = self.vault.secrets().sealed_as(from, to)?;
        let approval = self.vault.approvals().sealed_as(from, to)?;
        let accounts = self.vault.accounts();
        let accounts = accounts.sealed_as(&owner(from), &owner(to))?;
        Ok(Decision {
            from: from.clone(),
            to: to.clone(),
            secrets: secrets
                .into_iter()
                .map(|(kind, sealed)| Secret {
                    kind,
                    sealed: STANDARD.encode(sealed),
                })
                .collect(),
            approval: approval.map(|sealed| STANDARD.encode(sealed)),
            accounts: accounts.map(|sealed| STANDARD.encode(sealed)),
        })
    }

    fn holds_anything(self, name: &ProfileName) -> Result<bool, VaultError> {
        for kind in SecretKind::ALL {
            if self.vault.secrets().has(name, kind)?.is_some() {
                return Ok(true);
            }
        }
        Ok(self.vault.approvals().is_there(name)?
            || self.vault.accounts().has_files(&owner(name))?)
    }

    fn forget_all_of(self, name: &ProfileName) -> Result<(), VaultError> {
        self.vault.secrets().remove(name)?;
        self.vault.approvals().remove(name)?;
        self.vault.accounts().remove(&owner(name))?;
        Ok(())
    }
}

fn owner(name: &ProfileName) -> AccountOwner {
    AccountOwner::Profile(name.clone())
}

/// What is to be done. Records are in it as sealed as they will rest.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Decision {
    from: ProfileName,
    to: ProfileName,
    secrets: Vec<Secret>,
    approval: Option<String>,
    accounts: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Secret {
    kind: SecretKind,
    /// The sealed record, in base64.
    sealed: String,
}
