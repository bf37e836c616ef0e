//! The listener that a sign-in's answer comes back to, met by browsers, strays and attackers over
//! real sockets.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod answers;
mod binding;
mod crowds;
mod endings;
mod limits;
mod log;
mod stage;
mod strays;
