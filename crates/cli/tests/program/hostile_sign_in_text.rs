//! Text that a sign-in brings along, on the terminal and on the page that it ends with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use emulator::App;
use emulator::Emulator;
use emulator::Endpoint;
use emulator::Fault;
use emulator::HOSTILE_TEXT;
use emulator::Platform;
use emulator::PlayedError;
use emulator::SignIn;
use emulator::User;
use serde_json::Value;
use serde_json::json;

use crate::hostile_text::assert_harmless;
use crate::support::CLIENT_ID;
use crate::support::Call;
use crate::support::Home;
use crate::support::Outcome;
use crate::support::SignInPage;
use crate::support::TENANT;
use crate::support::Terminal;
use crate::support::World;
use crate::support::now;
use crate::support::sign_in_page::send;
use crate::support::signed_in::profile;

/// What a page must not take for its own.
const MARKUP: &str =
    "<script>alert(1)</script><img src=x onerror=alert(1)>'\" onload=\"x</p></main>";

/// On pages and terminals alike.
fn hostile() -> String {
    format!("{MARKUP}{HOSTILE_TEXT}")
}

/// Nothing in it is an element, an attribute or an entity of somebody else's.
#[track_caller]
fn assert_harmless_page(body: &str) {
    assert_harmless(body);
    for element in ["<script", "<img", "onload=\"", "&#0", "javascript:"] {
        assert!(!body.contains(element), "{element} in {body}");
    }
    assert_eq!(body.matches("</main>").count(), 1, "{body}");
}

#[track_caller]
fn assert_harmless_outcome(outcome: &Outcome) {
    assert_harmless(outcome.stdout());
    assert_harmless(outcome.stderr());
}

/// A provider where somebody of that name signs in.
fn world_of(name: &str) -> World {
    let user_name = format!("{name}@contoso.onmicrosoft.com");
    let emulator = Emulator::builder()
        .app(App::public(CLIENT_ID).redirect_uri(Platform::PublicClient, "http://localhost"))
        .user(User::new(&user_name).display_name(name))
        .device_code_interval(std::time::Duration::from_secs(1))
        .start()
        .unwrap();
    emulator.sign_in_automatically(&user_name);
    let world = World {
        emulator,
        home: Home::new(),
    };
    world.create("desktop", &["--auth-method", "Public"], "");
    world
}

#[test]
fn a_user_name_is_shown_escaped() {
    let world = world_of(&hostile());
    let running = world.sign_in_call().args(["-vv", "-o", "json"]).start();
    let page = SignInPage::shown_by(&running);
    let shown = page.is_brought(&page.answer());
    assert_harmless_page(&shown.body);
    assert!(shown.body.contains("You are signed in"), "{shown:?}");
    assert!(shown.body.contains("&lt;script&gt;"), "{shown:?}");
    let outcome = running.finish();
    assert_eq!(outcome.code(), Some(0), "{outcome:?}");
    assert_harmless_outcome(&outcome);
    let said: Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert!(said.to_string().contains("Forged line"), "{said}");
    for arguments in [
        &["get-token", "-vv", "-o", "yaml"][..],
        &["get-token", "-vv", "-o", "env"],
        &["get-token", "-vv", "-o", "header"],
        &[
            "get-token",
            "--force",
            "-vv",
            "--account",
            "somebody-else",
            "--no-input",
        ],
        &["get-token", "--no-input", "--prompt", "login"],
        &["cache", "list"],
        &["cache", "list", "-o", "json"],
        &["cache", "list", "-o", "yaml"],
        &["logout", "--account", "somebody-else"],
        &["config", "edit", "desktop", "--tenant-id", "fabrikam.com"],
    ] {
        assert_harmless_outcome(&world.call(arguments).run());
    }
}

#[test]
fn a_user_name_is_escaped_on_a_terminal() {
    let world = world_of(&hostile());
    let mut terminal = Terminal::start(world.sign_in_call().args(["--color", "never"]));
    terminal.wait_for("open this page in a browser:\r\n");
    let address = terminal.read_line();
    let page = SignInPage::at(address.trim());
    page.is_brought(&page.answer());
    terminal.wait_for("Signed in as ");
    let line = terminal.read_line();
    assert_harmless(&line);
    assert!(line.contains(r"\u{1b}[2J"), "{line}");
    assert_eq!(terminal.end().1, 0);
}

