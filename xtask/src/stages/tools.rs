//! Everything else relies on this stage; run it once before `--only`.

use crate::{stage::Outcome, summary::Tests, tools, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    tools::install_debian_packages(workspace)?;
    tools::install_python_packages(workspace)?;
    tools::install_node_packages(workspace)?;
    Ok(Tests::default())
}
