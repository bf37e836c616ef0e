//! `--copy` against a real X server, and where there is none.
#![cfg(target_os = "linux")]
#![cfg(feature = "clipboard")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests arrange processes, and look again until something is there"
)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::process::Child;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::time::Duration;

use emulator::App;
use emulator::Emulator;
use tempfile::TempDir;

const CLIENT_ID: &str = "11112222-bbbb-3333-cccc-4444dddd5555";
const SECRET: &str = "made-up~secret";
const PROGRAM: &str = env!("CARGO_BIN_EXE_entra-auth-cli");

/// An X server without a screen, which ends with the last program connected to it.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-terminate"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is needed: apt-get install xvfb");
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        assert!(!number.trim().is_empty(), "Xvfb found no display");
        Self {
            server,
            name: format!(":{}", number.trim()),
        }
    }

    fn xclip(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("xclip");
        command
            .args(["-selection", "clipboard"])
            .args(arguments)
            .env("DISPLAY", &self.name)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// What is on the clipboard in this form; `None` if nothing is.
    fn contents(&self, form: &str) -> Option<String> {
        let output = self
            .xclip(&["-o", "-t", form])
            .output()
            .expect("xclip is needed: apt-get install xclip");
        let text = String::from_utf8(output.stdout).unwrap();
        output.status.success().then_some(text)
    }

    /// Copies something else, as a person would: the program that offers it.
    fn copy_something_else(&self) -> Offer {
        let mut xclip = self
            .xclip(&["-i", "-quiet"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        xclip
            .stdin
            .take()
            .unwrap()
            .write_all(b"something else")
            .unwrap();
        until(|| self.contents("UTF8_STRING").as_deref() == Some("something else"));
        Offer(xclip)
    }

    fn holder(&self, duration: &str) -> Child {
        let mut holder = Command::new(PROGRAM)
            .args(["hold-clipboard", "--for", duration])
            .env_clear()
            .env("DISPLAY", &self.name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = holder.stdin.take().unwrap();
        input.write_all(b"a token").unwrap();
        drop(input);
        let mut line = String::new();
        BufReader::new(holder.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(line, "held\n");
        holder
    }

    /// Waits until nobody is connected any more.
    fn assert_ends(mut self) {
        until(|| self.server.try_wait().unwrap().is_some());
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // Whatever still holds the clipboard ends with the server.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A program that offers something on the clipboard, until dropped.
struct Offer(Child);

impl Drop for Offer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Looks again until it is so; fails after ten seconds.
fn until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it did not come about in ten seconds");
}

/// `get-token --copy` for an app of the emulator, in a session without display or terminal.
fn get_token(emulator: &Emulator, home: &TempDir) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(["get-token", "--copy", "--no-cache"])
        .args(["--authority", emulator.base_url()])
        .args(["--tenant", "contoso.onmicrosoft.com"])
        .args(["--client-id", CLIENT_ID])
        .env_clear()
        .env("HOME", home.path())
        .env("ENTRA_AUTH_CLIENT_SECRET", SECRET)
        .stdin(Stdio::null());
    command
}

fn emulator() -> Emulator {
    let app = App::confidential(CLIENT_ID).secret(SECRET);
    Emulator::builder().app(app).start().unwrap()
}

fn said(output: &Output) -> (Option<i32>, &str, &str) {
    let text = |bytes| std::str::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn the_token_is_on_the_clipboard_marked_as_secret_and_nowhere_else() {
    let (emulator, home, display) = (emulator(), TempDir::new().unwrap(), Display::start());
    let output = get_token(&emulator, &home)
        .env("DISPLAY", &display.name)
        .output()
        .unwrap();
    assert_eq!(
        said(&output),
        (
            Some(0),
            "",
            "Copied. The clipboard is cleared in 60 seconds.\n"
        )
    );
    let token = display.contents("UTF8_STRING").unwrap();
    assert_eq!(token.split('.').count(), 3, "{token}");
    assert!(token.starts_with("eyJ"), "{token}");
    assert!(!token.ends_with('\n'));
    assert_eq!(
        display.contents("x-kde-passwordManagerHint").as_deref(),
        Some("secret")
    );
    // Somebody copies something else, so nothing is left to hold.
    drop(display.copy_something_else());
    display.assert_ends();
}

/// The environment of whoever holds that display's clipboard for a command (proc(5)).
fn environment_of_holder(display: &Display) -> String {
    let here = format!("DISPLAY={}\0", display.name);
    let processes = std::fs::read_dir("/proc").unwrap();
    let held = processes.filter_map(|process| {
        // A process may end while it is looked at.
        let process = process.unwrap().path();
        let words = std::fs::read_to_string(process.join("cmdline")).ok()?;
        let environment = std::fs::read_to_string(process.join("environ")).ok()?;
        (words.contains("hold-clipboard") && environment.contains(&here)).then_some(environment)
    });
    let held: Vec<String> = held.collect();
    assert_eq!(held.len(), 1, "{held:?}");
    held.concat()
}

#[test]
fn who_holds_it_gets_no_variable_that_holds_a_secret() {
    let (emulator, home, display) = (emulator(), TempDir::new().unwrap(), Display::start());
    let output = get_token(&emulator, &home)
        .args(["--client-secret-env", "FLAGS_SECRET"])
        .env("DISPLAY", &display.name)
        .env("FLAGS_SECRET", SECRET)
        .env("SOMETHING_ELSE", "stays")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let environment = environment_of_holder(&display);
    assert!(
        environment.contains("SOMETHING_ELSE=stays\0"),
        "{environment}"
    );
    assert!(!environment.contains("_SECRET"), "{environment}");
    assert!(!environment.contains(SECRET), "{environment}");
    drop(display.copy_something_else());
    display.assert_ends();
}

#[test]
fn it_is_cleared_when_its_time_is_over() {
    let display = Display::start();
    let mut holder = display.holder("2s");
    assert_eq!(display.contents("UTF8_STRING").as_deref(), Some("a token"));
    assert!(holder.wait().unwrap().success());
    display.assert_ends();
}

#[test]
fn what_else_was_copied_meanwhile_stays() {
    let display = Display::start();
    let mut holder = display.holder("1h");
    let offer = display.copy_something_else();
    assert!(holder.wait().unwrap().success());
    assert_eq!(
        display.contents("UTF8_STRING").as_deref(),
        Some("something else")
    );
    drop(offer);
    display.assert_ends();
}

#[test]
fn without_a_display_it_says_what_to_do_instead() {
    let (emulator, home) = (emulator(), TempDir::new().unwrap());
    let output = get_token(&emulator, &home).output().unwrap();
    assert_eq!(
        said(&output),
        (
            Some(4),
            "",
            "error: there is no clipboard to copy to: this session has no display [clipboard_unavailable]\n\
             hint: Keep it in a file that only you can read: --file PATH instead of --copy\n\
             hint: Or hand it to a program: entra-auth-cli get-token … | PROGRAM\n"
        )
    );
}

#[test]
fn a_display_that_is_not_there_is_an_error_too() {
    let (emulator, home) = (emulator(), TempDir::new().unwrap());
    let output = get_token(&emulator, &home)
        .args(["-o", "json"])
        .env("DISPLAY", "127.0.0.1:9999")
        .output()
        .unwrap();
    let (exit_code, stdout, stderr) = said(&output);
    assert_eq!((exit_code, stdout), (Some(4), ""));
    let error: serde_json::Value = serde_json::from_str(stderr).unwrap();
    assert_eq!(error["code"], "clipboard_unavailable");
    assert!(!stderr.contains("eyJ"), "{stderr}");
}

#[test]
fn over_ssh_the_terminal_is_asked() {
    let (emulator, home) = (emulator(), TempDir::new().unwrap());
    let mut command = get_token(&emulator, &home);
    command.env("SSH_TTY", "/dev/pts/0").stdin(Stdio::inherit());
    let mut terminal = rexpect::session::spawn_command(command, Some(10_000)).unwrap();
    terminal.exp_string("\x1b]52;c;").unwrap();
    let encoded = terminal.exp_string("\x07").unwrap();
    let token = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, encoded);
    let token = String::from_utf8(token.unwrap()).unwrap();
    assert!(token.starts_with("eyJ"), "{token}");
    terminal.exp_string("OSC 52").unwrap();
    let rest = terminal.exp_eof().unwrap();
    assert!(!rest.contains("eyJ"), "{rest}");
}

#[test]
fn over_ssh_without_a_terminal_there_is_none_to_ask() {
    let (emulator, home) = (emulator(), TempDir::new().unwrap());
    let mut command = Command::new("setsid");
    let inner = get_token(&emulator, &home);
    command
        .arg("--wait")
        .arg(inner.get_program())
        .args(inner.get_args())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home.path())
        .env("ENTRA_AUTH_CLIENT_SECRET", SECRET)
        .env("SSH_CONNECTION", "192.0.2.1 5 192.0.2.2 22")
        .stdin(Stdio::null());
    let output = command.output().unwrap();
    let (exit_code, stdout, stderr) = said(&output);
    assert_eq!((exit_code, stdout), (Some(4), ""), "{stderr}");
    assert!(stderr.contains("no terminal can be asked"), "{stderr}");
}

#[test]
fn the_holder_says_why_it_cannot() {
    let mut holder = Command::new(PROGRAM)
        .arg("hold-clipboard")
        .env_clear()
        .env("DISPLAY", "127.0.0.1:9999")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = holder.stdout.take().unwrap();
    output.read_to_string(&mut line).unwrap();
    assert_eq!(holder.wait().unwrap().code(), Some(4));
    assert!(line.ends_with('\n') && line.trim() != "held", "{line}");
}
