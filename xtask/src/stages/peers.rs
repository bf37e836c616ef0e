//! The built program against software that is not ours, driven by pytest.

use anyhow::Context;

use crate::{stage::Outcome, summary::Tests, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    workspace.build_peers()?;
    let output = workspace
        .peer_python()
        .args(["-m", "pytest", "-p", "no:cacheprovider", "--color=no"])
        // Most of the time a browser is waited for.
        .args(["--numprocesses=auto", "--maxprocesses=4"])
        .args(["--dist=worksteal", "--durations=10"])
        .run_and_read()?;
    Tests::read(&output).context("pytest printed no summary")
}
