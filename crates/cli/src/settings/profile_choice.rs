//! Which profile is meant.

use model::Profile;
use vault::ProfilesError;
use vault::Vault;

use super::Variables;
use super::source::Source;
use super::telling::tell_no_profile;
use super::telling::tell_profile;
use crate::args::TargetArgs;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::ui::Ui;
use crate::wording;

/// The name a profile has to have to be taken unasked.
const DEFAULT: &str = "default";

/// The profile of that name: exact, or whatever the case if that is unique.
pub(crate) fn named_profile(vault: &Vault, name: &str) -> Result<Profile, CommandError> {
    match vault.profiles().find(name) {
        Ok(found) => Ok(found.profile),
        Err(error) => Err(wording::profiles(error)),
    }
}

/// The profile that a command means: the one named, else `ENTRA_AUTH_PROFILE`, else `default`,
/// else the only one, else the one a person picks.
pub(crate) fn chosen_profile(
    ui: &Ui,
    variables: &Variables,
    vault: &Vault,
    wanted: Option<&str>,
) -> Result<Profile, CommandError> {
    profile_and_source(ui, variables, vault, wanted).map(|(profile, _)| profile)
}

fn profile_and_source(
    ui: &Ui,
    variables: &Variables,
    vault: &Vault,
    wanted: Option<&str>,
) -> Result<(Profile, Source), CommandError> {
    let by = |source| move |profile| (profile, source);
    if let Some(name) = wanted {
        return named_profile(vault, name).map(by(Source::Flag("--profile")));
    }
    if let Some(name) = variables.text("ENTRA_AUTH_PROFILE") {
        let named = named_profile(vault, &name).map_err(|error| {
            if error.kind == Kind::ProfileNotFound {
                error.hint("The name comes from ENTRA_AUTH_PROFILE.")
            } else {
                error
            }
        });
        return named.map(by(Source::OurVariable("ENTRA_AUTH_PROFILE")));
    }
    let (names, unnamed) = match vault.profiles().find(DEFAULT) {
        Ok(found) => return Ok((found.profile, Source::Default)),
        Err(ProfilesError::NotFound { names, unnamed, .. }) => (names, unnamed),
        Err(error) => return Err(wording::profiles(error)),
    };
    match names.as_slice() {
        [only] => named_profile(vault, only.as_str()).map(by(Source::Default)),
        [_, _, ..] if ui.can_ask() => {
            let names = names.iter().map(ToString::to_string).collect();
            let picked = ui.ask_choice("Profile", names)?;
            named_profile(vault, &picked).map(by(Source::Person))
        }
        _ => Err(wording::no_profile_meant(&names, &unnamed)),
    }
}

/// Warns of fields of the profile that are probably misspelt. For where it did not do what it should,
/// or where time does not matter: it reads the file again.
pub(crate) fn warn_of_close_names(vault: &Vault, profile: &Profile) {
    // It was there a moment ago: if it is gone, there is nothing to warn of.
    if let Err(error) = vault.profiles().check(&profile.name) {
        tracing::info!(target: "settings", "its fields were not looked at: {error}");
    }
}

/// Whether a profile is named, by flag or variable.
pub(crate) fn names_profile(variables: &Variables, wanted: Option<&str>) -> bool {
    wanted.is_some() || variables.text("ENTRA_AUTH_PROFILE").is_some()
}

/// Whether an application is named beside any profile, by flag or variable.
pub(crate) fn names_application(variables: &Variables, target: &TargetArgs) -> bool {
    target.client_id.is_some() || variables.text("ENTRA_AUTH_CLIENT_ID").is_some()
}

/// The profile that a command means which can do without one; none where the command itself names
/// an application. Told with `-v`.
pub(crate) fn profile_if_meant(
    ui: &Ui,
    variables: &Variables,
    vault: &Vault,
    wanted: Option<&str>,
    target: &TargetArgs,
) -> Result<Option<Profile>, CommandError> {
    let names_profile = names_profile(variables, wanted);
    if names_application(variables, target) && !names_profile {
        tell_no_profile();
        return Ok(None);
    }
    match profile_and_source(ui, variables, vault, wanted) {
        // Where the Azure SDKs would find an application and there is no profile at all, so do we.
        Err(error)
            if error.kind == Kind::ProfileNotFound
                && !names_profile
                && variables.text("AZURE_CLIENT_ID").is_some()
                && vault
                    .profiles()
                    .names()
                    .map_err(wording::profiles)?
                    .is_empty() =>
        {
            tell_no_profile();
            Ok(None)
        }
        chosen => {
            let (profile, source) = chosen?;
            tell_profile(&profile, source, vault);
            Ok(Some(profile))
        }
    }
}
