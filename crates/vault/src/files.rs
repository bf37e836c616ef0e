//! Directories and files, used by descriptor: opened once without following links, ours, private.

pub(crate) mod directory;
pub(crate) mod output;
mod temporary;

#[cfg(unix)]
#[path = "files/unix.rs"]
pub(crate) mod platform;
#[cfg(windows)]
#[path = "files/windows.rs"]
pub(crate) mod platform;

pub(crate) use directory::Directory;
pub(crate) use temporary::Durability;
pub(crate) use temporary::Publish;
