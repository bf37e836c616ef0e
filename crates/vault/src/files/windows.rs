//! Windows keeps other users out by the access lists that profile directories inherit; there are no
//! owners or modes to check here.

use std::fs::DirBuilder;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use cap_std::fs::Dir;
use cap_std::fs::OpenOptions;

use crate::error::StorageError;
use crate::survey::Ownership;

/// No such directory here.
pub(crate) fn session_directory() -> Option<PathBuf> {
    None
}

/// The access list is inherited from the directory.
pub(crate) fn make_private(_options: &mut OpenOptions) {}

/// Named pipes do not stand in directories.
pub(crate) fn never_wait(_options: &mut OpenOptions) {}

/// Makes the missing directories on the way to this path.
pub(crate) fn create_directories(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

/// Makes one directory.
pub(crate) fn create_directory(parent: &Dir, name: &Path) -> io::Result<()> {
    parent.create_dir(name)
}

/// Nothing to check.
pub(crate) fn open_to_others(
    _directory: &Dir,
    _path: &Path,
    _allow_foreign_home: bool,
) -> Result<Option<u32>, StorageError> {
    Ok(None)
}

/// Nothing to do.
pub(crate) fn close_to_others(_directory: &Dir) -> io::Result<()> {
    Ok(())
}

/// Nothing to refuse.
pub(crate) fn refuse_foreign_owner(
    _metadata: &std::fs::Metadata,
    _path: &Path,
    _allow_foreign_home: bool,
) -> Result<(), StorageError> {
    Ok(())
}

/// Nothing to refuse.
pub(crate) fn refuse_foreign_file(
    _metadata: &std::fs::Metadata,
    _path: &Path,
    _allow_foreign_home: bool,
) -> Result<(), StorageError> {
    Ok(())
}

/// Access lists say it, and are not read here.
pub(crate) fn is_private(_metadata: &std::fs::Metadata) -> bool {
    true
}

/// Access lists say it, and are not read here.
pub(crate) fn is_open_to_others(_metadata: &std::fs::Metadata) -> bool {
    false
}

/// Nothing to refuse.
pub(crate) fn refuse_foreign_home(_path: &Path, _allowed: bool) -> Result<(), StorageError> {
    Ok(())
}

/// NTFS journals names by itself.
pub(crate) fn sync_directory(_directory: &Dir) -> io::Result<()> {
    Ok(())
}

/// Whether writing there reaches a reader or a screen: never, as far as a path tells.
pub(crate) fn is_stream(_kind: std::fs::FileType) -> bool {
    false
}

/// Access lists say it, and are not read here.
pub(crate) fn ownership(_metadata: &std::fs::Metadata) -> Option<Ownership> {
    None
}

/// Whether it is marked as read-only.
pub(crate) fn may_write(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| !metadata.permissions().readonly())
}

/// Not told by the standard library.
pub(crate) fn free_space(_path: &Path) -> Option<u64> {
    None
}
