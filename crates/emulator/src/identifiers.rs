//! GUIDs and other opaque identifiers, as Entra writes them.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Whether a text is a GUID in its usual form: 8-4-4-4-12 hexadecimal digits.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A random GUID (RFC 9562 §5.4).
pub(crate) fn random_guid() -> Result<String, Unspecified> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes)?;
    Ok(format_guid(bytes, 4))
}

/// A GUID that is always the same for the same parts (RFC 9562 §5.8): object ids of made-up
/// service principals.
pub(crate) fn derived_guid(parts: &[&str]) -> String {
    let hash = digest(&SHA256, parts.join("\n").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    format_guid(bytes, 8)
}

/// `length` random bytes in base64url: the form of `uti`, `aio` and other opaque claims.
pub(crate) fn random_text(length: usize) -> Result<String, Unspecified> {
    let mut bytes = vec![0; length];
    rand::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn format_guid(mut bytes: [u8; 16], version: u8) -> String {
    bytes[6] = (bytes[6] & 0x0f) | (version << 4);
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_recognised() {
        assert!(is_guid("aaaabbbb-0000-cccc-1111-dddd2222eeee"));
        assert!(is_guid(&random_guid().unwrap()));
        assert!(!is_guid("{aaaabbbb-0000-cccc-1111-dddd2222eee"));
        assert!(!is_guid("aaaabbbb0-000-cccc-1111-dddd2222eeee"));
    }

    #[test]
    fn derived_guids_are_stable_and_depend_on_every_part() {
        let guid = derived_guid(&["tenant", "app"]);
        assert_eq!(guid, derived_guid(&["tenant", "app"]));
        assert_ne!(guid, derived_guid(&["tenant", "other"]));
        assert_eq!(guid.as_bytes()[14], b'8');
        assert!(is_guid(&guid));
    }

    #[test]
    fn random_guids_differ() {
        assert_ne!(random_guid().unwrap(), random_guid().unwrap());
    }
}
