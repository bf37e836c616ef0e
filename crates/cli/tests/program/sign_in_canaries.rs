//! What a sign-in is made of: nothing of it is said, written, or given to another program, but what
//! stands in the address of the sign-in page.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use emulator::App;
use emulator::Emulator;
use emulator::Endpoint;
use emulator::Fault;
use emulator::Platform;
use emulator::PlayedError;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::CLIENT_ID;
use crate::support::Call;
use crate::support::Home;
use crate::support::Outcome;
use crate::support::Running;
use crate::support::SECRET;
use crate::support::SignInPage;
use crate::support::World;
use crate::support::copy_of_the_program;
use crate::support::give_to_nobody;
use crate::support::sign_in_page::ADA;

/// Neither the user that runs the program nor one that may look into others' processes.
const SOMEBODY: u32 = 65_533;

/// What stands in every JWT: its claims behind its header, `{"` in Base64url.
const JWT: &str = ".eyJ";

/// Everything that was said and written, and what it may not hold.
struct Ears {
    world: World,
    heard: Vec<(String, Vec<u8>)>,
    given: Vec<Value>,
}

impl Ears {
    /// Hears no application but one with a secret, which may be used without one as well, in a home
    /// where any file would show.
    fn pricked() -> Self {
        let app = App::confidential(CLIENT_ID)
            .secret(SECRET)
            .redirect_uri(Platform::PublicClient, "http://localhost")
            .redirect_uri(Platform::Web, "http://localhost/web")
            .allow_public_client_flows();
        let emulator = Emulator::builder()
            .app(app)
            .device_code_interval(std::time::Duration::from_secs(1))
            .start()
            .unwrap();
        emulator.sign_in_automatically(ADA);
        let world = World {
            emulator,
            home: Home::with_session(),
        };
        world.create("desktop", &["--auth-method", "Public"], "");
        let flags = [
            "--redirect-uri",
            "http://localhost/web",
            "--client-secret-stdin",
        ];
        world.create("webapp", &flags, SECRET);
        Self {
            world,
            heard: Vec::new(),
            given: Vec::new(),
        }
    }

    fn call(&self, profile: &str, flow: &str) -> Call {
        let call = self.world.call(&[
            "get-token",
            "-vv",
            "--no-browser",
            "-p",
            profile,
            "-f",
            flow,
        ]);
        if flow == "AuthorizationCode" {
            // At this provider its redirect URI stands for every port.
            let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
            return call.args(["--port", &free.unwrap().port().to_string()]);
        }
        call
    }

    /// Keeps what was said; tokens on stdout are what it is for.
    fn hear(&mut self, outcome: Outcome) {
        self.heard
            .push(("stderr".to_owned(), outcome.stderr.clone()));
        match serde_json::from_slice::<Value>(&outcome.stdout) {
            Ok(document) if outcome.code() == Some(0) => self.given.push(document),
            _ if outcome.code() == Some(0) => {}
            _ => self.heard.push(("stdout".to_owned(), outcome.stdout)),
        }
    }

    /// Signs in by the page that a call shows, and keeps what the browser shows at the end.
    fn sign_in(&mut self, call: Call) {
        let running = call.start();
        let page = SignInPage::shown_by(&running);
        let shown = page.is_brought(&page.answer());
        self.heard
            .push(("page".to_owned(), shown.body.into_bytes()));
        self.hear(running.finish());
    }

    /// What the provider was sent, and what it gave, that nobody else may have.
    fn secrets(&self) -> BTreeSet<(String, String)> {
        let mut secrets = BTreeSet::new();
        for request in self.world.emulator.requests_to(Endpoint::Token) {
            for name in [
                "code",
                "code_verifier",
                "refresh_token",
                "device_code",
                "client_secret",
            ] {
                if let Some(value) = request.field(name) {
                    secrets.insert((name.to_owned(), value));
                }
            }
        }
        for document in &self.given {
            for name in ["access_token", "refresh_token", "id_token"] {
                if let Some(value) = document[name].as_str() {
                    secrets.insert((name.to_owned(), value.to_owned()));
                }
            }
        }
        secrets
    }

