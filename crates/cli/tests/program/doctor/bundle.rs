//! The file for support: all there is to know, and nothing secret.

use std::os::unix::fs::PermissionsExt as _;

use super::tree;
use crate::support::CLIENT_ID;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::World;

const IN_A_COMMAND: &str = "canaryOfTheCommand";
const IN_A_VARIABLE: &str = "canaryOfTheVariable";
const OF_A_PROXY: &str = "canaryOfTheProxy";

fn world() -> World {
    let world = World::with_profile();
    world.create(
        "by-command",
        &["--client-secret-command", &format!("echo {IN_A_COMMAND}")],
        "",
    );
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
            format!("http://user:{OF_A_PROXY}@127.0.0.1:1"),
        );
    call.run().answer_and_words();
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
    assert_eq!(document["profiles"].as_array().unwrap().len(), 2);
    assert!(document["doctor"]["findings"].as_array().unwrap().len() > 20);
    assert!(text.contains(CLIENT_ID) && text.contains(TENANT));
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
    assert!(text.contains("[tenant 1]") && text.contains("~/.local/state"));
}

#[test]
fn a_place_where_it_cannot_be_written_is_an_error() {
    let world = World::new();
    let call = world.call(&["doctor", "--offline", "--bundle", "no/such/place.json"]);
    let outcome = call.run();
    assert_eq!(outcome.code(), Some(8), "{outcome:?}");
}
