//! A directory of ours, by descriptor.

use std::ffi::OsStr;
use std::io;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use cap_fs_ext::DirExt;
use cap_fs_ext::FollowSymlinks;
use cap_fs_ext::OpenOptionsFollowExt;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use cap_std::fs::OpenOptions;
use model::Timestamp;
use zeroize::Zeroizing;

use crate::error::StorageError;
use crate::files::Durability;
use crate::files::Publish;
use crate::files::platform;
use crate::files::temporary;
use crate::notice::Notice;
use crate::notice::Notices;

/// Nobody takes that long to write one small file.
const UNFINISHED_FOR: Duration = Duration::from_hours(1);

/// How directories of ours are opened.
#[derive(Clone, Copy)]
pub(crate) struct Opening<'a> {
    /// Who hears of repaired permissions.
    pub(crate) notices: &'a dyn Notices,
    /// Whether root may use another user's directory.
    pub(crate) allow_foreign_home: bool,
    /// Whether a name stands in a directory of ours. One that is open to others is closed only if
    /// it holds nothing else: `/etc`, or a home, must stay as it is.
    pub(crate) is_own_name: fn(&str) -> bool,
    /// Whether permissions are left as they are.
    pub(crate) looks_only: bool,
}

/// What a directory holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Contents {
    /// It lies in a directory of ours, and what is in it is ours.
    Ours,
    /// A variable named it.
    Unknown,
}

/// An open directory that was found to be ours, closed to others, and no link.
#[derive(Debug)]
pub(crate) struct Directory {
    directory: Dir,
    path: PathBuf,
}

