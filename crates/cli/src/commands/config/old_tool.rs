//! What the .NET tool left on this machine, found before anything is decided.

use std::path::Path;
use std::path::PathBuf;

use model::Profile;
use model::ProfileName;
use vault::Listed;
use vault::SecretKind;
use vault::StorageError;
use vault::Vault;
use vault::VaultError;
use vault::dotnet;
use vault::dotnet::DotnetPlaces;
use vault::dotnet::DotnetSecret;
use vault::dotnet::SecretFileProblem;
use vault::dotnet::SecretFiles;

use crate::args::MigrateArgs;
use crate::command_error::CommandError;
use crate::settings::Variables;
use crate::wording;

/// What was found.
pub(super) struct OldTool {
    /// The file of its profiles.
    pub(super) profiles_file: PathBuf,
    /// Whether that is this program's file as well.
    pub(super) is_ours: bool,
    /// Its profiles that can be used, in the order of the file.
    pub(super) profiles: Vec<OldProfile>,
    /// Those that cannot, each in words.
    pub(super) unusable: Vec<String>,
    /// Where its secret files are looked for, if there is such a place.
    pub(super) secrets_place: Option<PathBuf>,
    /// They, if the directory is there.
    pub(super) secret_files: Option<SecretFiles>,
    /// How many secret files belong to no profile of the file.
    pub(super) strangers: usize,
}

/// A profile with the secret files that belong to it.
pub(super) struct OldProfile {
    pub(super) profile: Profile,
    pub(super) secrets: Vec<OldSecret>,
}

/// A secret file.
pub(super) struct OldSecret {
    pub(super) kind: SecretKind,
    /// What is in it.
    pub(super) read: Result<DotnetSecret, SecretFileProblem>,
}

impl OldTool {
    /// Looks, and changes nothing.
    pub(super) fn found(
        vault: &Vault,
        variables: &Variables,
        args: &MigrateArgs,
    ) -> Result<Self, CommandError> {
        let own = DotnetPlaces::of(&variables.of_locations());
        let ours = vault.profiles().path();
        let profiles_file = match (&args.old_profiles, &own) {
            (Some(named), _) if named.is_dir() => named.join("profiles.json"),
            (Some(named), _) => named.clone(),
            (None, Some(own)) if own.profiles.exists() => own.profiles.clone(),
            // Whoever moved the file uses it here.
            (None, _) => ours.clone(),
        };
        let secrets_place = match (&args.old_secrets, own) {
            (Some(named), _) => Some(named.clone()),
            (None, Some(own)) => Some(own.secrets),
            (None, None) if !dotnet::keeps_secrets_in_files() => None,
            (None, None) => {
                return Err(CommandError::usage(
                    "no_location",
                    "HOME is not set, so there is no place to look for the .NET tool's secrets",
                )
                .hint("Name the directory of its secret files: --secrets DIR"));
            }
        };
        let is_ours = is_the_same(&profiles_file, &ours);
        let listed = if is_ours {
            Some(vault.profiles().all().map_err(wording::profiles)?)
        } else {
            dotnet::profiles_at(&profiles_file).map_err(wording::profiles)?
        };
        if listed.is_none() && args.old_profiles.is_some() {
            return Err(CommandError::usage(
                "import_unreadable",
                format!("there is no file {}", profiles_file.display()),
            )
            .hint("Name profiles.json of the .NET tool, or its directory: --from PATH"));
        }
        let mut found = Self {
            profiles_file,
            is_ours,
            profiles: Vec::new(),
            unusable: Vec::new(),
            secret_files: match &secrets_place {
                Some(place) => secret_files(variables, place, args.old_secrets.is_some())?,
                None => None,
            },
            secrets_place,
            strangers: 0,
        };
        found.take(listed.unwrap_or_default())?;
        Ok(found)
    }

    fn take(&mut self, listed: Vec<Listed>) -> Result<(), CommandError> {
        let mut names = Vec::new();
        for entry in listed {
            match entry {
                Listed::Valid { profile, line } => {
                    if let Some(first) = self.like(&profile.name) {
                        self.unusable.push(format!(
                            "line {line}: `{}` is left out: `{first}` stands before it",
                            profile.name
                        ));
                        continue;
                    }
                    names.push(profile.name.clone());
                    let secrets = self.secrets_of(&profile.name)?;
                    self.profiles.push(OldProfile {
                        profile: *profile,
                        secrets,
                    });
                }
                Listed::Invalid { name, line, why } => {
                    let shown = name.as_deref().unwrap_or_default();
                    self.unusable
                        .push(format!("line {line}: `{shown}` cannot be used: {why}"));
                    names.extend(name.and_then(|name| ProfileName::parse(&name).ok()));
                }
            }
        }
        if let Some(files) = &self.secret_files {
            let names: Vec<&ProfileName> = names.iter().collect();
            self.strangers = files.strangers(&names).map_err(storage)?;
        }
        Ok(())
    }

    /// The profile before it that keeps this one from being taken. In our own file, letter case
    /// makes another name.
    fn like(&self, name: &ProfileName) -> Option<&ProfileName> {
        let mut names = self.profiles.iter().map(|old| &old.profile.name);
        names.find(|other| {
            *other == name || (!self.is_ours && other.as_str().eq_ignore_ascii_case(name.as_str()))
        })
    }

    fn secrets_of(&self, name: &ProfileName) -> Result<Vec<OldSecret>, CommandError> {
        let mut secrets = Vec::new();
        let Some(files) = &self.secret_files else {
            return Ok(secrets);
        };
        for kind in SecretKind::ALL {
            if !files.contains(name, kind).map_err(storage)? {
                continue;
            }
            let read = match files.read(name, kind) {
                Ok(Some(secret)) => Ok(secret),
                // Somebody has removed it in this moment.
                Ok(None) => continue,
                Err(problem) => Err(problem),
            };
            secrets.push(OldSecret { kind, read });
        }
        Ok(secrets)
    }
}

fn secret_files(
    variables: &Variables,
    place: &Path,
    is_named: bool,
) -> Result<Option<SecretFiles>, CommandError> {
    let files = SecretFiles::open(place, variables.allows_foreign_home()).map_err(storage)?;
    if files.is_none() && is_named {
        return Err(CommandError::usage(
            "import_unreadable",
            format!("there is no directory {}", place.display()),
        )
        .hint("Name the directory of the .NET tool's secret files (*.dat): --secrets DIR"));
    }
    Ok(files)
}

fn is_the_same(one: &Path, other: &Path) -> bool {
    if one == other {
        return true;
    }
    match (std::fs::canonicalize(one), std::fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn storage(error: StorageError) -> CommandError {
    wording::vault(&VaultError::Storage(error))
}
