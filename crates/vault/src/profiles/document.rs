//! The text of `profiles.json`, changed by cutting and pasting: what is not changed stays as it
//! is, byte for byte.
//!
//! `serde_json` judges whether the text is JSON; only then are places in it looked for.

use std::ops::Range;
use std::path::Path;

use model::Profile;
use model::ProfileName;
use serde::de::IgnoredAny;
use serde_json::Map;
use serde_json::Value;

use crate::profiles::ProfilesError;

/// Some editors and tools begin a file with it.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The text, with the places of the profiles in it.
#[derive(Debug)]
pub(super) struct Document {
    text: String,
    array: Range<usize>,
    entries: Vec<Entry>,
}

/// One element of the array of profiles.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    range: Range<usize>,
    name: Option<String>,
}

impl Entry {
    /// The name as it stands in the file, unchecked; `None` if there is none.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl Document {
    /// Finds the profiles. No bytes, or blank ones, are a file without profiles.
    pub(super) fn parse(bytes: &[u8], path: &Path) -> Result<Self, ProfilesError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let (line, column) = place(&String::from_utf8_lossy(&bytes[..error.valid_up_to()]));
            ProfilesError::Syntax {
                path: path.to_owned(),
                line,
                column,
                why: "not UTF-8".to_owned(),
            }
        })?;
        let json = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        if json.trim().is_empty() {
            return Ok(Self {
                text: "[]\n".to_owned(),
                array: 0..2,
                entries: Vec::new(),
            });
        }
        serde_json::from_str::<IgnoredAny>(json).map_err(|error| ProfilesError::Syntax {
            path: path.to_owned(),
            line: error.line(),
            column: error.column(),
            why: without_place(&error),
        })?;
        Self::locate(text.to_owned(), text.len() - json.len()).map_err(|(at, why)| {
            ProfilesError::Shape {
                path: path.to_owned(),
                line: place(&text[..at]).0,
                why,
            }
        })
    }

    fn locate(text: String, start: usize) -> Result<Self, (usize, &'static str)> {
        let scan = Scan(text.as_bytes());
        let root = scan.value(start);
        let array = match scan.0[root.start] {
            b'[' => root,
            b'{' => {
                let mut lists = scan
                    .members(&root)
                    .into_iter()
                    .filter(|member| scan.text(&member.key).as_deref() == Some("profiles"));
                let Some(list) = lists.next() else {
                    return Err((root.start, "the object has no `profiles`"));
                };
                if let Some(second) = lists.next() {
                    return Err((second.key.start, "`profiles` stands here a second time"));
                }
                list.value
            }
            _ => return Err((root.start, "neither an array nor an object")),
        };
        if scan.0[array.start] != b'[' {
            return Err((array.start, "`profiles` is no array"));
        }
        let entries = scan
            .elements(&array)
            .into_iter()
            .map(|range| Entry {
                name: scan.name_of(&range),
                range,
            })
            .collect();
        Ok(Self {
            text,
            array,
            entries,
        })
    }

    /// The profiles' places, in their order.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The text as it is now.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The line an entry begins on, counted from 1.
    pub(super) fn line(&self, entry: &Entry) -> usize {
        place(&self.text[..entry.range.start]).0
    }

    /// The profile that stands there, or the line and what is wrong with it.
    pub(super) fn interpret(&self, entry: &Entry) -> Result<Profile, (usize, String)> {
        serde_json::from_str(&self.text[entry.range.clone()]).map_err(|error| {
            let line = self.line(entry) + error.line().saturating_sub(1);
            (line, without_place(&error))
        })
    }

    /// The names of the fields of an entry, each with its line.
    pub(super) fn fields(&self, entry: &Entry) -> Vec<(String, usize)> {
        let scan = Scan(self.text.as_bytes());
        scan.members_of_object(&entry.range)
            .into_iter()
            .filter_map(|member| {
                let line = place(&self.text[..member.key.start]).0;
                Some((scan.text(&member.key)?, line))
            })
            .collect()
    }

    /// Adds a profile at the end. Fails for a path that is not Unicode, which JSON cannot hold.
    pub(super) fn append(&mut self, profile: &Profile) -> serde_json::Result<()> {
        let pretty = serde_json::to_string_pretty(profile)?;
        let (at, before, after) = if let Some(last) = self.entries.last() {
            let blank = self.blank_before(last.range.start).to_owned();
            (last.range.end, format!(",{blank}"), String::new())
        } else {
            let line = self.indent_of_line(self.array.start);
            let newline = self.newline();
            self.text
                .replace_range(self.array.start + 1..self.array.end - 1, "");
            let before = format!("{newline}{line}  ");
            (self.array.start + 1, before, format!("{newline}{line}"))
        };
        let indent = before
            .rsplit_once('\n')
            .map(|(_, indent)| indent.to_owned())
            .unwrap_or_default();
        let newline = format!("{}{indent}", self.newline());
        let pretty = pretty.replace('\n', &newline);
        self.text
            .insert_str(at, &format!("{before}{pretty}{after}"));
        self.relocate();
        Ok(())
    }

    /// Removes an entry.
    pub(super) fn remove(&mut self, entry: &Entry) {
        let places: Vec<_> = self
            .entries
            .iter()
            .map(|entry| entry.range.clone())
            .collect();
        if let Some(index) = places.iter().position(|range| *range == entry.range) {
            let whole = self.array.clone();
            self.cut(&places, index, &whole);
            self.relocate();
        }
    }

    /// Changes the fields of an entry that differ between the two profiles; without a profile
    /// before, all known fields. Fails, with nothing changed, for a path that is not Unicode.
    pub(super) fn update(
        &mut self,
        entry: &Entry,
        before: Option<&Profile>,
        after: &Profile,
    ) -> serde_json::Result<()> {
        let old = before.map(fields_of).transpose()?;
        let new = fields_of(after)?;
        let start = entry.range.start;
        if !self.text[start..].starts_with('{') {
            self.text.replace_range(entry.range.clone(), "{}");
        }
        for name in super::near::KNOWN {
            let wanted = new.get(name);
            if old.as_ref().is_some_and(|old| old.get(name) == wanted) {
                continue;
            }
            self.set_field(start, name, wanted);
        }
        self.relocate();
        Ok(())
    }

    /// Gives an entry that has a name another one.
    pub(super) fn rename(&mut self, entry: &Entry, name: &ProfileName) {
        let value = Value::from(name.as_str());
        self.set_field(entry.range.start, "name", Some(&value));
        self.relocate();
    }

    /// Sets or removes one field of the object that begins at `start`.
    fn set_field(&mut self, start: usize, name: &str, value: Option<&Value>) {
        let scan = Scan(self.text.as_bytes());
        let object = scan.value(start);
        let members = scan.members(&object);
        let found = members
            .iter()
            .position(|member| scan.text(&member.key).as_deref() == Some(name));
        match (found, value) {
            (Some(index), Some(value)) => {
                let range = members[index].value.clone();
                self.text.replace_range(range, &value.to_string());
            }
            (Some(index), None) => {
                let places: Vec<_> = members
                    .iter()
                    .map(|member| member.key.start..member.value.end)
                    .collect();
                self.cut(&places, index, &object);
            }
            (None, Some(value)) => self.add_field(&object, members.last(), name, value),
            (None, None) => {}
        }
    }

    fn add_field(
        &mut self,
        object: &Range<usize>,
        last: Option<&Member>,
        name: &str,
        value: &Value,
    ) {
        let key = Value::from(name);
        match last {
            Some(last) => {
                let blank = self.blank_before(last.key.start).to_owned();
                let colon = self.text[last.key.end..last.value.start].to_owned();
                self.text
                    .insert_str(last.value.end, &format!(",{blank}{key}{colon}{value}"));
            }
            None => self
                .text
                .replace_range(object.clone(), &format!("{{{key}: {value}}}")),
        }
    }

    /// Removes one of several places that commas part, with one of the commas.
    fn cut(&mut self, places: &[Range<usize>], index: usize, whole: &Range<usize>) {
        let range = match (places.get(index + 1), index.checked_sub(1)) {
            (Some(next), _) => places[index].start..next.start,
            (None, Some(previous)) => places[previous].end..places[index].end,
            (None, None) => whole.start + 1..whole.end - 1,
        };
        self.text.replace_range(range, "");
    }

    fn relocate(&mut self) {
        let start = self.text.len() - self.text.trim_start_matches(BYTE_ORDER_MARK).len();
        // Text that lost its shape stays as it is: whoever saves it parses it first.
        if let Ok(located) = Self::locate(self.text.clone(), start) {
            *self = located;
        }
    }

    fn blank_before(&self, at: usize) -> &str {
        let before = &self.text[..at];
        &before[before.trim_end_matches([' ', '\t', '\r', '\n']).len()..]
    }

    fn indent_of_line(&self, at: usize) -> String {
        let line = self.text[..at].rsplit('\n').next().unwrap_or_default();
        line.chars()
            .take_while(|character| matches!(character, ' ' | '\t'))
            .collect()
    }

    fn newline(&self) -> &'static str {
        if self.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }
}

