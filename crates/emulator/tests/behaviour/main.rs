//! The emulator as its clients see it, driven over real sockets.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what supports a test fails by panicking, too"
)]

mod access_token;
mod authorization_code;
mod authorize;
mod browser;
mod client_assertion;
mod client_secret;
mod device_code;
mod faults;
mod graph;
mod https;
mod metadata;
#[cfg(unix)]
mod openssl;
mod person;
mod program;
mod refresh_token;
mod server;
mod sign_in_pages;
mod support;
mod user_tokens;
