//! The engine as a whole, with a clock, a network and a person that the tests hand in.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod applications;
mod browser;
mod device;
mod diagnosis;
mod ends;
mod lifetimes;
mod permission;
mod retries;
mod sharing;
mod signing_keys;
mod stage;
mod staying;
mod transport;
