//! Where things are, and how programs are started from there.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use serde_json::Value;

use crate::command::Step;

/// The checkout, as Cargo sees it.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    /// `cargo metadata --no-deps`
    pub(crate) metadata: Value,
}

impl Workspace {
    pub(crate) fn find() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask has no parent folder")?
            .to_owned();
        let metadata = Step::new("cargo", &root)
            .args(["metadata", "--no-deps", "--format-version=1", "--locked"])
            .read()?;
        let metadata: Value = serde_json::from_str(&metadata)?;
        let target = metadata["target_directory"]
            .as_str()
            .ok_or_else(|| anyhow!("cargo metadata names no target directory"))?
            .into();
        Ok(Self {
            root,
            target,
            metadata,
        })
    }

    /// A program from PATH, run at the root.
    pub(crate) fn program(&self, name: impl AsRef<std::ffi::OsStr>) -> Step {
        Step::new(name, &self.root)
    }

    pub(crate) fn cargo(&self) -> Step {
        self.program("cargo")
    }

    /// The virtual environment that holds every package from a registry of Python packages.
    pub(crate) fn python_environment(&self) -> PathBuf {
        self.target.join("tools").join("python")
    }

    /// A program of the virtual environment.
    pub(crate) fn tool(&self, name: &str) -> Step {
        let programs = if cfg!(windows) { "Scripts" } else { "bin" };
        self.program(self.python_environment().join(programs).join(name))
    }

    pub(crate) fn product(&self, profile: &str) -> PathBuf {
        self.built(profile, "entra-auth-cli")
    }

    pub(crate) fn built(&self, profile: &str, name: &str) -> PathBuf {
        let mut path = self.target.join(profile).join(name);
        path.set_extension(std::env::consts::EXE_EXTENSION);
        path
    }

    pub(crate) fn peers(&self) -> PathBuf {
        self.root.join("tests").join("peers")
    }

    /// Builds the program and the emulator as the peer tests want them.
    pub(crate) fn build_peers(&self) -> anyhow::Result<()> {
        self.cargo()
            .args(["build", "--release", "--locked"])
            .args(["--package", "entra-auth-cli", "--package", "emulator"])
            .run()
    }

    /// Python among the peer tests, told where the two built programs are.
    pub(crate) fn peer_python(&self) -> Step {
        self.tool("python")
            .env("ENTRA_AUTH_CLI_BIN", self.product("release"))
            .env(
                "ENTRA_EMULATOR_BIN",
                self.built("release", "entra-emulator"),
            )
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .directory(&self.peers().join("python"))
    }
}
