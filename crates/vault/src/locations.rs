//! Where files live: the XDG base directories, `%APPDATA%` and their like.

use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;

use thiserror::Error;

const NAME: &str = "entra-auth-cli";

/// The directories this program uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locations {
    /// Holds `profiles.json`, which people edit and synchronise.
    pub config: PathBuf,
    /// Holds sealed records, the store's header and locks.
    pub state: PathBuf,
    /// Holds a key file, where there is one: apart from what it opens.
    pub data: PathBuf,
    /// The login session's own directory, where a session key may rest if it qualifies.
    pub runtime: Option<PathBuf>,
}

/// The values of the environment variables that decide where files live.
#[derive(Debug, Clone, Default)]
pub struct LocationVariables {
    /// `HOME`
    pub home: Option<OsString>,
    /// `XDG_CONFIG_HOME`
    pub xdg_config_home: Option<OsString>,
    /// `XDG_STATE_HOME`
    pub xdg_state_home: Option<OsString>,
    /// `XDG_DATA_HOME`
    pub xdg_data_home: Option<OsString>,
    /// `XDG_RUNTIME_DIR`
    pub xdg_runtime_dir: Option<OsString>,
    /// `APPDATA`, on Windows
    pub app_data: Option<OsString>,
    /// `LOCALAPPDATA`, on Windows
    pub local_app_data: Option<OsString>,
    /// `ENTRA_AUTH_CONFIG_DIR`
    pub entra_auth_config_dir: Option<OsString>,
    /// `ENTRA_AUTH_STATE_DIR`
    pub entra_auth_state_dir: Option<OsString>,
    /// `ENTRA_AUTH_DATA_DIR`
    pub entra_auth_data_dir: Option<OsString>,
}

/// Variables from which no place for files can be made.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum LocationError {
    /// None of the variables that could name this place is set to an absolute path.
    #[error("{variable} is not set, so there is no place for files")]
    Unset {
        /// The variable that would help most.
        variable: &'static str,
    },
    /// A variable of ours holds a path that depends on the working directory.
    #[error("{variable} must be an absolute path, not {}", path.display())]
    Relative {
        /// The variable.
        variable: &'static str,
        /// Its value.
        path: PathBuf,
    },
}

/// Whose conventions hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Convention {
    Xdg,
    MacOs,
    Windows,
}

impl Locations {
    /// Reads the places off the variables, by the conventions of this operating system.
    ///
    /// An empty variable counts as unset, and so does a relative path in an `XDG_*` variable (XDG
    /// Base Directory Specification 0.8). No file is touched.
    ///
    /// # Errors
    /// [`LocationError`] if a variable of ours is relative, or no home is known.
    pub fn resolve(variables: &LocationVariables) -> Result<Self, LocationError> {
        let convention = if cfg!(windows) {
            Convention::Windows
        } else if cfg!(target_os = "macos") {
            Convention::MacOs
        } else {
            Convention::Xdg
        };
        Self::by(convention, variables)
    }

    fn by(convention: Convention, variables: &LocationVariables) -> Result<Self, LocationError> {
        let home = |below: &[&str]| {
            let home = absolute(variables.home.as_ref())
                .ok_or(LocationError::Unset { variable: "HOME" })?;
            Ok(below.iter().fold(home, |path, part| path.join(part)))
        };
        let local_app_data = |below: &str| {
            absolute(variables.local_app_data.as_ref())
                .map(|path| path.join(NAME).join(below))
                .ok_or(LocationError::Unset {
                    variable: "LOCALAPPDATA",
                })
        };
        let xdg = |variable: Option<&OsString>, below: &[&str]| match absolute(variable) {
            Some(path) => Ok(path.join(NAME)),
            None => home(below).map(|path| path.join(NAME)),
        };
        let config = || match convention {
            Convention::Xdg | Convention::MacOs => {
                xdg(variables.xdg_config_home.as_ref(), &[".config"])
            }
            Convention::Windows => absolute(variables.app_data.as_ref())
                .map(|path| path.join(NAME))
                .ok_or(LocationError::Unset {
                    variable: "APPDATA",
                }),
        };
        let state = || match convention {
            Convention::Xdg => xdg(variables.xdg_state_home.as_ref(), &[".local", "state"]),
            Convention::MacOs => home(&["Library", "Application Support", NAME]),
            Convention::Windows => local_app_data("state"),
        };
        let data = || match convention {
            Convention::Xdg | Convention::MacOs => {
                xdg(variables.xdg_data_home.as_ref(), &[".local", "share"])
            }
            Convention::Windows => local_app_data("data"),
        };
        let ours = |variable, value: Option<&OsString>| match set(value) {
            Some(path) if !path.is_absolute() => Err(LocationError::Relative {
                variable,
                path: path.to_owned(),
            }),
            path => Ok(path.map(Path::to_owned)),
        };
        let runtime = match convention {
            Convention::Xdg => absolute(variables.xdg_runtime_dir.as_ref())
                .or_else(crate::files::platform::session_directory),
            Convention::MacOs | Convention::Windows => None,
        };
        Ok(Self {
            config: ours(
                "ENTRA_AUTH_CONFIG_DIR",
                variables.entra_auth_config_dir.as_ref(),
            )?
            .map_or_else(config, Ok)?,
            state: ours(
                "ENTRA_AUTH_STATE_DIR",
                variables.entra_auth_state_dir.as_ref(),
            )?
            .map_or_else(state, Ok)?,
            data: ours(
                "ENTRA_AUTH_DATA_DIR",
                variables.entra_auth_data_dir.as_ref(),
            )?
            .map_or_else(data, Ok)?,
            runtime,
        })
    }
}

