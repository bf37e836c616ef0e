//! Profiles that prove themselves by certificate, and where the file's password comes from.

use emulator::App;
use emulator::Endpoint;
use emulator::Fault;

use crate::support::CLIENT_ID;
use crate::support::Call;
use crate::support::Identity;
use crate::support::Terminal;
use crate::support::World;
use crate::support::assert_is_token;

const PASSWORD: &str = Identity::PASSWORD;

fn world() -> World {
    World::with_app(
        App::confidential(CLIENT_ID).certificate(Identity::shared().certificate.clone()),
    )
}

/// `config create` of the profile `certified` with the PFX file.
fn with_pfx(world: &World, flags: &[&str], input: &str) {
    let pfx = Identity::shared().pfx_in(&world.home);
    let all = [&["--certificate-path", pfx.to_str().unwrap()], flags].concat();
    world.create("certified", &all, input);
}

#[test]
fn a_pem_file_without_password() {
    let world = world();
    let pem = Identity::shared().pem_in(&world.home);
    world.create(
        "certified",
        &["--certificate-path", pem.to_str().unwrap()],
        "",
    );
    let shown = world.call(&["config", "show"]).run().answer();
    assert!(shown.contains("PasswordlessCertificate"), "{shown}");
    assert_is_token(&world.call(&["get-token"]).run().answer());
    let sent = &world.emulator.requests_to(Endpoint::Token)[0];
    assert!(sent.field("client_secret").is_none());
    assert_eq!(
        sent.field("client_assertion").unwrap().split('.').count(),
        3
    );
}

#[test]
fn a_pfx_file_whose_password_comes_in_every_way() {
    let world = world();
    world.home.put("password", format!("{PASSWORD}\n"));
    let script = world
        .home
        .put_script("vault", &format!("echo '{PASSWORD}'"));
    for (flags, input) in [
        (&["--certificate-password-stdin"][..], PASSWORD),
        (&["--certificate-password-file", "password"], ""),
        (&["--certificate-password-env", "A_PASSWORD"], ""),
        (
            &["--certificate-password-command", script.to_str().unwrap()],
            "",
        ),
    ] {
        with_pfx(&world, &[flags, &["--force"]].concat(), input);
        let call = world.call(&["get-token", "--no-cache"]);
        assert_is_token(&call.env("A_PASSWORD", PASSWORD).run().answer());
        let given = world
            .call(&["get-token", "--no-cache"])
            .args(flags)
            .input(input);
        assert_is_token(&given.env("A_PASSWORD", PASSWORD).run().answer());
    }
    let call = world.call(&["get-token", "--no-cache"]);
    let by_variable = call.env("ENTRA_AUTH_CERTIFICATE_PASSWORD", PASSWORD).run();
    assert_is_token(&by_variable.answer());
}

#[test]
fn without_a_profile_by_the_azure_variables() {
    let world = world();
    let call = world
        .call(&["get-token"])
        .env("AZURE_AUTHORITY_HOST", world.emulator.base_url())
        .env("AZURE_TENANT_ID", crate::support::TENANT)
        .env("AZURE_CLIENT_ID", CLIENT_ID)
        .env(
            "AZURE_CLIENT_CERTIFICATE_PATH",
            Identity::shared().pfx_in(&world.home),
        )
        .env("AZURE_CLIENT_CERTIFICATE_PASSWORD", PASSWORD)
        .env("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", "true");
    assert_is_token(&call.run().answer());
}

#[test]
fn the_algorithm_and_the_chain_are_the_profiles() {
    let world = world();
    let pem = Identity::shared().pem_in(&world.home);
    let file = ["--certificate-path", pem.to_str().unwrap()];
    let header_of_last = || -> serde_json::Value {
        use base64::Engine as _;
        let requests = world.emulator.requests_to(Endpoint::Token);
        let assertion = requests.last().unwrap().field("client_assertion").unwrap();
        let header = assertion.split('.').next().unwrap();
        let decoded = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(header)
            .unwrap();
        serde_json::from_slice(&decoded).unwrap()
    };
    let token = || assert_is_token(&world.call(&["get-token", "--no-cache"]).run().answer());
    world.create("certified", &file, "");
    token();
    let usual = header_of_last();
    assert_eq!(usual["alg"], "PS256");
    assert!(
        usual["x5t#S256"].is_string() && usual["x5c"].is_null(),
        "{usual}"
    );
    let more = [
        "--force",
        "--assertion-algorithm",
        "rs256",
        "--send-certificate-chain",
    ];
    world.create("certified", &[&file[..], &more].concat(), "");
    token();
    let asked = header_of_last();
    assert_eq!(asked["alg"], "RS256");
    assert!(
        asked["x5t"].is_string() && asked["x5c"].is_array(),
        "{asked}"
    );
}

