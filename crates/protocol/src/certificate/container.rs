//! What kind of file it is, and what is in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::CertificatePassword;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use zeroize::Zeroizing;

use super::CertificateError;
use super::pem;
use super::pfx;
use super::private_key::PrivateKey;

/// DER's tag of a SEQUENCE (X.690 §8.9), which every binary file here begins with.
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
/// `1.2.840.113549.1.7`, PKCS#7, tag and length included but for the last arc.
const PKCS7: [u8; 10] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];

/// Keys and certificates (DER) in the order of the file.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) keys: Vec<PrivateKey>,
    pub(super) certificates: Vec<Vec<u8>>,
}

/// Opens the file, whatever it is.
pub(super) fn open(
    bytes: &[u8],
    password: Option<&CertificatePassword>,
) -> Result<Contents, CertificateError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.first() == Some(&SEQUENCE) {
        return open_der(bytes, password);
    }
    if let Some(units) = bytes.strip_prefix(b"\xff\xfe") {
        let text = of_utf16(units).ok_or(CertificateError::Unrecognised)?;
        return open_text(&text, password);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| CertificateError::Unrecognised)?;
    open_text(text, password)
}

fn open_text(
    text: &str,
    password: Option<&CertificatePassword>,
) -> Result<Contents, CertificateError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(CertificateError::Empty);
    }
    if text.contains("-----BEGIN ") {
        return pem::open(text, password);
    }
    if text.starts_with("ssh-")
        || text.starts_with("ecdsa-")
        || text.starts_with("PuTTY-User-Key-File")
    {
        return Err(CertificateError::SshKey);
    }
    if text.starts_with('<') {
        return Err(CertificateError::Html);
    }
    if text.starts_with(['{', '[']) {
        return Err(CertificateError::Json);
    }
    let compact: Zeroizing<String> =
        Zeroizing::new(text.split_ascii_whitespace().collect::<Vec<_>>().concat());
    let decoded = STANDARD
        .decode(compact.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| CertificateError::Unrecognised)?;
    if decoded.first() == Some(&SEQUENCE) {
        return open_der(&decoded, password);
    }
    Err(CertificateError::Unrecognised)
}

fn open_der(
    der: &[u8],
    password: Option<&CertificatePassword>,
) -> Result<Contents, CertificateError> {
    let inside = content(der);
    if inside.starts_with(&PKCS7) {
        return Err(CertificateError::Pkcs7);
    }
    // PFX ::= SEQUENCE { version INTEGER (3), … } (RFC 7292 §4)
    if inside.starts_with(&[INTEGER, 1, 3]) {
        return pfx::open(der, password);
    }
    // PKCS#1 and PKCS#8 begin with version 0 or 1, encrypted PKCS#8 with its algorithm.
    if inside.starts_with(&[INTEGER, 1]) {
        return Err(CertificateError::KeyWithoutCertificate);
    }
    if X509Certificate::from_der(der).is_ok() {
        return Err(CertificateError::DerCertificate);
    }
    if pkcs8::EncryptedPrivateKeyInfoRef::try_from(der).is_ok() {
        return Err(CertificateError::KeyWithoutCertificate);
    }
    Err(CertificateError::Unrecognised)
}

/// What follows the tag and length of a DER or BER value; empty if there is no such thing.
fn content(der: &[u8]) -> &[u8] {
    let start = match der.get(1) {
        Some(length) if length & 0x80 != 0 => 2 + usize::from(length & 0x7f),
        _ => 2,
    };
    der.get(start..).unwrap_or_default()
}

/// Text as Windows `PowerShell` 5 writes it with `>`.
fn of_utf16(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let units: Zeroizing<Vec<u16>> = Zeroizing::new(
        bytes
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect(),
    );
    String::from_utf16(&units).ok().map(Zeroizing::new)
}
