//! `cargo xtask man`: the manual pages, as the built program prints them.

use std::fs;

use crate::workspace::Workspace;

pub(crate) fn run() -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    workspace
        .cargo()
        .args(["build", "--locked", "--package", "entra-auth-cli"])
        .run()?;
    let program = workspace.product("debug");
    let directory = workspace.target.join("man");
    fs::create_dir_all(&directory)?;
    let names = workspace.program(&program).arg("manual").read()?;
    for name in names.lines() {
        let page = workspace.program(&program).args(["manual", name]).read()?;
        fs::write(directory.join(name), page)?;
    }
    println!("{} pages in {}", names.lines().count(), directory.display());
    Ok(())
}
