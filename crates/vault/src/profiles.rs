//! `profiles.json`: read for one profile at a time, changed without disturbing the rest.

pub(crate) mod decision;
mod document;
mod merging;
mod near;
mod scan;
pub(crate) mod storage;

use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;

use model::Profile;
use model::ProfileName;
use model::profile::ProfileNameError;
use thiserror::Error;

use crate::error::StorageError;
use crate::error::VaultError;
use crate::notice::Notice;
use crate::profiles::document::Document;
use crate::profiles::document::Entry;
use crate::profiles::storage::ProfilesLock;
use crate::profiles::storage::Stored;
use crate::store::Vault;

pub(crate) use merging::list_at;
pub(crate) use merging::read_all;

/// Why a profile could not be read or changed.
#[derive(Debug, Error)]
pub enum ProfilesError {
    /// The file could not be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Nobody else could be kept from changing it at the same time.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// It is no JSON.
    #[error("{}:{line}:{column}: {why}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The column in bytes, counted from 1.
        column: usize,
        /// What the parser says.
        why: String,
    },
    /// It is JSON, but neither an array of profiles nor an object whose `profiles` is one.
    #[error("{}:{line}: {why}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        why: &'static str,
    },
    /// There is no such profile.
    #[error("there is no profile {name:?}")]
    NotFound {
        /// The name asked for.
        name: String,
        /// The names there are.
        names: Vec<ProfileName>,
        /// The entries that have none: one of them may be meant.
        unnamed: Vec<Unnamed>,
    },
    /// Several profiles have that name, letter case apart, and none has it exactly.
    #[error("{name:?} could be any of several profiles")]
    Ambiguous {
        /// The name asked for.
        name: String,
        /// The names it could be.
        candidates: Vec<ProfileName>,
    },
    /// Two profiles have the same name.
    #[error("{}: profile {name} stands on line {} and on line {}", path.display(), lines[0], lines[1])]
    Duplicate {
        /// The file.
        path: PathBuf,
        /// The name.
        name: ProfileName,
        /// The lines of the first two, counted from 1.
        lines: [usize; 2],
    },
    /// The profile holds what no profile may hold.
    #[error("{}:{line}: profile {name:?}: {why}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The name as it stands in the file.
        name: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// The profile holds a path that is not Unicode, which JSON cannot hold. Nothing was changed.
    #[error("profile {name} cannot be written: {why}")]
    Unwritable {
        /// The profile.
        name: ProfileName,
        /// What cannot be written.
        why: String,
    },
    /// A profile of that name exists already.
    #[error("profile {0} exists already")]
    Exists(ProfileName),
}

/// An entry without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unnamed {
    /// The line it begins on, counted from 1.
    pub line: usize,
    /// What is wrong: which field may be meant for the name, if one is close to it.
    pub why: String,
}

/// A profile that was asked for by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The profile.
    pub profile: Profile,
    /// Whether the name asked for is its own, letter case included.
    pub exact: bool,
}

/// One entry of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// A profile that can be used.
    Valid {
        /// The profile.
        profile: Box<Profile>,
        /// The line it begins on, counted from 1.
        line: usize,
    },
    /// An entry that cannot be used.
    Invalid {
        /// Its name as it stands in the file, unchecked; `None` if it has none.
        name: Option<String>,
        /// The line it begins on, counted from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

/// The profiles.
#[derive(Debug, Clone, Copy)]
pub struct Profiles<'v> {
    vault: &'v Vault,
}

