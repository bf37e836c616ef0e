//! The settings of GNOME: a database of dconf, read without asking the service that keeps it.
//!
//! The file is a hash table in GNOME's format GVDB (`gvdb-format.h`): a header, then items, each with the last part of its key and where its value lies. Numbers are
//! little-endian in a file whose signature reads `GVariant`.

use std::path::Path;

/// What such a file begins with. The other byte order is written `raVGtnai`, and not read.
const SIGNATURE: &[u8] = b"GVariant";

/// Where the root table begins and ends is said behind signature, version and options.
const ROOT: usize = 16;

/// One hash item: hash, parent, key (start, size), type, and where the value begins and ends.
const ITEM: usize = 24;

/// The parent of an item whose key is whole.
const NO_PARENT: u32 = u32::MAX;

/// How many parts the longest key has that is followed.
const DEEPEST: usize = 32;

/// A larger database than this is not one person's settings, in bytes.
const LARGEST: u64 = 16 << 20;

/// A database of settings.
pub(super) struct Database(Vec<u8>);

impl Database {
    /// The one in that file; `None` if there is none that can be read.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let found = std::fs::metadata(path).ok()?;
        if !found.is_file() || found.len() > LARGEST {
            return None;
        }
        std::fs::read(path).ok().map(Self)
    }

    /// The text that a key such as `/org/gnome/system/proxy/mode` is set to.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        let items = self.items()?;
        let (at, _) = items
            .chunks_exact(ITEM)
            .enumerate()
            .find(|(at, item)| item.get(14) == Some(&b'v') && self.key(items, *at) == key)?;
        let item = items.chunks_exact(ITEM).nth(at)?;
        let value = self.0.get(number(item, 16)?..number(item, 20)?)?;
        // A variant: the text, its NUL, the NUL before the type, the type.
        std::str::from_utf8(value.strip_suffix(b"\0\0s")?).ok()
    }

    /// The items of the root table, which stand behind its Bloom filter and its buckets.
    fn items(&self) -> Option<&[u8]> {
        let bytes = &self.0;
        if !bytes.starts_with(SIGNATURE) {
            return None;
        }
        let table = bytes.get(number(bytes, ROOT)?..number(bytes, ROOT + 4)?)?;
        // The upper five bits say how the filter is used.
        let filter = number(table, 0)? & 0x07ff_ffff;
        let buckets = number(table, 4)?;
        let words = filter.checked_add(buckets)?;
        table.get(words.checked_mul(4)?.checked_add(8)?..)
    }

    /// The whole key of an item; a damaged one has none that is asked for.
    fn key(&self, items: &[u8], at: usize) -> String {
        let mut parts = Vec::new();
        let mut next = Some(at);
        while let Some(item) = next.and_then(|at| items.chunks_exact(ITEM).nth(at)) {
            let part = number(item, 8).and_then(|start| {
                let size = u16::from_le_bytes(item.get(12..14)?.try_into().ok()?);
                let end = start.checked_add(usize::from(size))?;
                std::str::from_utf8(self.0.get(start..end)?).ok()
            });
            let Some(part) = part else {
                return String::new();
            };
            parts.push(part);
            next = number(item, 4).filter(|parent| u32::try_from(*parent) != Ok(NO_PARENT));
            if parts.len() > DEEPEST {
                return String::new();
            }
        }
        parts.reverse();
        parts.concat()
    }
}

/// The number at that place.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    let value = u32::from_le_bytes(four.try_into().ok()?);
    usize::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by `dconf compile` (dconf 0.40): the proxy's mode `auto` and its address, and a
    /// setting of another program.
    const AUTOMATIC: &[u8] = include_bytes!("../../../../tests/data/dconf-automatic-proxy");

    #[test]
    fn settings_are_found_by_their_whole_key() {
        let database = Database(AUTOMATIC.to_vec());
        assert_eq!(database.text("/org/gnome/system/proxy/mode"), Some("auto"));
        assert_eq!(
            database.text("/org/gnome/system/proxy/autoconfig-url"),
            Some("http://wpad.company.test/proxy.pac")
        );
        assert_eq!(
            database.text("/org/gnome/desktop/interface/color-scheme"),
            Some("dark")
        );
        for none in ["mode", "/org/gnome/system/proxy/", "", "/"] {
            assert_eq!(database.text(none), None, "{none}");
        }
    }

    #[test]
    fn a_damaged_database_has_no_settings_and_harms_nobody() {
        for end in 0..AUTOMATIC.len() {
            Database(AUTOMATIC[..end].to_vec()).text("/org/gnome/system/proxy/mode");
        }
        for at in 0..AUTOMATIC.len() {
            for value in [0x00, 0x7f, 0xff] {
                let mut damaged = AUTOMATIC.to_vec();
                damaged[at] = value;
                let text = Database(damaged)
                    .text("/org/gnome/system/proxy/mode")
                    .map(str::len);
                assert!(text.is_none_or(|length| length < AUTOMATIC.len()));
            }
        }
        assert_eq!(Database(AUTOMATIC[1..].to_vec()).text("/"), None);
    }
}
