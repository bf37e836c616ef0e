//! Sealed client secrets and certificate passwords, each bound to the one place it may be sent to.

use std::fmt;

use model::Destination;
use model::ProfileName;
use serde::Deserialize;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::bytes::digest_name;
use crate::envelope;
use crate::envelope::Kind;
use crate::envelope::SealError;
use crate::error::VaultError;
use crate::files::Durability;
use crate::sealed;
use crate::sealed::Sealed;
use crate::store::SECRETS;
use crate::store::Vault;

/// Which of a profile's secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SecretKind {
    /// The application's client secret.
    ClientSecret,
    /// The password of its certificate file.
    CertificatePassword,
}

impl SecretKind {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::ClientSecret, Self::CertificatePassword];

    fn record(self) -> Kind {
        match self {
            Self::ClientSecret => Kind::ClientSecret,
            Self::CertificatePassword => Kind::CertificatePassword,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::ClientSecret => "client-secret",
            Self::CertificatePassword => "certificate-password",
        }
    }
}

impl fmt::Display for SecretKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ClientSecret => "client secret",
            Self::CertificatePassword => "certificate password",
        })
    }
}

/// The sealed secrets.
#[derive(Debug, Clone, Copy)]
pub struct Secrets<'v> {
    vault: &'v Vault,
}

impl<'v> Secrets<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self { vault }
    }

    /// Keeps a secret for that destination, replacing the one there was.
    ///
    /// # Errors
    /// [`VaultError`] if no key can be had or the file cannot be written.
    pub fn put(
        self,
        profile: &ProfileName,
        kind: SecretKind,
        destination: &Destination,
        value: &str,
    ) -> Result<(), VaultError> {
        let bytes = self.sealed(profile, kind, destination, value)?;
        self.put_sealed(profile, kind, &bytes)
    }

    /// A secret sealed for that destination, and kept nowhere yet.
    pub(crate) fn sealed(
        self,
        profile: &ProfileName,
        kind: SecretKind,
        destination: &Destination,
        value: &str,
    ) -> Result<Vec<u8>, VaultError> {
        envelope::seal(
            self.vault.master_key()?,
            kind.record(),
            &record(profile, kind),
            &sealed::bound_to(destination),
            value.as_bytes(),
        )
    }

    /// Keeps what [`sealed`](Self::sealed) made, replacing the secret there was.
    pub(crate) fn put_sealed(
        self,
        profile: &ProfileName,
        kind: SecretKind,
        bytes: &[u8],
    ) -> Result<(), VaultError> {
        sealed::write(self.vault, SECRETS, &file_name(profile, kind), bytes, None)
    }

    /// The secret, if it may go to that destination; `None` if none is kept.
    ///
    /// # Errors
    /// [`VaultError::DestinationChanged`] if it may not, before any key is asked for;
    /// [`VaultError`] if it cannot be opened.
    pub fn get(
        self,
        profile: &ProfileName,
        kind: SecretKind,
        destination: &Destination,
    ) -> Result<Option<Zeroizing<String>>, VaultError> {
        let Some(found) = self.read(profile, kind)? else {
            return Ok(None);
        };
        let stored = destination_of(&found, kind)?;
        if stored != *destination {
            return Err(VaultError::DestinationChanged {
                stored: Box::new(stored),
                requested: Box::new(destination.clone()),
            });
        }
        self.open(&found, profile, kind).map(Some)
    }

    /// Where the secret may go; `None` if none is kept. Asks for no key, so what it tells may be
    /// shown but is not proven.
    ///
    /// # Errors
    /// [`VaultError`] if the file cannot be read.
    pub fn has(
        self,
        profile: &ProfileName,
        kind: SecretKind,
    ) -> Result<Option<Destination>, VaultError> {
        match self.read(profile, kind)? {
            Some(found) => destination_of(&found, kind).map(Some),
            None => Ok(None),
        }
    }

    /// Lets the profile's secrets go to another destination, because a person said so; returns
    /// whether there were any.
    ///
    /// # Errors
    /// [`VaultError`] if one cannot be opened or sealed again.
    pub fn rebind(
        self,
        profile: &ProfileName,
        destination: &Destination,
    ) -> Result<bool, VaultError> {
        let mut any = false;
        for kind in SecretKind::ALL {
            if let Some(found) = self.read(profile, kind)? {
                let value = self.open(&found, profile, kind)?;
                self.put(profile, kind, destination, &value)?;
                any = true;
            }
        }
        Ok(any)
    }

    /// The profile's secrets, each sealed anew under another name for the destination that it is
    /// bound to.
    pub(crate) fn sealed_as(
        self,
        profile: &ProfileName,
        other: &ProfileName,
    ) -> Result<Vec<(SecretKind, Vec<u8>)>, VaultError> {
        let mut all = Vec::new();
        for kind in SecretKind::ALL {
            if let Some(found) = self.read(profile, kind)? {
                let value = self.open(&found, profile, kind)?;
                let destination = destination_of(&found, kind)?;
                all.push((kind, self.sealed(other, kind, &destination, &value)?));
            }
        }
        Ok(all)
    }

    /// Forgets one secret of the profile; returns whether it was kept.
    ///
    /// # Errors
    /// [`VaultError`] if the file cannot be removed.
    pub fn remove_one(self, profile: &ProfileName, kind: SecretKind) -> Result<bool, VaultError> {
        let names = [file_name(profile, kind)];
        Ok(sealed::remove(self.vault, SECRETS, &names, Durability::Passing)? > 0)
    }

    /// Forgets the profile's secrets; returns whether any was kept.
    ///
    /// # Errors
    /// [`VaultError`] if a file cannot be removed.
    pub fn remove(self, profile: &ProfileName) -> Result<bool, VaultError> {
        let mut any = false;
        for kind in SecretKind::ALL {
            any |= self.remove_one(profile, kind)?;
        }
        Ok(any)
    }

    fn read(self, profile: &ProfileName, kind: SecretKind) -> Result<Option<Sealed>, VaultError> {
        Sealed::read(self.vault, SECRETS, file_name(profile, kind))
    }

    fn open(
        self,
        found: &Sealed,
        profile: &ProfileName,
        kind: SecretKind,
    ) -> Result<Zeroizing<String>, VaultError> {
        let envelope = found
            .envelope(kind.record())
            .map_err(|why| found.fails(why))?;
        let key = self.vault.key_of_existing_store()?;
        let plaintext = envelope
            .open(key, kind.record(), &record(profile, kind))
            .map_err(|why| found.fails(why))?;
        std::str::from_utf8(&plaintext)
            .map(|text| Zeroizing::new(text.to_owned()))
            .map_err(|_| found.fails(SealError::Contents))
    }
}

fn destination_of(found: &Sealed, kind: SecretKind) -> Result<Destination, VaultError> {
    found
        .destination(kind.record())
        .map_err(|why| found.fails(why))
}

fn record(profile: &ProfileName, kind: SecretKind) -> String {
    format!("profile {profile} {}", kind.name())
}

/// The records that a profile can have: in which file, of which kind, sealed under which name.
pub(crate) fn records_of(profile: &ProfileName) -> [(String, Kind, String); 2] {
    SecretKind::ALL.map(|kind| {
        (
            file_name(profile, kind),
            kind.record(),
            record(profile, kind),
        )
    })
}

/// Names are hashed because file systems differ in what they take for the same name.
pub(crate) fn file_name(profile: &ProfileName, kind: SecretKind) -> String {
    digest_name(&[profile.as_str().as_bytes(), kind.name().as_bytes()])
}