impl<'v> Profiles<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self { vault }
    }

    /// The file. It need not exist.
    pub fn path(self) -> PathBuf {
        self.vault.locations.config.join("profiles.json")
    }

    /// The profile of that name: exactly, or else without regard to the case of ASCII letters if
    /// only one fits. Other profiles are passed over, whatever they hold.
    ///
    /// # Errors
    /// [`ProfilesError`] if there is none, more than one, or the one there is cannot be used.
    pub fn find(self, name: &str) -> Result<Found, ProfilesError> {
        let stored = self.read()?;
        let document = stored.document()?;
        let (entry, exact) = self.choose(&document, name)?;
        let profile = self.interpret(&document, entry)?;
        Ok(Found { profile, exact })
    }

    /// The name of the profile that is meant by that name, chosen as by [`find`](Self::find), usable
    /// or not.
    ///
    /// # Errors
    /// [`ProfilesError`] if there is none, or more than one; [`ProfilesError::Invalid`] if it has a
    /// name that no profile may have.
    pub fn name_of(self, name: &str) -> Result<ProfileName, ProfilesError> {
        let stored = self.read()?;
        let document = stored.document()?;
        let (entry, _) = self.choose(&document, name)?;
        match valid_name(entry) {
            Some(name) => Ok(name),
            None => Err(ProfilesError::Invalid {
                path: self.path(),
                name: entry.name().unwrap_or_default().to_owned(),
                line: document.line(entry),
                why: ProfileNameError.to_string(),
            }),
        }
    }

    /// The names of the profiles, in the order of the file. Names that no profile may have are
    /// left out.
    ///
    /// # Errors
    /// [`ProfilesError`] if the file cannot be read.
    pub fn names(self) -> Result<Vec<ProfileName>, ProfilesError> {
        let stored = self.read()?;
        Ok(names(&stored.document()?))
    }

    /// All entries, in the order of the file, usable or not. Of those that share a name none is
    /// usable. Tells of field names that are close to known ones.
    ///
    /// # Errors
    /// [`ProfilesError`] if the file cannot be read.
    pub fn all(self) -> Result<Vec<Listed>, ProfilesError> {
        let stored = self.read()?;
        let document = stored.document()?;
        for notice in close_names(&document) {
            self.vault.keys.notices.notice(&notice);
        }
        let mut lines: HashMap<&str, Vec<usize>> = HashMap::new();
        for (entry, line) in document.entries_with_lines() {
            if let Some(name) = entry.name() {
                lines.entry(name).or_default().push(line);
            }
        }
        Ok(document
            .entries_with_lines()
            .map(|(entry, line)| {
                let same = entry.name().and_then(|name| lines.get(name));
                match same.map(Vec::as_slice) {
                    Some([first, second, ..]) => Listed::Invalid {
                        name: entry.name().map(str::to_owned),
                        line,
                        why: format!(
                            "another profile on line {} has this name too",
                            if *first == line { second } else { first }
                        ),
                    },
                    _ => listed(&document, entry, line, &self.path()),
                }
            })
            .collect())
    }

    /// Field names of all profiles that are close to known ones, each as a
    /// [`Notice::CloseFieldName`], in the order of the file.
    ///
    /// # Errors
    /// [`ProfilesError`] if the file cannot be read.
    pub fn close_field_names(self) -> Result<Vec<Notice>, ProfilesError> {
        let stored = self.read()?;
        Ok(close_names(&stored.document()?))
    }

    /// Adds a profile; with `overwrite`, takes the place of the one of exactly that name, whose
    /// unknown fields stay.
    ///
    /// # Errors
    /// [`ProfilesError::Exists`] without `overwrite`; [`ProfilesError`] if the file cannot be
    /// changed.
    pub fn create(self, profile: &Profile, overwrite: bool) -> Result<(), ProfilesError> {
        self.change(|document| match self.only(document, &profile.name)? {
            Some(entry) if overwrite => {
                let entry = entry.clone();
                let before = self.interpret(document, &entry).ok();
                document
                    .update(&entry, before.as_ref(), profile)
                    .map_err(|error| unwritable(&profile.name, &error))
            }
            Some(_) => Err(ProfilesError::Exists(profile.name.clone())),
            None => document
                .append(profile)
                .map_err(|error| unwritable(&profile.name, &error)),
        })?;
        self.check(&profile.name)
    }

    /// Puts a changed profile in the place of the one of exactly that name.
    ///
    /// # Errors
    /// [`ProfilesError`] if there is none or the file cannot be changed.
    pub fn replace(self, profile: &Profile) -> Result<(), ProfilesError> {
        self.edit(&profile.name, |current| *current = profile.clone())
            .map(|_| ())
    }

    /// Changes the profile of exactly that name as it stands at that moment, and returns it
    /// changed. Fields that stay the same keep their place and spelling, and so does all else.
    ///
    /// # Errors
    /// [`ProfilesError`] if there is none, if it is given the name of another, or if the file
    /// cannot be changed.
    pub fn edit(
        self,
        name: &ProfileName,
        change: impl FnOnce(&mut Profile),
    ) -> Result<Profile, ProfilesError> {
        let changed = self.change(|document| {
            let entry = self.exactly(document, name)?.clone();
            let before = self.interpret(document, &entry)?;
            let mut after = before.clone();
            change(&mut after);
            if after.name != before.name && self.exactly(document, &after.name).is_ok() {
                return Err(ProfilesError::Exists(after.name));
            }
            document
                .update(&entry, Some(&before), &after)
                .map_err(|error| unwritable(&after.name, &error))?;
            Ok(after)
        })?;
        self.check(&changed.name)?;
        Ok(changed)
    }

    /// Removes the profile of exactly that name, usable or not.
    ///
    /// # Errors
    /// [`ProfilesError`] if there is none or the file cannot be changed.
    pub fn remove(self, name: &ProfileName) -> Result<(), ProfilesError> {
        self.change(|document| {
            let entry = self.exactly(document, name)?.clone();
            document.remove(&entry);
            Ok(())
        })
    }

    /// Tells of field names of that profile that are close to known ones.
    ///
    /// # Errors
    /// [`ProfilesError`] if there is no such profile.
    pub fn check(self, name: &ProfileName) -> Result<(), ProfilesError> {
        let stored = self.read()?;
        let document = stored.document()?;
        let entry = self.exactly(&document, name)?;
        for notice in close_names_of(&document, entry, document.line(entry), name) {
            self.vault.keys.notices.notice(&notice);
        }
        Ok(())
    }

    /// Gives the profile of exactly that name, usable or not, another name; nothing else of the file
    /// changes. Returns whether a profile has the new name now because of that, or because it was
    /// done before; if people changed the file by hand so that it cannot be done, nothing is.
    /// The caller holds the lock of [`lock_to_change`](Self::lock_to_change).
    pub(crate) fn rename(
        self,
        from: &ProfileName,
        to: &ProfileName,
    ) -> Result<bool, ProfilesError> {
        let stored = Stored::read(self.path())?;
        let mut document = stored.document()?;
        let has = |name: &ProfileName| {
            document
                .entries()
                .iter()
                .filter(|entry| entry.name() == Some(name.as_str()))
                .count()
        };
        match (has(from), has(to)) {
            (0, 1) => return Ok(true),
            (1, 0) => {}
            _ => return Ok(false),
        }
        let entry = self.exactly(&document, from)?.clone();
        document.rename(&entry, to);
        let text = document.text();
        Document::parse(text.as_bytes(), &self.path())?;
        stored.replace(text)?;
        Ok(true)
    }

    /// Finds out whether the profile of exactly that name is there once, and no other one has the
    /// new name, letter case apart.
    pub(crate) fn can_rename(
        self,
        from: &ProfileName,
        to: &ProfileName,
    ) -> Result<(), ProfilesError> {
        let stored = Stored::read(self.path())?;
        let document = stored.document()?;
        self.exactly(&document, from)?;
        let taken = document
            .entries()
            .iter()
            .filter_map(Entry::name)
            .find(|name| *name != from.as_str() && name.eq_ignore_ascii_case(to.as_str()));
        if let Some(name) = taken {
            let taken = ProfileName::parse(name).unwrap_or_else(|_| to.clone());
            return Err(ProfilesError::Exists(taken));
        }
        Ok(())
    }

    /// Keeps others from changing the file.
    pub(crate) fn lock_to_change(self) -> Result<ProfilesLock, VaultError> {
        ProfilesLock::acquire(self.vault)
    }

    fn read(self) -> Result<Stored, ProfilesError> {
        self.finish_if_decided()?;
        Ok(Stored::read(self.path())?)
    }

    fn change<T>(
        self,
        change: impl FnOnce(&mut Document<'_>) -> Result<T, ProfilesError>,
    ) -> Result<T, ProfilesError> {
        let lock = self.lock_to_change()?;
        self.finish(&lock)?;
        let stored = Stored::read(self.path())?;
        let mut document = stored.document()?;
        let changed = change(&mut document)?;
        let text = document.text();
        Document::parse(text.as_bytes(), &self.path())?;
        stored.replace(text)?;
        lock.release()?;
        Ok(changed)
    }

    fn choose<'d, 't>(
        self,
        document: &'d Document<'t>,
        name: &str,
    ) -> Result<(&'d Entry<'t>, bool), ProfilesError> {
        if let Ok(exact) = ProfileName::parse(name)
            && let Some(entry) = self.only(document, &exact)?
        {
            return Ok((entry, true));
        }
        let candidates: Vec<&Entry<'_>> = document
            .entries()
            .iter()
            .filter(|entry| {
                entry
                    .name()
                    .is_some_and(|other| other.eq_ignore_ascii_case(name))
            })
            .collect();
        match candidates[..] {
            [] => Err(not_found(document, name)),
            [only] => Ok((only, false)),
            [..] => Err(ProfilesError::Ambiguous {
                name: name.to_owned(),
                candidates: candidates
                    .iter()
                    .filter_map(|entry| valid_name(entry))
                    .collect(),
            }),
        }
    }

    fn exactly<'d, 't>(
        self,
        document: &'d Document<'t>,
        name: &ProfileName,
    ) -> Result<&'d Entry<'t>, ProfilesError> {
        self.only(document, name)?
            .ok_or_else(|| not_found(document, name.as_str()))
    }

    /// The entry of exactly that name, if there is one.
    fn only<'d, 't>(
        self,
        document: &'d Document<'t>,
        name: &ProfileName,
    ) -> Result<Option<&'d Entry<'t>>, ProfilesError> {
        let mut same = document
            .entries()
            .iter()
            .filter(|entry| entry.name() == Some(name.as_str()));
        match (same.next(), same.next()) {
            (Some(first), Some(second)) => Err(ProfilesError::Duplicate {
                path: self.path(),
                name: name.clone(),
                lines: [document.line(first), document.line(second)],
            }),
            (only, _) => Ok(only),
        }
    }

    fn interpret(
        self,
        document: &Document<'_>,
        entry: &Entry<'_>,
    ) -> Result<Profile, ProfilesError> {
        interpreted(document, entry, &self.path())
    }
}

