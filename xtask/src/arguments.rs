//! What may stand behind `cargo xtask`.

use clap::{Parser, Subcommand};

use crate::{audit, bench, errors, man, other_systems, screens, stage::Stage, test};

/// The project's chores.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Install what the tests need and run everything that CI runs
    Test {
        /// Run this stage alone, without the ones before it (repeatable)
        #[arg(long, value_name = "STAGE")]
        only: Vec<Stage>,
        /// Go on after a failed stage
        #[arg(long)]
        keep_going: bool,
        /// Name the stages and what they do
        #[arg(long)]
        list: bool,
    },
    /// Look for known vulnerabilities in what Cargo.lock pins (needs the network)
    Audit,
    /// Measure the warm `get-token` beside `cat` and a bare decrypting program
    Bench {
        /// Rounds, each running every program in turn
        #[arg(long, default_value_t = 40)]
        rounds: u32,
    },
    /// Make the pictures of the guide in a real terminal and a real browser
    Screens,
    /// Write docs/errors.md and the table of error codes in docs/reference/exit-codes.md
    Errors,
    /// Write the manual pages to target/man
    Man,
    /// Compile for macOS and Windows, and run what Windows gets under Wine (as root, on Debian)
    OtherSystems,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.chore {
            Chore::Test { list: true, .. } => {
                test::list();
                Ok(())
            }
            Chore::Test {
                only, keep_going, ..
            } => test::run(&only, keep_going),
            Chore::Audit => audit::run(),
            Chore::Bench { rounds } => bench::run(rounds),
            Chore::Screens => screens::run(),
            Chore::Errors => errors::run(),
            Chore::Man => man::run(),
            Chore::OtherSystems => other_systems::run(),
        }
    }
}
