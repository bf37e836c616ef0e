//! Examples in doc comments; nextest does not run them.

use anyhow::Context;

use crate::{stage::Outcome, summary::Tests, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let output = workspace
        .cargo()
        .args(["test", "--doc", "--workspace", "--locked", "--no-fail-fast"])
        .run_and_read()?;
    Tests::read(&output).context("cargo test --doc printed no summary")
}