/// What is told of every entry's field names.
fn close_names(document: &Document<'_>) -> Vec<Notice> {
    let entries = document.entries_with_lines();
    entries
        .filter_map(|(entry, line)| {
            let name = valid_name(entry)?;
            Some(close_names_of(document, entry, line, &name))
        })
        .flatten()
        .collect()
}

/// What is told of the field names of one entry, which begins on this line.
fn close_names_of(
    document: &Document<'_>,
    entry: &Entry<'_>,
    line: usize,
    profile: &ProfileName,
) -> Vec<Notice> {
    let fields = document.fields(entry);
    fields
        .filter_map(|(given, below)| {
            Some(Notice::CloseFieldName {
                profile: profile.clone(),
                known: near::known_name_close_to(&given)?,
                given: given.into_owned(),
                line: line + below,
            })
        })
        .collect()
}

/// Says that an entry has no name, and which field is perhaps meant for it.
fn without_name(document: &Document<'_>, entry: &Entry<'_>) -> String {
    let line = document.line(entry);
    let mut fields = document.fields(entry);
    let meant = fields.find(|(given, _)| near::known_name_close_to(given) == Some("name"));
    match meant {
        Some((given, below)) => format!(
            "it has no `name`; its field `{given}` on line {} may be meant",
            line + below
        ),
        None => "it has no name".to_owned(),
    }
}

