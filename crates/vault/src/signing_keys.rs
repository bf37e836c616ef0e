//! The keys that authorities sign tokens with, as they were last had. They are public, and sealed
//! all the same: whoever could put a key of theirs here would make forged tokens genuine.

use std::time::Duration;

use model::Timestamp;
use serde::Deserialize;
use serde::Serialize;

use crate::bytes::digest_name;
use crate::envelope;
use crate::envelope::Kind;
use crate::error::VaultError;
use crate::key::Key;
use crate::sealed;
use crate::sealed::Sealed;
use crate::store::SIGNING_KEYS;
use crate::store::Vault;

/// After that long they are not believed, and their file is removed by the next write.
const KEPT_FOR: Duration = Duration::from_hours(24);

/// What an authority answered when it was asked for its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSigningKeys {
    /// When, by this machine's clock.
    #[serde(with = "unix_seconds")]
    pub had_on: Timestamp,
    /// Its discovery document, if it was asked for one (OpenID Connect Discovery 1.0 §4.2).
    pub discovery: Option<String>,
    /// Its keys (RFC 7517 §5).
    pub keys: String,
}

/// The kept signing keys. Only a key of the store that is at hand opens and seals them: nobody is
/// asked for a passphrase because of what can be had again, and no store is made for it.
#[derive(Debug, Clone, Copy)]
pub struct SigningKeyRecords<'v> {
    vault: &'v Vault,
}

impl<'v> SigningKeyRecords<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self { vault }
    }

    /// What the authority that these parts name answered less than a day ago. What cannot be opened
    /// counts as absent, and so does what a clock that was set back puts into the future.
    ///
    /// # Errors
    /// [`VaultError`] if files cannot be read, or the key cannot be had.
    pub fn get(
        self,
        authority: &[&str],
        now: Timestamp,
    ) -> Result<Option<KeptSigningKeys>, VaultError> {
        let Some(key) = self.vault.key_at_hand()? else {
            return Ok(None);
        };
        let name = record_name(authority);
        let Some(found) = Sealed::read(self.vault, SIGNING_KEYS, file_name(&name, key))? else {
            return Ok(None);
        };
        let opened = found
            .envelope(Kind::SigningKeys)
            .and_then(|envelope| envelope.open(key, Kind::SigningKeys, &name));
        let kept: Option<KeptSigningKeys> = opened
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok());
        Ok(kept.filter(|kept| kept.had_on <= now && now < kept.had_on.plus(KEPT_FOR)))
    }

    /// Keeps what that authority answered, in place of what it answered before; returns whether
    /// there was a key to seal it with.
    ///
    /// # Errors
    /// [`VaultError`] if the key cannot be had or the file cannot be written.
    pub fn put(self, authority: &[&str], kept: &KeptSigningKeys) -> Result<bool, VaultError> {
        let Some(key) = self.vault.key_at_hand()? else {
            return Ok(false);
        };
        let json = serde_json::to_vec(kept).map_err(|_| VaultError::Cryptography)?;
        let name = record_name(authority);
        let bytes = envelope::seal(key, Kind::SigningKeys, &name, &[], &json)?;
        let file = file_name(&name, key);
        sealed::write(self.vault, SIGNING_KEYS, &file, &bytes, Some(KEPT_FOR))?;
        Ok(true)
    }
}

fn record_name(authority: &[&str]) -> String {
    let mut parts: Vec<&[u8]> = vec![b"entra-auth-cli signing keys 1"];
    parts.extend(authority.iter().map(|part| part.as_bytes()));
    digest_name(&parts)
}

fn file_name(record: &str, key: &Key) -> String {
    format!("{record}.{}", key.id())
}

mod unix_seconds {
    use model::Timestamp;
    use serde::Deserialize as _;
    use serde::Deserializer;
    use serde::Serializer;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the form that serde asks for"
    )]
    pub(super) fn serialize<S: Serializer>(
        time: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(time.unix_seconds())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Timestamp, D::Error> {
        i64::deserialize(deserializer).map(Timestamp::from_unix_seconds)
    }
}
