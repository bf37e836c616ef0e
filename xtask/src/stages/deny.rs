//! cargo-deny without its advisory database, which not every machine can reach.

use crate::{stage::Outcome, summary::Tests, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    workspace
        .tool("cargo-deny")
        .args(["--locked", "--workspace", "check", "--hide-inclusion-graph"])
        .args(["bans", "licenses", "sources"])
        .run()?;
    Ok(Tests::default())
}
