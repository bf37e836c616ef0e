//! `discover --create` makes a profile of what was found.

use emulator::App;
use emulator::Emulator;
use serde_json::Value;

use crate::support::Browser;
use crate::support::SECRET;
use crate::support::Terminal;
use crate::support::World;
use crate::support::applications::COMMAND_LINE_TOOLS;

fn saved(world: &World, name: &str) -> Value {
    let call = world.call(&["config", "show", "-p", name, "-o", "json"]);
    serde_json::from_str(&call.run().answer()).unwrap()
}

/// The first one found that is ready for public clients, or is not.
fn one(world: &World, is_public: bool) -> Value {
    let found = world.discovered(&["-s", "*0*"]);
    let mut fitting = found
        .into_iter()
        .filter(|it| it["public_client"] == is_public);
    fitting.next().unwrap()
}

#[test]
fn a_public_application_becomes_a_profile_that_signs_people_in() {
    let world = World::of_applications(60);
    let found = one(&world, true);
    let id = found["app_id"].as_str().unwrap();
    let call = world.discovery(&["--app-id", id, "--create", "mine"]);
    let (answer, said) = call.run().answer_and_words();
    assert!(answer.contains(id), "{answer}");
    assert!(said.contains("Saved profile `mine`."), "{said}");
    assert!(!said.contains("secret"), "{said}");
    let profile = saved(&world, "mine");
    assert_eq!(profile["clientId"], id);
    assert_eq!(profile["tenantId"], emulator::DEFAULT_TENANT_DOMAIN);
    assert_eq!(profile["authority"], world.emulator.base_url());
    assert_eq!(profile["authMethod"], "Public");
    assert_eq!(profile["redirectUri"], "http://localhost");
}

#[test]
fn a_confidential_one_says_how_its_secret_gets_there_and_then_works() {
    let secret = "an0ther-secret";
    let id = "33334444-dddd-5555-eeee-6666ffff7777";
    let payroll = App::confidential(id).display_name("Payroll").secret(secret);
    let world = World::of_directory(crate::support::applications::directory(0).app(payroll));
    let call = world.discovery(&["-s", "payroll", "--create", "payroll"]);
    let (_, said) = call.run().answer_and_words();
    assert!(
        said.contains("config edit payroll --client-secret-stdin"),
        "{said}"
    );
    assert_eq!(saved(&world, "payroll")["authMethod"], "ClientSecret");
    let edit = world.call(&["config", "edit", "payroll", "--client-secret-stdin"]);
    edit.input(secret).run().answer_and_words();
    world.call(&["get-token", "-p", "payroll"]).run().answer();
}

#[test]
fn where_many_directories_were_named_the_profile_has_the_persons() {
    let world = World::of_applications(3);
    let browser = Browser::automatic(&world.home);
    let call = browser
        .call(&world, &["discover", "-t", "organizations", "--authority"])
        .args([world.emulator.base_url(), "--create", "own", "--app-id"])
        .arg(COMMAND_LINE_TOOLS);
    call.run().answer_and_words();
    assert_eq!(
        saved(&world, "own")["tenantId"],
        emulator::DEFAULT_TENANT_ID
    );
}

#[test]
fn what_cannot_be_decided_is_an_error_and_makes_nothing() {
    let world = World::of_applications(60);
    for (flags, exit_code, code) in [
        (&["-s", "*0*", "--create", "new"][..], 7, "input_needed"),
        (
            &["-s", "nothing", "--create", "new"],
            4,
            "application_not_found",
        ),
        (
            &["--app-id", COMMAND_LINE_TOOLS, "--create"],
            7,
            "input_needed",
        ),
    ] {
        let outcome = world.discovery(flags).args(["-o", "json"]).run();
        assert_eq!(outcome.code(), Some(exit_code), "{outcome:?}");
        serde_json::from_str::<Value>(outcome.stdout()).unwrap();
        let last = outcome.stderr().lines().last().unwrap();
        assert_eq!(serde_json::from_str::<Value>(last).unwrap()["code"], code);
    }
    let before = std::fs::read(world.home.profiles()).unwrap();
    world.emulator.clear_requests();
    for (name, code) in [("SP", "profile_exists"), ("a b", "invalid_profile_name")] {
        let call = world.discovery(&["--create", name, "-o", "json"]);
        assert_eq!(call.run().failure_document(4)["code"], code);
    }
    assert!(world.emulator.requests().is_empty());
    assert_eq!(std::fs::read(world.home.profiles()).unwrap(), before);
    world.call(&["get-token", "-p", "sp"]).run().answer();
}

#[test]
fn a_person_picks_the_application_and_the_name() {
    let world = World::of_applications(60);
    let call = world.discovery(&["-s", "O'N*", "--create", "--color", "never"]);
    let mut terminal = Terminal::start(call);
    terminal.wait_for("Application:");
    terminal.type_line("O'Neill's payroll 1");
    terminal.wait_for("Profile name:");
    terminal.type_line("picked");
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    let found = world.discovered(&["-s", "O'Neill's payroll 1"]);
    assert_eq!(saved(&world, "picked")["clientId"], found[0]["app_id"]);
}

#[test]
fn a_person_who_picks_nothing_saves_nothing() {
    let world = World::of_applications(60);
    let before = std::fs::read(world.home.profiles()).unwrap();
    let mut terminal = Terminal::start(world.discovery(&["-s", "O'N*", "--create"]));
    terminal.wait_for("Application:");
    terminal.press_control('c');
    assert_eq!(terminal.end().1, 130);
    assert_eq!(std::fs::read(world.home.profiles()).unwrap(), before);
}

#[test]
fn what_allows_public_clients_without_a_redirect_uri_signs_in_by_device_code() {
    let id = "33334444-dddd-5555-eeee-6666ffff7777";
    let device = App::public(id).allow_public_client_flows();
    let asking = App::confidential(crate::support::CLIENT_ID)
        .secret(SECRET)
        .roles("https://graph.microsoft.com", ["Application.Read.All"]);
    let world = World::of_directory(Emulator::builder().app(asking).app(device));
    let call = world.discovery(&["--app-id", id, "--create", "tv"]);
    call.run().answer_and_words();
    assert_eq!(saved(&world, "tv")["defaultFlow"], "DeviceCode");
}