/// ID tokens come unsigned from the provider's own hand: any claim may hold anything.
#[test]
fn every_claim_of_an_id_token_is_shown_escaped() {
    let world = World::of_ada();
    for claim in [
        "preferred_username",
        "tid",
        "oid",
        "sub",
        "iss",
        "aud",
        "nonce",
        "name",
    ] {
        let running = world.sign_in_call().args(["-vv", "--no-cache"]).start();
        let page = SignInPage::shown_by(&running);
        let tenant = emulator::DEFAULT_TENANT_ID;
        let mut claims = json!({
            "iss": format!("{}/v2.0", world.emulator.authority(tenant)),
            "aud": CLIENT_ID, "exp": now() + 3600, "nonce": page.asked("nonce"),
            "sub": "subject", "oid": "object", "tid": tenant,
            "preferred_username": "ada",
        });
        claims[claim] = hostile().into();
        let token = [json!({"alg": "none"}), claims]
            .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()))
            .join(".");
        world.emulator.play(&Fault::Field(
            "id_token".to_owned(),
            format!("{token}.").into(),
        ));
        let shown = page.is_brought(&page.answer());
        assert_harmless_page(&shown.body);
        let outcome = running.finish();
        assert_harmless_outcome(&outcome);
        let is_checked = ["iss", "aud", "nonce"].contains(&claim);
        assert!(
            outcome.code() == Some(2) || !is_checked,
            "{claim}: {outcome:?}"
        );
    }
}

#[test]
fn an_error_of_the_sign_in_page_is_shown_escaped() {
    let world = World::of_ada();
    for output in ["token", "json"] {
        for field in [
            "error",
            "error_description",
            "error_uri",
            "error_subcode",
            "claims",
        ] {
            let running = world
                .sign_in_call()
                .args(["-vv", "--no-cache", "-o", output])
                .start();
            let page = SignInPage::shown_by(&running);
            let mut answer = url::form_urlencoded::Serializer::new(String::new());
            answer.append_pair("state", &page.asked("state"));
            if field != "error" {
                answer.append_pair("error", "access_denied");
            }
            let link = format!("javascript:alert(1)//{}", hostile());
            let shown = page.is_brought(&answer.append_pair(field, &link).finish());
            assert_harmless_page(&shown.body.replace("javascript:alert(1)", ""));
            assert!(!shown.body.contains("href"), "{shown:?}");
            assert!(shown.body.contains("The sign-in did not work"), "{shown:?}");
            let outcome = running.finish();
            assert_eq!(outcome.code(), Some(2), "{outcome:?}");
            assert_harmless_outcome(&outcome);
        }
    }
}

#[test]
fn every_field_of_a_device_code_is_shown_escaped() {
    let world = World::of_ada();
    let here = world.emulator.device_login_page();
    for (field, value) in [
        (
            "user_code",
            format!("\u{1b}[2J\r\nForged line\u{202e}{MARKUP:.9}"),
        ),
        ("message", hostile()),
        ("verification_uri", format!("{here}?{}", hostile())),
        ("verification_uri", format!("{here}/{}", hostile())),
        ("verification_uri_complete", format!("{here}?{}", hostile())),
        ("verification_uri", hostile()),
        ("expires_in", hostile()),
        ("interval", hostile()),
        ("device_code", hostile()),
    ] {
        for more in [&["-vv"][..], &["-o", "json"], &["--qr", "--color", "never"]] {
            let altered = Fault::Field(field.to_owned(), value.clone().into());
            world
                .emulator
                .play_at(Endpoint::DeviceAuthorization, 1, &altered);
            let call = world.call(&["get-token", "-f", "DeviceCode", "--no-cache"]);
            let outcome = call.args(["--timeout", "10ms"]).args(more).run();
            assert_ne!(outcome.code(), Some(0), "{outcome:?}");
            // The QR code's colours are ours.
            let shown = anstream::adapter::strip_str(outcome.stderr()).to_string();
            let said = if more.contains(&"--qr") {
                &shown
            } else {
                outcome.stderr()
            };
            assert_harmless(said);
            world.emulator.clear_faults();
        }
    }
}

