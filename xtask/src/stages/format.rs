//! rustfmt, with its default style.

use crate::{stage::Outcome, summary::Tests, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    workspace.cargo().args(["fmt", "--all", "--check"]).run()?;
    Ok(Tests::default())
}
