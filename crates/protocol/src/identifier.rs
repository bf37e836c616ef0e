//! Random identifiers: of requests (`client-request-id`), of assertions (`jti`), and those that tie
//! an answer to the sign-in that asked for it (`state`, `nonce`).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;
use zeroize::Zeroizing;

/// The system gave no random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the system gave no random numbers")]
pub struct RandomnessError;

/// A fresh GUID of version 4 (RFC 9562 §5.4): 122 random bits, lower case with hyphens.
pub fn random_guid() -> Result<String, RandomnessError> {
    let mut bytes = [0_u8; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| RandomnessError)?;
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut guid = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            guid.push('-');
        }
        // Writing to a String cannot fail.
        let _ = write!(guid, "{byte:02x}");
    }
    Ok(guid)
}

/// 256 random bits as 43 characters of base64url: a `state` (RFC 6749 §10.12), a `nonce` (OpenID
/// Connect Core 1.0 §15.5.2).
pub fn random_token() -> Result<String, RandomnessError> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    aws_lc_rs::rand::fill(bytes.as_mut_slice()).map_err(|_| RandomnessError)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_hold_256_bits_and_differ() {
        let token = random_token().unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(&token).unwrap().len(), 32);
        assert_ne!(token, random_token().unwrap());
    }

    #[test]
    fn guids_have_their_shape_and_differ() {
        let guid = random_guid().unwrap();
        assert!(model::tenant::is_guid(&guid), "{guid}");
        assert_eq!(&guid[14..15], "4", "{guid}");
        assert!("89ab".contains(&guid[19..20]), "{guid}");
        assert_ne!(guid, random_guid().unwrap());
    }
}
