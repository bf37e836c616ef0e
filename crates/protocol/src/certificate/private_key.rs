//! Private keys in the forms files have them (PKCS#8: RFC 5958; PKCS#1: RFC 8017 appendix A.1.2).

use model::CertificatePassword;
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::PrivateKeyInfoRef;
use pkcs8::SecretDocument;
use pkcs8::pkcs5;
use pkcs8::pkcs5::pbes2::Kdf;
use x509_parser::der_parser::der::parse_der;
use zeroize::Zeroizing;

use super::CertificateError;

const RSA: &str = "1.2.840.113549.1.1.1";
const ELLIPTIC_CURVE: &str = "1.2.840.10045.2.1";

/// What makes PBKDF2 run for some seconds; real files use some thousands to some hundred thousand.
const MAX_ITERATIONS: u32 = 10_000_000;

/// The memory scrypt may fill, in bytes.
const MAX_SCRYPT_MEMORY: u64 = 1 << 30;

/// A private key, as far as it can be used here.
#[derive(PartialEq, Eq)]
pub(super) enum PrivateKey {
    /// RSA: what the certificate must have in common with it, and the key itself.
    Rsa {
        modulus: Vec<u8>,
        pkcs1: Zeroizing<Vec<u8>>,
    },
    EllipticCurve,
    Other {
        algorithm: String,
    },
}

impl PrivateKey {
    pub(super) fn from_pkcs8(der: &[u8]) -> Result<Self, CertificateError> {
        let info = PrivateKeyInfoRef::try_from(der).map_err(|_| CertificateError::InvalidKey)?;
        match info.algorithm.oid.to_string().as_str() {
            RSA => Self::from_pkcs1(info.private_key.as_bytes()),
            ELLIPTIC_CURVE => Ok(Self::EllipticCurve),
            other => Ok(Self::Other {
                algorithm: name_of(other).to_owned(),
            }),
        }
    }

    pub(super) fn from_pkcs1(der: &[u8]) -> Result<Self, CertificateError> {
        Ok(Self::Rsa {
            modulus: modulus_of(der).ok_or(CertificateError::InvalidKey)?,
            pkcs1: Zeroizing::new(der.to_vec()),
        })
    }
}

fn name_of(object_identifier: &str) -> &str {
    match object_identifier {
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.2.840.10040.4.1" => "DSA",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        other => other,
    }
}

/// `RSAPrivateKey ::= SEQUENCE { version INTEGER, modulus INTEGER, … }`
fn modulus_of(pkcs1: &[u8]) -> Option<Vec<u8>> {
    let (_, key) = parse_der(pkcs1).ok()?;
    let modulus = key.as_sequence().ok()?.get(1)?.as_slice().ok()?;
    Some(without_leading_zeros(modulus).to_vec())
}

/// The number as it is, without the zero that DER puts before a set high bit.
pub(super) fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let start = number
        .iter()
        .position(|byte| *byte != 0)
        .unwrap_or(number.len());
    &number[start..]
}

/// How many bits a number without leading zeros has.
pub(super) fn bit_length(number: &[u8]) -> usize {
    number
        .first()
        .map_or(0, |first| 8 * number.len() - first.leading_zeros() as usize)
}

/// Opens an encrypted PKCS#8 key (PBES2: RFC 8018 §6.2).
pub(super) fn decrypted(
    der: &[u8],
    password: &CertificatePassword,
) -> Result<SecretDocument, CertificateError> {
    let sealed = EncryptedPrivateKeyInfoRef::try_from(der)
        .map_err(|_| CertificateError::UnsupportedEncryption)?;
    let scheme = sealed
        .encryption_algorithm
        .pbes2()
        .ok_or(CertificateError::UnsupportedEncryption)?;
    if !is_bearable(&scheme.kdf) {
        return Err(CertificateError::ExcessiveWork);
    }
    sealed
        .decrypt(password.expose_secret().as_bytes())
        .map_err(|error| match error {
            pkcs8::Error::EncryptedPrivateKey(pkcs5::Error::DecryptFailed)
            // A wrong password now and then leaves a valid padding and then no key.
            | pkcs8::Error::Asn1(_) => CertificateError::WrongPassword,
            _ => CertificateError::UnsupportedEncryption,
        })
}

fn is_bearable(derivation: &Kdf) -> bool {
    match derivation {
        Kdf::Pbkdf2(parameters) => parameters.iteration_count <= MAX_ITERATIONS,
        Kdf::Scrypt(parameters) => {
            let block = 128 * u64::from(parameters.block_size);
            parameters.parallelization <= 16
                && parameters
                    .cost_parameter
                    .checked_mul(block)
                    .is_some_and(|memory| memory <= MAX_SCRYPT_MEMORY)
        }
        _ => false,
    }
}
