//! The process environment.

use std::ffi::OsString;

use engine::Environment;
use vault::LocationVariables;
use zeroize::Zeroizing;

/// Variables whose values are secrets, kept from every child process.
const SECRETS: [&str; 8] = [
    "ENTRA_AUTH_CLIENT_SECRET",
    "ENTRA_AUTH_CERTIFICATE_PASSWORD",
    "ENTRA_AUTH_PASSPHRASE",
    "ENTRA_ACCESS_TOKEN",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_PASSWORD",
    "ARM_CLIENT_SECRET",
];

/// The process environment. Everyone else is handed what they need of it.
pub(crate) struct Variables;

impl Variables {
    /// A variable's value, if it is set to anything.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one reader of the environment"
    )]
    #[expect(
        clippy::unused_self,
        reason = "who reads the environment was handed it"
    )]
    pub(crate) fn raw(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name).filter(|value| !value.is_empty())
    }

    /// A variable's value as text, if it is set to any.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.raw(name)?.into_string().ok()
    }

    /// A secret variable's value.
    pub(crate) fn secret(&self, name: &str) -> Option<Zeroizing<String>> {
        self.text(name).map(Zeroizing::new)
    }

    /// Whether the environment asks for nothing to be asked.
    pub(crate) fn forbids_input(&self) -> bool {
        self.is_on("ENTRA_AUTH_NO_INPUT")
    }

    /// Whether this runs in a pipeline, where nobody is there to answer.
    pub(crate) fn is_pipeline(&self) -> bool {
        self.is_on("CI")
    }

    /// Whether a switch is on: set, and neither `0` nor `false`.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.text(name)
            .is_some_and(|value| !matches!(value.to_ascii_lowercase().as_str(), "0" | "false"))
    }

    /// Whether root may use what lies in another user's home.
    pub(crate) fn allows_foreign_home(&self) -> bool {
        self.text("ENTRA_AUTH_ALLOW_FOREIGN_HOME").as_deref() == Some("1")
    }

    /// The variables that say where files live.
    pub(crate) fn of_locations(&self) -> LocationVariables {
        LocationVariables {
            home: self.raw("HOME"),
            xdg_config_home: self.raw("XDG_CONFIG_HOME"),
            xdg_state_home: self.raw("XDG_STATE_HOME"),
            xdg_data_home: self.raw("XDG_DATA_HOME"),
            xdg_runtime_dir: self.raw("XDG_RUNTIME_DIR"),
            app_data: self.raw("APPDATA"),
            local_app_data: self.raw("LOCALAPPDATA"),
            entra_auth_config_dir: self.raw("ENTRA_AUTH_CONFIG_DIR"),
            entra_auth_state_dir: self.raw("ENTRA_AUTH_STATE_DIR"),
            entra_auth_data_dir: self.raw("ENTRA_AUTH_DATA_DIR"),
        }
    }
}

impl Environment for Variables {
    fn variable(&self, name: &str) -> Option<Zeroizing<String>> {
        self.secret(name)
    }

    fn secret_variables(&self) -> Vec<String> {
        SECRETS.map(ToOwned::to_owned).to_vec()
    }
}