    /// Nothing holds any of it, and no file holds what stands in the page's address either.
    #[track_caller]
    fn assert_nothing_leaks(&self, kinds: &[&str]) {
        let secrets = self.secrets();
        let found: BTreeSet<&str> = secrets.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(found, kinds.iter().copied().collect());
        let files = self.world.home.files().into_iter();
        let written: Vec<(String, Vec<u8>)> = files
            .map(|file| (file.display().to_string(), std::fs::read(&file).unwrap()))
            .collect();
        assert!(written.len() > 5, "there are records: {written:?}");
        for (place, bytes) in self.heard.iter().chain(&written) {
            let text = String::from_utf8_lossy(bytes);
            for (name, secret) in &secrets {
                assert!(!text.contains(secret), "the {name} is in {place}: {text}");
            }
            assert!(!text.contains(JWT), "a token is in {place}: {text}");
        }
        for (place, bytes) in &written {
            let text = String::from_utf8_lossy(bytes);
            for address in ["state=", "code_challenge", "nonce="] {
                assert!(!text.contains(address), "{address} in {place}: {text}");
            }
        }
    }
}

#[test]
fn no_output_and_no_file_holds_what_a_sign_in_is_made_of() {
    let mut ears = Ears::pricked();
    for (profile, flow) in [
        ("desktop", "InteractiveBrowser"),
        ("webapp", "AuthorizationCode"),
    ] {
        for output in ["json", "token"] {
            let call = ears.call(profile, flow).args(["-o", output]);
            let call = call.args(["--prompt", "login", "--include-refresh-token"]);
            // Only JSON and YAML have a place for it.
            let call = if output == "token" {
                ears.call(profile, flow).args(["--prompt", "login"])
            } else {
                call
            };
            ears.sign_in(call);
        }
        let silent = ears.call(profile, flow).args(["--force", "-o", "json"]);
        ears.hear(silent.run());
    }
    let device = ears
        .call("desktop", "DeviceCode")
        .args(["--prompt", "none"]);
    ears.hear(device.run());
    let running = ears
        .world
        .call(&["get-token", "-vv", "-p", "desktop", "-f", "DeviceCode"])
        .args(["--no-cache", "-o", "json"])
        .start();
    let line = running.wait_to_say("Code: ");
    let user_code = line.trim().trim_start_matches("Code: ");
    ears.world
        .emulator
        .approve_device_code(user_code, ADA)
        .unwrap();
    ears.hear(running.finish());
    let kinds = [
        "access_token",
        "client_secret",
        "code",
        "code_verifier",
        "device_code",
        "refresh_token",
    ];
    ears.assert_nothing_leaks(&kinds);
}

/// The provider says back what it was sent, in every answer that is none.
#[test]
fn no_failure_says_what_a_sign_in_is_made_of() {
    let mut ears = Ears::pricked();
    for (flow, output) in [
        ("InteractiveBrowser", "token"),
        ("AuthorizationCode", "json"),
    ] {
        let call = ears.call("desktop", flow);
        let running = call.args(["--prompt", "login", "-o", output]).start();
        let page = SignInPage::shown_by(&running);
        let answer = page.answer();
        let mut found = url::form_urlencoded::parse(answer.as_bytes());
        let (_, code) = found.find(|(name, _)| name == "code").unwrap();
        ears.world.emulator.play(&said_back(&code));
        let shown = page.is_brought(&answer);
        ears.heard
            .push(("page".to_owned(), shown.body.into_bytes()));
        ears.hear(running.finish());
    }
    let signs_in = ears
        .call("desktop", "InteractiveBrowser")
        .args(["-o", "json"]);
    ears.sign_in(signs_in.arg("--include-refresh-token"));
    for output in ["token", "json"] {
        // The one that will be sent.
        let kept = ears
            .world
            .call(&["get-token", "-p", "desktop", "-o", "json"]);
        ears.hear(kept.arg("--include-refresh-token").run());
        let kept = ears.given.last().unwrap();
        let refresh_token = kept["refresh_token"].as_str().unwrap().to_owned();
        let faults = [
            said_back(&refresh_token),
            Fault::HostileText,
            Fault::Html(200),
            Fault::TruncatedJson,
            Fault::BrokenBody,
            Fault::TokenWithIllegalCharacters,
            Fault::Field("id_token".to_owned(), "eyJ.eyJ.x".into()),
            Fault::Field("id_token".to_owned(), Value::Null),
            Fault::Field("refresh_token".to_owned(), 1.into()),
            Fault::Redirect(format!("https://login.example.com/?x={refresh_token}")),
        ];
        for (number, fault) in faults.into_iter().enumerate() {
            ears.world.emulator.play(&fault);
            let call = ears.call("desktop", "InteractiveBrowser");
            // Who asks the same right after a refusal is told that one.
            let claims = format!("{{\"{output}\":{{\"{number}\":null}}}}");
            let call = call.args(["--no-input", "-o", output, "--claims", &claims]);
            ears.hear(call.run());
            ears.world.emulator.clear_faults();
        }
    }
    for arguments in [
        &["cache", "list", "-o", "json"][..],
        &["cache", "list"],
        &["config", "show", "desktop", "-o", "json"],
        &["logout", "-p", "desktop"],
    ] {
        let call = ears.world.call(arguments).arg("-vv");
        let outcome = call.run();
        ears.heard
            .push(("stdout".to_owned(), outcome.stdout.clone()));
        ears.hear(outcome);
    }
    ears.assert_nothing_leaks(&["access_token", "code", "code_verifier", "refresh_token"]);
}

