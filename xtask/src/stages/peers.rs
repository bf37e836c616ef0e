//! The built program against software that is not ours, driven by pytest.

use anyhow::Context;

use crate::{stage::Outcome, summary::Tests, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    workspace
        .cargo()
        .args(["build", "--release", "--locked"])
        .args(["--package", "entra-auth-cli", "--package", "emulator"])
        .run()?;
    let output = workspace
        .tool("python")
        .env("ENTRA_AUTH_CLI_BIN", workspace.product("release"))
        .env(
            "ENTRA_EMULATOR_BIN",
            workspace.built("release", "entra-emulator"),
        )
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .args(["-m", "pytest", "-p", "no:cacheprovider", "--color=no"])
        .directory(&workspace.peers().join("python"))
        .run_and_read()?;
    Tests::read(&output).context("pytest printed no summary")
}
