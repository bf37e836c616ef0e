//! What is read from outside, up to a limit: a device or a pipe may have no end.

use std::io;
use std::io::Read;

use zeroize::Zeroizing;

/// Reads all of it.
///
/// # Errors
/// What the operating system says; [`io::ErrorKind::FileTooLarge`] if there is more than `limit`
/// bytes, of which no more than one is read.
pub(super) fn read(source: impl Read, limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    let one_more = u64::try_from(limit).map_or(u64::MAX, |limit| limit.saturating_add(1));
    source.take(one_more).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is longer than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_refused_after_one_byte_too_many() {
        assert_eq!(read(&b"abc"[..], 3).unwrap().as_slice(), b"abc");
        assert_eq!(read(io::empty(), 0).unwrap().as_slice(), b"");
        for source in [&mut &b"abcd"[..] as &mut dyn Read, &mut io::repeat(b'a')] {
            let refused = read(source, 3).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::FileTooLarge);
        }
    }
}
