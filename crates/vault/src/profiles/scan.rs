//! Where things stand in JSON, found without building what they mean.

use std::borrow::Cow;
use std::ops::Range;

/// A member of an object: where its key, quotes included, and its value stand.
pub(super) struct Member {
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
}

/// Finds places in text that is known to be JSON.
#[derive(Clone, Copy)]
pub(super) struct Scan<'a>(pub(super) &'a str);

impl<'a> Scan<'a> {
    fn byte(self, at: usize) -> Option<u8> {
        self.0.as_bytes().get(at).copied()
    }

    fn past_blanks(self, mut at: usize) -> usize {
        while matches!(self.byte(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            at += 1;
        }
        at
    }

    /// The value that begins at or after this place.
    pub(super) fn value(self, at: usize) -> Range<usize> {
        let start = self.past_blanks(at);
        let mut depth = 0_usize;
        let mut end = start;
        loop {
            match self.byte(end) {
                Some(b'"') => end = self.past_string(end),
                Some(b'{' | b'[') => {
                    depth += 1;
                    end += 1;
                }
                Some(b'}' | b']') => {
                    depth = depth.saturating_sub(1);
                    end += 1;
                }
                Some(b',' | b':' | b' ' | b'\t' | b'\r' | b'\n') => end += 1,
                Some(_) => {
                    while !matches!(
                        self.byte(end),
                        None | Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n')
                    ) {
                        end += 1;
                    }
                }
                None => break,
            }
            if depth == 0 {
                break;
            }
        }
        start..end
    }

    fn past_string(self, start: usize) -> usize {
        let mut at = start + 1;
        loop {
            match self.byte(at) {
                Some(b'\\') => at += 2,
                Some(b'"') | None => return at + 1,
                Some(_) => at += 1,
            }
        }
    }

    /// Where the next element or member begins behind one that ends here, or the closing bracket
    /// is.
    fn next(self, end: usize) -> usize {
        let at = self.past_blanks(end);
        match self.byte(at) {
            Some(b',') => self.past_blanks(at + 1),
            _ => at,
        }
    }

    /// The members of the object that begins here; none of a value that is no object.
    pub(super) fn members(self, start: usize) -> impl Iterator<Item = Member> + use<'a> {
        let mut at = match self.byte(start) {
            Some(b'{') => self.past_blanks(start + 1),
            _ => self.0.len(),
        };
        std::iter::from_fn(move || {
            if self.byte(at) != Some(b'"') {
                return None;
            }
            let key = at..self.past_string(at);
            let value = self.value(self.past_blanks(key.end) + 1);
            at = self.next(value.end);
            Some(Member { key, value })
        })
    }

    /// The decoded text of a string.
    pub(super) fn text(self, range: &Range<usize>) -> Option<Cow<'a, str>> {
        let json = &self.0[range.clone()];
        match json.strip_prefix('"')?.strip_suffix('"') {
            Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
            _ => serde_json::from_str(json).ok().map(Cow::Owned),
        }
    }

    /// The name of the profile that the text begins with.
    pub(super) fn name(self) -> Option<Cow<'a, str>> {
        let name = self
            .members(0)
            .find(|member| self.text(&member.key).as_deref() == Some("name"))?;
        self.text(&name.value)
    }
}
