//! Owners, modes and nameless files on Unix.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::path::PathBuf;

use cap_std::fs::Dir;
use cap_std::fs::MetadataExt as _;
use cap_std::fs::OpenOptions;
use cap_std::fs::OpenOptionsExt;
use cap_std::fs::Permissions;
use cap_std::fs::PermissionsExt;

use crate::error::StorageError;
use crate::survey::Ownership;

/// Where systemd keeps a login session's files, whether or not `XDG_RUNTIME_DIR` says so.
pub(crate) fn session_directory() -> Option<PathBuf> {
    cfg!(target_os = "linux").then(|| PathBuf::from(format!("/run/user/{}", effective_user())))
}

fn effective_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// New files are for their owner only.
pub(crate) fn make_private(options: &mut OpenOptions) {
    options.mode(0o600);
}

/// Opening waits for nobody, whatever stands at the path.
pub(crate) fn never_wait(options: &mut OpenOptions) {
    options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
}

/// Makes the missing directories on the way to this path, each for its owner only.
pub(crate) fn create_directories(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes one directory, for its owner only.
pub(crate) fn create_directory(parent: &Dir, name: &Path) -> io::Result<()> {
    rustix::fs::mkdirat(parent, name, rustix::fs::Mode::RWXU).map_err(io::Error::from)
}

/// Makes sure that an open directory is ours; returns its permission bits if it is open to others.
pub(crate) fn open_to_others(
    directory: &Dir,
    path: &Path,
    allow_foreign_home: bool,
) -> Result<Option<u32>, StorageError> {
    let failed = |source| StorageError::io("inspect", path, source);
    let metadata = directory.dir_metadata().map_err(failed)?;
    let (owner, user) = (metadata.uid(), effective_user());
    if owner != user && !(user == 0 && allow_foreign_home) {
        let path = path.to_owned();
        return Err(if user == 0 {
            StorageError::ForeignHome { path, owner }
        } else {
            StorageError::ForeignOwner { path, owner }
        });
    }
    // The sticky bit says that many users share it, as `/tmp`: closing it would lock them all out.
    if metadata.mode() & 0o1000 != 0 {
        return Err(StorageError::WrongKind(path.to_owned()));
    }
    let mode = metadata.mode() & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

/// Closes a directory to others.
pub(crate) fn close_to_others(directory: &Dir) -> io::Result<()> {
    directory.set_permissions(".", Permissions::from_mode(0o700))
}

/// Refuses a file that another user than root owns.
pub(crate) fn refuse_foreign_owner(
    metadata: &std::fs::Metadata,
    path: &Path,
    allow_foreign_home: bool,
) -> Result<(), StorageError> {
    let (owner, user) = (metadata.uid(), effective_user());
    if owner != user && owner != 0 && !(user == 0 && allow_foreign_home) {
        let path = path.to_owned();
        return Err(StorageError::ForeignOwner { path, owner });
    }
    Ok(())
}

/// Refuses a file that another user than root owns or may write to.
pub(crate) fn refuse_foreign_file(
    metadata: &std::fs::Metadata,
    path: &Path,
    allow_foreign_home: bool,
) -> Result<(), StorageError> {
    refuse_foreign_owner(metadata, path, allow_foreign_home)?;
    if metadata.mode() & 0o022 != 0 {
        let others = io::Error::new(
            io::ErrorKind::PermissionDenied,
            "other users may write to it",
        );
        return Err(StorageError::io("trust", path, others));
    }
    Ok(())
}

/// Whether a file is this user's, with mode 0600 as this program makes its own.
pub(crate) fn is_private(metadata: &std::fs::Metadata) -> bool {
    metadata.uid() == effective_user() && metadata.mode() & 0o7777 == 0o600
}

/// Whether other users may read a file. Root's own may be open: so a container mounts its secrets.
pub(crate) fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    metadata.uid() != 0 && metadata.mode() & 0o044 != 0
}

/// Refuses to make a directory as root in what belongs to somebody else.
pub(crate) fn refuse_foreign_home(path: &Path, allowed: bool) -> Result<(), StorageError> {
    if allowed || effective_user() != 0 {
        return Ok(());
    }
    let nearest = path
        .ancestors()
        .find_map(|ancestor| std::fs::metadata(ancestor).ok());
    match nearest.map(|metadata| metadata.uid()) {
        None | Some(0) => Ok(()),
        Some(owner) => Err(StorageError::ForeignHome {
            path: path.to_owned(),
            owner,
        }),
    }
}

/// Makes names given or taken in this directory survive a power cut.
pub(crate) fn sync_directory(directory: &Dir) -> io::Result<()> {
    directory.open(".")?.sync_all()
}

/// Whether writing there reaches a reader or a screen rather than a disk.
pub(crate) fn is_stream(kind: std::fs::FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_fifo() || kind.is_char_device()
}

/// Owner and permission bits of what stands there.
#[expect(clippy::unnecessary_wraps, reason = "Windows has neither")]
pub(crate) fn ownership(metadata: &std::fs::Metadata) -> Option<Ownership> {
    Some(Ownership {
        owner: metadata.uid(),
        is_ours: metadata.uid() == effective_user(),
        mode: metadata.mode() & 0o7777,
    })
}

/// Whether this user may write to what stands there; a read-only file system counts.
pub(crate) fn may_write(path: &Path) -> bool {
    use rustix::fs::Access;
    use rustix::fs::AtFlags;
    use rustix::fs::CWD;
    rustix::fs::accessat(CWD, path, Access::WRITE_OK, AtFlags::EACCESS).is_ok()
}

/// How many bytes this user can still write there.
pub(crate) fn free_space(path: &Path) -> Option<u64> {
    let space = rustix::fs::statvfs(path).ok()?;
    Some(space.f_bavail.saturating_mul(space.f_frsize))
}
