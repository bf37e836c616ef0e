//! The vault as a whole, on real files, in several processes, among hostile neighbours.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests arrange files and read the real clock"
)]

mod accounts;
mod added_secrets;
mod common;
mod decisions;
mod dotnet;
mod hostile;
mod imports;
mod locks;
mod output;
mod processes;
mod profiles;
mod records;
mod refresh_tokens;
mod renames;
mod signing_keys;
mod survey;
