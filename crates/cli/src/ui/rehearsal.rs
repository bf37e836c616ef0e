//! A sign-in as a person sees it, with the engine's part read out: each ignored test here is a
//! process of its own, which the others start on a terminal or with pipes, and look at.

use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use clap::Parser as _;
use engine::DeviceInvitation;
use engine::Interaction as _;
use engine::Invitation;
use engine::Progress;
use model::Account;
use model::AccountId;
use model::Clock;
use model::Flow;
use model::RedirectUri;
use model::Timestamp;
use rexpect::process::WaitStatus;
use rexpect::session::PtySession;
use rustix::process::Pid;
use rustix::process::Signal;
use rustix::process::kill_process;
use url::Url;

use super::Person;
use super::Ui;
use crate::args::Arguments;
use crate::args::Command as Asked;
use crate::settings::Variables;
use crate::settings::sign_in_manner;
use crate::wording::sample_request;

const PATIENCE: Duration = Duration::from_secs(20);

const FORM_POST: &str = "https://login.example/authorize?response_mode=form_post";
const QUERY: &str = "https://login.example/authorize?response_mode=query";

/// A second passes whenever someone looks.
struct Hasty(AtomicU64);

impl Clock for Hasty {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(0)
    }

    fn now_nanoseconds(&self) -> i128 {
        0
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.0.fetch_add(1, Ordering::SeqCst))
    }

    fn sleep(&self, _: Duration) {}
}

