//! Profiles from elsewhere: read off their own text, and put among ours all at once.

use std::collections::HashMap;
use std::collections::HashSet;
use std::io;
use std::path::Path;

use model::Profile;
use model::ProfileName;

use super::Listed;
use super::Profiles;
use super::ProfilesError;
use super::document::Document;
use super::interpreted;
use super::listed;
use super::storage::Stored;
use super::unwritable;
use crate::error::StorageError;

impl Profiles<'_> {
    /// The first of these names that a profile has, letter case apart, usable or not.
    pub(crate) fn first_taken<'n>(
        self,
        names: impl IntoIterator<Item = &'n ProfileName>,
    ) -> Result<Option<&'n ProfileName>, ProfilesError> {
        let stored = Stored::read(self.path())?;
        let document = stored.document()?;
        let taken: HashSet<String> = document
            .entries()
            .iter()
            .filter_map(|entry| entry.name().map(str::to_ascii_lowercase))
            .collect();
        let is_taken = |name: &&ProfileName| taken.contains(&name.as_str().to_ascii_lowercase());
        Ok(names.into_iter().find(is_taken))
    }

    /// Finds out whether each of these names is that of exactly one profile, usable or not.
    pub(crate) fn must_hold<'n>(
        self,
        names: impl IntoIterator<Item = &'n ProfileName>,
    ) -> Result<(), ProfilesError> {
        let stored = Stored::read(self.path())?;
        let document = stored.document()?;
        for name in names {
            self.exactly(&document, name)?;
        }
        Ok(())
    }

    /// Adds these profiles, or puts each in the place of the one of exactly its name, all at once.
    /// The caller holds the lock of [`lock_to_change`](Self::lock_to_change). Where nothing would
    /// change, nothing is written.
    pub(crate) fn merge(self, profiles: &[Profile]) -> Result<(), ProfilesError> {
        if profiles.is_empty() {
            return Ok(());
        }
        let stored = Stored::read(self.path())?;
        let text = self.merged(&stored, profiles)?;
        if stored.holds(&text) {
            return Ok(());
        }
        stored.replace(&text)
    }

    /// Finds out whether [`merge`](Self::merge) would do, as far as the file's text decides that.
    pub(crate) fn can_merge(self, profiles: &[Profile]) -> Result<(), ProfilesError> {
        let stored = Stored::read(self.path())?;
        self.merged(&stored, profiles).map(|_| ())
    }

    fn merged(self, stored: &Stored, profiles: &[Profile]) -> Result<String, ProfilesError> {
        let mut document = stored.document()?;
        // Places stay while profiles are changed and added; of a name that stands twice there is none.
        let mut places: HashMap<String, Option<usize>> = HashMap::new();
        for (place, entry) in document.entries().iter().enumerate() {
            if let Some(name) = entry.name() {
                places
                    .entry(name.to_owned())
                    .and_modify(|place| *place = None)
                    .or_insert(Some(place));
            }
        }
        for profile in profiles {
            let merged = match places.get(profile.name.as_str()) {
                None => {
                    places.insert(profile.name.to_string(), Some(document.entries().len()));
                    document.append(profile)
                }
                Some(place) => {
                    let entry = match *place {
                        Some(place) => document.entries()[place].clone(),
                        None => self.exactly(&document, &profile.name)?.clone(),
                    };
                    let before = self.interpret(&document, &entry).ok();
                    document.update(&entry, before.as_ref(), profile)
                }
            };
            merged.map_err(|error| unwritable(&profile.name, &error))?;
        }
        let text = document.text().to_owned();
        Document::parse(text.as_bytes(), &self.path())?;
        Ok(text)
    }
}

/// The entries of a file of that shape that is not ours, in its order, usable or not; `None` if it is
/// not there.
pub(crate) fn list_at(path: &Path) -> Result<Option<Vec<Listed>>, ProfilesError> {
    match std::fs::metadata(path) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StorageError::io("read", path, error).into()),
    }
    let stored = Stored::read(path.to_owned())?;
    let document = stored.document()?;
    let entries = document.entries_with_lines();
    Ok(Some(
        entries
            .map(|(entry, line)| listed(&document, entry, line, path))
            .collect(),
    ))
}

/// The profiles in text of the shape of `profiles.json` that is not ours: all of them, or an error.
/// No two have the same name, letter case apart. `path` is what errors name.
pub(crate) fn read_all(bytes: &[u8], path: &Path) -> Result<Vec<Profile>, ProfilesError> {
    let document = Document::parse(bytes, path)?;
    let mut profiles = Vec::new();
    let mut lines = HashMap::new();
    for (entry, line) in document.entries_with_lines() {
        let profile = interpreted(&document, entry, path)?;
        if let Some(first) = lines.insert(profile.name.as_str().to_ascii_lowercase(), line) {
            return Err(ProfilesError::Duplicate {
                path: path.to_owned(),
                name: profile.name,
                lines: [first, line],
            });
        }
        profiles.push(profile);
    }
    Ok(profiles)
}
