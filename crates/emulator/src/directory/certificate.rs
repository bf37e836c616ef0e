//! A certificate registered on an app, with what is needed to check an assertion.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use x509_parser::prelude::FromDer as _;
use x509_parser::prelude::X509Certificate;
use x509_parser::public_key::PublicKey;

/// The parts of an X.509 certificate that decide about a client assertion.
#[derive(Debug)]
pub(crate) struct RegisteredCertificate {
    /// The certificate itself.
    pub(crate) der: Vec<u8>,
    /// base64url of the SHA-1 of the DER: `x5t` (RFC 7515 §4.1.7).
    pub(crate) sha1_thumbprint: String,
    /// base64url of the SHA-256 of the DER: `x5t#S256` (RFC 7515 §4.1.8).
    pub(crate) sha256_thumbprint: String,
    /// The contents of the subject public key; an `RSAPublicKey` for RSA.
    pub(crate) public_key: Vec<u8>,
    /// Length of the RSA modulus in bits; `None` for keys of another kind.
    pub(crate) rsa_bits: Option<usize>,
    /// The end of validity, epoch seconds.
    pub(crate) not_after: i64,
}

impl RegisteredCertificate {
    /// Reads a DER certificate; `None` when it is none or more bytes follow it.
    pub(crate) fn parse(der: &[u8]) -> Option<Self> {
        let (rest, certificate) = X509Certificate::from_der(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let public_key = certificate.public_key();
        let rsa_bits = match public_key.parsed() {
            Ok(PublicKey::RSA(key)) => Some(modulus_bits(key.modulus)),
            _ => None,
        };
        Some(Self {
            der: der.to_vec(),
            sha1_thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, der)),
            sha256_thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, der)),
            public_key: public_key.subject_public_key.data.to_vec(),
            rsa_bits,
            not_after: certificate.validity().not_after.timestamp(),
        })
    }
}

fn modulus_bits(big_endian: &[u8]) -> usize {
    let significant = big_endian.iter().skip_while(|byte| **byte == 0);
    match significant.clone().next() {
        Some(first) => significant.count() * 8 - first.leading_zeros() as usize,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_from_the_first_one() {
        assert_eq!(modulus_bits(&[0, 0x80, 0]), 16);
        assert_eq!(modulus_bits(&[0x01, 0xff]), 9);
        assert_eq!(modulus_bits(&[0, 0]), 0);
    }

    #[test]
    fn bytes_after_the_certificate_are_refused() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut der = rcgen::CertificateParams::default()
            .self_signed(&key)
            .unwrap()
            .der()
            .to_vec();
        let parsed = RegisteredCertificate::parse(&der).unwrap();
        assert_eq!(parsed.rsa_bits, None);
        der.push(0);
        assert!(RegisteredCertificate::parse(&der).is_none());
    }
}