/// Has the part of the engine read out to the person of this process's own terminal.
fn perform(flow: Flow, flags: &[&str], part: impl FnOnce(&Person<'_>)) {
    let line = ["entra-auth-cli", "get-token"].iter().chain(flags);
    let arguments = Arguments::try_parse_from(line).unwrap();
    let ui = Ui::new(&arguments, &Variables);
    let Asked::GetToken(args) = &arguments.command else {
        panic!("{arguments:?}");
    };
    let request = sample_request(Some("desktop-app"), flow);
    let manner = sign_in_manner(args, &Variables);
    let clock = Arc::new(Hasty(AtomicU64::new(0)));
    part(&Person::new(&ui, &Variables, clock, &request, manner));
}

/// Invites, and takes what is pasted: the first in vain.
fn invite(flags: &[&str]) {
    perform(Flow::InteractiveBrowser, flags, |person| {
        let (form_post, query) = (Url::parse(FORM_POST).unwrap(), Url::parse(QUERY).unwrap());
        let redirect_uri = RedirectUri::parse("http://localhost:50123").unwrap();
        let (sender, pasted) = mpsc::channel();
        let invitation = Invitation {
            form_post: &form_post,
            query: &query,
            redirect_uri: &redirect_uri,
            pasted: sender,
        };
        person.invite(invitation).unwrap();
        // Without a terminal nobody holds the sender any more.
        if let Ok(first) = pasted.recv() {
            let why = format!("{} bytes", first.len());
            person.progress(Progress::PastedInVain(&why));
            person.progress(Progress::NothingCameBack(&redirect_uri));
            person.progress(Progress::NothingCameBack(&redirect_uri));
            let second = pasted.recv().unwrap();
            assert_eq!(second.as_str(), "http://localhost:50123/?code=c&state=s");
        }
        let account = Account {
            id: AccountId::of_entra("o", "t"),
            username: "ada@contoso.com".to_owned(),
            tenant_id: "t".to_owned(),
        };
        person.sign_in_ends(Some(&account));
        assert!(!crossterm::terminal::is_raw_mode_enabled().unwrap());
    });
}

#[test]
#[ignore = "a process for others"]
fn inviting_without_browser() {
    invite(&["--no-browser"]);
}

#[test]
#[ignore = "a process for others"]
fn inviting_with_browser() {
    invite(&["-q", "-o", "json"]);
}

#[test]
#[ignore = "a process for others"]
fn showing_a_device_code() {
    perform(Flow::DeviceCode, &["-f", "DeviceCode", "--qr"], |person| {
        let url = Url::parse("https://login.example/device").unwrap();
        person.show_device_code(&DeviceInvitation {
            user_code: "ABCD-1234",
            verification_uri: &url,
            verification_uri_complete: None,
            message: None,
            expires_in: Duration::from_mins(15),
        });
        person.progress(Progress::Asking("login.example"));
        // Nobody sends: this lasts until a signal ends it.
        let (_sender, never) = mpsc::channel::<()>();
        assert!(never.recv_timeout(PATIENCE).is_err());
    });
}

/// One of the processes above.
fn process(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let name = format!("ui::rehearsal::{name}");
    command
        .args(["--exact", &name, "--ignored", "--nocapture"])
        .env("TERM", "xterm-256color");
    for variable in [
        "CI",
        "BROWSER",
        "NO_COLOR",
        "ENTRA_AUTH_NO_INPUT",
        "ENTRA_AUTH_NO_BROWSER",
    ] {
        command.env_remove(variable);
    }
    command
}

fn on_a_terminal(name: &str) -> PtySession {
    let patience = u64::try_from(PATIENCE.as_millis()).unwrap();
    rexpect::session::spawn_command(process(name), Some(patience)).unwrap()
}

fn paste(session: &mut PtySession, text: &str) {
    session
        .send(&format!("\x1b[200~{text}\x1b[201~\r"))
        .unwrap();
    session.flush().unwrap();
}

/// What was shown until the end, and the exit code.
fn end(mut session: PtySession) -> (String, i32) {
    let shown = session.exp_eof().unwrap();
    match session.process().wait().unwrap() {
        WaitStatus::Exited(_, code) => (shown, code),
        other => panic!("{other:?}: {shown}"),
    }
}

/// Bracketed paste is off again, and the line that moved is gone.
#[track_caller]
fn assert_given_back(shown: &str) {
    let (_, after) = shown.rsplit_once("\x1b[2K").unwrap();
    assert!(after.contains("\x1b[?2004l"), "{shown:?}");
    assert!(!after.contains("Paste the address"), "{shown:?}");
}

#[test]
fn an_address_can_be_pasted_and_is_not_shown() {
    let mut session = on_a_terminal("inviting_without_browser");
    let before = session.exp_string("Paste the address").unwrap();
    assert!(before.contains(&format!("\n{QUERY}\r\n")), "{before:?}");
    // Canonical mode would cut this.
    paste(
        &mut session,
        &format!("http://x/?code=CANARY{}", "x".repeat(20_000)),
    );
    let mut shown = session.exp_string("20021 bytes").unwrap();
    paste(&mut session, "http://localhost:50123/?code=c&state=s");
    let (rest, code) = end(session);
    shown.push_str(&rest);
    assert_eq!(code, 0, "{shown:?}");
    assert!(
        !shown.contains("CANARY") && !shown.contains("code=c"),
        "{shown:?}"
    );
    assert!(
        shown.contains("Signed in as ada@contoso.com (tenant t)"),
        "{shown:?}"
    );
    assert_eq!(
        shown.matches("AADSTS50011:").count(),
        1,
        "the hint comes once: {shown:?}"
    );
    assert!(
        !shown.replace("\r\n", "").contains('\n'),
        "a bare line feed: {shown:?}"
    );
    assert_given_back(&shown[..shown.find("Signed in as").unwrap()]);
}

#[test]
fn control_c_gives_the_terminal_back() {
    for key in ['c', 'd'] {
        let mut session = on_a_terminal("inviting_without_browser");
        session.exp_string("Paste the address").unwrap();
        session.send_control(key).unwrap();
        let (shown, code) = end(session);
        assert_eq!(code, 130, "{shown:?}");
        assert_given_back(&shown);
    }
}

#[test]
fn a_termination_gives_the_terminal_back() {
    for (signal, expected) in [
        (rexpect::process::Signal::SIGTERM, 143),
        (rexpect::process::Signal::SIGINT, 130),
    ] {
        let mut session = on_a_terminal("inviting_without_browser");
        session.exp_string("Paste the address").unwrap();
        session.process_mut().signal(signal).unwrap();
        let (shown, code) = end(session);
        assert_eq!(code, expected, "{shown:?}");
        assert_given_back(&shown);
    }
}

#[test]
fn the_time_left_for_a_device_code_is_counted_down() {
    let mut session = on_a_terminal("showing_a_device_code");
    session.exp_string("Code: ABCD-1234").unwrap();
    let qr_code = session.exp_string("14:59 left").unwrap();
    assert!(qr_code.contains("\x1b[38;5;231m"), "{qr_code:?}");
    session.exp_string("14:57 left").unwrap();
    session.send_control('c').unwrap();
    let (shown, code) = end(session);
    assert_eq!(code, 130, "{shown:?}");
    assert!(
        !shown.contains("login.example"),
        "a poll is no news: {shown:?}"
    );
    let (_, after) = shown.rsplit_once("\x1b[2K").unwrap();
    assert!(!after.contains("left"), "half a line is left: {shown:?}");
}

#[test]
fn a_browser_that_lives_on_holds_no_pipe_of_ours() {
    let directory = tempfile::tempdir().unwrap();
    let seen = directory.path().join("seen");
    let script = format!(
        "echo $$ \"$1\" >'{}'; echo noise; exec sleep 60",
        seen.display()
    );
    let browser = format!("sh -c {} sh %s", shlex::try_quote(&script).unwrap());
    let output = process("inviting_with_browser")
        .env("BROWSER", browser)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let seen = std::fs::read_to_string(seen).unwrap();
    let (id, address) = seen.trim().split_once(' ').unwrap();
    let id = Pid::from_raw(id.parse().unwrap()).unwrap();
    let still_lives = kill_process(id, Signal::KILL);
    assert!(output.status.success(), "{said}");
    assert_eq!(
        still_lives,
        Ok(()),
        "it proves nothing: the browser has ended"
    );
    assert_eq!(address, FORM_POST);
    // Said although everything else was to be silent.
    assert!(said.contains(&format!("\n{FORM_POST}\n")), "{said}");
    assert!(said.contains("Signed in as ada@contoso.com"), "{said}");
    assert!(
        !said.contains("noise") && !said.contains('\x1b'),
        "{said:?}"
    );
}

#[test]
fn without_a_browser_the_other_way_is_named() {
    let output = process("inviting_with_browser")
        .env("BROWSER", "/nonexistent/browser")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("tried /nonexistent/browser"), "{said}");
    assert!(
        said.contains("get-token -p desktop-app -f DeviceCode"),
        "{said}"
    );
    assert!(said.contains(&format!("\n{QUERY}\n")), "{said}");
}
