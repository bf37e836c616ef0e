//! `cargo xtask screens`: makes the pictures of the guide with the built program, the emulator, tmux
//! and a real Chromium.

use crate::tools;
use crate::workspace::Workspace;

const PICTURES: &str = "docs/guide/pictures";

pub(crate) fn run() -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    tools::install_debian_packages(&workspace)?;
    tools::install_python_packages(&workspace)?;
    tools::install_node_packages(&workspace)?;
    workspace.build_peers()?;
    workspace
        .peer_python()
        .args(["make_pictures.py"])
        .arg(workspace.root.join(PICTURES))
        .run()
}
