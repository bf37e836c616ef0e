//! Where the .NET tool keeps things.

use std::path::Path;
use std::path::PathBuf;

use crate::locations::LocationVariables;

/// The places that the .NET tool uses, whichever variables move ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DotnetPlaces {
    /// Its profiles.
    pub profiles: PathBuf,
    /// The directory of its secret files.
    pub secrets: PathBuf,
}

impl DotnetPlaces {
    /// The places below the home directory; `None` if no home is known. No file is touched.
    pub fn of(variables: &LocationVariables) -> Option<Self> {
        let home = Path::new(variables.home.as_ref()?);
        if !home.is_absolute() {
            return None;
        }
        let config = home.join(".config");
        Some(Self {
            profiles: config.join("entra-auth-cli").join("profiles.json"),
            secrets: config.join("azadtool").join("secure"),
        })
    }
}

/// Whether the .NET tool keeps secrets in files here. On macOS it uses the Keychain and on Windows
/// DPAPI, which give them to that tool alone.
pub const fn keeps_secrets_in_files() -> bool {
    cfg!(target_os = "linux")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(home: Option<&str>) -> Option<DotnetPlaces> {
        DotnetPlaces::of(&LocationVariables {
            home: home.map(Into::into),
            xdg_config_home: Some("/elsewhere".into()),
            ..LocationVariables::default()
        })
    }

    #[test]
    fn they_lie_below_the_home_whatever_moves_ours() {
        let home = if cfg!(windows) { "C:/a" } else { "/home/a" };
        let places = places(Some(home)).unwrap();
        let config = Path::new(home).join(".config");
        assert_eq!(places.profiles, config.join("entra-auth-cli/profiles.json"));
        assert_eq!(places.secrets, config.join("azadtool/secure"));
    }

    #[test]
    fn without_a_home_there_are_none() {
        assert_eq!(places(None), None);
        assert_eq!(places(Some("relative")), None);
    }
}
