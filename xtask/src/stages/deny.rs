//! cargo-deny without its advisory database, which not every machine can reach. Its warnings (two versions
//! of a crate, an allowance that nothing uses) show when it is called by hand.

use crate::{stage::Outcome, summary::Tests, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    workspace
        .tool("cargo-deny")
        .args(["--locked", "--workspace", "--log-level=error", "check"])
        .args(["bans", "licenses", "sources"])
        .run()?;
    Ok(Tests::default())
}