fn set(value: Option<&OsString>) -> Option<&Path> {
    value.filter(|text| !text.is_empty()).map(Path::new)
}

fn absolute(value: Option<&OsString>) -> Option<PathBuf> {
    set(value)
        .filter(|path| path.is_absolute())
        .map(Path::to_owned)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn variables() -> LocationVariables {
        LocationVariables {
            home: Some("/home/ann".into()),
            ..LocationVariables::default()
        }
    }

    #[test]
    fn a_home_is_enough() {
        let found = Locations::by(Convention::Xdg, &variables()).unwrap();
        assert_eq!(found.config, Path::new("/home/ann/.config/entra-auth-cli"));
        assert_eq!(
            found.state,
            Path::new("/home/ann/.local/state/entra-auth-cli")
        );
        assert_eq!(
            found.data,
            Path::new("/home/ann/.local/share/entra-auth-cli")
        );
    }

    #[test]
    fn xdg_variables_win_over_the_home_unless_relative_or_empty() {
        let found = Locations::by(
            Convention::Xdg,
            &LocationVariables {
                xdg_config_home: Some("/c".into()),
                xdg_state_home: Some("relative".into()),
                xdg_data_home: Some("".into()),
                xdg_runtime_dir: Some("/run/user/7".into()),
                ..variables()
            },
        )
        .unwrap();
        assert_eq!(found.config, Path::new("/c/entra-auth-cli"));
        assert_eq!(
            found.state,
            Path::new("/home/ann/.local/state/entra-auth-cli")
        );
        assert_eq!(
            found.data,
            Path::new("/home/ann/.local/share/entra-auth-cli")
        );
        assert_eq!(found.runtime, Some(PathBuf::from("/run/user/7")));
    }

    #[test]
    fn our_variables_name_the_directory_itself() {
        let ours = LocationVariables {
            entra_auth_config_dir: Some("/1".into()),
            entra_auth_state_dir: Some("/2".into()),
            entra_auth_data_dir: Some("/3".into()),
            ..LocationVariables::default()
        };
        let found = Locations::by(Convention::MacOs, &ours).unwrap();
        assert_eq!(found.config, Path::new("/1"));
        assert_eq!(found.state, Path::new("/2"));
        assert_eq!(found.data, Path::new("/3"));
        assert_eq!(
            Locations::by(
                Convention::Xdg,
                &LocationVariables {
                    entra_auth_state_dir: Some("here".into()),
                    ..variables()
                }
            ),
            Err(LocationError::Relative {
                variable: "ENTRA_AUTH_STATE_DIR",
                path: "here".into()
            })
        );
    }

    #[test]
    fn other_systems_have_their_own_places() {
        let mac = Locations::by(Convention::MacOs, &variables()).unwrap();
        assert_eq!(mac.config, Path::new("/home/ann/.config/entra-auth-cli"));
        assert_eq!(
            mac.state,
            Path::new("/home/ann/Library/Application Support/entra-auth-cli")
        );
        let windows = Locations::by(
            Convention::Windows,
            &LocationVariables {
                app_data: Some("/roaming".into()),
                local_app_data: Some("/local".into()),
                ..LocationVariables::default()
            },
        )
        .unwrap();
        assert_eq!(windows.config, Path::new("/roaming/entra-auth-cli"));
        assert_eq!(windows.state, Path::new("/local/entra-auth-cli/state"));
        assert_eq!(windows.data, Path::new("/local/entra-auth-cli/data"));
    }

    #[test]
    fn without_a_home_the_variable_to_set_is_named() {
        assert_eq!(
            Locations::by(Convention::Xdg, &LocationVariables::default()),
            Err(LocationError::Unset { variable: "HOME" })
        );
    }
}
