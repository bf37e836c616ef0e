//! The file a person names to put a token or an answer in.

use std::io;
use std::io::Write;
use std::path::Path;

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use crate::error::StorageError;
use crate::error::VaultError;
use crate::files::Durability;
use crate::files::Publish;
use crate::files::platform;
use crate::files::temporary;

/// Writes `bytes` to the path a person named.
///
/// Where a regular file or nothing stands there, the file is replaced at once, whole, readable by
/// its owner only. A named pipe or a terminal is written to, not replaced; opening a pipe waits for
/// its reader. A final symbolic link is not followed, because replacing it would surprise one
/// person and following it would serve another.
///
/// # Errors
/// [`StorageError`] for a link, a directory, a socket, or what the operating system refuses.
pub fn write_output(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let kind = match std::fs::symlink_metadata(path) {
        Ok(metadata) => Some(metadata.file_type()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(StorageError::io("inspect", path, error).into()),
    };
    match kind {
        Some(kind) if kind.is_symlink() => Err(StorageError::Link(path.to_owned()).into()),
        Some(kind) if platform::is_stream(kind) => stream(path, bytes).map_err(VaultError::from),
        Some(kind) if !kind.is_file() => Err(StorageError::WrongKind(path.to_owned()).into()),
        _ => replace(path, bytes).map_err(VaultError::from),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this crate writes the program's files"
)]
fn stream(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let mut stream = std::fs::OpenOptions::new()
        .write(true)
        .open(path)
        .map_err(|source| StorageError::io("open", path, source))?;
    let failed = |source| StorageError::io("write", path, source);
    if !platform::is_stream(stream.metadata().map_err(failed)?.file_type()) {
        return Err(StorageError::WrongKind(path.to_owned()));
    }
    stream.write_all(bytes).map_err(failed)
}

/// Replaces a file at once, whole, for its owner only.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let failed = |source| StorageError::io("write", path, source);
    let name = path
        .file_name()
        .ok_or_else(|| StorageError::WrongKind(path.to_owned()))?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let directory = Dir::open_ambient_dir(parent, ambient_authority()).map_err(failed)?;
    temporary::write_whole(
        &directory,
        name,
        bytes,
        Publish::Replace,
        Durability::Lasting,
    )
    .map_err(failed)
}
