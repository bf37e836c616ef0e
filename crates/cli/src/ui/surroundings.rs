//! Where the person sits: whether a browser that is opened here opens before their eyes, and
//! whether its loopback is ours.

use std::path::Path;

use crate::settings::Variables;

/// Browsers that draw in the terminal, which is ours; and Debian's name for whichever is chosen.
const TEXT_BROWSERS: [&str; 9] = [
    "w3m",
    "lynx",
    "links",
    "links2",
    "elinks",
    "browsh",
    "carbonyl",
    "chawan",
    "www-browser",
];

/// Files that Docker, podman, and systemd in a container make.
const CONTAINER_MARKS: [&str; 3] = [
    "/.dockerenv",
    "/run/.containerenv",
    "/run/systemd/container",
];

/// A way to open a page before the person's eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Browser {
    /// The commands that `$BROWSER` lists, each for a shell's way of splitting words.
    Commands(Vec<String>),
    /// The operating system's own.
    System,
}

/// What there is to say about this place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Surroundings {
    /// The way to open a page, if there is one.
    pub(super) browser: Option<Browser>,
    /// What was found, in words that fit after "this is" or "there is"; likeliest cause first.
    pub(super) findings: Vec<String>,
    /// Whether the person's browser may run on another machine, or in another network, so that
    /// its loopback is not ours.
    pub(super) is_remote: bool,
}

/// Operating systems, as far as opening pages differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    /// Pages open on a display, if there is one.
    WithDisplay,
    /// Pages open on the one desktop (macOS, Windows).
    Desktop,
}

/// What variables and files say.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, independent of the others"
)]
pub(super) struct Facts {
    system: System,
    browser: Option<String>,
    has_display: bool,
    is_ssh: bool,
    is_wsl: bool,
    has_wsl_interop: bool,
    is_container: bool,
    is_codespace: bool,
    is_dev_container: bool,
    is_remote_editor: bool,
    is_sudo: bool,
}

impl Facts {
    /// Looks around.
    pub(super) fn gathered(variables: &Variables) -> Self {
        let is_set = |name| variables.raw(name).is_some();
        let on_linux = cfg!(target_os = "linux");
        Self {
            system: if cfg!(any(windows, target_os = "macos")) {
                System::Desktop
            } else {
                System::WithDisplay
            },
            browser: variables.text("BROWSER"),
            has_display: is_set("DISPLAY") || is_set("WAYLAND_DISPLAY"),
            is_ssh: is_set("SSH_CONNECTION") || is_set("SSH_TTY") || is_set("SSH_CLIENT"),
            is_wsl: on_linux && kernel_is_of_wsl(),
            has_wsl_interop: variables
                .raw("WSL_INTEROP")
                .is_some_and(|socket| Path::new(&socket).exists()),
            is_container: on_linux
                && (is_set("KUBERNETES_SERVICE_HOST")
                    || CONTAINER_MARKS.iter().any(|file| Path::new(file).exists())),
            is_codespace: variables.is_on("CODESPACES"),
            is_dev_container: variables.is_on("REMOTE_CONTAINERS"),
            is_remote_editor: is_set("VSCODE_IPC_HOOK_CLI"),
            is_sudo: is_root() && is_set("SUDO_USER"),
        }
    }
}

