//! What becomes of each profile of an import.

use std::fmt;

use model::Profile;
use model::ProfileName;
use vault::Bundle;
use vault::BundledProfile;
use vault::Incoming;
use vault::ProfilesError;
use vault::Vault;

use crate::args::OnConflict;
use crate::command_error::CommandError;
use crate::ui::Ui;
use crate::wording;

/// The longest name a profile may have.
const LONGEST_NAME: usize = 128;

/// What is to be done, in the order of the file.
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
}

/// One profile of the import and its fate.
pub(super) struct Step {
    pub(super) bundled: BundledProfile,
    pub(super) fate: Fate,
}

/// What becomes of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its name is free.
    New,
    /// It is there already, the same in every field, and brings no secret.
    Unchanged,
    /// It is left out.
    Skipped,
    /// It takes the place of the profile of this name, which differs in letter case at most.
    Replaces(ProfileName),
    /// It gets this name.
    Renamed(ProfileName),
}

impl Plan {
    /// Settles every name that is taken: by the flag, or by asking where that is not unwanted.
    pub(super) fn made(
        ui: &Ui,
        vault: &Vault,
        bundle: Bundle,
        on_conflict: Option<OnConflict>,
        asks_nothing: bool,
    ) -> Result<Self, CommandError> {
        let mut names = Names {
            taken: vault.profiles().names().map_err(wording::profiles)?,
            coming: bundle
                .profiles
                .iter()
                .map(|bundled| bundled.profile.name.clone())
                .collect(),
        };
        let mut steps = Vec::new();
        let mut unsettled = Vec::new();
        let asks = on_conflict.is_none() && !asks_nothing && ui.can_ask();
        for bundled in bundle.profiles {
            let name = &bundled.profile.name;
            let fate = match names.like(name).cloned() {
                None => Fate::New,
                Some(taken) if is_there(vault, &bundled, &taken)? => Fate::Unchanged,
                Some(taken) => {
                    let free = names.free_like(name)?;
                    let wish = match on_conflict {
                        Some(wish) => wish,
                        None if asks => asked(ui, &taken, &free)?,
                        None => OnConflict::Fail,
                    };
                    match wish {
                        OnConflict::Skip => Fate::Skipped,
                        OnConflict::Overwrite => Fate::Replaces(taken),
                        OnConflict::Rename => {
                            names.taken.push(free.clone());
                            Fate::Renamed(free)
                        }
                        OnConflict::Fail => {
                            unsettled.push(taken);
                            Fate::Skipped
                        }
                    }
                }
            };
            steps.push(Step { bundled, fate });
        }
        if !unsettled.is_empty() {
            return Err(wording::names_taken(&unsettled));
        }
        Ok(Self { steps })
    }
}

impl Step {
    /// Whether anything is written for it.
    pub(super) fn is_written(&self) -> bool {
        !matches!(self.fate, Fate::Skipped | Fate::Unchanged)
    }

    /// The name that it is to have.
    pub(super) fn name(&self) -> &ProfileName {
        match &self.fate {
            Fate::Replaces(name) | Fate::Renamed(name) => name,
            Fate::New | Fate::Unchanged | Fate::Skipped => &self.bundled.profile.name,
        }
    }

