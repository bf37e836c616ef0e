//! Unit and integration tests of every crate, under nextest.

use anyhow::Context;

use crate::{stage::Outcome, summary::Tests, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let output = workspace
        .tool("cargo-nextest")
        .args(["nextest", "run", "--workspace", "--locked"])
        .args(["--no-fail-fast", "--status-level=slow"])
        .run_and_read()?;
    Tests::read(&output).context("nextest printed no summary")
}
