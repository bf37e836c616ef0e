//! The text of `profiles.json`, changed by cutting and pasting: what is not changed stays as it
//! is, byte for byte.
//!
//! `serde_json` judges whether the text is JSON, and finds the profiles while it goes over it: every
//! `get-token` waits for that. Only then are places in a profile looked for.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use model::Profile;
use model::ProfileName;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::MapAccess;
use serde::de::Visitor;
use serde_json::Map;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::profiles::ProfilesError;
use crate::profiles::scan::Member;
use crate::profiles::scan::Scan;

/// Some editors and tools begin a file with it.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The text, with the places of the profiles in it.
#[derive(Debug)]
pub(super) struct Document<'t> {
    text: Cow<'t, str>,
    array: Range<usize>,
    entries: Vec<Entry<'t>>,
}

/// One element of the array of profiles.
#[derive(Debug, Clone)]
pub(super) struct Entry<'t> {
    range: Range<usize>,
    name: Option<Cow<'t, str>>,
}

impl Entry<'_> {
    /// The name as it stands in the file, unchecked; `None` if there is none.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl<'t> Document<'t> {
    /// Finds the profiles. No bytes, or blank ones, are a file without profiles.
    pub(super) fn parse(bytes: &'t [u8], path: &Path) -> Result<Self, ProfilesError> {
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
                text: Cow::Borrowed("[]\n"),
                array: 0..2,
                entries: Vec::new(),
            });
        }
        let syntax = |error: serde_json::Error| ProfilesError::Syntax {
            path: path.to_owned(),
            line: error.line(),
            column: error.column(),
            why: without_place(&error),
        };
        let shape = |part: &str, why| ProfilesError::Shape {
            path: path.to_owned(),
            line: place(&text[..range_of(part, text).start]).0,
            why,
        };
        let root = json.trim();
        let (array, elements) = match root.as_bytes() {
            [b'[', ..] => (root, serde_json::from_str(json).map_err(syntax)?),
            [b'{', ..] => {
                let Members(members) = serde_json::from_str(json).map_err(syntax)?;
                let mut lists = members.iter().filter(|(name, _)| name == "profiles");
                let Some((_, list)) = lists.next() else {
                    return Err(shape(root, "the object has no `profiles`"));
                };
                if let Some((_, second)) = lists.next() {
                    return Err(shape(second.get(), "`profiles` stands here a second time"));
                }
                if !list.get().starts_with('[') {
                    return Err(shape(list.get(), "`profiles` is no array"));
                }
                let elements = serde_json::from_str(list.get()).map_err(syntax)?;
                (list.get(), elements)
            }
            _ => {
                serde_json::from_str::<&RawValue>(json).map_err(syntax)?;
                return Err(shape(root, "neither an array nor an object"));
            }
        };
        let entry = |element: &'t RawValue| Entry {
            range: range_of(element.get(), text),
            name: Scan(element.get()).name(),
        };
        let elements: Vec<&RawValue> = elements;
        Ok(Self {
            array: range_of(array, text),
            entries: elements.into_iter().map(entry).collect(),
            text: Cow::Borrowed(text),
        })
    }

    /// The profiles' places, in their order.
    pub(super) fn entries(&self) -> &[Entry<'t>] {
        &self.entries
    }

    /// The same, each with the line it begins on, counted from 1.
    pub(super) fn entries_with_lines(&self) -> impl Iterator<Item = (&Entry<'t>, usize)> {
        let mut at = 0;
        let mut line = 1;
        self.entries.iter().map(move |entry| {
            line += newlines(&self.text[at..entry.range.start]);
            at = entry.range.start;
            (entry, line)
        })
    }

    /// The text as it is now.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The line an entry begins on, counted from 1.
    pub(super) fn line(&self, entry: &Entry<'_>) -> usize {
        place(&self.text[..entry.range.start]).0
    }

    /// The profile that stands there, or the line and what is wrong with it.
    pub(super) fn interpret(&self, entry: &Entry<'_>) -> Result<Profile, (usize, String)> {
        serde_json::from_str(&self.text[entry.range.clone()]).map_err(|error| {
            let line = self.line(entry) + error.line().saturating_sub(1);
            (line, without_place(&error))
        })
    }

    /// The names of the fields of an entry, each with the number of lines between the entry's
    /// first and its own.
    pub(super) fn fields(&self, entry: &Entry<'_>) -> impl Iterator<Item = (Cow<'_, str>, usize)> {
        let scan = Scan(&self.text);
        let start = entry.range.start;
        scan.members(start).filter_map(move |member| {
            let line = newlines(&self.text[start..member.key.start]);
            Some((scan.text(&member.key)?, line))
        })
    }

    /// Adds a profile at the end. Fails for a path that is not Unicode, which JSON cannot hold.
    pub(super) fn append(&mut self, profile: &Profile) -> serde_json::Result<()> {
        let pretty = serde_json::to_string_pretty(profile)?;
        let newline = self.newline();
        let (at, before, after) = if let Some(last) = self.entries.last() {
            let blank = self.blank_before(last.range.start);
            (last.range.end, format!(",{blank}"), String::new())
        } else {
            let line = self.indent_of_line(self.array.start).to_owned();
            let inside = self.array.start + 1..self.array.end - 1;
            self.array.end -= inside.len();
            let at = inside.start;
            self.text.to_mut().replace_range(inside, "");
            let before = format!("{newline}{line}  ");
            (at, before, format!("{newline}{line}"))
        };
        let indent = before.rsplit_once('\n').map_or("", |(_, indent)| indent);
        let pretty = pretty.replace('\n', &format!("{newline}{indent}"));
        let start = at + before.len();
        self.entries.push(Entry {
            range: start..start + pretty.len(),
            name: Some(Cow::Owned(profile.name.to_string())),
        });
        let added = format!("{before}{pretty}{after}");
        self.array.end += added.len();
        self.text.to_mut().insert_str(at, &added);
        Ok(())
    }

    /// Removes an entry.
    pub(super) fn remove(&mut self, entry: &Entry<'_>) {
        let Some(index) = self.index_of(entry) else {
            return;
        };
        let places: Vec<_> = self
            .entries
            .iter()
            .map(|entry| entry.range.clone())
            .collect();
        let length = self.text.len();
        let whole = self.array.clone();
        self.cut(&places, index, &whole);
        self.entries.remove(index);
        self.move_from(index, length);
    }

    /// Changes the fields of an entry that differ between the two profiles; without a profile
    /// before, all known fields. Fails, with nothing changed, for a path that is not Unicode.
    pub(super) fn update(
        &mut self,
        entry: &Entry<'_>,
        before: Option<&Profile>,
        after: &Profile,
    ) -> serde_json::Result<()> {
        let old = before.map(fields_of).transpose()?;
        let new = fields_of(after)?;
        self.edit(entry, &after.name, |document, start| {
            if !document.text[start..].starts_with('{') {
                let text = document.text.to_mut();
                text.replace_range(entry.range.clone(), "{}");
            }
            for name in super::near::KNOWN {
                let wanted = new.get(name);
                if old.as_ref().is_some_and(|old| old.get(name) == wanted) {
                    continue;
                }
                document.set_field(start, name, wanted);
            }
        });
        Ok(())
    }

    /// Gives an entry that has a name another one.
    pub(super) fn rename(&mut self, entry: &Entry<'_>, name: &ProfileName) {
        let value = Value::from(name.as_str());
        self.edit(entry, name, |document, start| {
            document.set_field(start, "name", Some(&value));
        });
    }

    /// Changes the text of an entry, after which it has this name. The change is given the place
    /// that the entry begins at.
    fn edit(
        &mut self,
        entry: &Entry<'_>,
        name: &ProfileName,
        change: impl FnOnce(&mut Self, usize),
    ) {
        let Some(index) = self.index_of(entry) else {
            return;
        };
        let length = self.text.len();
        change(self, entry.range.start);
        self.entries[index] = Entry {
            range: Scan(&self.text).value(entry.range.start),
            name: Some(Cow::Owned(name.to_string())),
        };
        self.move_from(index + 1, length);
    }

    fn index_of(&self, entry: &Entry<'_>) -> Option<usize> {
        self.entries
            .binary_search_by_key(&entry.range.start, |entry| entry.range.start)
            .ok()
    }

    /// Moves the places of the entries from this one on, and the end of the array, after a change
    /// before them of a text that was so long.
    fn move_from(&mut self, index: usize, length: usize) {
        let now = self.text.len();
        let moved = |place: usize| place + now - length;
        for entry in &mut self.entries[index..] {
            entry.range = moved(entry.range.start)..moved(entry.range.end);
        }
        self.array.end = moved(self.array.end);
    }

    /// Sets or removes one field of the object that begins at `start`.
    fn set_field(&mut self, start: usize, name: &str, value: Option<&Value>) {
        let scan = Scan(&self.text);
        let object = scan.value(start);
        let members: Vec<_> = scan.members(start).collect();
        let found = members
            .iter()
            .position(|member| scan.text(&member.key).as_deref() == Some(name));
        match (found, value) {
            (Some(index), Some(value)) => {
                let range = members[index].value.clone();
                self.text.to_mut().replace_range(range, &value.to_string());
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
                    .to_mut()
                    .insert_str(last.value.end, &format!(",{blank}{key}{colon}{value}"));
            }
            None => self
                .text
                .to_mut()
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
        self.text.to_mut().replace_range(range, "");
    }

    fn blank_before(&self, at: usize) -> &str {
        let before = &self.text[..at];
        &before[before.trim_end_matches([' ', '\t', '\r', '\n']).len()..]
    }

    fn indent_of_line(&self, at: usize) -> &str {
        let line = self.text[..at].rsplit('\n').next().unwrap_or_default();
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// How the first line ends.
    fn newline(&self) -> &'static str {
        match self.text.split_once('\n') {
            Some((line, _)) if line.ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }
}

fn fields_of(profile: &Profile) -> serde_json::Result<Map<String, Value>> {
    serde_json::to_value(profile).and_then(serde_json::from_value)
}

/// Line and column (in bytes) just behind this text, both counted from 1.
fn place(before: &str) -> (usize, usize) {
    let line = newlines(before) + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
    (line, column)
}

/// Where a part of a text is in it.
fn range_of(part: &str, whole: &str) -> Range<usize> {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    start..start + part.len()
}

fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}

/// What `serde_json` says, without the place it appends.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// The members of an object as they stand there, the second of a name as well.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
