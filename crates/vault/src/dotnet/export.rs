//! An export of the .NET tool: base64 of salt, IV and AES-256-CBC, without an integrity check.

use std::num::NonZeroU32;

use aws_lc_rs::cipher::AES_256;
use aws_lc_rs::cipher::DecryptionContext;
use aws_lc_rs::cipher::PaddedBlockDecryptingKey;
use aws_lc_rs::cipher::UnboundCipherKey;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::pbkdf2;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Passphrase;
use model::Profile;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::DotnetSecret;
use crate::bundle::BundleError;
use crate::error::VaultError;
use crate::secrets::SecretKind;

const SALT_LENGTH: usize = 32;
const IV_LENGTH: usize = 16;
const BLOCK_LENGTH: usize = 16;
const KEY_LENGTH: usize = 32;
const ROUNDS: NonZeroU32 = NonZeroU32::new(100_000).unwrap();

/// One profile takes a few hundred bytes.
const SIZE_LIMIT: usize = 1 << 20;

/// An export of the .NET tool, told by its shape.
#[derive(Debug)]
pub struct DotnetExport {
    salt: [u8; SALT_LENGTH],
    iv: [u8; IV_LENGTH],
    ciphertext: Vec<u8>,
}

/// What an export of the .NET tool holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DotnetContents {
    /// When it was made, as it says itself.
    pub exported_at: Option<String>,
    /// The profile.
    pub profile: Profile,
    /// Its secrets, at most one of each kind.
    pub secrets: Vec<DotnetSecret>,
}

impl DotnetExport {
    /// Takes a file apart; `None` if it has not the shape of such an export.
    ///
    /// # Errors
    /// [`BundleError::CutShort`] for base64 of a length that no such export has,
    /// [`BundleError::TooLarge`] above 1 MiB.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Self>, BundleError> {
        let letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
        let is_base64 = |byte: &u8| letter(byte) || byte.is_ascii_whitespace();
        if bytes.len() < SALT_LENGTH + IV_LENGTH || !bytes.iter().all(is_base64) {
            return Ok(None);
        }
        if bytes.len() > SIZE_LIMIT {
            return Err(BundleError::TooLarge);
        }
        let text: Vec<u8> = bytes.iter().copied().filter(|byte| letter(byte)).collect();
        let decoded = STANDARD.decode(text).map_err(|_| BundleError::CutShort)?;
        let split = decoded.split_first_chunk().and_then(|(salt, rest)| {
            let (iv, ciphertext) = rest.split_first_chunk()?;
            Some((*salt, *iv, ciphertext))
        });
        match split {
            Some((salt, iv, ciphertext))
                if !ciphertext.is_empty() && ciphertext.len().is_multiple_of(BLOCK_LENGTH) =>
            {
                Ok(Some(Self {
                    salt,
                    iv,
                    ciphertext: ciphertext.to_vec(),
                }))
            }
            _ => Err(BundleError::CutShort),
        }
    }

    /// Opens it, and believes only what is in order throughout.
    ///
    /// # Errors
    /// [`BundleError::DotnetUnreadable`] for a wrong passphrase and for any fault of the contents,
    /// which the format cannot tell apart.
    pub fn open(&self, passphrase: &Passphrase) -> Result<DotnetContents, BundleError> {
        self.open_with(&key(passphrase, &self.salt))
    }

    fn open_with(&self, key: &[u8; KEY_LENGTH]) -> Result<DotnetContents, BundleError> {
        let failed = |_| BundleError::Vault(VaultError::Cryptography);
        let unbound = UnboundCipherKey::new(&AES_256, key).map_err(failed)?;
        let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(unbound).map_err(failed)?;
        let mut text = Zeroizing::new(self.ciphertext.clone());
        let iv = DecryptionContext::Iv128(FixedLength::from(self.iv));
        let json = cipher
            .decrypt(&mut text, iv)
            .map_err(|_| BundleError::DotnetUnreadable)?;
        contents(json).ok_or(BundleError::DotnetUnreadable)
    }
}

fn key(passphrase: &Passphrase, salt: &[u8]) -> Zeroizing<[u8; KEY_LENGTH]> {
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    pbkdf2::derive(
        pbkdf2::PBKDF2_HMAC_SHA256,
        ROUNDS,
        salt,
        passphrase.expose_secret().as_bytes(),
        &mut *key,
    );
    key
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Contents<'a> {
    #[serde(borrow)]
    profile: &'a RawValue,
    #[serde(default, deserialize_with = "wiped")]
    client_secret: Option<Zeroizing<String>>,
    #[serde(default, deserialize_with = "wiped")]
    certificate_password: Option<Zeroizing<String>>,
    exported_at: Option<String>,
}

/// The fields that the .NET tool gives a profile, each once.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only the names are looked at")]
struct FieldNames {
    name: IgnoredAny,
    tenant_id: Option<IgnoredAny>,
    client_id: Option<IgnoredAny>,
    scopes: Option<IgnoredAny>,
    resource: Option<IgnoredAny>,
    auth_method: IgnoredAny,
    redirect_uri: Option<IgnoredAny>,
    certificate_path: Option<IgnoredAny>,
    cache_certificate_password: Option<IgnoredAny>,
    default_flow: Option<IgnoredAny>,
    created_at: Option<IgnoredAny>,
    updated_at: Option<IgnoredAny>,
}

/// What the text says, if all of it is in order.
fn contents(json: &[u8]) -> Option<DotnetContents> {
    let contents: Contents<'_> = serde_json::from_slice(json).ok()?;
    let text = contents.profile.get();
    serde_json::from_str::<FieldNames>(text).ok()?;
    if !is_printable(&serde_json::from_str(text).ok()?) {
        return None;
    }
    let profile: Profile = serde_json::from_str(text).ok()?;
    let secrets: Vec<DotnetSecret> = [
        (SecretKind::ClientSecret, contents.client_secret),
        (
            SecretKind::CertificatePassword,
            contents.certificate_password,
        ),
    ]
    .into_iter()
    .filter_map(|(kind, value)| {
        Some(DotnetSecret {
            kind,
            value: value?,
        })
    })
    .filter(|secret| !secret.value.is_empty())
    .collect();
    let has_controls = |text: &str| text.contains(char::is_control);
    if secrets.iter().any(|secret| has_controls(&secret.value))
        || contents.exported_at.as_deref().is_some_and(has_controls)
    {
        return None;
    }
    Some(DotnetContents {
        exported_at: contents.exported_at,
        profile,
        secrets,
    })
}

fn is_printable(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.contains(char::is_control),
        Value::Array(values) => values.iter().all(is_printable),
        Value::Object(fields) => fields.values().all(is_printable),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

fn wiped<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Zeroizing<String>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Zeroizing::new))
}

#[cfg(test)]
#[path = "export_tests.rs"]
mod tests;