    /// The same for the vault.
    pub(super) fn incoming(&self) -> Incoming {
        Incoming {
            profile: Profile {
                name: self.name().clone(),
                ..self.bundled.profile.clone()
            },
            secrets: self.bundled.secrets.clone(),
            replaces: matches!(self.fate, Fate::Replaces(_)),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.bundled.profile.name;
        match &self.fate {
            Fate::New => write!(formatter, "`{name}` is new"),
            Fate::Unchanged => write!(formatter, "`{name}` is here already, the same"),
            Fate::Skipped => write!(formatter, "`{name}` is skipped"),
            Fate::Replaces(taken) => write!(
                formatter,
                "`{taken}` is overwritten; its secrets, sign-ins and approval are forgotten"
            ),
            Fate::Renamed(free) => write!(formatter, "`{name}` becomes `{free}`"),
        }
    }
}

/// Whether the profile is there under exactly that name, the same but for its dates, and there is
/// nothing to add to it.
fn is_there(
    vault: &Vault,
    bundled: &BundledProfile,
    taken: &ProfileName,
) -> Result<bool, CommandError> {
    if !bundled.secrets.is_empty() {
        return Ok(false);
    }
    match vault.profiles().find(taken.as_str()) {
        Ok(found) => Ok(undated(&found.profile) == undated(&bundled.profile)),
        Err(ProfilesError::Invalid { .. }) => Ok(false),
        Err(error) => Err(wording::profiles(error)),
    }
}

fn undated(profile: &Profile) -> Profile {
    Profile {
        created_at: None,
        updated_at: None,
        ..profile.clone()
    }
}

fn asked(ui: &Ui, taken: &ProfileName, free: &ProfileName) -> Result<OnConflict, CommandError> {
    let choices = vec![
        Choice(OnConflict::Skip, "Skip it".to_owned()),
        Choice(
            OnConflict::Overwrite,
            format!("Overwrite `{taken}`, its secrets, sign-ins and approval"),
        ),
        Choice(
            OnConflict::Rename,
            format!("Rename the imported one to `{free}`"),
        ),
    ];
    let question = format!("A profile `{taken}` exists");
    ui.ask_choice(&question, choices)
        .map(|Choice(wish, _)| wish)
}

struct Choice(OnConflict, String);

impl fmt::Display for Choice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.1)
    }
}

/// The names that a renamed profile cannot have. Letter case makes no other name.
struct Names {
    taken: Vec<ProfileName>,
    coming: Vec<ProfileName>,
}

impl Names {
    /// The taken name that is like this one; exactly this one, if there are several.
    fn like(&self, name: &ProfileName) -> Option<&ProfileName> {
        let exactly = self.taken.iter().find(|taken| *taken == name);
        exactly.or_else(|| self.taken.iter().find(|taken| is_like(taken, name)))
    }

    /// The first free one of NAME-2, NAME-3, …; a name that is too long loses its end.
    fn free_like(&self, name: &ProfileName) -> Result<ProfileName, CommandError> {
        for number in 2_u32.. {
            let end = format!("-{number}");
            let begin: String = name
                .as_str()
                .chars()
                .take(LONGEST_NAME - end.len())
                .collect();
            let free = ProfileName::parse(&format!("{begin}{end}")).map_err(|error| {
                CommandError::usage("invalid_profile_name", format!("`{begin}{end}`: {error}"))
            })?;
            let all = self.taken.iter().chain(&self.coming);
            if !all.into_iter().any(|other| is_like(other, &free)) {
                return Ok(free);
            }
        }
        Err(wording::names_taken(std::slice::from_ref(name)))
    }
}

fn is_like(one: &ProfileName, other: &ProfileName) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(taken: &[&str], coming: &[&str]) -> Names {
        let parsed = |texts: &[&str]| {
            let names = texts.iter().map(|text| ProfileName::parse(text).unwrap());
            names.collect()
        };
        Names {
            taken: parsed(taken),
            coming: parsed(coming),
        }
    }

    fn free(names: &Names, name: &str) -> String {
        let free = names.free_like(&ProfileName::parse(name).unwrap());
        free.unwrap().to_string()
    }

    #[test]
    fn a_new_name_is_free_here_and_in_the_file() {
        let names = names(&["sp", "SP-2"], &["sp", "sp-3"]);
        assert_eq!(free(&names, "sp"), "sp-4");
        assert_eq!(free(&names, "other"), "other-2");
        let longest = "x".repeat(LONGEST_NAME);
        assert_eq!(free(&names, &longest), format!("{}-2", "x".repeat(126)));
    }

    #[test]
    fn a_name_is_matched_exactly_first_and_then_without_case() {
        let like = |names: &Names, name: &str| {
            let name = ProfileName::parse(name).unwrap();
            names.like(&name).map(ToString::to_string)
        };
        let both = names(&["Prod", "prod"], &[]);
        assert_eq!(like(&both, "prod").as_deref(), Some("prod"));
        assert_eq!(like(&both, "PROD").as_deref(), Some("Prod"));
        assert_eq!(like(&both, "sp"), None);
    }
}