fn said_back(secret: &str) -> Fault {
    Fault::Error(PlayedError {
        error: "invalid_request".to_owned(),
        message: format!("The value {secret} is no good; {secret}."),
        claims: Some(format!("{{\"x\":\"{secret}\"}}")),
        suberror: Some(secret.to_owned()),
        ..PlayedError::default()
    })
}

/// A browser that is opened and stays: it writes down what it was given.
fn browser(world: &World) -> (PathBuf, PathBuf) {
    let gate = world.home.at("gate");
    assert!(
        Command::new("mkfifo")
            .arg(&gate)
            .status()
            .unwrap()
            .success()
    );
    let seen = world.home.at("seen");
    let script = format!(
        "{{ env; tr '\\0' '\\n' </proc/$$/cmdline; for fd in /proc/$$/fd/*; do readlink $fd; done; }} \
         >'{seen}.part'; mv '{seen}.part' '{seen}'; read -r line <'{gate}'",
        seen = seen.display(),
        gate = gate.display()
    );
    (world.home.put_script("browser", &script), seen)
}

/// Lets the browser end.
fn close(world: &World) {
    std::fs::write(world.home.at("gate"), "\n").unwrap();
}

/// A sign-in whose browser is open.
fn begin_with_a_browser(call: Call, launcher: &std::path::Path) -> (Running, SignInPage) {
    let running = call
        .args(["get-token", "-f", "InteractiveBrowser"])
        .env("BROWSER", launcher)
        .env("ENTRA_AUTH_PASSPHRASE", "canary-passphrase")
        .env("ENTRA_AUTH_CLIENT_SECRET", "canary-secret")
        .env("ENTRA_ACCESS_TOKEN", "canary-token")
        .env("AZURE_PASSWORD", "canary-password")
        .start();
    let page = SignInPage::shown_by(&running);
    (running, page)
}

#[test]
fn a_browser_gets_the_address_and_nothing_else_of_ours() {
    let world = World::of_ada();
    let (launcher, seen) = browser(&world);
    let (running, page) = begin_with_a_browser(world.call(&[]), &launcher);
    assert_eq!(page.asked("response_mode"), "form_post");
    let seen = std::fs::read_to_string(seen).unwrap();
    assert!(seen.contains(page.address()), "{seen}");
    assert!(!seen.contains("canary"), "{seen}");
    assert!(!seen.contains("socket:"), "the listener is ours: {seen}");
    for place in [world.home.state(), world.home.data()] {
        assert!(!seen.contains(place.to_str().unwrap()), "{seen}");
    }
    let of_query = page.asked_instead(&[("response_mode", "query")]);
    page.is_brought(&of_query.answer());
    running.finish().answer_and_words();
    close(&world);
    let token_request = &world.emulator.requests_to(Endpoint::Token)[0];
    for name in ["code", "code_verifier"] {
        let secret = token_request.field(name).unwrap();
        assert!(!seen.contains(&secret), "the {name}: {seen}");
    }
}

