//! The project's chores. `cargo xtask test` is all that CI runs.
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a chore runner talks"
)]
#![expect(clippy::disallowed_methods, reason = "the bans are the product's")]

mod arguments;
mod audit;
mod bench;
mod command;
mod errors;
mod leftovers;
mod man;
mod other_systems;
mod screens;
mod stage;
mod stages;
mod summary;
mod test;
mod tools;
mod warm_store;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match arguments::Arguments::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
