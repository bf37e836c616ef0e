//! The stages of `cargo xtask test`, in the order they run: quick ones first.

use clap::{ValueEnum, builder::PossibleValue};

use crate::{stages, summary::Tests, workspace::Workspace};

/// What a stage returns: the tests it counted, none for a stage that only checks.
pub(crate) type Outcome = anyhow::Result<Tests>;

/// One stage of `cargo xtask test`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&Workspace) -> Outcome,
}

const STAGES: &[Stage] = &[
    Stage {
        name: "tools",
        about: "install what the tests need",
        run: stages::tools::run,
    },
    Stage {
        name: "format",
        about: "rustfmt changes nothing",
        run: stages::format::run,
    },
    Stage {
        name: "arrows",
        about: "the crates know each other only as docs/design/architecture.md draws it",
        run: stages::arrows::run,
    },
    Stage {
        name: "links",
        about: "every relative link of every Markdown page leads somewhere",
        run: stages::links::run,
    },
    Stage {
        name: "errors",
        about: "the lists of error codes are what the program's table says",
        run: stages::errors::run,
    },
    Stage {
        name: "deny",
        about: "banned crates, licences and sources",
        run: stages::deny::run,
    },
    Stage {
        name: "clippy",
        about: "no warning from rustc or clippy",
        run: stages::clippy::run,
    },
    Stage {
        name: "tests",
        about: "unit and integration tests",
        run: stages::tests::run,
    },
    Stage {
        name: "doctests",
        about: "the examples in the documentation of the code",
        run: stages::doctests::run,
    },
    Stage {
        name: "docs",
        about: "the documentation of the code builds without a warning",
        run: stages::docs::run,
    },
    Stage {
        name: "demo",
        about: "cargo run --release -- demo, with nobody at the terminal",
        run: stages::demo::run,
    },
    Stage {
        name: "peers",
        about: "other people's software as the other side, and as the judge",
        run: stages::peers::run,
    },
    Stage {
        name: "budget",
        about: "instructions of a warm get-token, against bench/budget.toml",
        run: stages::budget::run,
    },
];

impl ValueEnum for Stage {
    fn value_variants<'a>() -> &'a [Self] {
        STAGES
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name).help(self.about))
    }
}
