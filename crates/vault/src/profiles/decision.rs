//! Changes of the profiles and of what is stored for them, decided at one moment.
//!
//! The journal in the state directory says what is to be done; a note beside `profiles.json` vouches
//! for exactly that journal. Neither counts without the other: who can write to one of the two
//! directories only cannot have anything done. docs/design/exports.md says why that is safe.

use std::io;
use std::path::PathBuf;

use aws_lc_rs::digest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::Profiles;
use super::ProfilesError;
use super::storage::ProfilesLock;
use crate::bytes::hex;
use crate::error::StorageError;
use crate::error::VaultError;
use crate::files;
use crate::imports;
use crate::journal;
use crate::journal::Journal;
use crate::renames;

/// The note's name, in the configuration directory.
const NAME: &str = "profiles.unfinished";

/// A digest, two blanks, a name and a line end.
const SIZE_LIMIT: u64 = 256;

/// The kinds of changes that are decided in this way.
const KINDS: [journal::Kind; 2] = [imports::JOURNAL, renames::JOURNAL];

/// A change that was decided and is to be finished.
pub(crate) struct Decided<'v> {
    profiles: Profiles<'v>,
    journal: Journal<'v>,
    json: Zeroizing<Vec<u8>>,
}

impl<'v> Decided<'v> {
    /// What is decided, if anything is. Costs one look otherwise.
    fn find(profiles: Profiles<'v>) -> Result<Option<Self>, ProfilesError> {
        let Some(note) = read_note(profiles)? else {
            return Ok(None);
        };
        for kind in KINDS {
            let journal = Journal::new(profiles.vault, kind);
            if note.ends_with(&name_in_note(journal))
                && let Some(json) = journal.read()?
                && note == note_on(journal, &json)
            {
                return Ok(Some(Self {
                    profiles,
                    journal,
                    json,
                }));
            }
        }
        Ok(None)
    }

    /// Whether it is of that kind.
    fn is(&self, kind: &journal::Kind) -> bool {
        self.journal.name() == kind.name
    }

    /// What is to be done.
    pub(crate) fn understood<T: DeserializeOwned>(&self) -> Result<T, VaultError> {
        self.journal.understood(&self.json)
    }

    /// The error where what is to be done makes no sense.
    pub(crate) fn unusable(&self, why: &impl ToString) -> VaultError {
        self.journal.unusable(why)
    }

    /// Nothing is left to do.
    pub(crate) fn end(self) -> Result<(), ProfilesError> {
        self.journal.forget()?;
        Ok(self.profiles.remove_note()?)
    }
}

impl Profiles<'_> {
    /// Decides a change, and takes its first step; if that fails, all is called off. From then on
    /// it is to be finished. The caller holds the lock.
    pub(crate) fn decide(
        self,
        kind: journal::Kind,
        decision: &impl Serialize,
        first_step: impl FnOnce() -> Result<(), ProfilesError>,
    ) -> Result<(), ProfilesError> {
        let journal = Journal::new(self.vault, kind);
        let json = Zeroizing::new(journal.encoded(decision)?);
        // The note first and last: a note without its journal says nothing, and a journal that
        // nothing vouches for would lie there for good.
        let begun = self
            .write_note(&note_on(journal, &json))
            .and_then(|()| Ok(journal.write(&json)?))
            .and_then(|()| first_step());
        if begun.is_err() {
            // Either of the two that goes calls it off, so both are tried.
            let note = self.remove_note();
            journal.forget()?;
            note?;
        }
        begun
    }

    /// Finishes, under the lock, what is decided, if anything is. Costs one look otherwise.
    pub(crate) fn finish_if_decided(self) -> Result<(), ProfilesError> {
        if Decided::find(self)?.is_none() {
            return Ok(());
        }
        let lock = self.lock_to_change()?;
        self.finish(&lock)?;
        Ok(lock.release()?)
    }

    /// The same for who holds the lock.
    pub(crate) fn finish(self, _lock: &ProfilesLock) -> Result<(), ProfilesError> {
        match Decided::find(self)? {
            Some(decided) if decided.is(&imports::JOURNAL) => self.vault.imports().finish(decided),
            Some(decided) => self.vault.renames().finish(decided),
            // Of a change that was killed before it was decided, or when all was done.
            None => Ok(self.remove_note()?),
        }
    }

    fn note(self) -> PathBuf {
        self.vault.locations.config.join(NAME)
    }

    fn write_note(self, note: &str) -> Result<(), ProfilesError> {
        let config = &self.vault.locations.config;
        files::platform::create_directories(config)
            .map_err(|source| StorageError::io("create", config, source))?;
        Ok(files::output::replace(&self.note(), note.as_bytes())?)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this crate writes the program's files"
    )]
    fn remove_note(self) -> Result<(), StorageError> {
        let path = self.note();
        // Looked for first: a read-only file system refuses to remove even what is not there.
        if std::fs::symlink_metadata(&path).is_err() {
            return Ok(());
        }
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StorageError::io("remove", &path, error))
            }
            _ => Ok(()),
        }
    }
}

/// The note, if there is one that could be ours.
fn read_note(profiles: Profiles<'_>) -> Result<Option<String>, StorageError> {
    let path = profiles.note();
    // Where nothing can be seen, nothing can be finished; who needs the profiles is told why.
    match std::fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() && metadata.len() <= SIZE_LIMIT => {}
        _ => return Ok(None),
    }
    match std::fs::read(&path) {
        Ok(bytes) => Ok(String::from_utf8(bytes).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StorageError::io("read", &path, error)),
    }
}

/// A note that vouches for a journal with these contents, as `sha256sum` prints it.
fn note_on(journal: Journal<'_>, json: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, json);
    format!("{}{}", hex(digest.as_ref()), name_in_note(journal))
}

fn name_in_note(journal: Journal<'_>) -> String {
    format!("  {}\n", journal.name())
}
