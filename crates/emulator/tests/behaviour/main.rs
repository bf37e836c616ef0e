//! The emulator as its clients see it, driven over real sockets.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what supports a test fails by panicking, too"
)]

mod access_token;
mod client_assertion;
mod client_secret;
mod faults;
mod https;
mod metadata;
mod openssl;
mod program;
mod server;
mod support;
