//! Locks between processes, and what a holder that failed leaves to those who waited.
//!
//! docs/design/locks.md says why a lock and its record are two files, and what each ending means.

use std::fs::File;
use std::fs::TryLockError;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;

use crate::accounts::AccountOwner;
use crate::error::StorageError;
use crate::error::VaultError;
use crate::files::Directory;
use crate::refresh_tokens::RefreshTokenId;
use crate::store::Vault;
use crate::tokens::EntryId;

pub(crate) const LOCKS: &str = "locks";
const RECORD_LIMIT: u64 = 1 << 20;
const SHORTEST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// What a lock is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockName(String);

impl LockName {
    /// Getting the token of one cache entry.
    pub fn entry(entry: &EntryId) -> Self {
        Self(format!("entry-{entry}"))
    }

    /// Using and replacing one refresh token.
    pub fn refresh_token(id: &RefreshTokenId) -> Self {
        Self(format!("refresh-token-{id}"))
    }

    /// Signing in where it is not yet known who does. Taken before a refresh token's lock, never
    /// while holding one.
    pub fn sign_in(owner: &AccountOwner) -> Self {
        Self(format!("sign-in-{}", owner.digest()))
    }

    /// Changing who signed in, by the owner's digest. Nothing else is locked while it is held.
    pub(crate) fn accounts_of(digest: &str) -> Self {
        Self(format!("accounts-{digest}"))
    }

    /// Making the store.
    pub(crate) fn store() -> Self {
        Self("store".to_owned())
    }

    /// Changing `profiles.json`.
    pub(crate) fn profiles() -> Self {
        Self("profiles".to_owned())
    }

    /// Writing records under the master key (shared), and changing what protects it (alone). Taken
    /// before any other.
    pub(crate) fn protection() -> Self {
        Self("protection".to_owned())
    }

    /// Announcing a change of what protects the store (alone), and getting past an announcement
    /// (shared, for a moment). Taken before the lock of the protection.
    pub(crate) fn announced_change() -> Self {
        Self("protection-announced".to_owned())
    }

    fn lock_file(&self) -> String {
        format!("{}.lock", self.0)
    }

    fn record_file(&self) -> String {
        format!("{}.json", self.0)
    }
}

/// Why a lock could not be had.
#[derive(Debug, Error)]
pub enum LockError {
    /// Somebody else held it until the deadline.
    #[error("another process{} held the lock for {} s", holder_of(*.pid), waited.as_secs())]
    TimedOut {
        /// The holder's process id, if it is known.
        pid: Option<u32>,
        /// How long this process waited.
        waited: Duration,
    },
    /// The file system has no locks. Nothing is done without one.
    #[error("the file system of the store has no file locks")]
    Unsupported {
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The lock's files cannot be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

fn holder_of(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" ({pid})")).unwrap_or_default()
}

/// What a holder that failed leaves to those who were waiting by then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailureRecord {
    /// When the failed attempt began, in nanoseconds since the epoch.
    pub started_ns: i128,
    /// When it ended, in nanoseconds since the epoch.
    pub ended_ns: i128,
    /// Tells whether another attempt would be the same: opaque text, without secrets.
    pub fingerprint: String,
    /// The error, in the form of whoever left it, without secrets.
    pub body: serde_json::Value,
}

/// What stands beside a lock.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holder: Option<Holder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<FailureRecord>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    since_ns: i128,
}

/// The locks.
#[derive(Debug, Clone, Copy)]
pub struct Locks<'v> {
    vault: &'v Vault,
}

