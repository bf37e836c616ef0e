//! Every exit code, each from a failure that people meet. (1 is `script_contract`'s full device.)

use std::net::TcpListener;

use emulator::App;
use insta::assert_snapshot;
use rustix::process::Signal;

use crate::support::CLIENT_ID;
use crate::support::Home;
use crate::support::SECRET;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::named_in_snapshots;

#[test]
fn two_the_identity_provider_refused() {
    let world = World::with_profile();
    let call = world.call(&["get-token"]);
    let said = call
        .env("ENTRA_AUTH_CLIENT_SECRET", "wrong")
        .run()
        .failure(2);
    let _named = named_in_snapshots();
    assert_snapshot!(said, @r#"
    error: the identity provider refused (invalid_client): AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '[guid]'.
    hint: The client secret is wrong. The secret's ID was copied instead of its value, the shell changed a character such as a dollar or exclamation mark, a line ending was copied along, or the secret is of another app.
    hint: Create a secret under Entra admin center > App registrations > [guid] > Certificates & secrets, copy the column "Value" (not "Secret ID"), and store it without the shell in between: entra-auth-cli config edit sp --client-secret-stdin
    hint: More, with pages and commands: entra-auth-cli explain AADSTS7000215 -p sp
    correlation id: [guid]
    trace id: [guid]
    timestamp: [time]
    "#);
}

#[test]
fn three_no_such_profile() {
    let home = Home::new();
    assert_snapshot!(home.call(&["get-token", "-p", "nope"]).run().failure(3), @r#"
    error: there is no profile `nope` [profile_not_found]
    hint: Make one: entra-auth-cli config create
    hint: Or do without: entra-auth-cli get-token --tenant TENANT --client-id ID …
    "#);
    assert_snapshot!(home.call(&["get-token"]).run().failure(3), @r#"
    error: there is no profile yet [profile_not_found]
    hint: Make one: entra-auth-cli config create
    hint: Or do without: entra-auth-cli get-token --tenant TENANT --client-id ID …
    "#);
    let world = World::with_profile();
    world.create("other", &["--client-secret-stdin"], SECRET);
    assert_snapshot!(world.call(&["get-token"]).run().failure(3), @r#"
    error: several profiles exist, and none is named [profile_not_found]
    hint: Name one: -p NAME
    hint: The profiles are: sp, other
    "#);
}

#[test]
fn four_a_profiles_name_without_its_flag() {
    let world = World::with_profile();
    assert_snapshot!(world.call(&["doctor", "sp"]).run().failure(4), @r"
    error: unexpected argument 'sp' found

    Usage: entra-auth-cli doctor [OPTIONS]

    For more information, try '--help'.
    hint: A profile's name goes with -p: entra-auth-cli doctor -p sp
    ");
    let refused = world.call(&["get-token", "sp", "-o", "json"]).run();
    assert_eq!(
        refused.failure_document(4)["hints"][0],
        "A profile's name goes with -p: entra-auth-cli get-token -p sp …"
    );
}

#[test]
fn four_arguments_that_cannot_work() {
    let world = World::with_profile();
    for arguments in [
        &[][..],
        &["nonsense"],
        &["get-token", "--nonsense"],
        &["get-token", "-o", "xml"],
        &["get-token", "-f", "Nonsense"],
        &["get-token", "--timeout", "soon"],
        &["get-token", "--force", "--no-cache"],
        &["get-token", "--scope", "a", "--resource", "b"],
        &[
            "config",
            "create",
            "--client-secret-stdin",
            "--client-secret-file",
            "x",
        ],
    ] {
        let said = world.call(arguments).run().failure(4);
        assert!(said.contains("Usage:") || said.contains("error:"), "{said}");
    }
    for (arguments, told) in [
        (
            &["get-token", "-s", "User.Read"][..],
            "https://graph.microsoft.com/.default",
        ),
        (&["get-token", "--tenant", "not a tenant"], "that is a GUID"),
        (&["get-token", "--tenant", "common"], "common"),
        (
            &["get-token", "--authority", "http://login.example.com"],
            "https://",
        ),
        (&["get-token", "--claims", "{"], "--claims"),
        (&["config", "edit", "sp"], "no flag says what to change"),
        (
            &["config", "edit", "sp", "--unset", "name"],
            "`name` is no field",
        ),
        (
            &[
                "config",
                "create",
                "--name",
                "a b",
                "--client-id",
                CLIENT_ID,
            ],
            "`a b`",
        ),
        (
            &["config", "create", "--name", "sp", "--client-id", CLIENT_ID],
            "exists already",
        ),
        (&["config", "delete"], "no profile to delete is named"),
    ] {
        let said = world.call(arguments).run().failure(4);
        assert!(said.starts_with("error: ") && said.contains(told), "{said}");
    }
    assert_eq!(world.emulator.requests().len(), 0);
}

#[test]
fn an_unknown_flow_is_told_the_valid_ones() {
    let said = Home::new()
        .call(&["get-token", "-f", "implicit"])
        .run()
        .failure(4);
    for flow in [
        "ClientCredentials",
        "AuthorizationCode",
        "DeviceCode",
        "InteractiveBrowser",
    ] {
        assert!(said.contains(flow), "{said}");
    }
}

#[test]
fn seven_where_a_pipeline_would_wait_for_a_person() {
    let world = World::with_app(App::public(CLIENT_ID));
    let call = |flags: &[&str]| {
        let call = world
            .call(&["get-token", "-o", "json"])
            .args(world.target());
        call.args(["-s", "User.Read"]).args(flags)
    };
    for refused in [
        call(&["-f", "InteractiveBrowser"]).env("CI", "true"),
        call(&[])
            .env("CI", "true")
            .env("ENTRA_AUTH_FLOW", "DeviceCode"),
        call(&["-f", "DeviceCode", "--no-input"]),
        call(&["-f", "DeviceCode"]).env("ENTRA_AUTH_NO_INPUT", "1"),
    ] {
        let error = refused.run().failure_document(7);
        assert_eq!(error["code"], "input_needed", "{error}");
        assert!(
            error["hints"][0]
                .as_str()
                .unwrap()
                .contains("entra-auth-cli get-token --")
        );
    }
    assert_eq!(world.emulator.requests().len(), 0, "nobody was to be asked");

    let shown = call(&["-f", "DeviceCode", "-q"]).env("CI", "true").start();
    shown.wait_to_say("Device Code Authentication");
    shown.wait_to_say("Code: ");
    shown.signal(Signal::INT);
    assert_eq!(shown.finish().code(), Some(130));
}

#[test]
fn a_flag_that_the_flow_cannot_use_is_named_before_anything_happens() {
    let world = World::with_profile();
    for (flags, flag, flow) in [
        (&["--account", "ada"][..], "--account", "ClientCredentials"),
        (
            &["-f", "DeviceCode", "--port", "8080"],
            "--port",
            "DeviceCode",
        ),
        (&["-f", "interactive", "--qr"], "--qr", "InteractiveBrowser"),
        (
            &["-f", "interactive", "--client-secret-env", "SECRET"],
            "--client-secret",
            "InteractiveBrowser",
        ),
    ] {
        let call = world.call(&["get-token", "-o", "json"]).args(flags);
        let error = call.run().failure_document(4);
        assert_eq!(error["code"], "flag_not_for_flow", "{error}");
        let message = error["message"].as_str().unwrap();
        assert!(
            message.contains(flag) && message.contains(flow),
            "{message}"
        );
    }
    assert_eq!(world.emulator.token_requests(), 0);
}

#[test]
fn a_redirect_uri_that_is_none_is_neither_used_nor_kept() {
    let world = World::with_profile();
    let insecure = ["--redirect-uri", "http://app.example/callback"];
    let call = world.call(&["get-token", "-o", "json", "-f", "interactive"]);
    let error = call.args(insecure).run().failure_document(4);
    assert_eq!(error["code"], "invalid_redirect_uri", "{error}");
    let call = world.call(&["config", "edit", "sp"]).args(insecure);
    let said = call.run().failure(4);
    assert!(said.contains("--redirect-uri"), "{said}");
    let profiles = std::fs::read_to_string(world.home.profiles()).unwrap();
    assert!(!profiles.contains("app.example"), "{profiles}");
}

#[test]
fn a_variable_with_nonsense_is_named() {
    let world = World::with_profile();
    for (name, value) in [
        ("ENTRA_AUTH_FLOW", "nonsense"),
        ("ENTRA_AUTH_CLOUD", "nonsense"),
        ("ENTRA_AUTH_AUTHORITY_TYPE", "nonsense"),
        ("ENTRA_AUTH_KEY_STORE", "nonsense"),
        ("ENTRA_AUTH_STATE_DIR", "relative"),
    ] {
        let said = world.call(&["get-token"]).env(name, value).run().failure(4);
        assert!(said.contains(name) && said.contains(value), "{said}");
    }
}

#[test]
fn five_no_network() {
    let home = Home::new();
    let nobody_listens = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let call = home
        .call(&["get-token", "--timeout", "400ms", "--tenant", "contoso.com"])
        .args(["--client-id", CLIENT_ID, "--authority", &nobody_listens])
        .env("ENTRA_AUTH_CLIENT_SECRET", SECRET);
    let said = call.run().failure(5);
    assert!(
        said.starts_with("error: no connection to 127.0.0.1"),
        "{said}"
    );
}

#[test]
fn six_no_answer_in_time() {
    let world = World::with_profile();
    let held = world.emulator.hold_token_replies();
    let said = world
        .call(&["get-token", "--timeout", "500ms"])
        .run()
        .failure(6);
    assert!(
        said.starts_with("error: 127.0.0.1:") && said.contains(" did not answer in time"),
        "{said}"
    );
    assert!(said.contains("--timeout"), "{said}");
    drop(held);
    assert_is_token(&world.call(&["get-token"]).run().answer());
}

#[test]
fn seven_nobody_may_be_asked() {
    let _named = named_in_snapshots();
    let home = Home::new();
    assert_snapshot!(home.call(&["config", "create"]).run().failure(7), @r#"
    error: a person is needed to answer `Profile name`, but input is not allowed here [input_needed]
    hint: Name it: --name NAME
    "#);
    let named = [
        "config",
        "create",
        "--name",
        "x",
        "--tenant-id",
        "contoso.com",
        "--client-id",
    ];
    let call = home
        .call(&named)
        .args([CLIENT_ID, "--auth-method", "ClientSecret"]);
    assert_snapshot!(call.run().failure(7), @r#"
    error: a person is needed to answer `Client secret`, but input is not allowed here [input_needed]
    hint: Give it: --client-secret-stdin, --client-secret-file FILE, --client-secret-env NAME or --client-secret-command COMMAND
    "#);
    let world = World::with_profile();
    assert_snapshot!(world.call(&["config", "delete", "sp"]).run().failure(7), @r#"
    error: a person is needed to answer `Delete profile `sp` with client secret and its cached tokens?`, but input is not allowed here [input_needed]
    hint: Without asking: --yes
    "#);
    assert_snapshot!(world.call(&["config", "trust", "sp"]).run().failure(7), @r#"
    Profile `sp`
    gets tokens from     http://127.0.0.1:[port], tenant contoso.onmicrosoft.com, client [guid]
    error: a person is needed to answer `Approve this on this machine?`, but input is not allowed here [input_needed]
    hint: Without asking: --yes
    "#);
    assert!(
        world
            .call(&["config", "list", "-q"])
            .run()
            .answer()
            .contains("sp")
    );
}

#[test]
fn eight_the_store_cannot_be_used() {
    let world = World::with_profile();
    std::fs::remove_file(world.home.state().join("store.json")).unwrap();
    let said = world.call(&["get-token"]).run().failure(8);
    assert!(
        said.contains("store.json is missing, but sealed records exist"),
        "{said}"
    );
}

/// Ctrl-C or a termination while the provider keeps us waiting: the code, no failure for others.
fn ended_by(signal: Signal, code: i32) {
    let world = World::with_profile();
    let held = world.emulator.hold_token_replies();
    let running = world.start_and_wait_until_it_asks();
    running.signal(signal);
    assert_eq!(running.finish().failure(code), "");
    drop(held);
    assert_is_token(
        &world
            .call(&["get-token", "--timeout", "20s"])
            .run()
            .answer(),
    );
    assert_eq!(world.emulator.token_requests(), 2);
}

#[test]
fn interrupted_is_130() {
    ended_by(Signal::INT, 130);
}

#[test]
fn terminated_is_143() {
    ended_by(Signal::TERM, 143);
}
