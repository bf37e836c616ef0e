//! Who signs in: the person at this terminal, in a browser of their own, or one that is played.

use std::ffi::OsString;
use std::path::Path;

use shlex::try_quote;

use super::failed;
use crate::args::DemoBrowser;
use crate::command_error::CommandError;
use crate::settings::Variables;
use crate::ui;
use crate::ui::Ui;

/// What a browser needs of a person's environment to open before their eyes.
const OF_A_DESKTOP: [&str; 20] = [
    "APPDATA",
    "DBUS_SESSION_BUS_ADDRESS",
    "DESKTOP_SESSION",
    "DISPLAY",
    "HOME",
    "KDE_FULL_SESSION",
    "KDE_SESSION_VERSION",
    "LANG",
    "LOCALAPPDATA",
    "LOGNAME",
    "PATH",
    "PROGRAMFILES",
    "SYSTEMROOT",
    "USER",
    "USERPROFILE",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_CURRENT_DESKTOP",
    "XDG_DATA_DIRS",
    "XDG_SESSION_TYPE",
];

/// Who signs in.
pub(super) enum Person {
    /// The one at this terminal, with what their browser needs of the environment.
    AtTheTerminal(Vec<(String, OsString)>),
    /// This program in a process of its own, with the variable that names it as the browser.
    Played(Vec<(String, OsString)>),
}

impl Person {
    /// The person at this terminal if they can be asked, have a browser, and want to use it.
    pub(super) fn chosen(
        ui: &Ui,
        variables: &Variables,
        wish: DemoBrowser,
    ) -> Result<Self, CommandError> {
        if wish == DemoBrowser::Auto
            && ui.can_ask()
            && let Some(commands) = ui::browser_at_hand(variables)
        {
            return Ok(Self::AtTheTerminal(desktop(variables, &commands)));
        }
        let program = std::env::current_exe()
            .map_err(|error| failed(format!("the program does not know where it is: {error}")))?;
        let mut environment = vec![("BROWSER".to_owned(), played_by(&program)?.into())];
        // Winsock finds its libraries by this variable.
        let root = variables.raw("SYSTEMROOT");
        environment.extend(root.map(|root| ("SYSTEMROOT".to_owned(), root)));
        Ok(Self::Played(environment))
    }

    /// The variables that have the sign-in page opened for this person.
    pub(super) fn environment(&self) -> &[(String, OsString)] {
        match self {
            Self::AtTheTerminal(environment) | Self::Played(environment) => environment,
        }
    }

    pub(super) fn is_played(&self) -> bool {
        matches!(self, Self::Played(_))
    }
}

fn desktop(variables: &Variables, commands: &[String]) -> Vec<(String, OsString)> {
    let passed_on = OF_A_DESKTOP
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), variables.raw(name)?)));
    let runtime = variables.text("XDG_RUNTIME_DIR");
    let browser = browser(commands, runtime.as_deref());
    passed_on
        .chain(browser.map(|browser| ("BROWSER".to_owned(), browser.into())))
        .collect()
}

/// `$BROWSER` for a command whose own `XDG_RUNTIME_DIR` is thrown away afterwards: each browser is
/// given the person's, in which desktops keep their sockets. `None` for the system's own way.
fn browser(commands: &[String], runtime: Option<&str>) -> Option<String> {
    let system = ["xdg-open".to_owned(), "gio open".to_owned()];
    let runtime = runtime.filter(|_| cfg!(target_os = "linux"));
    let Some(runtime) = runtime.and_then(|path| word(path).ok()) else {
        return (!commands.is_empty()).then(|| commands.join(":"));
    };
    let commands = if commands.is_empty() {
        &system
    } else {
        commands
    };
    let with_runtime = commands
        .iter()
        .map(|command| format!("env XDG_RUNTIME_DIR={runtime} {command}"));
    Some(with_runtime.collect::<Vec<_>>().join(":"))
}

/// `$BROWSER` for a person that is played by this program.
fn played_by(program: &Path) -> Result<String, CommandError> {
    let program = program
        .to_str()
        .ok_or_else(|| failed("the program's path is no text"))?;
    let program = if cfg!(windows) {
        format!("\"{program}\"")
    } else {
        word(program)?
    };
    Ok(format!("{program} visit-sign-in-page"))
}

/// A text as one word of `$BROWSER`, whatever stands in it.
fn word(text: &str) -> Result<String, CommandError> {
    let text = text.replace('%', "%%").replace(':', "%c");
    try_quote(&text)
        .map(std::borrow::Cow::into_owned)
        .map_err(|error| failed(format!("the program's path cannot be quoted: {error}")))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_can_be_a_browser() {
        for (path, named) in [
            ("/usr/bin/e", "/usr/bin/e visit-sign-in-page"),
            ("/my dir/e", "'/my dir/e' visit-sign-in-page"),
            ("/a:b/100%/e", "/a%cb/100%%/e visit-sign-in-page"),
        ] {
            let browser = played_by(Path::new(path)).unwrap();
            assert_eq!(browser.replace('\'', ""), named.replace('\'', ""), "{path}");
            let words = shlex::split(&browser).unwrap();
            assert_eq!(words.len(), 2, "{browser}");
            assert!(!browser.contains(':'), "it would be two: {browser}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn browsers_find_the_sockets_of_the_desktop() {
        let own = ["firefox -P x".to_owned(), "chromium %s".to_owned()];
        assert_eq!(
            browser(&own, Some("/run/user/1000")).unwrap(),
            "env XDG_RUNTIME_DIR=/run/user/1000 firefox -P x:\
             env XDG_RUNTIME_DIR=/run/user/1000 chromium %s"
        );
        let system = browser(&[], Some("/run/user/1000")).unwrap();
        assert!(system.starts_with("env XDG_RUNTIME_DIR=/run/user/1000 xdg-open:"));
        assert_eq!(browser(&own, None).unwrap(), "firefox -P x:chromium %s");
        assert_eq!(browser(&[], None), None);
    }
}
