//! The project's chores. `cargo xtask test` is all that CI runs.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore runner talks to its terminal, and to files, clocks and processes"
)]

mod arguments;
mod audit;
mod bench;
mod command;
mod leftovers;
mod stage;
mod stages;
mod summary;
mod test;
mod tools;
mod warm_store;
mod workspace;

use clap::Parser;

fn main() -> anyhow::Result<()> {
    arguments::Arguments::parse().run()
}
