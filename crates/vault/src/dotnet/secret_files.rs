//! The files that the .NET tool keeps secrets in on Linux: one for each, named by a hash, its bytes
//! changed by XOR with a constant. Whoever reads such a file has the secret.

use std::path::Path;
use std::path::PathBuf;

use aws_lc_rs::constant_time;
use aws_lc_rs::digest;
use model::ProfileName;
use thiserror::Error;
use zeroize::Zeroizing;

use super::DotnetSecret;
use crate::bytes::hex;
use crate::error::StorageError;
use crate::files::Directory;
use crate::secrets::SecretKind;

const MASK: u8 = 0xAA;
const ENDING: &str = ".dat";

/// In bytes. The longest secrets that Entra makes have 40 characters.
const SIZE_LIMIT: u64 = 64 << 10;

/// Why a secret cannot be taken out of its file.
#[derive(Debug, Error)]
pub enum SecretFileProblem {
    /// The file cannot be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// It is empty.
    #[error("{} is empty", .0.display())]
    Empty(PathBuf),
    /// It holds no text, or text with control characters.
    #[error("{} holds no secret: its bytes are no text", .0.display())]
    NoText(PathBuf),
}

/// The directory of secret files, by descriptor.
#[derive(Debug)]
pub struct SecretFiles {
    directory: Directory,
    allow_foreign_home: bool,
    open_to_others: bool,
}

impl SecretFiles {
    /// Opens the directory; `None` if it is not there. Its permissions stay as they are.
    ///
    /// # Errors
    /// [`StorageError`] if it is a link, no directory, another user's, or cannot be opened.
    pub fn open(path: &Path, allow_foreign_home: bool) -> Result<Option<Self>, StorageError> {
        let found = Directory::open_unrepaired(path, allow_foreign_home)?;
        Ok(found.map(|(directory, open_to_others)| Self {
            directory,
            allow_foreign_home,
            open_to_others,
        }))
    }

    /// Whether other users of the machine can enter it.
    pub fn is_open_to_others(&self) -> bool {
        self.open_to_others
    }

    /// The secret of that kind; `None` if there is no such file.
    ///
    /// # Errors
    /// [`SecretFileProblem`] if there is one that cannot be used.
    pub fn read(
        &self,
        profile: &ProfileName,
        kind: SecretKind,
    ) -> Result<Option<DotnetSecret>, SecretFileProblem> {
        let name = file_name(profile, kind);
        let bytes = self
            .directory
            .read_own(&name, SIZE_LIMIT, self.allow_foreign_home)?;
        let Some(mut bytes) = bytes else {
            return Ok(None);
        };
        for byte in bytes.iter_mut() {
            *byte ^= MASK;
        }
        let path = || self.directory.path_of(&name);
        match std::str::from_utf8(&bytes) {
            Ok("") => Err(SecretFileProblem::Empty(path())),
            Ok(text) if !text.contains(char::is_control) => Ok(Some(DotnetSecret {
                kind,
                value: Zeroizing::new(text.to_owned()),
            })),
            Ok(_) | Err(_) => Err(SecretFileProblem::NoText(path())),
        }
    }

    /// Whether there is a file for that secret, usable or not.
    ///
    /// # Errors
    /// [`StorageError`] if the directory cannot be searched.
    pub fn contains(&self, profile: &ProfileName, kind: SecretKind) -> Result<bool, StorageError> {
        self.directory.contains(&file_name(profile, kind))
    }

    /// How many secret files there are that belong to none of these profiles.
    ///
    /// # Errors
    /// [`StorageError`] if the directory cannot be listed.
    pub fn strangers(&self, profiles: &[&ProfileName]) -> Result<usize, StorageError> {
        let known: Vec<String> = profiles
            .iter()
            .flat_map(|profile| SecretKind::ALL.map(|kind| file_name(profile, kind)))
            .collect();
        let names = self.directory.names()?;
        Ok(names
            .iter()
            .filter(|name| name.ends_with(ENDING) && !known.contains(name))
            .count())
    }

    /// Removes the file if it still holds exactly that secret; returns whether it did.
    ///
    /// # Errors
    /// [`SecretFileProblem`] if it cannot be read or removed.
    pub fn remove(
        &self,
        profile: &ProfileName,
        secret: &DotnetSecret,
    ) -> Result<bool, SecretFileProblem> {
        let Some(found) = self.read(profile, secret.kind)? else {
            return Ok(false);
        };
        let (found, expected) = (found.value.as_bytes(), secret.value.as_bytes());
        if constant_time::verify_slices_are_equal(found, expected).is_err() {
            return Ok(false);
        }
        let name = file_name(profile, secret.kind);
        Ok(self.directory.remove_lastingly(&[name])? > 0)
    }
}

fn file_name(profile: &ProfileName, kind: SecretKind) -> String {
    let what = match kind {
        SecretKind::ClientSecret => "secret",
        SecretKind::CertificatePassword => "cert-password",
    };
    let key = format!("profile:{profile}:{what}");
    let hash = digest::digest(&digest::SHA256, key.as_bytes());
    format!("{}{ENDING}", hex(hash.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_the_names_that_sha256sum_gives() {
        let sp = ProfileName::parse("sp").unwrap();
        assert_eq!(
            file_name(&sp, SecretKind::ClientSecret),
            "2c927b9dc6b1d0e2b8119629aded443b5823bb322f40ef982dfe68817c1b581e.dat"
        );
        assert_eq!(
            file_name(&sp, SecretKind::CertificatePassword),
            "48c891f42544af7269f2b2cecc6dd7f894fd653f533809a502004cddc9157545.dat"
        );
    }
}
