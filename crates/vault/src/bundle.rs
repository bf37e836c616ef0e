//! Exports: profiles on their way to another machine or another person, with the secrets that
//! belong to them or without. docs/design/exports.md describes the formats and what they hold off.

mod contents;
mod sealed;

use std::fmt;
use std::path::Path;

use model::Destination;
use model::Passphrase;
use model::Profile;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::dotnet::DotnetExport;
use crate::error::VaultError;
use crate::profiles;
use crate::profiles::ProfilesError;
use crate::protection::passphrase::Cost;
use crate::secrets::SecretKind;

pub use sealed::SealedBundle;

/// The largest export that is written or read, in bytes.
pub const SIZE_LIMIT: u64 = 16 << 20;

/// A secret on its way, with the one place it may be sent to.
#[derive(Clone, PartialEq, Eq)]
pub struct BundledSecret {
    /// Which of the profile's secrets.
    pub kind: SecretKind,
    /// Where it may go, as it was sealed where it comes from.
    pub destination: Destination,
    /// The secret.
    pub value: Zeroizing<String>,
}

impl fmt::Debug for BundledSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BundledSecret")
            .field("kind", &self.kind)
            .field("destination", &self.destination)
            .finish_non_exhaustive()
    }
}

/// A profile with the secrets that go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundledProfile {
    /// The profile.
    pub profile: Profile,
    /// Its secrets, at most one of each kind.
    pub secrets: Vec<BundledSecret>,
}

/// What an export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// When it was made, RFC 3339; `None` where the format does not tell.
    pub exported_at: Option<String>,
    /// The profiles, no two of the same name, letter case apart.
    pub profiles: Vec<BundledProfile>,
}

/// A file that may be an export.
#[derive(Debug)]
pub enum ExportFile {
    /// Profiles in the clear, without secrets.
    Plain(Bundle),
    /// Sealed under a passphrase.
    Sealed(SealedBundle),
    /// An export of the .NET tool: one profile, under a passphrase, without an integrity check.
    Dotnet(DotnetExport),
}

/// Why an export cannot be read or made.
#[derive(Debug, Error)]
pub enum BundleError {
    /// It is neither a sealed export nor JSON.
    #[error("it is no export of this program")]
    Foreign,
    /// A newer version of this program wrote it.
    #[error("a newer version of this program wrote it (format {found}, known is 1)")]
    Newer {
        /// The format's number.
        found: u16,
    },
    /// It ends too early.
    #[error("it is cut short")]
    CutShort,
    /// Its checksum does not fit: it was damaged on its way, or changed by hand.
    #[error("it is damaged: its checksum does not fit")]
    Damaged,
    /// It asks for more memory or time than deriving a key may take.
    #[error(
        "it asks for {memory_kib} KiB of memory and {passes} passes over it, more than is allowed"
    )]
    ExcessiveCost {
        /// The memory asked for, in KiB.
        memory_kib: u32,
        /// The passes asked for.
        passes: u32,
    },
    /// The passphrase is another one than it was sealed under.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The passphrase is right, but what it seals was changed.
    #[error("the passphrase is right, but the file was tampered with")]
    Tampered,
    /// An export of the .NET tool does not open to what that tool writes. The format does not
    /// tell why.
    #[error("the passphrase is wrong, or the file was damaged or changed")]
    DotnetUnreadable,
    /// It was opened, but what it holds makes no sense to this version.
    #[error("its contents make no sense to this version: {0}")]
    Contents(String),
    /// The key could not be derived from the passphrase: there is too little memory.
    #[error("deriving a key from the passphrase failed")]
    DerivationFailed,
    /// It would be larger than any export that is read.
    #[error("it is larger than {SIZE_LIMIT} bytes")]
    TooLarge,
    /// The profiles in the clear are broken.
    #[error(transparent)]
    Profiles(#[from] ProfilesError),
    /// The cryptographic library failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl ExportFile {
    /// Reads a file's contents. A plain export is understood here; `path` is what its errors name.
    ///
    /// # Errors
    /// [`BundleError`] if it is none, cut short, damaged, too new or too large.
    pub fn read(bytes: &[u8], path: &Path) -> Result<Self, BundleError> {
        if bytes.len() as u64 > SIZE_LIMIT {
            return Err(BundleError::TooLarge);
        }
        if sealed::is_sealed(bytes) {
            return SealedBundle::parse(bytes).map(Self::Sealed);
        }
        if let Some(export) = DotnetExport::parse(bytes)? {
            return Ok(Self::Dotnet(export));
        }
        let json = bytes.trim_ascii_start();
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        if !json.trim_ascii_start().starts_with(b"[") && !json.trim_ascii_start().starts_with(b"{")
        {
            return Err(BundleError::Foreign);
        }
        let profiles = profiles::read_all(bytes, path)?
            .into_iter()
            .map(|profile| BundledProfile {
                profile,
                secrets: Vec::new(),
            })
            .collect();
        Ok(Self::Plain(Bundle {
            exported_at: None,
            profiles,
        }))
    }
}

impl Bundle {
    /// The profiles as `profiles.json` holds them. No secret is part of that.
    ///
    /// # Errors
    /// [`BundleError`] if a profile holds what JSON cannot, or there is too much.
    pub fn to_json(&self) -> Result<String, BundleError> {
        let profiles: Vec<&Profile> = self
            .profiles
            .iter()
            .map(|bundled| &bundled.profile)
            .collect();
        let mut json = serde_json::to_string_pretty(&profiles)
            .map_err(|error| BundleError::Contents(error.to_string()))?;
        json.push('\n');
        within_limit(json.len())?;
        Ok(json)
    }

    /// The profiles and their secrets, sealed under a passphrase.
    ///
    /// # Errors
    /// [`BundleError`] if a profile holds what JSON cannot, there is too much, or the cryptographic
    /// library fails.
    pub fn seal(&self, passphrase: &Passphrase) -> Result<Vec<u8>, BundleError> {
        let sealed = sealed::seal(&contents::write(self)?, passphrase, Cost::NEW)?;
        within_limit(sealed.len())?;
        Ok(sealed)
    }
}

fn within_limit(length: usize) -> Result<(), BundleError> {
    if length as u64 > SIZE_LIMIT {
        return Err(BundleError::TooLarge);
    }
    Ok(())
}