/// WSL's kernels carry Microsoft's name in their release: `5.15.167.4-microsoft-standard-WSL2`.
fn kernel_is_of_wsl() -> bool {
    std::fs::read_to_string("/proc/sys/kernel/osrelease")
        .is_ok_and(|release| release.to_ascii_lowercase().contains("microsoft"))
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

impl Surroundings {
    /// What follows from the facts.
    pub(super) fn of(facts: &Facts) -> Self {
        let is_remote = facts.is_ssh
            || facts.is_wsl
            || facts.is_container
            || facts.is_codespace
            || facts.is_dev_container
            || facts.is_remote_editor;
        let mut findings = places(facts);
        let browser = match facts.browser.as_deref().map(commands) {
            // Someone set it for this place: remote workspaces do.
            Some(Ok(commands)) => Some(Browser::Commands(commands)),
            Some(Err(text_browser)) => {
                findings.insert(0, format!("a text browser in $BROWSER ({text_browser})"));
                None
            }
            None => opens_pages(facts).then_some(Browser::System),
        };
        if browser.is_none() && findings.is_empty() {
            findings.push("no display".to_owned());
        }
        Self {
            browser,
            findings,
            is_remote,
        }
    }
}

/// The places that are recognised, the narrowest first.
fn places(facts: &Facts) -> Vec<String> {
    let found = [
        (facts.is_sudo, "sudo"),
        (facts.is_codespace, "GitHub Codespaces"),
        (facts.is_dev_container, "a dev container"),
        (
            facts.is_remote_editor && !facts.is_codespace && !facts.is_dev_container,
            "a remote workspace of VS Code",
        ),
        (facts.is_ssh, "an SSH session"),
        (facts.is_wsl && facts.has_wsl_interop, "WSL"),
        (
            facts.is_wsl && !facts.has_wsl_interop,
            "WSL without Windows interop",
        ),
        (
            facts.is_container && !facts.is_codespace && !facts.is_dev_container,
            "a container",
        ),
    ];
    let found = found.into_iter().filter(|(is_found, _)| *is_found);
    found.map(|(_, words)| words.to_owned()).collect()
}

/// Whether the operating system's own way leads to the person's eyes.
fn opens_pages(facts: &Facts) -> bool {
    let has_desktop = match facts.system {
        System::WithDisplay if facts.is_wsl => facts.has_wsl_interop,
        System::WithDisplay => facts.has_display,
        System::Desktop => !facts.is_ssh,
    };
    has_desktop && !facts.is_sudo && !facts.is_codespace && !facts.is_dev_container
}

/// The commands of `$BROWSER` that need no terminal; the first one's name if all of them do.
fn commands(list: &str) -> Result<Vec<String>, String> {
    // A colon is part of a path on Windows.
    let entries: Vec<&str> = if cfg!(windows) {
        vec![list]
    } else {
        list.split(':').collect()
    };
    let entries = entries
        .into_iter()
        .map(str::trim)
        .filter(|entry| !entry.is_empty());
    let (in_terminal, graphical): (Vec<&str>, Vec<&str>) =
        entries.partition(|entry| TEXT_BROWSERS.contains(&program(entry).as_str()));
    match in_terminal.first() {
        Some(first) if graphical.is_empty() => Err(program(first)),
        _ => Ok(graphical.into_iter().map(ToOwned::to_owned).collect()),
    }
}

/// The name of the program that a command runs, without its directory.
fn program(command: &str) -> String {
    let words = shlex::split(command).unwrap_or_default();
    let first = words.first().map_or("", String::as_str);
    let name = Path::new(first).file_stem().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINUX_DESKTOP: Facts = Facts {
        system: System::WithDisplay,
        browser: None,
        has_display: true,
        is_ssh: false,
        is_wsl: false,
        has_wsl_interop: false,
        is_container: false,
        is_codespace: false,
        is_dev_container: false,
        is_remote_editor: false,
        is_sudo: false,
    };

    const LINUX_SERVER: Facts = Facts {
        has_display: false,
        ..LINUX_DESKTOP
    };

    const MAC: Facts = Facts {
        system: System::Desktop,
        ..LINUX_SERVER
    };

    fn of(facts: &Facts) -> (bool, Vec<String>, bool) {
        let surroundings = Surroundings::of(facts);
        let has_browser = surroundings.browser.is_some();
        (has_browser, surroundings.findings, surroundings.is_remote)
    }

    #[test]
    fn every_place_is_recognised() {
        #[rustfmt::skip]
        let places: [(Facts, bool, &[&str], bool); 17] = [
            (LINUX_DESKTOP, true, &[], false),
            (MAC, true, &[], false),
            (LINUX_SERVER, false, &["no display"], false),
            (Facts { is_ssh: true, ..LINUX_SERVER }, false, &["an SSH session"], true),
            // A display that SSH forwards: the browser is on this machine, before their eyes.
            (Facts { is_ssh: true, ..LINUX_DESKTOP }, true, &["an SSH session"], true),
            // A desktop that SSH leads into is not the one the person sits at.
            (Facts { is_ssh: true, ..MAC }, false, &["an SSH session"], true),
            (Facts { is_wsl: true, has_wsl_interop: true, ..LINUX_SERVER }, true, &["WSL"], true),
            (Facts { is_wsl: true, ..LINUX_SERVER }, false, &["WSL without Windows interop"], true),
            (Facts { is_wsl: true, ..LINUX_DESKTOP }, false, &["WSL without Windows interop"], true),
            (Facts { is_container: true, ..LINUX_SERVER }, false, &["a container"], true),
            (Facts { is_container: true, ..LINUX_DESKTOP }, true, &["a container"], true),
            (Facts { is_codespace: true, is_container: true, is_remote_editor: true, ..LINUX_SERVER },
                false, &["GitHub Codespaces"], true),
            (Facts { is_dev_container: true, is_container: true, ..LINUX_DESKTOP },
                false, &["a dev container"], true),
            (Facts { is_remote_editor: true, is_ssh: true, ..LINUX_SERVER },
                false, &["a remote workspace of VS Code", "an SSH session"], true),
            (Facts { is_sudo: true, ..LINUX_DESKTOP }, false, &["sudo"], false),
            (Facts { is_sudo: true, ..MAC }, false, &["sudo"], false),
            (Facts { is_sudo: true, is_ssh: true, ..LINUX_SERVER },
                false, &["sudo", "an SSH session"], true),
        ];
        for (facts, has_browser, findings, is_remote) in places {
            let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
            assert_eq!(of(&facts), (has_browser, findings, is_remote), "{facts:?}");
        }
    }

    #[test]
    fn a_browser_that_was_named_wins_over_every_place() {
        let helper = "/vscode/bin/helpers/browser.sh";
        for facts in [
            LINUX_SERVER,
            Facts {
                is_ssh: true,
                ..MAC
            },
            Facts {
                is_codespace: true,
                ..LINUX_SERVER
            },
            Facts {
                is_wsl: true,
                ..LINUX_SERVER
            },
            Facts {
                is_sudo: true,
                ..LINUX_DESKTOP
            },
        ] {
            let is_remote = Surroundings::of(&facts).is_remote;
            let browser = Some(helper.to_owned());
            let surroundings = Surroundings::of(&Facts { browser, ..facts });
            let commands = Browser::Commands(vec![helper.to_owned()]);
            assert_eq!(surroundings.browser, Some(commands));
            assert_eq!(
                surroundings.is_remote, is_remote,
                "it says nothing of the network"
            );
        }
    }

    #[test]
    fn a_text_browser_is_none() {
        for text in [
            "w3m",
            "/usr/bin/lynx -nocolor",
            "links",
            "'www-browser'",
            "browsh %s",
        ] {
            let browser = Some(text.to_owned());
            let surroundings = Surroundings::of(&Facts {
                browser,
                ..LINUX_DESKTOP
            });
            assert_eq!(surroundings.browser, None, "{text}");
            assert!(
                surroundings.findings[0].starts_with("a text browser"),
                "{text}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn of_several_browsers_those_that_need_no_terminal_are_taken() {
        let list = commands("w3m:firefox --private-window %s::/opt/my browser/x");
        let expected = ["firefox --private-window %s", "/opt/my browser/x"];
        assert_eq!(list.unwrap(), expected);
        assert_eq!(commands("lynx:w3m"), Err("lynx".to_owned()));
        assert_eq!(commands("links:elinks"), Err("links".to_owned()));
    }

    #[test]
    fn the_facts_of_this_machine_can_be_gathered() {
        let facts = Facts::gathered(&Variables);
        assert_eq!(
            facts.system == System::Desktop,
            cfg!(any(windows, target_os = "macos"))
        );
    }
}