fn fields_of(profile: &Profile) -> serde_json::Result<Map<String, Value>> {
    serde_json::to_value(profile).and_then(serde_json::from_value)
}

/// Line and column (in bytes) just behind this text, both counted from 1.
fn place(before: &str) -> (usize, usize) {
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
    (line, column)
}

/// What `serde_json` says, without the place it appends.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

struct Member {
    key: Range<usize>,
    value: Range<usize>,
}

/// Finds places in text that is known to be JSON.
struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    fn past_blanks(&self, mut at: usize) -> usize {
        while matches!(self.0.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            at += 1;
        }
        at
    }

    /// The value that begins at or after this place.
    fn value(&self, at: usize) -> Range<usize> {
        let start = self.past_blanks(at);
        let mut depth = 0_usize;
        let mut end = start;
        loop {
            match self.0.get(end) {
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
                        self.0.get(end),
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

    fn past_string(&self, start: usize) -> usize {
        let mut at = start + 1;
        loop {
            match self.0.get(at) {
                Some(b'\\') => at += 2,
                Some(b'"') | None => return at + 1,
                Some(_) => at += 1,
            }
        }
    }

    fn elements(&self, array: &Range<usize>) -> Vec<Range<usize>> {
        let mut elements = Vec::new();
        let mut at = self.past_blanks(array.start + 1);
        while at < array.end - 1 {
            let value = self.value(at);
            // Behind the value stands a comma or the closing bracket.
            at = self.past_blanks(self.past_blanks(value.end) + 1);
            elements.push(value);
        }
        elements
    }

    fn members(&self, object: &Range<usize>) -> Vec<Member> {
        let mut members = Vec::new();
        let mut at = self.past_blanks(object.start + 1);
        while at < object.end - 1 {
            let key = at..self.past_string(at);
            let value = self.value(self.past_blanks(key.end) + 1);
            at = self.past_blanks(self.past_blanks(value.end) + 1);
            members.push(Member { key, value });
        }
        members
    }

    fn members_of_object(&self, range: &Range<usize>) -> Vec<Member> {
        if self.0[range.start] == b'{' {
            self.members(range)
        } else {
            Vec::new()
        }
    }

    /// The decoded text of a string.
    fn text(&self, range: &Range<usize>) -> Option<String> {
        serde_json::from_slice(&self.0[range.clone()]).ok()
    }

    fn name_of(&self, entry: &Range<usize>) -> Option<String> {
        self.members_of_object(entry)
            .into_iter()
            .find(|member| self.text(&member.key).as_deref() == Some("name"))
            .and_then(|member| self.text(&member.value))
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
