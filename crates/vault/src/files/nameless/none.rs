//! There are none here.

use std::ffi::OsStr;
use std::io;

use cap_std::fs::Dir;
use cap_std::fs::File;

/// Makes none.
pub(crate) fn create(_directory: &Dir) -> io::Result<Option<File>> {
    Ok(None)
}

/// Never called, as none is made.
pub(crate) fn link(_file: &File, _directory: &Dir, _name: &OsStr) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
