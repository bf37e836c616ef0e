//! What a person should hear of, though nothing failed.

use std::path::PathBuf;

use model::ProfileName;

use crate::envelope::SealError;
use crate::protection::Protection;

/// Something that happened on the way, as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// No keyring answered and no passphrase was at hand: the new store's key was put in a file.
    KeyFileMade {
        /// The key file.
        path: PathBuf,
    },
    /// A record that a request or a sign-in brings back (an access or refresh token, the accounts of
    /// a profile) could not be opened and counts as absent; the file was left alone.
    UnusableEntry {
        /// The record's file.
        path: PathBuf,
        /// Why not.
        why: SealError,
    },
    /// The key that another took the place of could not be removed, or was not to be. It opens
    /// nothing any more that the store holds now.
    OldKeyLeft {
        /// Where it is.
        protection: Protection,
        /// Why it is still there; `None` if a person chose the place, and others may use it.
        why: Option<String>,
    },
    /// A change of the protection did not come about, and the key that was meant for it could not be
    /// removed, or was not to be. Nothing is sealed under it, and perhaps it was never made.
    NewKeyLeft {
        /// Where it would be.
        protection: Protection,
        /// Why it may still be there; `None` if a person chose the place, and others may use it.
        why: Option<String>,
    },
    /// What a killed change of the protection left behind could not be removed.
    ChangeUnfinished {
        /// Why not.
        why: String,
    },
    /// A directory of ours was open to others and is not any more.
    PermissionsRepaired {
        /// The directory.
        path: PathBuf,
        /// The permission bits it had.
        mode: u32,
    },
    /// A profile holds an unknown field whose name is close to a known one.
    CloseFieldName {
        /// The profile.
        profile: ProfileName,
        /// The field's name as it stands in the file.
        given: String,
        /// The known name it resembles.
        known: &'static str,
        /// The line of the profile file, counted from 1.
        line: usize,
    },
}

/// Who hears of a [`Notice`].
pub trait Notices {
    /// Takes one notice.
    fn notice(&self, notice: &Notice);
}
