//! The program as scripts and people meet it: run as a process of its own, in a throw-away home,
//! against an Entra look-alike on loopback.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests arrange files and processes, and tell the real time"
)]

mod admin_consent;
mod applications;
mod applications_refused;
mod applications_saved;
mod applications_streamed;
mod cache;
// Looks into /proc.
#[cfg(target_os = "linux")]
mod canaries;
mod certificates;
mod checking;
mod completion;
mod concurrency;
mod copying;
mod deleting;
// Changes users and mounts disks.
#[cfg(target_os = "linux")]
mod doctor;
mod error_examples;
mod exfiltration;
mod exit_codes;
mod expiring;
mod explain;
mod faults;
mod hostile_sign_in_text;
mod hostile_text;
mod https;
mod inspecting;
mod kills;
mod logout;
mod manual;
mod migrating;
mod misplaced_tokens;
mod misspelt_fields;
mod narrow_terminals;
mod pasting;
mod precedence;
mod prompts;
mod questions;
mod references;
mod references_each_time;
mod refresh_token_theft;
mod renaming;
mod rotation;
mod script_contract;
mod several_accounts;
mod showing;
mod sign_in_attacks;
#[cfg(target_os = "linux")]
mod sign_in_canaries;
mod sign_in_crowds;
mod sign_in_interrupted;
mod sign_in_refused;
mod signing_in;
mod staying_signed_in;
mod storage;
mod store_damage;
// Mounts disks and changes users.
#[cfg(target_os = "linux")]
mod store_place;
mod support;
mod transfer;
mod trying;
mod variables_kept_back;
mod verifying;
mod which_source_won;
mod whose_keys_count;
