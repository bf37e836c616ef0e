//! rustdoc's warnings (a broken link, a bare address) are errors.

use crate::{stage::Outcome, summary::Tests, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    workspace
        .cargo()
        .env("RUSTDOCFLAGS", "--deny warnings")
        .args(["doc", "--workspace", "--no-deps", "--locked"])
        .args(["--document-private-items"])
        .run()?;
    Ok(Tests::default())
}
