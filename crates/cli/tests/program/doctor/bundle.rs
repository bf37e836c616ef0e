//! The file for support: all there is to know, and nothing secret.

use std::os::unix::fs::PermissionsExt as _;

use super::tree;
use crate::support::CLIENT_ID;
use crate::support::Home;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::World;

const PERSON: &str = "ada@company.invalid";
const IN_A_COMMAND: &str = "canaryOfTheCommand";
const IN_A_VARIABLE: &str = "canaryOfTheVariable";
const COMPANY: &str = "proxy.company.invalid";
const OF_A_PROXY: &str = "canaryOfTheProxy";

fn world() -> World {
    let world = World::with_profile();
    world.create(
        "by-command",
        &[
            "--client-secret-command",
            &format!("echo {IN_A_COMMAND}"),
            "--login-hint",
            PERSON,
        ],
        "",
    );
    let public = world
        .call(&["config", "create", "--name", "public"])
        .args(["--auth-method", "Public", "--tenant-id", TENANT])
        .args(["--client-id", CLIENT_ID]);
    public.run().answer_and_words();
    world
}

fn bundle(world: &World, flags: &[&str]) -> String {
    let file = world.home.at("bundle.json");
    let call = world
        .call(&["doctor", "--all-profiles", "--bundle", "bundle.json"])
        .args(flags)
        .env("ENTRA_AUTH_CLIENT_SECRET", IN_A_VARIABLE)
        .env(
            "HTTPS_PROXY",
            format!("http://user:{OF_A_PROXY}@{COMPANY}:1"),
        );
    let outcome = call.run();
    assert_eq!(
        outcome.code(),
        Some(1),
        "there is no such proxy: {outcome:?}"
    );
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::read_to_string(&file).unwrap()
}

#[test]
fn it_holds_what_support_needs_and_nothing_secret() {
    let world = world();
    let token = world.call(&["get-token", "-p", "sp"]).run().answer();
    let before = tree(&world.home.state());
    let text = bundle(&world, &[]);
    assert_eq!(tree(&world.home.state()), before);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["profiles"].as_array().unwrap().len(), 3);
    assert!(document["doctor"]["findings"].as_array().unwrap().len() > 20);
    assert!(text.contains(CLIENT_ID) && text.contains(TENANT) && text.contains(COMPANY));
    let home = world.home.path().to_str().unwrap();
    for person in [home, PERSON] {
        assert!(!text.contains(person), "{person}");
    }
    let secrets = [
        IN_A_COMMAND,
        IN_A_VARIABLE,
        OF_A_PROXY,
        SECRET,
        token.trim(),
    ];
    for secret in secrets {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn ids_can_be_left_out() {
    let world = world();
    let text = bundle(&world, &["--redact-ids"]);
    let home = world.home.path().to_str().unwrap();
    for id in [CLIENT_ID, TENANT, home] {
        assert!(!text.contains(id), "{id}");
    }
    assert!(text.contains("[tenant ") && text.contains("~/.local/state"));
    assert!(
        text.contains("http://[proxy ") && !text.contains(COMPANY),
        "{text}"
    );
}

#[test]
fn a_place_where_it_cannot_be_written_is_an_error() {
    let world = World::new();
    let call = world.call(&["doctor", "--offline", "--bundle", "no/such/place.json"]);
    let outcome = call.run();
    assert_eq!(outcome.code(), Some(8), "{outcome:?}");
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_that_is_said() {
    let world = World::new();
    let file = world.home.put("bundle.json", "precious");
    let bundle = || world.call(&["doctor", "--offline", "--bundle", "bundle.json"]);
    let said = bundle().run().failure(4);
    insta::assert_snapshot!(said, @r"
    error: bundle.json is there already [file_exists]
    hint: Write to another file, or replace this one: --force
    ");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
    bundle().arg("--force").run().answer_and_words();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"findings\""), "{text}");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn it_can_be_the_answer_and_then_nothing_else_is() {
    let world = World::new();
    let call = world.call(&["doctor", "--offline", "--bundle", "-"]);
    let document: serde_json::Value = serde_json::from_str(&call.run().answer()).unwrap();
    assert_eq!(document["doctor"]["findings"][0]["id"], "program.version");
    assert!(!world.home.at("-").exists());
}

#[test]
fn a_machine_without_a_place_for_files_has_a_bundle_too() {
    let home = Home::new();
    let call = home.call(&["doctor", "--offline", "--bundle", "-"]);
    let outcome = call.without_env("HOME").run();
    assert_eq!(outcome.code(), Some(1), "{outcome:?}");
    let document: serde_json::Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert_eq!(document["profiles"], serde_json::json!([]));
}
