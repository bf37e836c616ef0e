//! PEM files (RFC 7468): blocks in any order, with other text between them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::CertificatePassword;
use zeroize::Zeroizing;

use super::CertificateError;
use super::container::Contents;
use super::private_key;
use super::private_key::PrivateKey;

struct Block<'a> {
    label: &'a str,
    /// The header lines of RFC 1421, which only old encryption uses.
    encrypted_the_old_way: bool,
    der: Zeroizing<Vec<u8>>,
}

pub(super) fn open(
    text: &str,
    password: Option<&CertificatePassword>,
) -> Result<Contents, CertificateError> {
    let mut contents = Contents::default();
    for block in blocks(text)? {
        match block.label {
            "CERTIFICATE" | "X509 CERTIFICATE" => contents.certificates.push(block.der.to_vec()),
            _ if block.encrypted_the_old_way => return Err(CertificateError::LegacyPemEncryption),
            "PRIVATE KEY" => contents.keys.push(PrivateKey::from_pkcs8(&block.der)?),
            "RSA PRIVATE KEY" => contents.keys.push(PrivateKey::from_pkcs1(&block.der)?),
            "EC PRIVATE KEY" => contents.keys.push(PrivateKey::EllipticCurve),
            "ENCRYPTED PRIVATE KEY" => {
                let password = password.ok_or(CertificateError::PasswordMissing)?;
                let opened = private_key::decrypted(&block.der, password)?;
                contents
                    .keys
                    .push(PrivateKey::from_pkcs8(opened.as_bytes())?);
            }
            "OPENSSH PRIVATE KEY" | "SSH2 PUBLIC KEY" => return Err(CertificateError::SshKey),
            "PKCS7" | "CMS" | "PKCS #7 SIGNED DATA" => return Err(CertificateError::Pkcs7),
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => {
                return Err(CertificateError::CertificateRequest);
            }
            // Parameters, public keys, revocation lists: nothing that is needed here.
            _ => {}
        }
    }
    Ok(contents)
}

/// All blocks of the text. One that is not closed is an error: half a file was copied.
fn blocks(text: &str) -> Result<Vec<Block<'_>>, CertificateError> {
    let malformed = |why| CertificateError::MalformedPem { why };
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (label, after) = after
            .split_once("-----")
            .filter(|(label, _)| !label.contains('\n'))
            .ok_or_else(|| malformed("a BEGIN line is cut off"))?;
        let (body, after) = after
            .split_once("-----END ")
            .ok_or_else(|| malformed("a block has no END line"))?;
        let after = after
            .strip_prefix(label)
            .and_then(|after| after.strip_prefix("-----"))
            .ok_or_else(|| malformed("BEGIN and END lines do not match"))?;
        blocks.push(Block::read(label, body).ok_or_else(|| malformed("a block is no base64"))?);
        rest = after;
    }
    Ok(blocks)
}

impl<'a> Block<'a> {
    fn read(label: &'a str, body: &str) -> Option<Self> {
        // The longest body there can be, so that no reallocation leaves a copy of a key behind.
        let mut base64 = Zeroizing::new(String::with_capacity(body.len()));
        let mut encrypted_the_old_way = false;
        for line in body.lines() {
            // Headers hold a colon, base64 never does. A folded header goes on with a space.
            if line.contains(':') {
                encrypted_the_old_way |=
                    line.starts_with("Proc-Type") && line.contains("ENCRYPTED");
            } else {
                base64.extend(line.split_ascii_whitespace());
            }
        }
        let der = if encrypted_the_old_way {
            Vec::new()
        } else {
            STANDARD.decode(base64.as_bytes()).ok()?
        };
        Some(Self {
            label,
            encrypted_the_old_way,
            der: Zeroizing::new(der),
        })
    }
}
