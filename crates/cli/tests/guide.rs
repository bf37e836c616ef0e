//! The commands of the guide are run, and do what the guide shows.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests arrange files and processes, tell the real time, and fail by panicking"
)]

#[path = "guide/flows.rs"]
mod flows;
#[path = "guide/spelling.rs"]
mod spelling;
#[path = "guide/staying_signed_in.rs"]
mod staying_signed_in;
#[path = "program/support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "what other test programs stand on as well"
)]
mod support;
#[path = "guide/text.rs"]
mod text;
