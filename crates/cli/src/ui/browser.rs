//! Opens a page in a browser, and keeps everything of ours from it.

use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use thiserror::Error;
use url::Url;

use super::surroundings::Browser;

/// A launcher that fails does so sooner than this. One that lives longer is the browser itself.
const BEFORE_FAILURE: Duration = Duration::from_millis(700);

/// Why no browser shows the page.
#[derive(Debug, PartialEq, Eq, Error)]
pub(super) enum NotOpened {
    /// The address is none for a browser: a launcher might run it.
    #[error("the address of the sign-in page is neither http nor https")]
    NoPage,
    /// None of these could be started, or each failed at once.
    #[error("none worked (tried {})", .0.join(", "))]
    NoneStarted(Vec<String>),
}

/// Has the page opened by the first launcher that starts. Returns once it lives or has ended well;
/// the browser may go on for longer than this process.
///
/// It gets no stream of ours, so that it neither writes between our lines nor keeps a pipe open
/// that a shell waits for, and none of the variables `kept_back`.
pub(super) fn open(browser: &Browser, page: &Url, kept_back: &[String]) -> Result<(), NotOpened> {
    if !matches!(page.scheme(), "http" | "https") {
        return Err(NotOpened::NoPage);
    }
    let launchers = match browser {
        Browser::Commands(commands) => {
            let launchers = commands.iter();
            launchers.filter_map(|text| launcher(text, page)).collect()
        }
        Browser::System => open::commands(page.as_str()),
    };
    let mut tried = Vec::new();
    for mut launcher in launchers {
        for name in kept_back {
            launcher.env_remove(name);
        }
        tried.push(launcher.get_program().to_string_lossy().into_owned());
        if starts(launcher) {
            return Ok(());
        }
    }
    Err(NotOpened::NoneStarted(tried))
}

/// A command of `$BROWSER`: `%s` stands for the address, `%c` for a colon, `%%` for a percent
/// sign; without `%s` the address comes last. `None` if it holds no words.
fn launcher(text: &str, page: &Url) -> Option<Command> {
    let words = if cfg!(windows) {
        windows_words(text)
    } else {
        shlex::split(text)?
    };
    let (program, arguments) = words.split_first()?;
    let (program, _) = filled(program, "%s");
    let mut command = Command::new(program);
    let mut takes_address = false;
    for argument in arguments {
        let (argument, holds_address) = filled(argument, page.as_str());
        takes_address |= holds_address;
        command.arg(argument);
    }
    if !takes_address {
        command.arg(page.as_str());
    }
    Some(command)
}

/// The words of a command on Windows, where a path with blanks may stand without quotes: only one
/// in quotes is followed by arguments.
fn windows_words(text: &str) -> Vec<String> {
    let quoted = text.strip_prefix('"').and_then(|rest| rest.split_once('"'));
    match quoted {
        Some((program, arguments)) => std::iter::once(program)
            .chain(arguments.split_whitespace())
            .map(ToOwned::to_owned)
            .collect(),
        None => vec![text.to_owned()],
    }
}

/// The argument with everything put in, and whether the address is in it.
fn filled(argument: &str, address: &str) -> (String, bool) {
    let mut holds_address = false;
    let mut parts = argument.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    while let Some(part) = parts.next() {
        match part.chars().next() {
            Some('s') => {
                holds_address = true;
                text.push_str(address);
            }
            Some('c') => text.push(':'),
            None => {
                text.push('%');
                text.push_str(parts.next().unwrap_or_default());
                continue;
            }
            Some(_) => {
                text.push('%');
                text.push_str(part);
                continue;
            }
        }
        text.push_str(&part[1..]);
    }
    (text, holds_address)
}

/// Whether the launcher lives, or ended well.
fn starts(mut launcher: Command) -> bool {
    launcher
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    leave_our_group(&mut launcher);
    let Ok(mut child) = launcher.spawn() else {
        return false;
    };
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || {
        // Whoever waits may have gone on long ago.
        let _ = sender.send(child.wait());
    });
    match ended.recv_timeout(BEFORE_FAILURE) {
        // What Windows' launchers end with says nothing about the page.
        Ok(Ok(status)) => status.success() || cfg!(windows),
        Ok(Err(_)) => false,
        Err(_) => true,
    }
}

