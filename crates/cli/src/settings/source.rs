//! Who said a thing: flags › `ENTRA_AUTH_*` › profile › `AZURE_*` › defaults.

use std::fmt;

use super::Variables;

/// Who said a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// This flag.
    Flag(&'static str),
    /// The flag of a secret that has several: `--client-secret` and `-stdin`.
    SecretFlag {
        /// Which secret.
        secret: &'static str,
        /// How it is given: the end of the flag's name.
        way: &'static str,
    },
    /// This variable, one of `ENTRA_AUTH_*`.
    OurVariable(&'static str),
    /// The profile.
    Profile,
    /// This variable, one of `AZURE_*`.
    AzureVariable(&'static str),
    /// A person, just now.
    Person,
    /// Nobody: it follows from what else is said.
    Default,
}

impl Source {
    /// Whether it goes before the profile.
    pub(super) fn overrides_profile(self) -> bool {
        match self {
            Self::Flag(_) | Self::SecretFlag { .. } | Self::OurVariable(_) => true,
            Self::Profile | Self::AzureVariable(_) | Self::Person | Self::Default => false,
        }
    }

    /// The variable's name, if it is one.
    pub(super) fn variable(self) -> Option<&'static str> {
        match self {
            Self::OurVariable(name) | Self::AzureVariable(name) => Some(name),
            Self::Flag(_)
            | Self::SecretFlag { .. }
            | Self::Profile
            | Self::Person
            | Self::Default => None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::OurVariable(name) | Self::AzureVariable(name) => {
                formatter.write_str(name)
            }
            Self::SecretFlag { secret, way } => write!(formatter, "{secret}{way}"),
            Self::Profile => formatter.write_str("profile"),
            Self::Person => formatter.write_str("picked"),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// Where one text may be said, each place with its name.
pub(super) struct Places<'a> {
    pub(super) flag: (&'static str, Option<&'a String>),
    pub(super) ours: &'static str,
    pub(super) profile: Option<&'a String>,
    pub(super) azure: &'static str,
}

impl Places<'_> {
    /// What the first of them says, and which one that is.
    pub(super) fn first(&self, variables: &Variables) -> Option<(String, Source)> {
        let (flag, typed) = self.flag;
        if let Some(text) = typed {
            return Some((text.clone(), Source::Flag(flag)));
        }
        if let Some(text) = variables.text(self.ours) {
            return Some((text, Source::OurVariable(self.ours)));
        }
        if let Some(text) = self.profile {
            return Some((text.clone(), Source::Profile));
        }
        let text = variables.text(self.azure)?;
        Some((text, Source::AzureVariable(self.azure)))
    }
}
