//! The first command a newcomer runs. With no terminal it plays the person itself.

use std::time::Duration;

use crate::{stage::Outcome, summary::Tests, workspace::Workspace};

const LIMIT: Duration = Duration::from_mins(1);

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    workspace
        .cargo()
        .args(["build", "--release", "--locked"])
        .run()?;
    workspace
        .cargo()
        .args(["run", "--release", "--locked", "--quiet", "--", "demo"])
        .run_within(LIMIT)?;
    Ok(Tests::default())
}
