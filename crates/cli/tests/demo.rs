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
        let mut command = Command::new(env!("CARGO_BIN_EXE_entra-auth-cli"));
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
            .env("SSL_CERT_FILE", "/nowhere")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
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
        "    Saved profile `service-principal`.",
        "  get-token -p service-principal     1  client secret: token issued",
        "  get-token -p service-principal     0  from the encrypted cache",
        "  get-token -p azure-automation      1  signed assertion (PS256): token issued",
        "  get-token -p cicd-deployer         1  client secret: token issued",
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
    assert_eq!(output.status.code(), Some(1));
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