#[test]
fn a_device_code_is_escaped_on_a_terminal() {
    let world = World::of_ada();
    let altered = Fault::Field("message".to_owned(), hostile().into());
    world
        .emulator
        .play_at(Endpoint::DeviceAuthorization, 1, &altered);
    let call = world.call(&["get-token", "-f", "DeviceCode", "--color", "never"]);
    let mut terminal = Terminal::start(call.args(["--timeout", "10s"]));
    terminal.wait_for("Device Code Authentication\r\n");
    let message = terminal.read_line();
    assert_harmless(&message);
    assert!(message.contains(r"\u{1b}[2J"), "{message}");
    assert!(terminal.read_line().starts_with("Code: "));
    terminal.press_control('c');
    assert_eq!(terminal.end().1, 130);
}

/// Where nobody may be asked, the command to run is printed with what the provider demands.
#[test]
fn a_command_to_run_holds_nothing_that_a_shell_runs() {
    let world = World::of_ada();
    world.sign_ada_in();
    let demand = json!({"access_token": {(hostile()): {"value": hostile()}}}).to_string();
    for error in ["interaction_required", "consent_required"] {
        world.emulator.play(&Fault::Error(PlayedError {
            error: error.to_owned(),
            code: 50_076,
            message: hostile(),
            claims: Some(demand.clone()),
            suberror: Some(hostile()),
            ..PlayedError::default()
        }));
        let call = world.call(&["get-token", "--force", "--no-input"]);
        let call = call.args(["--scope", &format!("{error}.Read")]);
        let said = call.run().failure(7);
        assert_harmless(&said);
        assert!(assert_runs_nothing(&world, &said) > 0, "{said}");
    }
}

/// What is shown to be copied: a name from a directory, a scope or an authority from a file that
/// somebody else wrote.
#[test]
fn a_hint_holds_nothing_that_a_shell_runs() {
    let evil = "$(touch${IFS}ran)`touch${IFS}ran`;touch${IFS}ran";
    let world = world_of(evil);
    world.sign_ada_in();
    world
        .emulator
        .answer_sign_in(SignIn::Approve("bob@contoso.onmicrosoft.com".to_owned()));
    let mut copied = 0;
    for more in [
        &["-f", "InteractiveBrowser", "--prompt", "login"][..],
        &[
            "-s",
            &format!("https://{evil}/x"),
            "-f",
            "ClientCredentials",
            "--client-secret",
            "x",
        ],
        &["-s", &format!("https://{evil}/x"), "--force"],
        &["--authority", &format!("https://127.0.0.1:1/{evil}")],
    ] {
        let call = world.call(&["get-token", "--no-input"]).args(more);
        let outcome = call.run();
        assert_ne!(outcome.code(), Some(0), "{outcome:?}");
        copied += assert_runs_nothing(&world, outcome.stderr());
    }
    let call = world
        .call(&["get-token", "--tenant", TENANT, "--client-id", CLIENT_ID])
        .args(["-p", "", "-f", "DeviceCode"])
        .env(
            "ENTRA_AUTH_AUTHORITY",
            format!("https://stranger.example/{evil}"),
        );
    copied += assert_runs_nothing(&world, call.run().stderr());
    assert!(copied >= 4, "there are hints to copy from: {copied}");
    // Two are signed in, and none of them is the default.
    world.sign_in(&profile("desktop"), &format!("first{evil}"));
    world.sign_in(&profile("desktop"), &format!("second{evil}"));
    world.call(&["logout"]).run();
    let said = world.call(&["get-token", "--no-input"]).run().failure(4);
    assert!(said.contains("--account "), "{said}");
    assert!(assert_runs_nothing(&world, &said) > 0, "{said}");
}

