//! What becomes of each secret that the .NET tool left.

use std::fmt;

use model::Destination;
use model::Profile;
use model::ProfileName;
use vault::Added;
use vault::Bundle;
use vault::BundledProfile;
use vault::BundledSecret;
use vault::Incoming;
use vault::SecretKind;
use vault::Vault;
use vault::VaultError;
use vault::dotnet::DotnetSecret;

use super::import_plan::Fate;
use super::import_plan::Plan;
use super::import_plan::Step;
use super::old_tool::OldProfile;
use super::old_tool::OldSecret;
use super::old_tool::OldTool;
use crate::args::MigrateArgs;
use crate::args::OnConflict;
use crate::command_error::CommandError;
use crate::settings;
use crate::ui::Ui;
use crate::wording;

/// What is to be done, profile by profile.
pub(super) struct Migration<'o> {
    pub(super) parts: Vec<Part<'o>>,
    replaces: bool,
}

/// A profile and its secrets.
pub(super) struct Part<'o> {
    pub(super) step: Step,
    /// The name that the old files go by.
    pub(super) old_name: &'o ProfileName,
    pub(super) secrets: Vec<Planned<'o>>,
}

/// A secret and its fate.
pub(super) struct Planned<'o> {
    pub(super) kind: SecretKind,
    pub(super) fate: SecretFate<'o>,
}

/// What becomes of a secret.
pub(super) enum SecretFate<'o> {
    /// It is sealed for this destination.
    Taken(&'o DotnetSecret, Destination),
    /// The same, in the place of another one.
    Replaces(&'o DotnetSecret, Destination),
    /// It is stored already, for this destination.
    Stored(&'o DotnetSecret, Destination),
    /// Another one is stored, which stays.
    Other,
    /// It stays where it is, and why.
    Stays(String),
}

impl<'o> Migration<'o> {
    /// Settles names that are taken, and secrets that are stored.
    pub(super) fn made(
        ui: &Ui,
        vault: &Vault,
        old: &'o OldTool,
        args: &MigrateArgs,
    ) -> Result<Self, CommandError> {
        let replaces = args.on_conflict == Some(OnConflict::Overwrite);
        let bundled = |old: &OldProfile| BundledProfile {
            profile: old.profile.clone(),
            secrets: Vec::new(),
        };
        let bundle = Bundle {
            exported_at: None,
            profiles: old.profiles.iter().map(bundled).collect(),
        };
        let asks_nothing = args.yes || args.dry_run;
        let plan = Plan::made(ui, vault, bundle, args.on_conflict, asks_nothing)?;
        let mut parts = Vec::new();
        for (step, old) in plan.steps.into_iter().zip(&old.profiles) {
            let secrets = old.secrets.iter();
            let planned: Result<Vec<_>, CommandError> = secrets
                .map(|secret| {
                    Ok(Planned {
                        kind: secret.kind,
                        fate: fate(vault, &step, secret, replaces)?,
                    })
                })
                .collect();
            parts.push(Part {
                secrets: planned?,
                step,
                old_name: &old.profile.name,
            });
        }
        if args.on_conflict == Some(OnConflict::Fail) {
            let has_other = |part: &&Part<'_>| {
                let mut secrets = part.secrets.iter();
                secrets.any(|planned| matches!(planned.fate, SecretFate::Other))
            };
            let names: Vec<ProfileName> = parts
                .iter()
                .filter(has_other)
                .map(|part| part.step.name().clone())
                .collect();
            if !names.is_empty() {
                return Err(wording::secrets_stored(&names));
            }
        }
        Ok(Self { parts, replaces })
    }

    /// The profiles that are written, with their secrets.
    pub(super) fn incoming(&self) -> Vec<Incoming> {
        let written = self.parts.iter().filter(|part| part.step.is_written());
        written
            .map(|part| Incoming {
                secrets: part.taken().collect(),
                ..part.step.incoming()
            })
            .collect()
    }

    /// The secrets of profiles that stay as they are.
    pub(super) fn added(&self) -> Vec<Added> {
        let in_place = self.parts.iter().filter(|part| !part.step.is_written());
        in_place
            .map(|part| Added {
                profile: part.step.name().clone(),
                secrets: part.taken().collect(),
                replaces: self.replaces,
            })
            .filter(|added| !added.secrets.is_empty())
            .collect()
    }
}

impl Part<'_> {
    /// The secrets that are sealed.
    pub(super) fn taken(&self) -> impl Iterator<Item = BundledSecret> {
        self.secrets
            .iter()
            .filter_map(|planned| match &planned.fate {
                SecretFate::Taken(secret, destination)
                | SecretFate::Replaces(secret, destination) => {
                    Some((*secret).clone().bound_to(destination))
                }
                SecretFate::Stored(..) | SecretFate::Other | SecretFate::Stays(_) => None,
            })
    }
}

