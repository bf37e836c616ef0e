//! Directories and files, used by descriptor: opened once without following links, ours, private.

pub(crate) mod directory;
pub(crate) mod output;
mod temporary;

/// Files without a name, which vanish with the process unless they are linked.
#[cfg(target_os = "linux")]
#[path = "files/nameless/linux.rs"]
mod nameless;
#[cfg(not(target_os = "linux"))]
#[path = "files/nameless/none.rs"]
mod nameless;

#[cfg(unix)]
#[path = "files/unix.rs"]
pub(crate) mod platform;
#[cfg(windows)]
#[path = "files/windows.rs"]
pub(crate) mod platform;

pub(crate) use directory::Directory;
pub(crate) use temporary::Durability;
pub(crate) use temporary::Publish;
