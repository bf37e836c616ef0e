//! A certificate for an app that has none yet.

use std::fmt;

use rcgen::{Certificate, CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};

use crate::clock::Clock;
use crate::tls::limit_validity;

/// A 2048-bit RSA key with its self-signed certificate, made up on the spot: what a client proves
/// itself with, and what [`App::certificate`](crate::App::certificate) registers.
///
/// Its `Debug` form shows nothing of the key.
pub struct SelfSigned {
    key: KeyPair,
    certificate: Certificate,
}

impl SelfSigned {
    /// Makes one whose certificate is valid from yesterday for a year. A key takes a tenth of a
    /// second.
    ///
    /// # Errors
    ///
    /// The cryptographic library could not make a key.
    pub fn generate(common_name: &str) -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let mut parameters = CertificateParams::default();
        parameters
            .distinguished_name
            .push(DnType::CommonName, common_name);
        limit_validity(&mut parameters, Clock::default().now());
        let certificate = parameters.self_signed(&key)?;
        Ok(Self { key, certificate })
    }

    /// The certificate, DER: the public part alone.
    pub fn certificate(&self) -> &[u8] {
        self.certificate.der()
    }

    /// Private key (PKCS#8) and certificate, PEM: the file a client is given.
    pub fn pem(&self) -> String {
        format!("{}{}", self.key.serialize_pem(), self.certificate.pem())
    }
}

impl fmt::Debug for SelfSigned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SelfSigned").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::RegisteredCertificate;

    #[test]
    fn it_can_be_registered_and_is_valid_now() {
        let made = SelfSigned::generate("robot").unwrap();
        let registered = RegisteredCertificate::parse(made.certificate()).unwrap();
        assert_eq!(registered.rsa_bits, Some(2048));
        assert!(registered.not_after > Clock::default().now());
        let pem = made.pem();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----"), "{pem}");
        assert!(pem.contains("-----BEGIN CERTIFICATE-----"), "{pem}");
    }

    #[test]
    fn debug_shows_nothing_of_the_key() {
        let made = SelfSigned::generate("robot").unwrap();
        assert_eq!(format!("{made:?}"), "SelfSigned { .. }");
    }
}
