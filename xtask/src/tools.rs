//! Installs what the tests need beyond Rust, git, Node and Python: Debian packages by name,
//! Python and npm packages by lock files that hold their hashes.

use std::{env, path::Path};

use anyhow::{Context, ensure};

use crate::workspace::Workspace;

/// Programs that must be found, and the Debian packages that hold them.
const PROGRAMS: &[(&str, &str)] = &[
    ("openssl", "openssl"),
    ("valgrind", "valgrind"),
    ("dbus-daemon", "dbus-daemon"),
    ("gnome-keyring-daemon", "gnome-keyring"),
    ("zsh", "zsh"),
    ("fish", "fish"),
    ("elvish", "elvish"),
    ("man", "man-db"),
    ("Xvfb", "xvfb"),
    ("xclip", "xclip"),
    ("chromium", "chromium"),
    ("tmux", "tmux"),
];

/// Folders of `tests/peers` with an npm package of their own.
const NODE_PACKAGES: [&str; 2] = ["browser", "oidc-provider"];

/// Installs the Debian packages that the tests need and whose programs are not there.
pub(crate) fn install_debian_packages(workspace: &Workspace) -> anyhow::Result<()> {
    let mut missing = missing(PROGRAMS);
    if !can_make_environments(workspace) {
        missing.push("python3-venv");
    }
    install(workspace, &missing)
}

/// Installs the Debian package that holds the program, if it is not there.
pub(crate) fn install_program(
    workspace: &Workspace,
    program: &str,
    package: &str,
) -> anyhow::Result<()> {
    install(workspace, &missing(&[(program, package)]))
}

/// The packages of the programs that are not there.
fn missing<'p>(programs: &[(&str, &'p str)]) -> Vec<&'p str> {
    programs
        .iter()
        .filter(|(program, _)| !is_installed(program))
        .map(|(_, package)| *package)
        .collect()
}

fn install(workspace: &Workspace, packages: &[&str]) -> anyhow::Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    ensure!(
        is_installed("apt-get"),
        "not installed, and there is no apt-get to install them: {}",
        packages.join(" ")
    );
    workspace
        .program("apt-get")
        .args(["update", "--quiet"])
        .run()?;
    workspace
        .program("apt-get")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "--quiet", "--yes", "--no-install-recommends"])
        .args(packages)
        .run()
        .context("installing Debian packages (this needs root)")
}

/// Fills the virtual environment: the chores' own tools, and the judges of the peer tests.
pub(crate) fn install_python_packages(workspace: &Workspace) -> anyhow::Result<()> {
    let environment = workspace.python_environment();
    if !environment.join("pyvenv.cfg").exists() {
        workspace
            .program("python3")
            .args(["-m", "venv"])
            .arg(&environment)
            .run()?;
    }
    workspace
        .tool("python")
        .args(["-m", "pip", "install", "--quiet", "--no-input"])
        .args(["--disable-pip-version-check", "--require-hashes"])
        .args(["--requirement", "xtask/tools/requirements.txt"])
        .args(["--requirement", "tests/peers/python/requirements.txt"])
        .run()
}

/// Installs the OpenID provider and the browser's driver of the peer tests; no package's install
/// script runs.
pub(crate) fn install_node_packages(workspace: &Workspace) -> anyhow::Result<()> {
    for package in NODE_PACKAGES {
        workspace
            .program(if cfg!(windows) { "npm.cmd" } else { "npm" })
            .args(["ci", "--prefer-offline", "--no-update-notifier"])
            .directory(&workspace.peers().join(package))
            .run()?;
    }
    Ok(())
}

fn is_installed(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| {
        env::split_paths(&path).any(|directory| Path::new(&directory).join(program).is_file())
    })
}

/// Debian's python3 has `venv` but not the `ensurepip` that it needs.
fn can_make_environments(workspace: &Workspace) -> bool {
    workspace
        .program("python3")
        .args(["-c", "import ensurepip, venv"])
        .read()
        .is_ok()
}
