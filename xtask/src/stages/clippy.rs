//! The compiler's and clippy's warnings are errors, in tests and benches too.

use crate::{stage::Outcome, summary::Tests, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    workspace
        .cargo()
        .args(["clippy", "--workspace", "--all-targets", "--locked"])
        .args(["--", "--deny", "warnings"])
        .run()?;
    Ok(Tests::default())
}
