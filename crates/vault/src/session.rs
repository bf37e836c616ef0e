//! The session key, which seals access tokens so that a warm call needs no keyring.
//!
//! It rests where the login session keeps what ends with it. Where there is no such place, the
//! master key seals access tokens as well.

#[cfg(any(target_os = "macos", windows))]
#[path = "session/keyring.rs"]
mod platform;
#[cfg(target_os = "linux")]
#[path = "session/linux.rs"]
mod platform;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
#[path = "session/none.rs"]
mod platform;

pub(crate) use platform::create;
pub(crate) use platform::directory;
pub(crate) use platform::obstacle;
pub(crate) use platform::place;
pub(crate) use platform::read;
