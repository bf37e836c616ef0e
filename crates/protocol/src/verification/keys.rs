//! The keys that an issuer signs with (RFC 7517), and what each of them may verify.

use std::fmt;

use aws_lc_rs::signature;
use aws_lc_rs::signature::RsaParameters;
use aws_lc_rs::signature::RsaPublicKeyComponents;
use aws_lc_rs::signature::UnparsedPublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use thiserror::Error;

/// A signature algorithm (RFC 7518 §3.1). There is none for shared secrets: a key that is published
/// cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
}

impl Algorithm {
    const RSA: [Self; 6] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
        }
    }
}

/// The public numbers of a key.
enum Numbers {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// An uncompressed point (SEC 1 §2.3.3).
    Curve(Vec<u8>),
}

/// A key that can verify.
pub(super) struct Key {
    pub(super) id: Option<String>,
    /// For whose tokens it counts, where its publisher says so; a template at Entra.
    pub(super) issuer: Option<String>,
    /// With which algorithms it may be used: decided by the key, never by a token.
    pub(super) algorithms: Vec<Algorithm>,
    numbers: Numbers,
}

/// The keys of an issuer that can verify signatures; all others in its document are passed over.
pub struct Keys(pub(super) Vec<Key>);

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.0.iter().map(|key| key.id.as_deref());
        formatter.debug_list().entries(ids).finish()
    }
}

/// Why a document gives no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeysError {
    /// It is no JSON object with a list `keys` (RFC 7517 §5).
    #[error("this is no set of keys (JWKS)")]
    Malformed,
    /// None of its keys can verify a signature.
    #[error("no key in it can verify a signature")]
    NoneUsable,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    issuer: Option<String>,
    n: Option<String>,
    e: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Keys {
    /// Reads a set of keys (RFC 7517 §5). A key of an unknown kind is passed over, as §5 asks.
    pub fn read(document: &[u8]) -> Result<Self, KeysError> {
        let document: Document =
            serde_json::from_slice(document).map_err(|_| KeysError::Malformed)?;
        let keys: Vec<Key> = document.keys.into_iter().filter_map(usable).collect();
        if keys.is_empty() {
            return Err(KeysError::NoneUsable);
        }
        Ok(Self(keys))
    }

    /// Whether one of them has that identifier (`kid`).
    pub fn has(&self, id: &str) -> bool {
        self.0.iter().any(|key| key.id.as_deref() == Some(id))
    }
}

fn usable(value: serde_json::Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    let signs = jwk
        .purpose
        .as_deref()
        .is_none_or(|purpose| purpose == "sig");
    let verifies = jwk
        .key_ops
        .as_ref()
        .is_none_or(|operations| operations.iter().any(|operation| operation == "verify"));
    if !signs || !verifies {
        return None;
    }
    let number = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
    let (numbers, mut algorithms) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", _) => {
            let numbers = Numbers::Rsa {
                n: without_leading_zeros(number(&jwk.n)?),
                e: without_leading_zeros(number(&jwk.e)?),
            };
            (numbers, Algorithm::RSA.to_vec())
        }
        ("EC", Some("P-256")) => {
            let point = point(number(&jwk.x)?, number(&jwk.y)?, 32)?;
            (point, vec![Algorithm::Es256])
        }
        ("EC", Some("P-384")) => {
            let point = point(number(&jwk.x)?, number(&jwk.y)?, 48)?;
            (point, vec![Algorithm::Es384])
        }
        _ => return None,
    };
    if let Some(named) = &jwk.alg {
        algorithms.retain(|algorithm| algorithm.as_str() == named);
    }
    Some(Key {
        id: jwk.kid,
        issuer: jwk.issuer,
        algorithms,
        numbers,
    })
}

fn without_leading_zeros(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().skip_while(|byte| *byte == 0).collect()
}

fn point(x: Vec<u8>, y: Vec<u8>, length: usize) -> Option<Numbers> {
    (x.len() == length && y.len() == length).then(|| Numbers::Curve([vec![4], x, y].concat()))
}

impl Key {
    /// Whether the signature over the message is this key's.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signed: &[u8]) -> bool {
        let rsa = |parameters: &'static RsaParameters| match &self.numbers {
            Numbers::Rsa { n, e } => RsaPublicKeyComponents { n, e }
                .verify(parameters, message, signed)
                .is_ok(),
            Numbers::Curve(_) => false,
        };
        let curve = |parameters: &'static signature::EcdsaVerificationAlgorithm| match &self.numbers
        {
            Numbers::Curve(point) => UnparsedPublicKey::new(parameters, point)
                .verify(message, signed)
                .is_ok(),
            Numbers::Rsa { .. } => false,
        };
        match algorithm {
            Algorithm::Rs256 => rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
            Algorithm::Rs384 => rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
            Algorithm::Rs512 => rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
            Algorithm::Ps256 => rsa(&signature::RSA_PSS_2048_8192_SHA256),
            Algorithm::Ps384 => rsa(&signature::RSA_PSS_2048_8192_SHA384),
            Algorithm::Ps512 => rsa(&signature::RSA_PSS_2048_8192_SHA512),
            Algorithm::Es256 => curve(&signature::ECDSA_P256_SHA256_FIXED),
            Algorithm::Es384 => curve(&signature::ECDSA_P384_SHA384_FIXED),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_keys_that_verify_are_kept() {
        let rsa = |extra: &str, value: serde_json::Value| {
            let mut key = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"});
            key[extra] = value;
            key
        };
        let document = json!({"keys": [
            rsa("kid", json!("all")),
            rsa("alg", json!("PS256")),
            rsa("alg", json!("HS256")),
            rsa("use", json!("enc")),
            rsa("key_ops", json!(["sign"])),
            {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
            {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
            {"kty": "new"},
            5,
        ]});
        let keys = Keys::read(document.to_string().as_bytes()).unwrap();
        let allowed: Vec<usize> = keys.0.iter().map(|key| key.algorithms.len()).collect();
        assert_eq!(allowed, [6, 1, 0]);
        for (document, error) in [
            ("", KeysError::Malformed),
            ("{}", KeysError::Malformed),
            (r#"{"keys":5}"#, KeysError::Malformed),
            (r#"{"keys":[]}"#, KeysError::NoneUsable),
        ] {
            assert_eq!(Keys::read(document.as_bytes()).unwrap_err(), error);
        }
    }
}
