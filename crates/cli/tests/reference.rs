//! The pages of docs/reference say what the program does, all of it, and nothing else.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests arrange files and processes, tell the real time, and fail by panicking"
)]

#[path = "reference/advice.rs"]
mod advice;
#[path = "reference/commands.rs"]
mod commands;
#[path = "reference/documents.rs"]
mod documents;
#[path = "reference/page.rs"]
mod page;
#[path = "reference/source.rs"]
mod source;
#[path = "program/support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "what other test programs stand on as well"
)]
mod support;
#[path = "reference/tables.rs"]
mod tables;
