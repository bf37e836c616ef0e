//! Certificates that an app proves itself with: files opened, keys matched, assertions signed.

mod container;
mod error;
mod peer;
mod pem;
mod pfx;
mod private_key;

use std::fmt;
use std::fmt::Write as _;

use aws_lc_rs::digest;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SecureRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use aws_lc_rs::signature::RSA_PSS_SHA256;
use model::AssertionAlgorithm;
use model::CertificatePassword;
use model::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;

use self::container::Contents;
pub use self::error::CertificateError;
pub use self::peer::PeerCertificate;
use self::private_key::PrivateKey;
use crate::text;

/// The shortest RSA key that Entra takes, in bits (AADSTS50032).
const MIN_KEY_BITS: usize = 2048;

/// A certificate with the private key that belongs to it, ready to sign.
///
/// The key lives inside the cryptographic library and is wiped when this is dropped. `Debug` shows
/// the public part alone.
pub struct SigningCertificate {
    key: KeyPair,
    chain: Vec<Vec<u8>>,
    subject: String,
    not_before: Timestamp,
    not_after: Timestamp,
    sha1: [u8; 20],
    sha256: [u8; 32],
}

/// What is read of one certificate.
struct Candidate {
    der: Vec<u8>,
    subject: String,
    raw_subject: Vec<u8>,
    raw_issuer: Vec<u8>,
    not_before: Timestamp,
    not_after: Timestamp,
    modulus: Option<Vec<u8>>,
}

/// Opens a certificate file: PEM with key and certificates in any order, or PFX (PKCS#12), either
/// one also as base64 of the whole, as Azure Key Vault hands it out.
///
/// The leaf is the certificate whose public key is the private key's; of several (a renewal that
/// kept the key) the one that is valid longest. Its issuers, as far as the file has them, follow it
/// in the chain. Without a password the empty one is tried.
///
/// A copy that the PFX reader makes of the key while it decrypts is freed without being wiped.
pub fn load(
    bytes: &[u8],
    password: Option<&CertificatePassword>,
    now: Timestamp,
) -> Result<SigningCertificate, CertificateError> {
    let Contents {
        mut keys,
        certificates,
    } = container::open(bytes, password)?;
    keys.dedup();
    let key = match (keys.len(), certificates.is_empty()) {
        (0, true) => return Err(CertificateError::NothingInside),
        (0, false) => return Err(CertificateError::CertificateWithoutKey),
        (_, true) => return Err(CertificateError::KeyWithoutCertificate),
        (1, false) => keys.remove(0),
        (count, false) => return Err(CertificateError::SeveralKeys { count }),
    };
    let candidates = certificates
        .into_iter()
        .map(Candidate::read)
        .collect::<Result<Vec<_>, _>>()?;
    let (modulus, pkcs1) = match key {
        PrivateKey::Rsa { modulus, pkcs1 } => (modulus, pkcs1),
        PrivateKey::EllipticCurve => return Err(CertificateError::EllipticCurveKey),
        PrivateKey::Other { algorithm } => {
            return Err(CertificateError::UnsupportedKey { algorithm });
        }
    };
    let bits = private_key::bit_length(&modulus);
    if bits < MIN_KEY_BITS {
        return Err(CertificateError::KeyTooSmall { bits });
    }
    let leaf = leaf_of(&candidates, &modulus, now)?;
    let key = KeyPair::from_der(&pkcs1).map_err(|_| CertificateError::InvalidKey)?;
    let chosen = &candidates[leaf];
    Ok(SigningCertificate {
        key,
        subject: chosen.subject.clone(),
        not_before: chosen.not_before,
        not_after: chosen.not_after,
        sha1: hashed(&digest::SHA1_FOR_LEGACY_USE_ONLY, &chosen.der),
        sha256: hashed(&digest::SHA256, &chosen.der),
        chain: chain_from(candidates, leaf),
    })
}

