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
use crate::profiles::ProfilesError;
use crate::profiles::decision::Decided;
use crate::secrets::SecretKind;
use crate::store::Vault;

/// The file's name, in the state directory.
pub(crate) const NAME: &str = "import.json";

pub(crate) const JOURNAL: journal::Kind = journal::Kind {
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

/// Secrets that are to be added to a profile, which itself stays as it is.
#[derive(Debug, Clone)]
pub struct Added {
    /// The profile.
    pub profile: ProfileName,
    /// The secrets, each sealed for the destination that it came with.
    pub secrets: Vec<BundledSecret>,
    /// Whether they take the place of stored ones. If not, a stored one stays.
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
        self.write_and_add(incoming, &[])
    }

    /// The same, and adds secrets to profiles that are there, which keep all else that is stored for
    /// them: all of it is done, or none.
    ///
    /// # Errors
    /// Those of [`write`](Self::write); [`ProfilesError::NotFound`] if a profile that secrets are
    /// added to is not there, under exactly that name.
    pub fn write_and_add(
        self,
        incoming: &[Incoming],
        added: &[Added],
    ) -> Result<(), ProfilesError> {
        // A missing store is made under a lock of its own, and a keyring may ask: neither belongs
        // under this one.
        let _hold = self.vault.hold_to_write()?;
        let brings_secrets = incoming.iter().any(|one| !one.secrets.is_empty())
            || added.iter().any(|one| !one.secrets.is_empty());
        if brings_secrets {
            self.vault.unlock()?;
        }
        let profiles = self.vault.profiles();
        let lock = profiles.lock_to_change()?;
        profiles.finish(&lock)?;
        profiles.must_hold(added.iter().map(|one| &one.profile))?;
        let new = incoming.iter().filter(|one| !one.replaces);
        if let Some(taken) = profiles.first_taken(new.map(|one| &one.profile.name))? {
            return Err(ProfilesError::Exists(taken.clone()));
        }
        let decided = self.decision(incoming, added)?;
        profiles.can_merge(&decided.profiles)?;
        // The one step whose failure is foreseeable, a configuration directory that is read-only,
        // comes first, while all can be called off.
        profiles.decide(JOURNAL, &decided, || profiles.merge(&decided.profiles))?;
        profiles.finish(&lock)?;
        Ok(lock.release()?)
    }

    /// Finishes an import that was decided. Done again, it does the same. The caller holds the lock
    /// of the profiles.
    pub(crate) fn finish(self, decided: Decided<'_>) -> Result<(), ProfilesError> {
        let decision: Decision = decided.understood()?;
        self.vault.profiles().merge(&decision.profiles)?;
        for profile in &decision.profiles {
            self.replace_secrets(&decided, &profile.name, &decision.secrets)?;
            self.vault.approvals().remove(&profile.name)?;
        }
        for secret in &decision.added {
            self.put(&decided, secret)?;
        }
        decided.end()
    }

    fn replace_secrets(
        self,
        decided: &Decided<'_>,
        name: &ProfileName,
        secrets: &[Secret],
    ) -> Result<(), VaultError> {
        for kind in SecretKind::ALL {
            let is_it = |secret: &&Secret| secret.profile == *name && secret.kind == kind;
            match secrets.iter().find(is_it) {
                Some(secret) => self.put(decided, secret)?,
                None => {
                    self.vault.secrets().remove_one(name, kind)?;
                }
            }
        }
        Ok(())
    }

    fn put(self, decided: &Decided<'_>, secret: &Secret) -> Result<(), VaultError> {
        let bytes = STANDARD
            .decode(&secret.sealed)
            .map_err(|error| decided.unusable(&error))?;
        let secrets = self.vault.secrets();
        secrets.put_sealed(&secret.profile, secret.kind, &bytes)
    }

    fn decision(self, incoming: &[Incoming], added: &[Added]) -> Result<Decision, VaultError> {
        let mut decided = Decision {
            profiles: incoming.iter().map(|one| one.profile.clone()).collect(),
            secrets: Vec::new(),
            added: Vec::new(),
        };
        for one in incoming {
            for secret in &one.secrets {
                decided
                    .secrets
                    .push(self.sealed(&one.profile.name, secret)?);
            }
        }
        for one in added {
            for secret in &one.secrets {
                let stored = self.vault.secrets().has(&one.profile, secret.kind);
                if one.replaces || stored?.is_none() {
                    decided.added.push(self.sealed(&one.profile, secret)?);
                }
            }
        }
        Ok(decided)
    }

    fn sealed(self, profile: &ProfileName, secret: &BundledSecret) -> Result<Secret, VaultError> {
        let BundledSecret {
            kind,
            destination,
            value,
        } = secret;
        let sealed = self
            .vault
            .secrets()
            .sealed(profile, *kind, destination, value)?;
        Ok(Secret {
            profile: profile.clone(),
            kind: *kind,
            sealed: STANDARD.encode(sealed),
        })
    }
}

/// What is to be done. Secrets are in it as sealed as they will rest.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Decision {
    profiles: Vec<Profile>,
    secrets: Vec<Secret>,
    /// For profiles that stay as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    added: Vec<Secret>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Secret {
    profile: ProfileName,
    kind: SecretKind,
    /// The sealed record, in base64.
    sealed: String,
}