/// A variable that only the profile calls a secret is one all the same.
#[test]
fn a_browser_does_not_inherit_the_applications_secret() {
    let world = Ears::pricked().world;
    let (launcher, seen) = browser(&world);
    for (name, flag) in [
        ("by-variable", "--client-secret-env"),
        ("by-assertion", "--client-assertion-env"),
    ] {
        let flags = ["--redirect-uri", "http://localhost/web", flag, "A_SECRET"];
        world.create(name, &flags, "");
        let call = world.call(&["get-token", "-p", name]);
        let call = call
            .args(["-f", "AuthorizationCode"])
            .env("BROWSER", &launcher);
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
        let port = free.unwrap().port().to_string();
        let running = call.args(["--port", &port]).env("A_SECRET", SECRET).start();
        SignInPage::shown_by(&running);
        let inherited = std::fs::read_to_string(&seen).unwrap();
        assert!(inherited.contains("BROWSER="), "{inherited}");
        assert!(!inherited.contains(SECRET), "{inherited}");
        running.signal(Signal::INT);
        assert_eq!(running.finish().code(), Some(130));
        close(&world);
        std::fs::remove_file(&seen).unwrap();
    }
}

/// Runs a line of shell as somebody else.
fn as_somebody(line: &str) -> String {
    let output = Command::new("setpriv")
        .args([
            &format!("--reuid={SOMEBODY}"),
            &format!("--regid={SOMEBODY}"),
            "--clear-groups",
            "sh",
            "-c",
            line,
        ])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What another user of the machine sees ends a sign-in at worst: with what stands in the address,
/// nobody gets a token.
#[test]
fn another_user_sees_the_address_and_can_redeem_nothing() {
    let world = World::of_ada();
    let (launcher, _) = browser(&world);
    let program = copy_of_the_program(&world.home);
    give_to_nobody(world.home.path());
    let (running, page) = begin_with_a_browser(program, &launcher);
    let id = running.id();
    let secret_files = ["environ", "maps", "mem", "stack", "auxv", "io"]
        .map(|file| format!("/proc/{id}/{file}"))
        .join(" ");
    let ours = as_somebody(&format!("cat {secret_files}; ls /proc/{id}/fd"));
    assert_eq!(ours, "", "the process keeps itself to itself");
    let home = world.home.path().display();
    let files = as_somebody(&format!(
        "find {home}/.local -type f -readable; cat {home}/.config/entra-auth-cli/*"
    ));
    assert_eq!(files, "", "so do its files");
    let everybodys = as_somebody("cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'");
    assert!(everybodys.contains(page.address()), "{everybodys}");
    let forged = format!("code=forged&state={}", page.asked("state"));
    page.is_brought(&forged);
    running.finish().failure(2);
    close(&world);
    let request = &world.emulator.requests_to(Endpoint::Token)[0];
    let verifier = request.field("code_verifier").unwrap();
    assert!(!everybodys.contains(&verifier), "{everybodys}");
    assert!(world.home.token_files().is_empty());
}

/// An end by force in the middle of a sign-in leaves no core and no file with anything of it.
#[test]
fn a_sign_in_that_is_killed_leaves_nothing_behind() {
    let ears = Ears::pricked();
    let held = ears.world.emulator.hold_token_replies();
    for signal in [Signal::ABORT, Signal::QUIT, Signal::KILL, Signal::INT] {
        let running = ears.call("desktop", "InteractiveBrowser").start();
        let page = SignInPage::shown_by(&running);
        let before = ears.world.emulator.token_requests();
        let answer = page.answer();
        let browser = std::thread::spawn(move || page.is_brought(&answer).status);
        ears.world.wait_until_asked(before + 1);
        running.signal(signal);
        let outcome = running.finish();
        assert_ne!(outcome.code(), Some(0), "{outcome:?}");
        let core = std::os::unix::process::ExitStatusExt::core_dumped(&outcome.status);
        assert!(!core, "{outcome:?}");
        browser.join().unwrap();
    }
    drop(held);
    let mode = std::fs::metadata(ears.world.home.state()).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o700);
    let secrets = ears.secrets();
    assert_eq!(secrets.len(), 8, "codes and verifiers: {secrets:?}");
    for file in ears.world.home.files() {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        for (name, secret) in &secrets {
            assert!(!text.contains(secret), "{name} in {}", file.display());
        }
    }
}