impl Directory {
    /// Opens the directory; `None` if it is not there.
    pub(crate) fn open(path: &Path, opening: Opening<'_>) -> Result<Option<Self>, StorageError> {
        let (parent, name) = parent_and_name(path)?;
        match Dir::open_ambient_dir(parent, ambient_authority()) {
            Ok(parent) => Self::open_in(&parent, name, path, opening, Contents::Unknown),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StorageError::io("open", parent, error)),
        }
    }

    /// Opens the directory, making it first where it is not there.
    pub(crate) fn create(path: &Path, opening: Opening<'_>) -> Result<Self, StorageError> {
        let (parent_path, name) = parent_and_name(path)?;
        platform::refuse_foreign_home(path, opening.allow_foreign_home)?;
        platform::create_directories(parent_path)
            .map_err(|source| StorageError::io("create", parent_path, source))?;
        let parent = Dir::open_ambient_dir(parent_path, ambient_authority())
            .map_err(|source| StorageError::io("open", parent_path, source))?;
        Self::create_in(&parent, name, path, opening, Contents::Unknown)
    }

    /// Opens a directory that a person chose and that may serve others as well, making it first
    /// where it is not there. Its permissions stay as they are: what is put there must need no
    /// directory to be private.
    pub(crate) fn create_unrepaired(
        path: &Path,
        opening: Opening<'_>,
    ) -> Result<Self, StorageError> {
        platform::refuse_foreign_home(path, opening.allow_foreign_home)?;
        platform::create_directories(path)
            .map_err(|source| StorageError::io("create", path, source))?;
        let directory = Dir::open_ambient_dir(path, ambient_authority())
            .map_err(|source| StorageError::io("open", path, source))?;
        Ok(Self {
            directory,
            path: path.to_owned(),
        })
    }

    /// Opens a directory inside this one; `None` if it is not there.
    pub(crate) fn open_below(
        &self,
        name: &str,
        opening: Opening<'_>,
    ) -> Result<Option<Self>, StorageError> {
        Self::open_in(
            &self.directory,
            name.as_ref(),
            &self.path.join(name),
            opening,
            Contents::Ours,
        )
    }

    /// Opens a directory inside this one, making it first where it is not there.
    pub(crate) fn create_below(
        &self,
        name: &str,
        opening: Opening<'_>,
    ) -> Result<Self, StorageError> {
        Self::create_in(
            &self.directory,
            name.as_ref(),
            &self.path.join(name),
            opening,
            Contents::Ours,
        )
    }

    fn create_in(
        parent: &Dir,
        name: &OsStr,
        path: &Path,
        opening: Opening<'_>,
        contents: Contents,
    ) -> Result<Self, StorageError> {
        match platform::create_directory(parent, Path::new(name)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(StorageError::io("create", path, error)),
        }
        Self::open_in(parent, name, path, opening, contents)?
            .ok_or_else(|| StorageError::io("open", path, io::ErrorKind::NotFound.into()))
    }

    fn open_in(
        parent: &Dir,
        name: &OsStr,
        path: &Path,
        opening: Opening<'_>,
        contents: Contents,
    ) -> Result<Option<Self>, StorageError> {
        let Some(directory) = open_without_following(parent, name, path)? else {
            return Ok(None);
        };
        let open_to_others =
            platform::open_to_others(&directory, path, opening.allow_foreign_home)?;
        if let Some(mode) = open_to_others.filter(|_| !opening.looks_only) {
            if contents == Contents::Unknown {
                refuse_strangers(&directory, path, opening.is_own_name)?;
            }
            platform::close_to_others(&directory)
                .map_err(|source| StorageError::io("close to other users", path, source))?;
            opening.notices.notice(&Notice::PermissionsRepaired {
                path: path.to_owned(),
                mode,
            });
        }
        Ok(Some(Self {
            directory,
            path: path.to_owned(),
        }))
    }

    /// Opens a directory that another program made, and tells whether it is open to others; `None`
    /// if it is not there. It must be ours and no link; its permissions stay as they are.
    pub(crate) fn open_unrepaired(
        path: &Path,
        allow_foreign_home: bool,
    ) -> Result<Option<(Self, bool)>, StorageError> {
        let (parent_path, name) = parent_and_name(path)?;
        let parent = match Dir::open_ambient_dir(parent_path, ambient_authority()) {
            Ok(parent) => parent,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StorageError::io("open", parent_path, error)),
        };
        let Some(directory) = open_without_following(&parent, name, path)? else {
            return Ok(None);
        };
        let mode = platform::open_to_others(&directory, path, allow_foreign_home)?;
        let path = path.to_owned();
        Ok(Some((Self { directory, path }, mode.is_some())))
    }

    /// Takes a directory that the caller has checked.
    #[cfg(target_os = "linux")]
    pub(crate) fn checked(directory: Dir, path: &Path) -> Self {
        Self {
            directory,
            path: path.to_owned(),
        }
    }

    /// The path of a file in this directory, to be shown.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Reads a regular file of at most `limit` bytes; `None` if it is not there. The contents are
    /// wiped from memory when dropped.
    pub(crate) fn read(
        &self,
        name: &str,
        limit: u64,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StorageError> {
        self.read_checked(name, limit, |_| Ok(()))
    }

    /// The same for a file that another program made: it must be ours.
    pub(crate) fn read_own(
        &self,
        name: &str,
        limit: u64,
        allow_foreign_home: bool,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StorageError> {
        self.read_checked(name, limit, |metadata| {
            platform::refuse_foreign_owner(metadata, &self.path_of(name), allow_foreign_home)
        })
    }

    /// The same for a file that passes a check.
    pub(crate) fn read_checked(
        &self,
        name: &str,
        limit: u64,
        check: impl FnOnce(&std::fs::Metadata) -> Result<(), StorageError>,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StorageError> {
        let path = || self.path_of(name);
        let mut options = OpenOptions::new();
        options.read(true).follow(FollowSymlinks::No);
        platform::never_wait(&mut options);
        let file = match self.directory.open_with(name, &options) {
            Ok(file) => file.into_std(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.refusal("read", name, error)),
        };
        let failed = |source| StorageError::io("read", &path(), source);
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(StorageError::WrongKind(path()));
        }
        check(&metadata)?;
        if metadata.len() > limit {
            return Err(StorageError::TooLarge {
                path: path(),
                limit,
            });
        }
        // One byte more than the file holds, so that reading ends without growing the buffer, which
        // would leave a copy behind.
        let capacity = usize::try_from(metadata.len()).unwrap_or(0) + 1;
        let mut contents = Zeroizing::new(Vec::with_capacity(capacity));
        file.take(limit)
            .read_to_end(&mut contents)
            .map_err(failed)?;
        Ok(Some(contents))
    }

    /// Writes a private file whole, replacing what has the name.
    pub(crate) fn replace(&self, name: &str, contents: &[u8]) -> Result<(), StorageError> {
        self.write(name, contents, Publish::Replace, Durability::Lasting)
            .map_err(|source| StorageError::io("write", &self.path_of(name), source))
    }

    /// The same for what may be lost in a power cut.
    pub(crate) fn replace_passing(&self, name: &str, contents: &[u8]) -> Result<(), StorageError> {
        self.write(name, contents, Publish::Replace, Durability::Passing)
            .map_err(|source| StorageError::io("write", &self.path_of(name), source))
    }

    /// Writes a private file whole unless something has the name; returns whether it did.
    pub(crate) fn write_if_absent(
        &self,
        name: &str,
        contents: &[u8],
    ) -> Result<bool, StorageError> {
        match self.write(name, contents, Publish::IfAbsent, Durability::Lasting) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(StorageError::io("write", &self.path_of(name), error)),
        }
    }

    /// Opens a private file to lock it, making it where it is not there.
    pub(crate) fn open_to_lock(&self, name: &str) -> Result<std::fs::File, StorageError> {
        let mut options = OpenOptions::new();
        options
            .read(true)
            .write(true)
            .create(true)
            .follow(FollowSymlinks::No);
        platform::make_private(&mut options);
        platform::never_wait(&mut options);
        self.directory
            .open_with(name, &options)
            .map(cap_std::fs::File::into_std)
            .map_err(|error| self.refusal("open", name, error))
    }

    /// Removes a file; returns whether there was one.
    pub(crate) fn remove(&self, name: &str) -> Result<bool, StorageError> {
        match self.directory.remove_file(name) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StorageError::io("remove", &self.path_of(name), error)),
        }
    }

    /// Whether anything has that name, a link included.
    pub(crate) fn contains(&self, name: &str) -> Result<bool, StorageError> {
        match self.directory.symlink_metadata(name) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StorageError::io("read", &self.path_of(name), error)),
        }
    }

    /// When the file was last written; `None` if it is not there.
    pub(crate) fn written(&self, name: &str) -> Result<Option<Timestamp>, StorageError> {
        let failed = |source| StorageError::io("inspect", &self.path_of(name), source);
        match self.directory.symlink_metadata(name) {
            Ok(metadata) => {
                let written = metadata.modified().map_err(failed)?.into_std();
                let seconds = seconds_since_the_epoch(written);
                Ok(Some(Timestamp::from_unix_seconds(seconds)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Removes files so that none comes back after a power cut; returns how many there were.
    pub(crate) fn remove_lastingly(&self, names: &[String]) -> Result<usize, StorageError> {
        let removed = self.remove_all(names)?;
        if removed > 0 {
            self.flush()?;
        }
        Ok(removed)
    }

    /// Removes files; returns how many there were.
    pub(crate) fn remove_all(&self, names: &[String]) -> Result<usize, StorageError> {
        let mut removed = 0;
        for name in names {
            removed += usize::from(self.remove(name)?);
        }
        Ok(removed)
    }

    /// Makes names given or taken in this directory so far survive a power cut.
    pub(crate) fn flush(&self) -> Result<(), StorageError> {
        platform::sync_directory(&self.directory)
            .map_err(|source| StorageError::io("write", &self.path, source))
    }

    /// Removes a directory inside this one with the files in it; nothing if it is not there.
    /// Directories in it are none of ours, and an error.
    pub(crate) fn remove_below(
        &self,
        name: &str,
        opening: Opening<'_>,
    ) -> Result<(), StorageError> {
        let Some(Self { directory, path }) = self.open_below(name, opening)? else {
            return Ok(());
        };
        let failed = |source| StorageError::io("remove", &path, source);
        // Some systems pass over entries while others are removed.
        let entries = directory.entries().map_err(failed)?;
        let entries: Vec<_> = entries.collect::<io::Result<_>>().map_err(failed)?;
        for entry in entries {
            match entry.remove_file() {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        // Windows removes no directory that is open.
        drop(directory);
        match self.directory.remove_dir(name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        }
    }

    /// The names of the directories inside this one, in no order.
    pub(crate) fn directories(&self) -> Result<Vec<String>, StorageError> {
        let failed = |source| StorageError::io("list", &self.path, source);
        let mut found = Vec::new();
        for entry in self.directory.entries().map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_type().map_err(failed)?.is_dir()
                && let Ok(name) = entry.file_name().into_string()
            {
                found.push(name);
            }
        }
        Ok(found)
    }

    /// The names of the finished files in this directory, in no order.
    pub(crate) fn names(&self) -> Result<Vec<String>, StorageError> {
        Ok(self
            .entries()?
            .into_iter()
            .map(|(name, _)| name)
            .filter(|name| !temporary::is_unfinished(name))
            .collect())
    }

    /// Removes what killed processes left unfinished an hour ago or longer, and finished files that
    /// were written longer than `kept_for` ago. Now is when the file `fresh` was written, by the
    /// file system's own clock, so that no other clock makes a file look old.
    pub(crate) fn sweep(
        &self,
        fresh: &str,
        kept_for: Option<Duration>,
    ) -> Result<(), StorageError> {
        let Some(now) = self.written(fresh)?.map(Timestamp::unix_seconds) else {
            return Ok(());
        };
        for (name, written) in self.entries()? {
            let kept_for = if temporary::is_unfinished(&name) {
                Some(UNFINISHED_FOR)
            } else {
                kept_for
            };
            if kept_for.is_some_and(|age| written.saturating_add_unsigned(age.as_secs()) < now) {
                self.remove(&name)?;
            }
        }
        Ok(())
    }

    /// Names and modification times (seconds since the epoch) of all files with a readable name.
    fn entries(&self) -> Result<Vec<(String, i64)>, StorageError> {
        let failed = |source| StorageError::io("list", &self.path, source);
        let mut found = Vec::new();
        for entry in self.directory.entries().map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let metadata = match entry.metadata() {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(error)),
            };
            if !metadata.is_file() {
                continue;
            }
            let written = metadata.modified().map_err(failed)?.into_std();
            found.push((name, seconds_since_the_epoch(written)));
        }
        Ok(found)
    }

    fn write(
        &self,
        name: &str,
        contents: &[u8],
        publish: Publish,
        durability: Durability,
    ) -> io::Result<()> {
        temporary::write_whole(
            &self.directory,
            name.as_ref(),
            contents,
            publish,
            durability,
        )
    }

    fn refusal(&self, action: &'static str, name: &str, error: io::Error) -> StorageError {
        let path = self.path_of(name);
        match self.directory.symlink_metadata(name) {
            Ok(metadata) if metadata.is_symlink() => StorageError::Link(path),
            Ok(metadata) if !metadata.is_file() => StorageError::WrongKind(path),
            _ => StorageError::io(action, &path, error),
        }
    }
}

fn seconds_since_the_epoch(time: std::time::SystemTime) -> i64 {
    time.duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |age| i64::try_from(age.as_secs()).unwrap_or(i64::MAX))
}

fn open_without_following(
    parent: &Dir,
    name: &OsStr,
    path: &Path,
) -> Result<Option<Dir>, StorageError> {
    match parent.open_dir_nofollow(name) {
        Ok(directory) => Ok(Some(directory)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(match parent.symlink_metadata(name) {
            Ok(metadata) if metadata.is_symlink() => StorageError::Link(path.to_owned()),
            Ok(metadata) if !metadata.is_dir() => StorageError::WrongKind(path.to_owned()),
            _ => StorageError::io("open", path, error),
        }),
    }
}

/// Refuses to close a directory to others that others have a use for.
fn refuse_strangers(
    directory: &Dir,
    path: &Path,
    is_own_name: fn(&str) -> bool,
) -> Result<(), StorageError> {
    let failed = |source| StorageError::io("list", path, source);
    for entry in directory.entries().map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let is_ours = name
            .to_str()
            .is_some_and(|name| is_own_name(name) || temporary::is_unfinished(name));
        if !is_ours {
            let shared = io::Error::other(format!(
                "other users can enter it, and it holds `{}`, which is none of this program's: \
                 name a directory of its own, or close this one (chmod 700)",
                name.display()
            ));
            return Err(StorageError::io("keep the store in", path, shared));
        }
    }
    Ok(())
}

fn parent_and_name(path: &Path) -> Result<(&Path, &OsStr), StorageError> {
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => Ok((parent, name)),
        _ => Err(StorageError::WrongKind(path.to_owned())),
    }
}
