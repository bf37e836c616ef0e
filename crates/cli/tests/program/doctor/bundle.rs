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

#[test]
fn what_is_no_file_is_not_waited_for() {
    let world = World::new();
    let pipe = world.home.at("bundle.json");
    let made = world.home.call_of("mkfifo".as_ref()).arg(&pipe).run();
    assert_eq!(made.code(), Some(0), "{made:?}");
    let call = world.call(&["doctor", "--offline", "--bundle", "bundle.json"]);
    let outcome = call.args(["--force", "-o", "json"]).run();
    assert_eq!(outcome.failure_document(8)["code"], "wrong_file_kind");
}

#[test]
fn what_browsers_are_told_is_left_out() {
    let world = World::new();
    let call = world.call(&["doctor", "--offline", "--bundle", "-"]);
    let text = call.env("BROWSER", "/opt/b --x=canary %s").run().answer();
    assert!(text.contains("$BROWSER (/opt/b)"), "{text}");
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn an_authority_that_cannot_be_meant_gives_nothing_away() {
    let world = World::with_profile();
    world.home.edit_profiles(|text| {
        let mut all: serde_json::Value = serde_json::from_str(&text).unwrap();
        let profile = &mut all[0];
        assert_eq!(profile["name"], "sp");
        profile["authority"] =
            "https://user:canaryPw@canary-idp.corp.example/realm?k=canaryKey".into();
        profile["authorityType"] = "oidc".into();
        profile["loginHint"] = "a".into();
        profile["certificatePath"] = "/home/canaryPerson/sp.pem".into();
        profile["scopes"] = serde_json::json!(["https://canary-api.corp.example/.default"]);
        all.to_string()
    });
    let bundle = |flags: &[&str]| {
        let call = world.call(&["doctor", "-p", "sp", "--offline", "--bundle", "-"]);
        let outcome = call.args(flags).run();
        assert_eq!(outcome.code(), Some(1), "{outcome:?}");
        outcome.stdout().to_owned()
    };
    let text = bundle(&[]);
    for secret in ["canaryPw", "canaryKey", "canaryPerson"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert!(text.contains("canary-idp.corp.example"), "{text}");
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let profile = &document["profiles"][0];
    let user = profile["loginHint"].as_str().unwrap();
    assert!(user.starts_with("[user "), "{profile}");
    assert_eq!(text.matches(user).count(), 1, "a letter is no name: {text}");
    assert_eq!(document["doctor"]["findings"][0]["id"], "program.version");

    let text = bundle(&["--redact-ids"]);
    assert!(!text.contains("canary"), "{text}");
    assert!(
        text.contains("[authority ") && text.contains("[host "),
        "{text}"
    );
}

#[test]
fn what_variables_name_is_left_out_too() {
    let world = World::new();
    let creation = world
        .call(&["config", "create", "--name", "sp", "--client-secret-stdin"])
        .args(["--authority", "https://login.canary.invalid"])
        .args(["--tenant-id", "canary.example", "--client-id", CLIENT_ID]);
    creation.input(SECRET).run().answer_and_words();
    let bundle = |flags: &[&str]| {
        let call = world
            .call(&["doctor", "-p", "sp", "--bundle", "-"])
            .args(flags)
            .env("AZURE_CLIENT_ID", "x")
            .env("AZURE_TENANT_ID", "canarytenant.example")
            .env("AUTO_PROXY", "http://canary-pac.corp.example/p.pac");
        call.run().stdout().to_owned()
    };
    let text = bundle(&[]);
    let pac = "http://canary-pac.corp.example/p.pac";
    assert!(
        text.contains(pac) && text.contains("login.canary.invalid"),
        "{text}"
    );
    let text = bundle(&["--redact-ids"]);
    assert!(
        text.contains("http://[proxy ") && text.contains("[authority "),
        "{text}"
    );
    assert!(!text.contains("canary"), "{text}");
}
