//! A configuration that lives as long as the demonstration.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use tempfile::TempDir;

use super::failed;
use crate::command_error::CommandError;
use crate::command_error::Kind;

/// A temporary directory, open to this user alone, with room for everything the program keeps.
///
/// It is removed when dropped. The vault, which writes all that is meant to last, is what runs in
/// it, so the directory itself is made here.
pub(super) struct ThrowAway(TempDir);

impl ThrowAway {
    /// A new one, empty.
    pub(super) fn new() -> Result<Self, CommandError> {
        tempfile::Builder::new()
            .prefix("entra-auth-cli-demo-")
            .tempdir()
            .map(Self)
            .map_err(|error| {
                let why = match error.kind() {
                    io::ErrorKind::NotFound => "there is no such place".to_owned(),
                    io::ErrorKind::PermissionDenied => "you may not write there".to_owned(),
                    other => other.to_string(),
                };
                CommandError::new(
                    Kind::Store,
                    "no_temporary_directory",
                    format!("no temporary directory can be made: {why}"),
                )
                .hint("Name a place for one: TMPDIR, on Windows TEMP")
            })
    }

    /// The path of a file that is not the program's, such as a certificate.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The variables that keep the program inside, the operating system's keyring left alone.
    pub(super) fn variables(&self) -> Vec<(String, OsString)> {
        [
            ("ENTRA_AUTH_CONFIG_DIR", self.file("config")),
            ("ENTRA_AUTH_STATE_DIR", self.file("state")),
            ("ENTRA_AUTH_DATA_DIR", self.file("data")),
            ("ENTRA_AUTH_KEY_STORE", PathBuf::from("file")),
            ("XDG_RUNTIME_DIR", self.0.path().to_owned()),
        ]
        .map(|(name, path)| (name.to_owned(), path.into_os_string()))
        .into()
    }

    /// The files that the program has written, with what is in them.
    pub(super) fn written(&self) -> Result<Vec<(PathBuf, Vec<u8>)>, CommandError> {
        let mut files = Vec::new();
        for directory in ["config", "state", "data"] {
            collect(&self.file(directory), &mut files)
                .map_err(|error| failed(format!("what was written cannot be read: {error}")))?;
        }
        files.sort();
        Ok(files)
    }

    /// Removes it with everything in it.
    pub(super) fn remove(self) -> Result<(), CommandError> {
        let path = self.0.path().to_owned();
        self.0.close().map_err(|error| {
            CommandError::new(
                Kind::Store,
                "not_removed",
                format!("{} could not be removed: {error}", path.display()),
            )
            .hint("Remove it by hand; nothing in it is worth anything.")
        })
    }
}

fn collect(directory: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) -> io::Result<()> {
    let entries = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push((entry.path(), std::fs::read(entry.path())?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_it_is_found_and_goes_with_it() {
        let place = ThrowAway::new().unwrap();
        let root = place.0.path().to_owned();
        assert!(place.written().unwrap().is_empty());
        let below = place.file("state").join("tokens");
        #[expect(clippy::disallowed_methods, reason = "what the vault would do")]
        std::fs::create_dir_all(&below).unwrap();
        vault::write_output(&below.join("a"), b"sealed").unwrap();
        vault::write_output(&place.file("certificate.pem"), b"a person's").unwrap();
        assert_eq!(
            place.written().unwrap(),
            [(below.join("a"), b"sealed".to_vec())]
        );
        place.remove().unwrap();
        assert!(!root.exists());
    }
}
