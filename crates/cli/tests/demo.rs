//! `demo` as a newcomer runs it, amid an environment it must not touch.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests arrange files and processes, and look again until something is there"
)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Read as _;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Pid;
use rustix::process::Signal;
use tempfile::TempDir;

/// A person's home, with places that `demo` must leave as they are.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(TempDir::new().unwrap());
        for place in ["own", "temporary"] {
            fs::create_dir(home.path(place)).unwrap();
        }
        fs::write(home.path("own/profiles.json"), "no profiles at all").unwrap();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `demo`, misled by every variable that could lead it astray.
    fn demo(&self) -> Command {
        self.demo_of(Path::new(env!("CARGO_BIN_EXE_entra-auth-cli")))
    }

    fn demo_of(&self, program: &Path) -> Command {
        let mut command = self.demo_without_streams(program);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn demo_without_streams(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .arg("demo")
            .env_clear()
            .env("HOME", self.0.path())
            .env("TMPDIR", self.path("temporary"))
            .env("ENTRA_AUTH_CONFIG_DIR", self.path("own"))
            .env("ENTRA_AUTH_STATE_DIR", self.path("own"))
            .env("ENTRA_AUTH_DATA_DIR", self.path("own"))
            .env("ENTRA_AUTH_KEY_STORE", "passphrase")
            .env("ENTRA_AUTH_PROFILE", "mine")
            .env("ENTRA_AUTH_AUTHORITY", "https://login.example.com")
            .env("AZURE_CLIENT_ID", "mine")
            .env("AZURE_CLIENT_SECRET", "pl4nted")
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .env("SSL_CERT_FILE", "/nowhere");
        command
    }

    fn assert_untouched(&self) {
        assert_eq!(files(&self.path("temporary")), [] as [PathBuf; 0]);
        assert_eq!(files(self.0.path()), [self.path("own/profiles.json")]);
        let profiles = fs::read_to_string(self.path("own/profiles.json")).unwrap();
        assert_eq!(profiles, "no profiles at all");
    }
}

/// Every file below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn told(output: &Output) -> &str {
    assert_eq!(
        (output.status.code(), text(&output.stderr)),
        (Some(0), ""),
        "{}",
        text(&output.stdout)
    );
    text(&output.stdout)
}

#[test]
fn every_scene_plays_and_nothing_else_is_touched() {
    let home = Home::new();
    let output = home.demo().output().unwrap();
    let told = told(&output);
    home.assert_untouched();
    for line in [
        "  $ entra-auth-cli get-token -p service-principal -f ClientCredentials",
        "  $ entra-auth-cli get-token -p azure-automation -f ClientCredentials",
        "  $ entra-auth-cli get-token -p cicd-deployer -f ClientCredentials --no-cache",
        "  $ entra-auth-cli get-token -p desktop-app -f InteractiveBrowser",
        "  $ entra-auth-cli get-token -p iot-device -f DeviceCode",
        "    Device Code Authentication",
        "  $ entra-auth-cli get-token -p webapp -f AuthorizationCode",
        "  $ entra-auth-cli logout -p personal-graph",
        "    error: a person has to sign in, and nobody may be asked here [input_needed]",
        "    Saved profile `service-principal`.",
        "  get-token -p service-principal     1  client secret: token issued",
        "  get-token -p service-principal     0  from the encrypted cache",
        "  get-token -p azure-automation      1  signed assertion (PS256): token issued",
        "  get-token -p cicd-deployer         1  client secret: token issued",
        "  get-token -p desktop-app           1  code + PKCE: token issued",
        "  get-token -p desktop-app           0  from the encrypted cache",
        "  get-token -p desktop-app           1  refresh token: token issued",
        "  get-token -p webapp                1  code + PKCE, client secret: token issued",
        "  get-token -p personal-graph        1  code + PKCE: token issued",
        "  get-token -p personal-graph        1  refresh token: token issued",
        "  get-token -p service-principal     1  client secret: refused, AADSTS7000215",
        r#"      "alg": "RS256","#,
        r#"      "aud": "https://graph.microsoft.com","#,
        r#"      "app_displayname": "service-principal","#,
    ] {
        assert!(
            told.lines().any(|told| told == line),
            "no line `{line}` in\n{told}"
        );
    }
    assert!(told.contains("config edit service-principal --client-secret-stdin"));
    let device = told.lines().find(|line| line.contains("-p iot-device  "));
    assert!(device.unwrap().ends_with("  device code: token issued"));
}

#[test]
fn the_person_that_is_played_is_found_wherever_the_program_lies() {
    let home = Home::new();
    let place = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let directory = place.path().join("it's 100% a:b $HOME");
    fs::create_dir(&directory).unwrap();
    let program = directory.join("entra auth");
    fs::hard_link(env!("CARGO_BIN_EXE_entra-auth-cli"), &program).unwrap();
    let output = home
        .demo_of(&program)
        .args(["--browser", "none"])
        .output()
        .unwrap();
    let told = told(&output);
    assert!(told.contains("the demo plays the person"), "{told}");
    home.assert_untouched();
}