impl<'v> Locks<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self { vault }
    }

    /// Takes the lock, waiting until the deadline.
    ///
    /// `waiting_since_ns` (nanoseconds since the epoch) is when this process began to want what the
    /// lock protects; a failure that ended later is shown by [`Lock::failure`]. `on_wait` is called
    /// once, with the holder's process id if it is known, when there is something to wait for.
    ///
    /// # Errors
    /// [`VaultError::Lock`] at the deadline, or where the file system has no locks.
    pub fn acquire(
        self,
        name: &LockName,
        deadline: Duration,
        waiting_since_ns: i128,
        on_wait: &mut dyn FnMut(Option<u32>),
    ) -> Result<Lock, VaultError> {
        let directory = self.vault.records(LOCKS)?;
        let file = directory.open_to_lock(&name.lock_file())?;
        self.wait(&directory, name, deadline, on_wait, || file.try_lock())?;
        let record = read_record(&directory, name);
        let kept = record.failure;
        let shown = kept
            .clone()
            .filter(|failure| failure.ended_ns >= waiting_since_ns);
        let lock = Lock {
            directory,
            name: name.clone(),
            kept,
            shown,
            ended: false,
            _file: file,
        };
        lock.write(Some(Holder {
            pid: std::process::id(),
            since_ns: self.vault.clock.now_nanoseconds(),
        }))?;
        Ok(lock)
    }

    /// Takes the lock together with others, waiting until the deadline for who has it alone.
    ///
    /// # Errors
    /// [`VaultError::Lock`] at the deadline, or where the file system has no locks.
    pub(crate) fn acquire_shared(
        self,
        name: &LockName,
        deadline: Duration,
        on_wait: &mut dyn FnMut(Option<u32>),
    ) -> Result<SharedLock, VaultError> {
        let (directory, file) = self.share(name, deadline, on_wait)?;
        let lock = SharedLock {
            directory,
            name: name.clone(),
            _file: file,
        };
        let holder = Holder {
            pid: std::process::id(),
            since_ns: self.vault.clock.now_nanoseconds(),
        };
        // The record only informs: a full disk must keep nobody from removing what is on it.
        let _ = lock.write(Some(holder));
        Ok(lock)
    }

    /// Waits, until the deadline, for nobody to have the lock alone, and keeps it so while what is
    /// returned lives. Leaves no record: it is held for a moment, and nobody waits for that one.
    ///
    /// # Errors
    /// [`VaultError::Lock`] at the deadline, or where the file system has no locks.
    pub(crate) fn pass(
        self,
        name: &LockName,
        deadline: Duration,
        on_wait: &mut dyn FnMut(Option<u32>),
    ) -> Result<Passage, VaultError> {
        let (_, file) = self.share(name, deadline, on_wait)?;
        Ok(Passage { _file: file })
    }

    fn share(
        self,
        name: &LockName,
        deadline: Duration,
        on_wait: &mut dyn FnMut(Option<u32>),
    ) -> Result<(Directory, File), VaultError> {
        let directory = self.vault.records(LOCKS)?;
        let file = directory.open_to_lock(&name.lock_file())?;
        self.wait(&directory, name, deadline, on_wait, || {
            file.try_lock_shared()
        })?;
        Ok((directory, file))
    }

    fn wait(
        self,
        directory: &Directory,
        name: &LockName,
        deadline: Duration,
        on_wait: &mut dyn FnMut(Option<u32>),
        try_lock: impl Fn() -> Result<(), TryLockError>,
    ) -> Result<(), VaultError> {
        let clock = &self.vault.clock;
        let began = clock.monotonic();
        let mut pause = SHORTEST_PAUSE;
        let mut told = false;
        loop {
            match try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(source)) => {
                    return Err(LockError::Unsupported { source }.into());
                }
            }
            let holder = || read_record(directory, name).holder.map(|holder| holder.pid);
            let waited = clock.monotonic().saturating_sub(began);
            if waited >= deadline {
                return Err(LockError::TimedOut {
                    pid: holder(),
                    waited,
                }
                .into());
            }
            if !told {
                on_wait(holder());
                told = true;
            }
            clock.sleep(pause.min(deadline.saturating_sub(waited)));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// The way past a lock that somebody may take alone.
#[derive(Debug)]
#[must_use = "the way is free only as long as this value lives"]
pub(crate) struct Passage {
    _file: File,
}

/// A lock that is held together with others, until it is dropped. Its record names the one who came
/// last, as long as that one holds it.
#[derive(Debug)]
#[must_use = "the lock is held only as long as this value lives"]
pub(crate) struct SharedLock {
    directory: Directory,
    name: LockName,
    _file: File,
}

impl SharedLock {
    fn write(&self, holder: Option<Holder>) -> Result<(), VaultError> {
        write_record(
            &self.directory,
            &self.name,
            &Record {
                holder,
                failure: None,
            },
        )
    }
}

impl Drop for SharedLock {
    fn drop(&mut self) {
        let named = read_record(&self.directory, &self.name).holder;
        if named.is_some_and(|holder| holder.pid == std::process::id()) {
            // The record only informs, and whoever reads it asks the lock itself.
            let _ = self.write(None);
        }
    }
}

/// What cannot be read tells nothing: the lock itself is what counts.
fn read_record(directory: &Directory, name: &LockName) -> Record {
    directory
        .read(&name.record_file(), RECORD_LIMIT)
        .ok()
        .flatten()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

fn write_record(directory: &Directory, name: &LockName, record: &Record) -> Result<(), VaultError> {
    let file = name.record_file();
    let json = serde_json::to_vec(record)
        .map_err(|error| StorageError::io("write", &directory.path_of(&file), error.into()))?;
    Ok(directory.replace_passing(&file, &json)?)
}

/// A lock that is held, until it is dropped.
///
/// Dropped as it is, it leaves what it found: an interrupted attempt says nothing, and whoever
/// passes on an earlier failure leaves it to the next one waiting.
#[derive(Debug)]
#[must_use = "the lock is held only as long as this value lives"]
pub struct Lock {
    directory: Directory,
    name: LockName,
    kept: Option<FailureRecord>,
    shown: Option<FailureRecord>,
    ended: bool,
    _file: File,
}

impl Lock {
    /// What an earlier holder left, if its attempt ended after this process began to wait.
    pub fn failure(&self) -> Option<&FailureRecord> {
        self.shown.as_ref()
    }

    /// Ends a failed attempt: those who are waiting by now learn of the failure.
    ///
    /// # Errors
    /// [`VaultError`] if the record cannot be written; the lock is released all the same.
    pub fn leave_failure(mut self, failure: FailureRecord) -> Result<(), VaultError> {
        self.kept = Some(failure);
        self.end()
    }

    /// Ends a successful attempt: no failure is left to anybody.
    ///
    /// # Errors
    /// [`VaultError`] if the record cannot be written; the lock is released all the same.
    pub fn release(mut self) -> Result<(), VaultError> {
        self.kept = None;
        self.end()
    }

    fn end(&mut self) -> Result<(), VaultError> {
        self.ended = true;
        self.write(None)
    }

    fn write(&self, holder: Option<Holder>) -> Result<(), VaultError> {
        let record = Record {
            holder,
            failure: self.kept.clone(),
        };
        write_record(&self.directory, &self.name, &record)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if !self.ended {
            // The record only informs: a process id that stays in it misleads nobody once the lock
            // itself is free.
            let _ = self.end();
        }
    }
}
