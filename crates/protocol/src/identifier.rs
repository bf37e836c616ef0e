//! Random identifiers: of requests (`client-request-id`) and of assertions (`jti`).

use std::fmt::Write as _;

use thiserror::Error;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_have_their_shape_and_differ() {
        let guid = random_guid().unwrap();
        assert!(model::tenant::is_guid(&guid), "{guid}");
        assert_eq!(&guid[14..15], "4", "{guid}");
        assert!("89ab".contains(&guid[19..20]), "{guid}");
        assert_ne!(guid, random_guid().unwrap());
    }
}