/// Has a shell run everything that follows a flag or our name, as somebody would who copies it;
/// gives how often.
#[track_caller]
fn assert_runs_nothing(world: &World, said: &str) -> usize {
    let bin = world.home.put_script("bin/entra-auth-cli", "exit 0");
    let path = format!("{}:/usr/bin:/bin", bin.parent().unwrap().display());
    let mut copied = 0;
    for line in said.lines().filter(|line| line.starts_with("hint: ")) {
        for begin in [line.find("entra-auth-cli "), line.find(" -")] {
            let Some(begin) = begin else { continue };
            copied += 1;
            let command = line[begin..].trim();
            let command = if command.starts_with('-') {
                format!("entra-auth-cli {command}")
            } else {
                command.to_owned()
            };
            let call = Call::new("sh".as_ref(), world.home.path());
            let outcome = call.args(["-c", &command]).env("PATH", &path).run();
            assert!(
                !world.home.at("ran").exists(),
                "{command} runs something: {outcome:?}"
            );
        }
    }
    copied
}

/// What comes to the port is told at `-v`, and anybody may come.
#[test]
fn what_comes_to_the_port_is_told_escaped() {
    let world = World::of_ada();
    let running = world.sign_in_call().arg("-vv").start();
    let page = SignInPage::shown_by(&running);
    let port = page.port();
    let hidden = "\u{202e}\u{9b}31m\u{200b}\u{1b}[2J";
    for request in [
        format!("GET /{hidden} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
        format!("GET /\u{202e}\u{200b}x HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {hidden}\r\n\r\n"),
        format!("G{hidden} / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
        "EVIL-METHOD / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        format!("{hidden}\r\n\r\n"),
    ] {
        let reply = send(port, &request);
        assert_harmless(&reply.body);
    }
    page.is_brought(&page.answer());
    let (_, said) = running.finish().answer_and_words();
    assert!(said.contains("landing"), "{said}");
    assert_harmless(&said);
}

/// Wishes come from scripts, which have them from somewhere.
#[test]
fn wishes_are_shown_escaped() {
    let world = World::of_ada();
    // A usage error keeps the lines that the caller wrote.
    let hostile = hostile().replace(['\0', '\n'], "");
    for flag in [
        "--account",
        "--login-hint",
        "--domain-hint",
        "--redirect-uri",
        "--port",
        "--prompt",
        "--response-mode",
        "--flow",
    ] {
        for more in [&["-vv"][..], &["-vv", "-o", "json"]] {
            let call = world.sign_in_call().args([flag, &hostile]).args(more);
            assert_harmless_outcome(&call.arg("--timeout=10ms").run());
        }
    }
    for name in [
        "ENTRA_AUTH_ACCOUNT",
        "ENTRA_AUTH_LOGIN_HINT",
        "ENTRA_AUTH_REDIRECT_URI",
        "ENTRA_AUTH_FLOW",
        "BROWSER",
    ] {
        let call = world.call(&["get-token", "-vv", "-f", "InteractiveBrowser"]);
        let call = call.args(["--timeout", "10ms"]).env(name, &hostile);
        assert_harmless_outcome(&call.run());
    }
}

#[test]
fn every_field_of_a_discovery_document_is_shown_escaped() {
    let world = World::of_ada_at_openid_provider();
    for field in [
        "issuer",
        "token_endpoint",
        "authorization_endpoint",
        "device_authorization_endpoint",
        "jwks_uri",
        "token_endpoint_auth_methods_supported",
        "authorization_response_iss_parameter_supported",
    ] {
        for value in [json!(hostile()), json!([hostile()])] {
            let altered = Fault::Field(field.to_owned(), value);
            world
                .emulator
                .play_at(Endpoint::OpenIdConfiguration, 1, &altered);
            let call = world.call(&["get-token", "-vv", "-f", "DeviceCode", "--timeout", "50ms"]);
            let outcome = call.run();
            assert_ne!(outcome.code(), Some(0), "{outcome:?}");
            assert_harmless_outcome(&outcome);
        }
    }
}
