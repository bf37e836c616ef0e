//! A certificate that somebody else presents: whose it is, and who signed it.

use model::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Name;

use super::CertificateError;
use crate::text;

/// What a presented certificate says of itself. A name proves nothing: whether the certificate is
/// genuine is for the TLS library to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    /// The subject's distinguished name, safe to show.
    pub subject: String,
    /// The issuer's distinguished name, safe to show.
    pub issuer: String,
    /// The organisation in the issuer's name, if it has one, safe to show.
    pub issuer_organisation: Option<String>,
    /// Until when it is valid.
    pub not_after: Timestamp,
}

impl PeerCertificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// [`CertificateError::InvalidCertificate`] if it is none.
    pub fn read(der: &[u8]) -> Result<Self, CertificateError> {
        let (_, certificate) =
            X509Certificate::from_der(der).map_err(|_| CertificateError::InvalidCertificate)?;
        let shown = |name: &X509Name<'_>| text::escaped(&name.to_string()).into_owned();
        let organisation = certificate
            .issuer()
            .iter_organization()
            .find_map(|part| part.as_str().ok());
        Ok(Self {
            subject: shown(certificate.subject()),
            issuer: shown(certificate.issuer()),
            issuer_organisation: organisation.map(|name| text::escaped(name).into_owned()),
            not_after: Timestamp::from_unix_seconds(certificate.validity().not_after.timestamp()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_refused() {
        assert_eq!(
            PeerCertificate::read(b"no certificate"),
            Err(CertificateError::InvalidCertificate)
        );
    }
}