#[test]
fn each_attempt_signs_anew() {
    let world = world();
    let pem = Identity::shared().pem_in(&world.home);
    let flags = ["--certificate-path", pem.to_str().unwrap()];
    world.create("certified", &flags, "");
    world.emulator.play(&Fault::ServerError(503));
    assert_is_token(&world.call(&["get-token"]).run().answer_and_words().0);
    let sent = world.emulator.requests_to(Endpoint::Token);
    let assertions: Vec<_> = sent
        .iter()
        .map(|request| request.field("client_assertion"))
        .collect();
    assert_eq!(assertions.len(), 2);
    assert_ne!(assertions[0], assertions[1]);
}

#[test]
fn a_wrong_password_is_told_without_a_request() {
    let world = world();
    let pfx = Identity::shared().pfx_in(&world.home);
    let file = ["--certificate-path", pfx.to_str().unwrap()];
    let password = |call: Call| call.args(file).arg("--certificate-password-stdin");
    let at_creation = password(world.creation("certified", &["--force"]));
    with_pfx(&world, &[], "");
    for call in [at_creation, password(world.call(&["get-token"]))] {
        let said = call.input("wrong").run().failure(4);
        assert!(
            said.contains("app.pfx: the password does not open the certificate file"),
            "{said}"
        );
        assert!(!said.contains("wrong\n"), "{said}");
    }
    assert_eq!(world.emulator.requests().len(), 0);
}

#[test]
fn a_file_that_is_no_certificate_is_told_as_what_it_is() {
    let world = world();
    let file = world.home.put("file", &Identity::shared().pem);
    let flags = ["--certificate-path", file.to_str().unwrap()];
    world.create("certified", &flags, "");
    for (contents, told) in [
        ("", "is empty"),
        ("<!DOCTYPE html><html></html>", "is a web page"),
        ("{\"a\": 1}", "is JSON"),
        (
            "-----BEGIN CERTIFICATE REQUEST-----\nMA==\n-----END CERTIFICATE REQUEST-----\n",
            "request",
        ),
        ("nothing of the kind", "neither PEM nor PFX"),
    ] {
        world.home.put("file", contents);
        let creation = world.creation("certified", &flags).arg("--force");
        for call in [creation, world.call(&["get-token"])] {
            let said = call.run().failure(4);
            assert!(said.contains(told) && said.contains("hint: "), "{said}");
        }
    }
    let said = world
        .call(&["get-token", "--certificate-path", "/nowhere"])
        .run()
        .failure(4);
    assert!(
        said.contains("no certificate could be read from /nowhere: "),
        "{said}"
    );
    assert!(said.contains("hint: Check the path"), "{said}");
}

#[test]
fn nobody_is_asked_where_nobody_is() {
    let world = world();
    with_pfx(&world, &["--auth-method", "Certificate"], "");
    let said = world.call(&["get-token"]).run().failure(7);
    assert!(said.contains("--certificate-password-stdin"), "{said}");
    for (name, value) in [("CI", "true"), ("ENTRA_AUTH_NO_INPUT", "1")] {
        let on_terminal = Terminal::start(world.call(&["get-token"]).env(name, value));
        let (shown, code) = on_terminal.end();
        assert_eq!(code, 7, "{name}: {shown}");
    }
    let (shown, code) = Terminal::start(world.call(&["get-token", "--no-input"])).end();
    assert_eq!(code, 7, "{shown}");
}

/// Answers the question for the password; gives what the terminal showed and the exit code.
fn answered(call: Call, password: &str) -> (String, i32) {
    let mut terminal = Terminal::start(call);
    terminal.wait_for("Password of ");
    terminal.wait_for("app.pfx");
    terminal.type_line(password);
    let (shown, code) = terminal.end();
    assert!(!shown.contains(password), "the password is echoed: {shown}");
    (shown, code)
}

#[test]
fn a_person_is_asked_and_the_password_kept_only_on_request() {
    let world = world();
    with_pfx(&world, &["--auth-method", "Certificate"], "");
    let asked = || world.call(&["get-token", "--no-cache"]);
    let (shown, code) = answered(asked(), PASSWORD);
    assert_eq!(code, 0, "{shown}");
    let token = &shown[shown.find("eyJ").unwrap()..];
    assert_is_token(&token.replace("\r\n", "\n"));
    asked().run().failure(7);
    let (shown, code) = answered(asked(), "mistyped one");
    assert_eq!(code, 4, "{shown}");
    assert!(
        shown.contains("does not open the certificate file"),
        "{shown}"
    );
    let (shown, code) = answered(asked().arg("--cache-cert-password"), PASSWORD);
    assert_eq!(code, 0, "{shown}");
    assert_is_token(&asked().run().answer());
}

#[test]
fn a_question_that_is_interrupted_ends_with_130() {
    let world = world();
    with_pfx(&world, &["--auth-method", "Certificate"], "");
    let mut terminal = Terminal::start(world.call(&["get-token"]));
    terminal.wait_for("Password of ");
    terminal.press_control('c');
    let (shown, code) = terminal.end();
    assert_eq!(code, 130, "{shown}");
}
