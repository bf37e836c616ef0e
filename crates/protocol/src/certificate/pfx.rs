//! PFX files (PKCS#12: RFC 7292), modern (PBES2, HMAC-SHA-256) and legacy (RC2 or triple DES).

use model::CertificatePassword;
use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error;

use super::CertificateError;
use super::container::Contents;
use super::private_key::PrivateKey;

pub(super) fn open(
    der: &[u8],
    password: Option<&CertificatePassword>,
) -> Result<Contents, CertificateError> {
    let given = password
        .map(CertificatePassword::expose_secret)
        .filter(|password| !password.is_empty());
    let archive = Pkcs12Archive::from_pkcs12(der, given.unwrap_or_default())
        .map_err(|error| translated(&error, given.is_some()))?;
    let keys = archive
        .keys
        .iter()
        .map(|bag| PrivateKey::from_pkcs8(bag.key.as_der()))
        .collect::<Result<_, _>>()?;
    let certificates = archive
        .certs
        .iter()
        .map(|bag| bag.cert.as_der().to_vec())
        .collect();
    Ok(Contents { keys, certificates })
}

/// A wrong password shows in the integrity check, or where a file has none, in decryption.
fn translated(error: &Error, password_given: bool) -> CertificateError {
    match error {
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) if password_given => {
            CertificateError::WrongPassword
        }
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => {
            CertificateError::PasswordMissing
        }
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => {
            CertificateError::UnsupportedEncryption
        }
        Error::InvalidParameters => CertificateError::ExcessiveWork,
        Error::X509Error(_) | Error::UnsupportedCertificateType => {
            CertificateError::InvalidCertificate
        }
        Error::InvalidPrivateKey => CertificateError::InvalidKey,
        _ => CertificateError::MalformedPfx,
    }
}
