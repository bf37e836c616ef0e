//! The lists of error codes are what the program's table says.

use crate::{errors, stage::Outcome, summary::Tests, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    errors::check(workspace)?;
    Ok(Tests::default())
}
