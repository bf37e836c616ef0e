//! The key that signs access tokens.

use std::sync::{Arc, Mutex};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize, SigningKey as _};
use serde_json::{Value, json};
use x509_parser::prelude::FromDer as _;
use x509_parser::prelude::X509Certificate;
use x509_parser::public_key::PublicKey;

use crate::state::lock;

/// The keys of the emulator. One is made when it is first needed: a 2048-bit RSA key takes a
/// tenth of a second, and many tests never ask for a token.
#[derive(Debug, Default)]
pub(crate) struct SigningKeys {
    current: Mutex<Option<Arc<SigningKey>>>,
}

impl SigningKeys {
    /// The key that signs now.
    pub(crate) fn current(&self) -> Result<Arc<SigningKey>, rcgen::Error> {
        let mut current = lock(&self.current);
        if let Some(key) = &*current {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(SigningKey::generate()?);
        *current = Some(Arc::clone(&key));
        Ok(key)
    }
}

/// An RSA key with its self-signed certificate.
#[derive(Debug)]
pub(crate) struct SigningKey {
    key_pair: KeyPair,
    certificate: Vec<u8>,
    key_id: String,
    modulus: String,
    exponent: String,
}

impl SigningKey {
    fn generate() -> Result<Self, rcgen::Error> {
        let key_pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let mut parameters = CertificateParams::default();
        parameters
            .distinguished_name
            .push(DnType::CommonName, "emulated token signing");
        let certificate = parameters.self_signed(&key_pair)?.der().to_vec();
        let (modulus, exponent) =
            rsa_parameters(&certificate).ok_or(rcgen::Error::CouldNotParseCertificate)?;
        Ok(Self {
            key_pair,
            key_id: URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &certificate)),
            modulus,
            exponent,
            certificate,
        })
    }

    /// `kid` and `x5t`: base64url of the SHA-1 of the certificate.
    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The RS256 signature of a message (RFC 7518 §3.3).
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.key_pair.sign(message)
    }

    /// The public key as Entra publishes it: a JWK (RFC 7517) bound to an issuer.
    pub(crate) fn jwk(&self, issuer: &str) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.key_id,
            "x5t": self.key_id,
            "n": self.modulus,
            "e": self.exponent,
            "x5c": [STANDARD.encode(&self.certificate)],
            "issuer": issuer,
        })
    }
}

/// `n` and `e` of a certificate's RSA key in base64url (RFC 7518 §6.3.1).
fn rsa_parameters(certificate: &[u8]) -> Option<(String, String)> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed() else {
        return None;
    };
    let unsigned = |bytes: &[u8]| {
        let leading_zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        URL_SAFE_NO_PAD.encode(&bytes[leading_zeros..])
    };
    Some((unsigned(key.modulus), unsigned(key.exponent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_has_2048_bits() {
        let keys = SigningKeys::default();
        let key = keys.current().unwrap();
        assert!(Arc::ptr_eq(&key, &keys.current().unwrap()));
        let jwk = key.jwk("issuer");
        let modulus = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap();
        assert_eq!((modulus.len(), modulus[0] >> 7), (256, 1));
        assert_eq!(jwk["e"], "AQAB");
    }
}
