//! Imports: several profiles and their secrets, written all or not at all.
//!
//! Profiles and secrets are many files, and no file system replaces several at once. So what is to
//! be done is written into one file first; from that moment it is decided. Whoever reads the
//! profiles next, this process or another, does what is left of it. docs/design/exports.md says
//! why that is safe.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Profile;
use model::ProfileName;
use serde::Deserialize;
use serde::Serialize;

use crate::bundle::BundledSecret;
use crate::error::VaultError;
use crate::journal;
use crate::journal::Journal;
use crate::locks::Lock;
use crate::profiles::ProfilesError;
use crate::secrets::SecretKind;
use crate::store::Vault;

/// The file's name, in the state directory.
pub(crate) const NAME: &str = "import.json";

const JOURNAL: journal::Kind = journal::Kind {
    name: NAME,
    format: 1,
    // Room for the largest export, its secrets sealed and spelt in base64.
    size_limit: 64 << 20,
    unusable: |path, why| VaultError::Import { path, why },
};

/// A profile that is to be written, with the secrets that came with it.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The profile, under the name that it is to have.
    pub profile: Profile,
    /// Its secrets, each sealed for the destination that it came with.
    pub secrets: Vec<BundledSecret>,
    /// Whether it takes the place of the profile of exactly that name.
    pub replaces: bool,
}

/// Imports.
#[derive(Debug, Clone, Copy)]
pub struct Imports<'v> {
    vault: &'v Vault,
}

impl<'v> Imports<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self { vault }
    }

    /// Writes these profiles and secrets, all or none, whenever the process ends. What the names
    /// kept before (secrets, approvals) is forgotten, whoever left it. Fields of a replaced
    /// profile that this version does not know stay.
    ///
    /// # Errors
    /// [`ProfilesError::Exists`] if one that replaces none has a name that is taken, letter case
    /// apart; [`ProfilesError`] if a key cannot be had or a file cannot be written. Either nothing
    /// was changed, or the import is decided and the next command does what is left.
    pub fn write(self, incoming: &[Incoming]) -> Result<(), ProfilesError> {
        // A missing store is made under a lock of its own, and a keyring may ask: neither belongs
        // under this one.
        if incoming.iter().any(|one| !one.secrets.is_empty()) {
            self.vault.unlock()?;
        }
        let profiles = self.vault.profiles();
        let lock = profiles.lock_to_change()?;
        profiles.finish(&lock)?;
        let new = incoming.iter().filter(|one| !one.replaces);
        if let Some(taken) = profiles.first_taken(new.map(|one| &one.profile.name))? {
            return Err(ProfilesError::Exists(taken.clone()));
        }
        let decided = self.decision(incoming)?;
        profiles.can_merge(&decided.profiles)?;
        // The one step whose failure is foreseeable, a configuration directory that is read-only,
        // comes first, while all can be called off.
        self.journal()
            .begin(&decided, || profiles.merge(&decided.profiles))?;
        self.finish(&lock)?;
        Ok(lock.release()?)
    }

    /// Finishes an import that was decided, if there is one. Costs one look otherwise.
    pub(crate) fn finish_if_begun(self) -> Result<(), ProfilesError> {
        self.journal().finish_if_begun(|lock| self.finish(lock))
    }

    /// The same for who holds the lock of the profiles. Done again, it does the same.
    pub(crate) fn finish(self, _lock: &Lock) -> Result<(), ProfilesError> {
        let Some(decided) = self.journal().decided::<Decision>()? else {
            return Ok(());
        };
        self.vault.profiles().merge(&decided.profiles)?;
        for profile in &decided.profiles {
            self.replace_secrets(&profile.name, &decided.secrets)?;
            self.vault.approvals().remove(&profile.name)?;
        }
        Ok(self.journal().forget()?)
    }

    fn replace_secrets(self, name: &ProfileName, secrets: &[Secret]) -> Result<(), VaultError> {
        for kind in SecretKind::ALL {
            let is_it = |secret: &&Secret| secret.profile == *name && secret.kind == kind;
            match secrets.iter().find(is_it) {
                Some(secret) => {
                    let bytes = STANDARD
                        .decode(&secret.sealed)
                        .map_err(|error| self.journal().unusable(&error))?;
                    self.vault.secrets().put_sealed(name, kind, &bytes)?;
                }
                None => {
                    self.vault.secrets().remove_one(name, kind)?;
                }
            }
        }
        Ok(())
    }

    fn decision(self, incoming: &[Incoming]) -> Result<Decision, VaultError> {
        let mut secrets = Vec::new();
        for Incoming {
            profile,
            secrets: given,
            ..
        } in incoming
        {
            for secret in given {
                let sealed = self.vault.secrets().sealed(
                    &profile.name,
                    secret.kind,
                    &secret.destination,
                    &secret.value,
                )?;
                secrets.push(Secret {
                    profile: profile.name.clone(),
                    kind: secret.kind,
                    sealed: STANDARD.encode(sealed),
                });
            }
        }
        Ok(Decision {
            profiles: incoming.iter().map(|one| one.profile.clone()).collect(),
            secrets,
        })
    }

    fn journal(self) -> Journal<'v> {
        Journal::new(self.vault, JOURNAL)
    }
}

/// What is to be done. Secrets are in it as sealed as they will rest.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Decision {
    profiles: Vec<Profile>,
    secrets: Vec<Secret>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Secret {
    profile: ProfileName,
    kind: SecretKind,
    /// The sealed record, in base64.
    sealed: String,
}
