//! What was piped in, as text: PowerShell and Notepad write UTF-16.

/// The text of these bytes, by the mark at their beginning; UTF-8 without one. What is none is
/// replaced.
pub(super) fn of(bytes: &[u8]) -> String {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => String::from_utf8_lossy(rest).into_owned(),
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks();
    let units: Vec<u16> = pairs.iter().copied().map(unit).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_known() {
        let text = "AADSTS65001: ä";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for (mark, bytes) in [
            (&[0xff, 0xfe][..], &little[..]),
            (&[0xfe, 0xff], &big),
            (&[0xef, 0xbb, 0xbf], text.as_bytes()),
            (&[], text.as_bytes()),
        ] {
            assert_eq!(of(&[mark, bytes].concat()), text, "{mark:?}");
        }
    }

    #[test]
    fn what_is_cut_or_no_text_does_no_harm() {
        assert_eq!(of(&[0xff, 0xfe, 0x41]), "");
        assert_eq!(of(&[0xff, 0xfe, 0x00, 0xd8]), "\u{fffd}");
        assert_eq!(of(&[0x80]), "\u{fffd}");
        assert_eq!(of(&[]), "");
    }
}