impl fmt::Display for Planned<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind;
        match &self.fate {
            SecretFate::Taken(..) => write!(formatter, "its {kind} is taken over"),
            SecretFate::Replaces(..) => {
                write!(
                    formatter,
                    "its {kind} is taken over, in place of the one stored here"
                )
            }
            SecretFate::Stored(..) => {
                write!(formatter, "its {kind} is stored here already, the same")
            }
            SecretFate::Other => write!(
                formatter,
                "its {kind} stays in its file: another one is stored here (--on-conflict overwrite \
                 replaces that)"
            ),
            SecretFate::Stays(why) => write!(formatter, "its {kind} stays in its file: {why}"),
        }
    }
}

fn fate<'o>(
    vault: &Vault,
    step: &Step,
    old: &'o OldSecret,
    replaces: bool,
) -> Result<SecretFate<'o>, CommandError> {
    let secret = match &old.read {
        Ok(secret) => secret,
        Err(problem) => return Ok(SecretFate::Stays(problem.to_string())),
    };
    let destination = match fit(step, old.kind) {
        Ok(destination) => destination,
        Err(why) => return Ok(SecretFate::Stays(why)),
    };
    if step.is_written() {
        return Ok(SecretFate::Taken(secret, destination));
    }
    let stored = vault.secrets().get(step.name(), old.kind, &destination);
    Ok(match stored {
        Ok(None) => SecretFate::Taken(secret, destination),
        Ok(Some(stored)) if stored == secret.value => SecretFate::Stored(secret, destination),
        Ok(Some(_)) | Err(VaultError::DestinationChanged { .. } | VaultError::Record { .. }) => {
            if replaces {
                SecretFate::Replaces(secret, destination)
            } else {
                SecretFate::Other
            }
        }
        Err(error) => return Err(wording::vault(&error)),
    })
}

/// Where the secret may go, or why it is not taken. Only a built-in cloud will do: somebody may have
/// edited the profile to get the secret.
fn fit(step: &Step, kind: SecretKind) -> Result<Destination, String> {
    let profile: &Profile = &step.bundled.profile;
    if step.fate == Fate::Skipped {
        return Err("the profile is skipped".to_owned());
    }
    let reference = match kind {
        SecretKind::ClientSecret => &profile.client_secret_from,
        SecretKind::CertificatePassword => &profile.certificate_password_from,
    };
    if reference.is_some() {
        return Err("the profile says where else it is".to_owned());
    }
    let authority = settings::profile_authority(profile).map_err(|error| error.message)?;
    if !authority.is_built_in() {
        let flag = flag(kind);
        return Err(format!(
            "{authority} is no built-in cloud. If it is meant, enter it: entra-auth-cli config edit {} \
             {flag}",
            step.name()
        ));
    }
    settings::profile_destination(profile).map_err(|error| error.message)
}

/// The flag that enters such a secret.
pub(super) const fn flag(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::ClientSecret => "--client-secret-stdin",
        SecretKind::CertificatePassword => "--certificate-password-stdin",
    }
}