#[test]
fn on_a_terminal_the_persons_own_browser_is_opened() {
    let home = Home::new();
    let program = env!("CARGO_BIN_EXE_entra-auth-cli");
    let visits = home.path("visits");
    let browser = home.path("browser");
    let script = format!(
        "#!/bin/sh\necho \"$XDG_RUNTIME_DIR|$AZURE_CLIENT_SECRET|$HOME\" >>'{}'\n\
         exec '{program}' visit-sign-in-page \"$@\"\n",
        visits.display()
    );
    fs::write(&browser, script).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    let mut demo = home.demo_without_streams(Path::new(program));
    demo.env("BROWSER", &browser)
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("XDG_RUNTIME_DIR", home.path("temporary"))
        .env("TERM", "dumb");
    let mut terminal = rexpect::session::spawn_command(demo, Some(60_000)).unwrap();
    let (_, who_signs_in) = terminal.exp_regex("it is you|plays the person").unwrap();
    // In a container the browser may be elsewhere, so that it cannot be the person's here.
    let is_container = [
        "/.dockerenv",
        "/run/.containerenv",
        "/run/systemd/container",
    ]
    .iter()
    .any(|file| Path::new(file).exists());
    assert_eq!(who_signs_in == "plays the person", is_container);
    if is_container {
        terminal.exp_string("lists all commands").unwrap();
        return;
    }
    let (_, code) = terminal.exp_regex("Code: [A-Z0-9-]+").unwrap();
    terminal.exp_string("URL: ").unwrap();
    let page = terminal.read_line().unwrap();
    let person = Command::new(program)
        .args(["visit-sign-in-page", page.trim(), "--code"])
        .arg(code.trim_start_matches("Code: "))
        .output()
        .unwrap();
    assert_eq!(told(&person), "");
    terminal.exp_string("lists all commands").unwrap();
    terminal.exp_eof().unwrap();
    let visits_told = fs::read_to_string(&visits).unwrap();
    let each = format!(
        "{}||{}",
        home.path("temporary").display(),
        home.0.path().display()
    );
    assert_eq!(visits_told.lines().collect::<Vec<_>>(), [&each; 3]);
    fs::remove_file(visits).unwrap();
    fs::remove_file(browser).unwrap();
    home.assert_untouched();
}

#[test]
fn the_person_that_is_played_goes_nowhere_else() {
    let mut visitor = Command::new(env!("CARGO_BIN_EXE_entra-auth-cli"));
    visitor.args(["visit-sign-in-page", "https://login.microsoftonline.com/"]);
    let output = visitor.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("is no page of this machine"));
}

#[test]
fn it_fits_a_page_and_shows_no_secret() {
    let home = Home::new();
    let output = home.demo().output().unwrap();
    let told = told(&output);
    let temporary = home.path("temporary").display().to_string();
    for line in told.lines() {
        let line = line.replace(&temporary, "/tmp");
        assert!(line.chars().count() <= 80, "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
    for hidden in [
        "made-up~secret",
        "kept-by-the-pipeline",
        "not-the-secret",
        "secret-of-the-web-app",
        "pl4nted",
    ] {
        assert!(!told.contains(hidden), "{told}");
    }
    let longest_word = told.split_whitespace().map(str::len).max().unwrap();
    assert!(longest_word < 100, "a token is shown:\n{told}");
}

#[test]
fn colour_is_there_for_those_who_ask() {
    let home = Home::new();
    let output = home.demo().args(["--color", "always"]).output().unwrap();
    assert!(told(&output).contains("\u{1b}[1m"));
}

#[test]
fn a_reader_that_leaves_ends_nothing() {
    let home = Home::new();
    let mut demo = home.demo().spawn().unwrap();
    drop(demo.stdout.take());
    let output = demo.wait_with_output().unwrap();
    told(&output);
    home.assert_untouched();
}

#[test]
fn a_full_disk_is_an_error() {
    let home = Home::new();
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = home.demo().stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(8));
    let said = text(&output.stderr);
    assert!(
        said.starts_with("error: the answer could not be written"),
        "{said}"
    );
    home.assert_untouched();
}

#[test]
fn without_a_place_for_temporary_files_it_says_so() {
    let home = Home::new();
    let output = home.demo().env("TMPDIR", "/nowhere").output().unwrap();
    assert_eq!(output.status.code(), Some(8));
    assert!(text(&output.stderr).contains("hint: Name a place for one: TMPDIR"));
    home.assert_untouched();
}

#[test]
fn an_interruption_clears_everything_away() {
    for (signal, exit_code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let home = Home::new();
        let (reader, writer) = full_pipe();
        let mut demo = home.demo().stdout(writer).spawn().unwrap();
        // It can tell nothing, so it is still at its beginning, once its directory is there.
        wait_for_directory(&home.path("temporary"), &mut demo);
        rustix::process::kill_process(Pid::from_child(&demo), signal).unwrap();
        drop(reader);
        assert_eq!(demo.wait().unwrap().code(), Some(exit_code));
        let mut said = String::new();
        demo.stderr.unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said, "");
        home.assert_untouched();
    }
}

/// A pipe that takes nothing more until it is read.
fn full_pipe() -> (std::io::PipeReader, std::io::PipeWriter) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let flags = rustix::fs::fcntl_getfl(&writer).unwrap();
    rustix::fs::fcntl_setfl(&writer, flags | rustix::fs::OFlags::NONBLOCK).unwrap();
    // Single bytes fill the last page to its end.
    while writer.write(b" ").is_ok() {}
    rustix::fs::fcntl_setfl(&writer, flags).unwrap();
    (reader, writer)
}

fn wait_for_directory(place: &Path, demo: &mut Child) {
    for _ in 0..3000 {
        if fs::read_dir(place).unwrap().next().is_some() {
            return;
        }
        assert_eq!(demo.try_wait().unwrap(), None, "it ended by itself");
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no temporary directory was made in 30 s");
}
