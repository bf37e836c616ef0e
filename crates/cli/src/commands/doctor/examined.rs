//! Which profiles are looked at, and what is said about that choice.

use model::Profile;
use vault::Listed;
use vault::Vault;

use super::check::Verdict;
use super::scene::Here;
use crate::args::DoctorArgs;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::settings;
use crate::settings::Variables;
use crate::shell;
use crate::ui::Ui;

/// How a profile is chosen that is to be looked at.
const CHOOSING: &str = "Examine one, or all: -p NAME, --all-profiles";

/// The profiles to look at.
pub(super) struct Examined {
    pub(super) profiles: Vec<Profile>,
    /// Why these, or why none.
    pub(super) choice: Verdict,
}

impl Examined {
    fn none(choice: Verdict) -> Self {
        Self {
            profiles: Vec::new(),
            choice,
        }
    }

    fn one(profile: Profile, why: &str) -> Self {
        Self {
            choice: Verdict::ok(format!("`{}` is examined, {why}", profile.name)),
            profiles: vec![profile],
        }
    }
}

/// The profiles that the command means: the one named, all, or the one that `get-token` would take
/// without asking. A file that cannot be read has none.
///
/// # Errors
/// If this very command names a profile that is not there.
pub(super) fn examined(
    ui: &Ui,
    here: &Here,
    vault: &Vault,
    args: &DoctorArgs,
) -> Result<Examined, CommandError> {
    if args.all_profiles {
        return Ok(all(vault));
    }
    if let Some(name) = &args.profile {
        return match settings::named_profile(vault, name) {
            Ok(profile) => Ok(Examined::one(profile, "as -p says")),
            // It may be one of those that cannot be read.
            Err(error) if error.kind == Kind::ProfileNotFound && has_unusable(vault) => {
                Ok(Examined::none(error.into()))
            }
            // Somebody meant one: to look at none would look like health.
            Err(error) if error.kind == Kind::ProfileNotFound => Err(error),
            Err(_) => Ok(Examined::none(unreadable())),
        };
    }
    Ok(unnamed(ui, &here.variables, vault))
}

fn all(vault: &Vault) -> Examined {
    match vault.profiles().all() {
        Ok(listed) => {
            let total = listed.len();
            let profiles: Vec<Profile> = listed.into_iter().filter_map(valid).collect();
            Examined {
                choice: Verdict::ok(format!("{} of {total} are examined", profiles.len())),
                profiles,
            }
        }
        Err(_) => Examined::none(unreadable()),
    }
}

/// Whether the file has an entry that cannot be used.
fn has_unusable(vault: &Vault) -> bool {
    let listed = vault.profiles().all().unwrap_or_default();
    let mut listed = listed.iter();
    listed.any(|entry| matches!(entry, Listed::Invalid { .. }))
}

/// Every profile that can be read.
pub(super) fn every_profile(vault: &Vault) -> Vec<Profile> {
    let listed = vault.profiles().all().unwrap_or_default();
    listed.into_iter().filter_map(valid).collect()
}

fn valid(entry: Listed) -> Option<Profile> {
    match entry {
        Listed::Valid { profile, .. } => Some(*profile),
        Listed::Invalid { .. } => None,
    }
}

fn unnamed(ui: &Ui, variables: &Variables, vault: &Vault) -> Examined {
    let is_named = settings::names_profile(variables, None);
    if !is_named && variables.text("ENTRA_AUTH_CLIENT_ID").is_some() {
        return Examined::none(
            Verdict::ok(
                "none is examined: ENTRA_AUTH_CLIENT_ID names an application, and get-token then \
                 takes no profile",
            )
            .fix(CHOOSING),
        );
    }
    match settings::chosen_profile(&ui.silent(), variables, vault, None) {
        Ok(profile) if is_named => Examined::one(profile, "as ENTRA_AUTH_PROFILE says"),
        Ok(profile) => Examined::one(profile, "which get-token takes unless told otherwise"),
        Err(error) if error.kind != Kind::ProfileNotFound => Examined::none(unreadable()),
        Err(error) if is_named => Examined::none(error.into()),
        Err(_) => Examined::none(several(vault)),
    }
}

/// `profiles.file` says what is wrong, with the entry meant or the whole file.
fn unreadable() -> Verdict {
    Verdict::skipped("none is examined: what is meant cannot be read (see Profiles)")
}

/// Nobody named one, and none is taken unasked.
fn several(vault: &Vault) -> Verdict {
    let names = vault.profiles().names().unwrap_or_default();
    if names.is_empty() && has_unusable(vault) {
        return unreadable();
    }
    if names.is_empty() {
        return Verdict::ok("there is none yet").fix("Make one: entra-auth-cli config create");
    }
    let listed: Vec<_> = names
        .iter()
        .map(|name| shell::word(name.as_str()))
        .collect();
    Verdict::warning(format!(
        "none is examined: there are {}, and none is named or called `default`, so get-token asks \
         which, and in a script fails",
        listed.join(", ")
    ))
    .fix(CHOOSING)
}
