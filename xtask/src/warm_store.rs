//! A throw-away store with one profile whose token is in the cache, so that the next `get-token` is warm.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::workspace::Workspace;

/// Whom the cached token speaks for.
#[derive(Clone, Copy)]
pub(crate) enum Speaks {
    /// The application itself.
    ForTheApp,
    /// A person who signed in.
    ForAPerson,
}

impl Speaks {
    const fn profile(self) -> &'static str {
        match self {
            Self::ForTheApp => "service-principal",
            Self::ForAPerson => "iot-device",
        }
    }
}

/// Where the session key of the cache may rest.
#[derive(Clone, Copy)]
pub(crate) enum SessionKey<'a> {
    /// Nowhere: the master key, in a key file, seals the tokens.
    None,
    /// In this folder, on tmpfs and closed to others.
    In(&'a Path),
}

pub(crate) struct WarmStore {
    directory: TempDir,
    product: PathBuf,
    runtime: PathBuf,
    speaks: Speaks,
    token: String,
}

impl WarmStore {
    pub(crate) fn prepare(
        workspace: &Workspace,
        product: PathBuf,
        speaks: Speaks,
    ) -> anyhow::Result<Self> {
        Self::prepare_with(workspace, product, speaks, SessionKey::None)
    }

    /// Makes a profile, and gets its token from a token endpoint that is gone afterwards.
    pub(crate) fn prepare_with(
        workspace: &Workspace,
        product: PathBuf,
        speaks: Speaks,
        session_key: SessionKey<'_>,
    ) -> anyhow::Result<Self> {
        ensure!(product.exists(), "{} is not built", product.display());
        let directory = tempfile::tempdir()?;
        let runtime = match session_key {
            SessionKey::None => directory.path().join("no-such-runtime-directory"),
            SessionKey::In(runtime) => runtime.to_owned(),
        };
        let mut store = Self {
            directory,
            product,
            runtime,
            speaks,
            token: String::new(),
        };
        let authority = workspace
            .tool("python")
            .arg(workspace.peers().join("python/recording_authority.py"))
            .serve()?;
        let ready: Value = serde_json::from_str(&authority.ready)?;
        let url = ready["url"].as_str().context("the authority has no url")?;
        store.create_profile(workspace, url)?;
        store.get_token(workspace)?;
        drop(authority);
        store.token = store.get_token(workspace)?;
        Ok(store)
    }

    /// The warm call.
    pub(crate) fn command(&self) -> Vec<OsString> {
        self.command_named("get-token")
    }

    /// Another command about the cached token.
    pub(crate) fn command_named(&self, name: &str) -> Vec<OsString> {
        self.command_of([name, "--profile", self.speaks.profile()])
    }

    /// The program, given these arguments.
    pub(crate) fn command_of<const N: usize>(&self, arguments: [&str; N]) -> Vec<OsString> {
        let mut words = vec![self.product.clone().into_os_string()];
        words.extend(arguments.map(OsString::from));
        words
    }

    /// Puts other profiles before the one there is, so that this many are there. They are like it,
    /// their names end in a number of three digits.
    pub(crate) fn fill_up(&self, profiles: usize) -> anyhow::Result<()> {
        let file = self.directory.path().join("config").join("profiles.json");
        let written = fs::read_to_string(&file)?;
        let list = written.trim().strip_prefix('[');
        let own = list
            .and_then(|list| list.strip_suffix(']'))
            .with_context(|| format!("{} holds no list", file.display()))?
            .trim();
        let name = self.speaks.profile();
        let others =
            (1..profiles).map(|number| own.replacen(name, &format!("{name}-{number:03}"), 1));
        let all: Vec<String> = others.chain([own.to_owned()]).collect();
        fs::write(&file, format!("[\n  {}\n]\n", all.join(",\n  ")))?;
        Ok(())
    }

    pub(crate) fn environment(&self) -> [(&'static str, PathBuf); 6] {
        let inside = |name: &str| self.directory.path().join(name);
        [
            ("HOME", inside("home")),
            ("ENTRA_AUTH_CONFIG_DIR", inside("config")),
            ("ENTRA_AUTH_STATE_DIR", inside("state")),
            ("ENTRA_AUTH_DATA_DIR", inside("data")),
            ("ENTRA_AUTH_KEY_STORE", PathBuf::from("file")),
            ("XDG_RUNTIME_DIR", self.runtime.clone()),
        ]
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// What the warm call prints, its newline included.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    fn create_profile(&self, workspace: &Workspace, authority: &str) -> anyhow::Result<()> {
        let create = workspace
            .program(&self.product)
            .only_env(&self.environment())
            .args(["config", "create", "--name", self.speaks.profile()])
            .args(["--tenant-id", "11111111-1111-4111-8111-111111111111"])
            .args(["--client-id", "22222222-2222-4222-8222-222222222222"])
            .args(["--scope", "https://graph.microsoft.com/.default"])
            .args(["--authority", authority]);
        match self.speaks {
            Speaks::ForTheApp => create
                .args(["--auth-method", "ClientSecret", "--client-secret-stdin"])
                .run_with_input("the secret of a bench\n"),
            Speaks::ForAPerson => create
                .args(["--auth-method", "Public", "--default-flow", "DeviceCode"])
                .run(),
        }
    }

    fn get_token(&self, workspace: &Workspace) -> anyhow::Result<String> {
        let command = self.command();
        let token = workspace
            .program(&command[0])
            .only_env(&self.environment())
            .args(&command[1..])
            .read()?;
        ensure!(token.len() > 1, "get-token printed no token");
        Ok(token)
    }
}
