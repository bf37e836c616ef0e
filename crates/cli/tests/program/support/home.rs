//! A throw-away home.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use tempfile::TempDir;

use super::Call;

const PROGRAM: &str = env!("CARGO_BIN_EXE_entra-auth-cli");

/// The user that has nothing.
#[cfg(target_os = "linux")]
const NOBODY: u32 = 65_534;

/// A home, removed when dropped. The key of its store rests in a file.
pub(crate) struct Home {
    root: TempDir,
    /// Where a session key may rest; without it there is none.
    session: Option<TempDir>,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
            session: None,
        }
    }

    /// A home whose login session has a place in memory for its key.
    #[cfg(target_os = "linux")]
    pub(crate) fn with_session() -> Self {
        let session = tempfile::Builder::new()
            .permissions(std::fs::Permissions::from_mode(0o700))
            .tempdir_in("/dev/shm")
            .unwrap();
        Self {
            session: Some(session),
            ..Self::new()
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn at(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    pub(crate) fn profiles(&self) -> PathBuf {
        self.at(".config/entra-auth-cli/profiles.json")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.at(".local/state/entra-auth-cli")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.at(".local/share/entra-auth-cli")
    }

    pub(crate) fn session(&self) -> PathBuf {
        match &self.session {
            Some(session) => session.path().to_owned(),
            None => self.at("no-session"),
        }
    }

    /// Puts a file there, directories included.
    pub(crate) fn put(&self, below: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, contents).unwrap();
        path
    }

    /// Puts a program there.
    pub(crate) fn put_script(&self, below: &str, script: &str) -> PathBuf {
        let path = self.at(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        install(format!("#!/bin/sh\n{script}\n").as_bytes(), &path);
        path
    }

    /// Rewrites `profiles.json` as a person with an editor would.
    pub(crate) fn edit_profiles(&self, edit: impl FnOnce(String) -> String) {
        let text = std::fs::read_to_string(self.profiles()).unwrap();
        let edited = edit(text.clone());
        assert_ne!(edited, text, "the edit changes nothing");
        std::fs::write(self.profiles(), edited).unwrap();
    }

    pub(crate) fn call(&self, arguments: &[&str]) -> Call {
        self.call_of(Path::new(PROGRAM)).args(arguments)
    }

    /// The same for another program that stands in for it or leads to it.
    pub(crate) fn call_of(&self, program: &Path) -> Call {
        Call::new(program, self.path())
            .env("ENTRA_AUTH_KEY_STORE", "file")
            .env("XDG_RUNTIME_DIR", self.session())
    }

    /// The sealed tokens.
    pub(crate) fn token_files(&self) -> Vec<PathBuf> {
        files_below(&self.state().join("tokens"))
    }

    /// Takes the store's key away for good.
    pub(crate) fn lose_key(&self) {
        for key in std::fs::read_dir(self.data()).unwrap() {
            std::fs::remove_file(key.unwrap().path()).unwrap();
        }
    }

    /// Every file of this home with what it holds, but locks, which come and go.
    pub(crate) fn contents(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = self.files().into_iter();
        files
            .filter(|path| !path.components().any(|part| part.as_os_str() == "locks"))
            .map(|path| (path.clone(), std::fs::read(path).unwrap()))
            .collect()
    }

    /// Everything in this home, its session's place included.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = files_below(self.path());
        files.extend(files_below(&self.session()));
        files
    }
}

/// Puts a program there that every user can run.
///
/// Another process writes it: a child that another thread of this one starts in that moment would
/// take the open file along, and while anybody can write to a program nobody can run it.
fn install(program: &[u8], path: &Path) {
    let mut install = Command::new("install")
        .args(["-m", "755", "/dev/stdin"])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    install.stdin.take().unwrap().write_all(program).unwrap();
    assert!(install.wait().unwrap().success(), "{}", path.display());
}

/// All regular files below, in order.
fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(directory) else {
        return found;
    };
    for entry in entries {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(files_below(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

/// Gives a directory and everything in it to a user without rights; only root can.
#[cfg(target_os = "linux")]
pub(crate) fn give_to_nobody(path: &Path) {
    let status = Command::new("chown")
        .args(["-R", &format!("{NOBODY}:{NOBODY}")])
        .arg(path)
        .status()
        .unwrap();
    assert!(status.success(), "these tests run as root");
}

/// The program where every user can run it, to be called as a user without rights.
#[cfg(target_os = "linux")]
pub(crate) fn copy_of_the_program(home: &Home) -> Call {
    let copy = home.at("program");
    if !copy.exists() {
        install(&std::fs::read(PROGRAM).unwrap(), &copy);
    }
    std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    home.call_of(Path::new("setpriv"))
        .args([
            &format!("--reuid={NOBODY}"),
            &format!("--regid={NOBODY}"),
            "--clear-groups",
        ])
        .arg(copy)
}
