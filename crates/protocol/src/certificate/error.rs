//! Why a certificate file cannot be used, and what to do.

use model::Timestamp;
use thiserror::Error;

/// Why a file gives no certificate to sign with. Texts taken from it are safe to show.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// There is nothing in the file.
    #[error("the certificate file is empty")]
    Empty,
    /// A web page, such as a sign-in page saved in place of a download.
    #[error("the certificate file is a web page (HTML)")]
    Html,
    /// JSON.
    #[error("the certificate file is JSON")]
    Json,
    /// A key of SSH or `PuTTY`.
    #[error("the certificate file is an SSH key")]
    SshKey,
    /// PKCS#7: certificates only, no key can be in it.
    #[error("the certificate file is PKCS#7 (.p7b), which holds certificates but never a key")]
    Pkcs7,
    /// A certificate signing request.
    #[error("the certificate file is a certificate signing request, not a certificate")]
    CertificateRequest,
    /// A binary certificate file: the public part alone.
    #[error("the certificate file is a certificate alone (.cer, .der), without its private key")]
    DerCertificate,
    /// Nothing that is known.
    #[error("the certificate file is neither PEM nor PFX")]
    Unrecognised,
    /// PEM that is cut off or is no base64.
    #[error("the PEM file is damaged: {why}")]
    MalformedPem {
        /// What is wrong.
        why: &'static str,
    },
    /// PFX that is cut off or altered.
    #[error("the PFX file is damaged, or is written in a way that is not understood")]
    MalformedPfx,
    /// PEM or PFX with neither key nor certificate.
    #[error("the certificate file holds neither a private key nor a certificate")]
    NothingInside,
    /// The file is protected, and no password was given.
    #[error("the certificate file is protected by a password, and none was given")]
    PasswordMissing,
    /// The password does not open the file.
    #[error("the password does not open the certificate file")]
    WrongPassword,
    /// Old PEM encryption (`Proc-Type: 4,ENCRYPTED`), which is one round of MD5.
    #[error("the private key is encrypted in the old PEM way (Proc-Type: 4,ENCRYPTED)")]
    LegacyPemEncryption,
    /// A cipher or key derivation that is not supported.
    #[error("the certificate file is encrypted in a way that is not supported")]
    UnsupportedEncryption,
    /// A key derivation that would run for minutes or fill the memory.
    #[error("opening the certificate file would take far more work than any real file needs")]
    ExcessiveWork,
    /// Certificates, no key.
    #[error("the certificate file holds a certificate but no private key")]
    CertificateWithoutKey,
    /// A key, no certificate.
    #[error("the certificate file holds a private key but no certificate")]
    KeyWithoutCertificate,
    /// More than one key.
    #[error("the certificate file holds {count} private keys")]
    SeveralKeys {
        /// How many.
        count: usize,
    },
    /// An elliptic-curve key: Entra takes RSA alone.
    #[error("the private key is an elliptic-curve (EC) key, and Entra accepts RSA keys only")]
    EllipticCurveKey,
    /// A key of another kind.
    #[error("the private key is of a kind that cannot be used ({algorithm}): RSA is needed")]
    UnsupportedKey {
        /// The algorithm's name, or its object identifier.
        algorithm: String,
    },
    /// An RSA key under 2048 bits (AADSTS50032).
    #[error("the RSA key has {bits} bits, and Entra accepts none under 2048")]
    KeyTooSmall {
        /// Its length.
        bits: usize,
    },
    /// A key whose numbers do not fit each other.
    #[error("the private key is damaged")]
    InvalidKey,
    /// A certificate that does not parse.
    #[error("a certificate in the file is damaged")]
    InvalidCertificate,
    /// No certificate belongs to the key.
    #[error("the private key belongs to none of the certificates in the file ({})", .subjects.join("; "))]
    KeyMismatch {
        /// The subjects of the certificates there are.
        subjects: Vec<String>,
    },
    /// Its time has not come.
    #[error("the certificate {subject} is not valid before {not_before}")]
    NotYetValid {
        /// Its subject.
        subject: String,
        /// When it becomes valid.
        not_before: Timestamp,
    },
    /// Its time is over.
    #[error("the certificate {subject} expired on {not_after}")]
    Expired {
        /// Its subject.
        subject: String,
        /// When it ended.
        not_after: Timestamp,
    },
}

impl CertificateError {
    /// What a person can do about it.
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Empty
            | Self::Html
            | Self::Json
            | Self::Unrecognised
            | Self::NothingInside
            | Self::MalformedPem { .. }
            | Self::MalformedPfx
            | Self::InvalidCertificate
            | Self::InvalidKey => {
                "Export the certificate again, with its private key, as PFX or PEM."
            }
            Self::SshKey => {
                "An SSH key cannot sign in to Entra. Create an RSA certificate and upload its public part to the app registration."
            }
            Self::Pkcs7 | Self::DerCertificate | Self::CertificateWithoutKey => {
                "Use the file with the private key: the PFX the certificate was exported to, or a PEM file to which the key is added. The public part alone is what the app registration gets."
            }
            Self::CertificateRequest => {
                "Use the certificate that the request led to, together with its private key."
            }
            Self::PasswordMissing => {
                "Give the password with --certificate-password-stdin, --certificate-password-file, --certificate-password-env or --certificate-password-command."
            }
            Self::WrongPassword => {
                "Check the password: it is the one chosen when the file was exported. Mind a line ending at its end, and characters the shell changes."
            }
            Self::LegacyPemEncryption => {
                "Convert the key: openssl pkcs8 -topk8 -in key.pem -out new-key.pem"
            }
            Self::UnsupportedEncryption | Self::ExcessiveWork => {
                "Write the file anew: openssl pkcs12 -export (PFX) or openssl pkcs8 -topk8 (PEM) of OpenSSL 3 with their defaults."
            }
            Self::KeyWithoutCertificate => {
                "Add the certificate to the file: cat key.pem certificate.pem > both.pem"
            }
            Self::SeveralKeys { .. } => "Keep the one key that belongs to the app's certificate.",
            Self::EllipticCurveKey | Self::UnsupportedKey { .. } | Self::KeyTooSmall { .. } => {
                "Create a new certificate with an RSA key of 2048 bits or more, and upload its public part to the app registration."
            }
            Self::KeyMismatch { .. } => {
                "Put the certificate into the file that was made for this key, or the key that was made for this certificate."
            }
            Self::NotYetValid { .. } => {
                "Check this machine's clock; otherwise wait, or use the certificate that is valid now."
            }
            Self::Expired { .. } => {
                "Create a new certificate, upload its public part to the app registration, and use its file here. If the date is still to come, check this machine's clock."
            }
        }
    }
}