fn listed(document: &Document<'_>, entry: &Entry<'_>, line: usize, path: &Path) -> Listed {
    match interpreted(document, entry, path) {
        Ok(profile) => Listed::Valid {
            profile: Box::new(profile),
            line,
        },
        Err(error) => Listed::Invalid {
            name: entry.name().map(str::to_owned),
            line,
            why: match error {
                ProfilesError::Invalid { why, .. } => why,
                other => other.to_string(),
            },
        },
    }
}

fn interpreted(
    document: &Document<'_>,
    entry: &Entry<'_>,
    path: &Path,
) -> Result<Profile, ProfilesError> {
    document
        .interpret(entry)
        .map_err(|(line, why)| ProfilesError::Invalid {
            path: path.to_owned(),
            name: entry.name().unwrap_or_default().to_owned(),
            line,
            why: match entry.name().map(ProfileName::parse) {
                None => without_name(document, entry),
                Some(Err(ProfileNameError)) => ProfileNameError.to_string(),
                Some(Ok(_)) => why,
            },
        })
}

fn not_found(document: &Document<'_>, name: &str) -> ProfilesError {
    ProfilesError::NotFound {
        name: name.to_owned(),
        names: names(document),
        unnamed: document
            .entries()
            .iter()
            .filter(|entry| entry.name().is_none())
            .map(|entry| Unnamed {
                line: document.line(entry),
                why: without_name(document, entry),
            })
            .collect(),
    }
}

fn unwritable(name: &ProfileName, error: &serde_json::Error) -> ProfilesError {
    ProfilesError::Unwritable {
        name: name.clone(),
        why: error.to_string(),
    }
}

fn names(document: &Document<'_>) -> Vec<ProfileName> {
    document.entries().iter().filter_map(valid_name).collect()
}

fn valid_name(entry: &Entry<'_>) -> Option<ProfileName> {
    entry.name().and_then(|name| ProfileName::parse(name).ok())
}
