//! `O_TMPFILE`.

use std::ffi::OsStr;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;

use cap_std::fs::Dir;
use cap_std::fs::File;
use rustix::fs::AtFlags;
use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::io::Errno;

/// Makes one in this directory, for its owner only; `None` if the file system cannot.
pub(crate) fn create(directory: &Dir) -> io::Result<Option<File>> {
    if !Path::new("/proc/self/fd").exists() {
        return Ok(None);
    }
    match rustix::fs::openat(
        directory,
        ".",
        OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC,
        Mode::RUSR | Mode::WUSR,
    ) {
        Ok(descriptor) => Ok(Some(File::from_std(descriptor.into()))),
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Gives it a name that nothing has yet.
pub(crate) fn link(file: &File, directory: &Dir, name: &OsStr) -> io::Result<()> {
    rustix::fs::linkat(
        rustix::fs::CWD,
        format!("/proc/self/fd/{}", file.as_raw_fd()),
        directory,
        name,
        AtFlags::SYMLINK_FOLLOW,
    )
    .map_err(io::Error::from)
}