/// Which certificate belongs to the key and is valid now.
fn leaf_of(
    candidates: &[Candidate],
    modulus: &[u8],
    now: Timestamp,
) -> Result<usize, CertificateError> {
    let (index, leaf) = candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.modulus.as_deref() == Some(modulus))
        .max_by_key(|(_, candidate)| {
            let valid = candidate.not_before <= now && now <= candidate.not_after;
            (valid, candidate.not_after)
        })
        .ok_or_else(|| CertificateError::KeyMismatch {
            subjects: candidates
                .iter()
                .map(|candidate| candidate.subject.clone())
                .collect(),
        })?;
    if now < leaf.not_before {
        return Err(CertificateError::NotYetValid {
            subject: leaf.subject.clone(),
            not_before: leaf.not_before,
        });
    }
    if leaf.not_after < now {
        return Err(CertificateError::Expired {
            subject: leaf.subject.clone(),
            not_after: leaf.not_after,
        });
    }
    Ok(index)
}

/// The leaf and its issuers, each after what it issued; certificates that issued none of them are
/// left out.
fn chain_from(mut candidates: Vec<Candidate>, leaf: usize) -> Vec<Vec<u8>> {
    let mut last = candidates.swap_remove(leaf);
    let mut chain = Vec::new();
    loop {
        let issuer = candidates
            .iter()
            .position(|candidate| candidate.raw_subject == last.raw_issuer)
            .filter(|_| last.raw_issuer != last.raw_subject);
        chain.push(last.der);
        match issuer {
            Some(index) => last = candidates.swap_remove(index),
            None => return chain,
        }
    }
}

impl Candidate {
    fn read(der: Vec<u8>) -> Result<Self, CertificateError> {
        let (rest, certificate) =
            X509Certificate::from_der(&der).map_err(|_| CertificateError::InvalidCertificate)?;
        if !rest.is_empty() {
            return Err(CertificateError::InvalidCertificate);
        }
        let modulus = match certificate.public_key().parsed() {
            Ok(PublicKey::RSA(key)) => {
                Some(private_key::without_leading_zeros(key.modulus).to_vec())
            }
            _ => None,
        };
        let at = |time: x509_parser::time::ASN1Time| Timestamp::from_unix_seconds(time.timestamp());
        Ok(Self {
            subject: text::escaped(&certificate.subject().to_string()).into_owned(),
            raw_subject: certificate.subject().as_raw().to_vec(),
            raw_issuer: certificate.issuer().as_raw().to_vec(),
            not_before: at(certificate.validity().not_before),
            not_after: at(certificate.validity().not_after),
            modulus,
            der,
        })
    }
}

fn hashed<const LENGTH: usize>(algorithm: &'static digest::Algorithm, der: &[u8]) -> [u8; LENGTH] {
    let mut hash = [0; LENGTH];
    hash.copy_from_slice(digest::digest(algorithm, der).as_ref());
    hash
}

impl SigningCertificate {
    /// The subject's distinguished name, safe to show.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// From when on it is valid.
    pub const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Until when it is valid.
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The SHA-1 thumbprint in upper-case hexadecimal, as the Entra admin center shows it.
    pub fn thumbprint_sha1(&self) -> String {
        hexadecimal(&self.sha1)
    }

    /// The SHA-256 thumbprint in upper-case hexadecimal.
    pub fn thumbprint_sha256(&self) -> String {
        hexadecimal(&self.sha256)
    }

    /// The certificates in DER: the leaf, then each one's issuer.
    pub fn chain(&self) -> impl Iterator<Item = &[u8]> {
        self.chain.iter().map(Vec::as_slice)
    }

    pub(crate) const fn sha1(&self) -> &[u8; 20] {
        &self.sha1
    }

    pub(crate) const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    pub(crate) fn sign(
        &self,
        algorithm: AssertionAlgorithm,
        random: &dyn SecureRandom,
        message: &[u8],
    ) -> Result<Vec<u8>, Unspecified> {
        let padding: &'static dyn aws_lc_rs::signature::RsaEncoding = match algorithm {
            AssertionAlgorithm::PS256 => &RSA_PSS_SHA256,
            AssertionAlgorithm::RS256 => &RSA_PKCS1_SHA256,
        };
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(padding, random, message, &mut signature)?;
        Ok(signature)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02X}");
        text
    })
}

impl fmt::Debug for SigningCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningCertificate")
            .field("subject", &self.subject)
            .field("thumbprint_sha1", &self.thumbprint_sha1())
            .field("not_before", &self.not_before.to_string())
            .field("not_after", &self.not_after.to_string())
            .field("certificates", &self.chain.len())
            .finish_non_exhaustive()
    }
}