/// Ctrl-C at our terminal is not meant for the browser.
#[cfg(unix)]
fn leave_our_group(launcher: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    launcher.process_group(0);
}

/// A browser on Windows has no console to hear Ctrl-C at.
#[cfg(not(unix))]
fn leave_our_group(_: &mut Command) {}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Url {
        Url::parse("https://login.example/authorize?a=1&b=%20'x").unwrap()
    }

    fn quoted(word: &str) -> String {
        shlex::try_quote(word).unwrap().into_owned()
    }

    #[test]
    fn the_address_goes_where_the_command_wants_it() {
        let arguments = |text: &str| -> Vec<String> {
            let command = launcher(text, &page()).unwrap();
            let arguments = command.get_args();
            arguments
                .map(|one| one.to_str().unwrap().to_owned())
                .collect()
        };
        let address = page().to_string();
        assert_eq!(arguments("firefox"), [address.as_str()]);
        assert_eq!(
            arguments("firefox --new-window '%s' -x"),
            ["--new-window", address.as_str(), "-x"]
        );
        assert_eq!(
            arguments("x --url=%s"),
            [format!("--url={address}").as_str()]
        );
        assert_eq!(
            arguments("x a%cb 100%% 5%d"),
            ["a:b", "100%", "5%d", address.as_str()]
        );
        assert_eq!(arguments("x %%s"), ["%s", address.as_str()]);
        assert!(launcher("'open quote", &page()).is_none());
        assert!(launcher("", &page()).is_none());
    }

    #[test]
    fn a_program_may_have_any_path() {
        let command = launcher("'/my c%c/100%%/b' -x", &page()).unwrap();
        assert_eq!(command.get_program(), "/my c:/100%/b");
        let unusual = launcher("%s", &page()).unwrap();
        assert_eq!(unusual.get_program(), "%s", "an address is no program");
        let words = windows_words(r#""C:\Program Files\b.exe" -x %s"#);
        assert_eq!(words, [r"C:\Program Files\b.exe", "-x", "%s"]);
        let plain = r"C:\Program Files\b.exe";
        assert_eq!(windows_words(plain), [plain]);
    }

    #[test]
    fn the_first_that_starts_gets_the_address_and_none_of_our_secrets() {
        let directory = tempfile::tempdir().unwrap();
        let seen = directory.path().join("seen");
        let body = format!(
            "echo noise; echo noise >&2; printf '%%s|%%s' \"$1\" \"${{CARGO_MANIFEST_DIR-gone}}\" >{}",
            quoted(seen.to_str().unwrap())
        );
        let commands = vec![
            "/nonexistent/browser".to_owned(),
            "false".to_owned(),
            format!("sh -c {} sh", quoted(&body)),
        ];
        let browser = Browser::Commands(commands);
        // A variable that is there for sure.
        let secret = "CARGO_MANIFEST_DIR".to_owned();
        open(&browser, &page(), &[secret]).unwrap();
        let said = std::fs::read_to_string(seen).unwrap();
        assert_eq!(said, format!("{}|gone", page()));
    }

    #[test]
    fn those_that_were_tried_in_vain_are_named() {
        let commands = vec!["/nonexistent/a".to_owned(), "/nonexistent/b -x".to_owned()];
        let error = open(&Browser::Commands(commands), &page(), &[]).unwrap_err();
        let tried = ["/nonexistent/a", "/nonexistent/b"].map(ToOwned::to_owned);
        assert_eq!(error, NotOpened::NoneStarted(tried.to_vec()));
    }

    #[test]
    fn nothing_but_pages_is_opened() {
        let directory = tempfile::tempdir().unwrap();
        let seen = directory.path().join("seen");
        let command = format!("touch {} --", quoted(seen.to_str().unwrap()));
        let browser = Browser::Commands(vec![command]);
        for address in ["file:///bin/sh", "ms-settings:x", "javascript:alert(1)"] {
            let address = Url::parse(address).unwrap();
            assert_eq!(open(&browser, &address, &[]), Err(NotOpened::NoPage));
        }
        assert!(!seen.exists());
    }
}
