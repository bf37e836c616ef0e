//! `discover` finds what is meant, whoever asks, and shows what it found.

use std::collections::HashSet;

use emulator::Endpoint;
use serde_json::Value;

use crate::hostile_text::assert_harmless;
use crate::support::Browser;
use crate::support::TENANT;
use crate::support::Terminal;
use crate::support::World;
use crate::support::applications::COMMAND_LINE_TOOLS;
use crate::support::applications::directory;

fn names(found: &[Value]) -> Vec<String> {
    let mut names: Vec<String> = found
        .iter()
        .map(|application| application["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// Whether a name fits a pattern, by trying every length for every star.
fn fits(pattern: &[char], name: &[char]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some(('*', rest)) => (0..=name.len()).any(|taken| fits(rest, &name[taken..])),
        Some((wanted, rest)) => name.first() == Some(wanted) && fits(rest, &name[1..]),
    }
}

fn expected(world: &World, pattern: &str) -> Vec<String> {
    let lower = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
    let mut names = world.emulator.application_names();
    names.retain(|name| fits(&lower(pattern), &lower(name)));
    names.sort();
    names
}

#[test]
fn every_pattern_finds_what_it_says_and_nothing_else() {
    for directory in [directory(230), directory(230).without_advanced_queries()] {
        let world = World::of_directory(directory);
        for pattern in [
            "*",
            "payroll*",
            "PAYROLL 00105",
            "payroll",
            "*5",
            "*roll*",
            "*world*",
            "p*l*7",
            "*o*0*",
            "*O'NEILL*",
            "O'Neill's payroll",
            "''*",
            "*\"hello\"*",
            "*\\apps\\*",
            "*& more?",
            "100% [draft] (a+b) {x} & more?",
            "*übergröß*",
            "日本*",
            "*לבדיקה*",
            "*👧*",
            "no such name*",
            "*no such name*",
        ] {
            let found = world.discovered(&["-s", pattern]);
            assert_eq!(names(&found), expected(&world, pattern), "{pattern}");
            let ids: HashSet<String> = found.iter().map(|it| it["app_id"].to_string()).collect();
            assert_eq!(ids.len(), found.len(), "{pattern} finds something twice");
        }
    }
}

#[test]
fn a_limit_ends_the_list_and_the_asking() {
    let world = World::of_applications(230);
    assert_eq!(world.discovered(&["--limit", "7"]).len(), 7);
    assert_eq!(world.emulator.requests_to(Endpoint::Applications).len(), 1);
}

#[test]
fn an_application_is_found_by_its_id_with_all_there_is_to_say() {
    let world = World::of_applications(3);
    let all = world.discovered(&[]);
    let last = all.last().unwrap();
    let id = last["app_id"].as_str().unwrap().to_uppercase();
    assert_eq!(
        world.discovered(&["--app-id", &id]),
        std::slice::from_ref(last)
    );
    assert_eq!(world.discovered(&["-s", &id]), std::slice::from_ref(last));
    assert_eq!(
        last["sign_in_audience"],
        "AzureADandPersonalMicrosoftAccount"
    );
    assert_eq!(
        last["redirect_uris"]["web"][0],
        "https://app.example/callback"
    );
    let secret = &last["secrets"][0];
    let end = secret["expires_on"].as_i64().unwrap();
    assert_eq!(secret["expired"], end <= crate::support::now());
    let said = world.discovery(&["--app-id", "x"]).run().failure(4);
    assert!(said.contains("GUID"), "{said}");
}

#[test]
fn yaml_says_the_same_as_json() {
    let world = World::of_applications(60);
    let yaml = world.discovery(&["-o", "yaml"]).run().answer();
    assert_harmless(&yaml);
    let yaml: Value = serde_saphyr::from_str(&yaml).unwrap();
    assert_eq!(yaml, Value::Array(world.discovered(&[])));
}

#[test]
fn a_name_cannot_act_on_the_terminal_or_forge_a_row() {
    let world = World::of_applications(120);
    let count = world.emulator.application_names().len();
    let call = world.discovery(&["-q", "--color", "never"]);
    let (shown, code) = Terminal::start(call).end();
    assert_eq!(code, 0, "{shown}");
    // The terminal hands over bytes, each as a character.
    let bytes = shown.chars().map(|byte| u8::try_from(byte).unwrap());
    let shown = String::from_utf8(bytes.collect()).unwrap();
    let shown = shown.replace("\r\n", "\n");
    assert_harmless(&shown);
    let rows: Vec<&str> = shown.lines().collect();
    assert_eq!(rows.len(), count + 1, "{shown}");
    let column = rows[0].find("NAME").unwrap();
    assert!(rows[0].starts_with("APP ID "), "{}", rows[0]);
    for row in &rows[1..] {
        let (facts, _) = row.split_at(column);
        assert!(facts.is_ascii() && facts.ends_with("  "), "{row}");
    }
    assert!(shown.contains(r"\u{1b}[31mred"), "{shown}");
    assert!(shown.contains(r"\u{202e}desrever"), "{shown}");
}

#[test]
fn nothing_found_is_said_and_is_no_failure() {
    let world = World::of_applications(3);
    let call = world.discovery(&["-s", "no such name"]);
    let (answer, said) = call.run().answer_and_words();
    assert_eq!(answer, "");
    assert!(said.contains("No such application"), "{said}");
    assert!(world.discovered(&["-s", "no such name"]).is_empty());
}

#[test]
fn a_person_asks_by_microsofts_own_application_and_is_asked_once() {
    let world = World::of_applications(3);
    let browser = Browser::automatic(&world.home);
    let call = |flags: &[&str]| {
        browser
            .call(&world, &["discover", "-t", TENANT])
            .args(["--authority", world.emulator.base_url()])
            // Of somebody else's application.
            .env("AZURE_CLIENT_SECRET", "pl4nted-secret")
            .env(
                "ENTRA_AUTH_CLIENT_ID",
                "33334444-dddd-5555-eeee-6666ffff7777",
            )
            .args(flags)
    };
    let (answer, said) = call(&[]).run().answer_and_words();
    assert_eq!(answer.lines().count(), 6, "{answer}");
    assert!(
        said.contains("Microsoft Graph Command Line Tools"),
        "{said}"
    );
    assert!(said.contains(COMMAND_LINE_TOOLS), "{said}");
    call(&["--no-input"]).run().answer_and_words();
    assert_eq!(browser.pages(), 1);
    for request in world.emulator.requests_to(Endpoint::Token) {
        assert_eq!(request.field("client_id").unwrap(), COMMAND_LINE_TOOLS);
        assert_eq!(request.field("client_secret"), None);
    }
    let said = call(&["-f", "ClientCredentials"]).run().failure(4);
    assert!(said.contains("-p"), "{said}");
}

#[test]
fn another_application_may_be_asked_by() {
    let world = World::of_applications(3);
    let other = "33334444-dddd-5555-eeee-6666ffff7777";
    for by_flag in [true, false] {
        let call = world
            .call(&["discover", "-t", TENANT, "--authority"])
            .arg(world.emulator.base_url())
            .args(["-f", "DeviceCode"]);
        let call = if by_flag {
            call.args(["--client-id", other])
        } else {
            call.env("ENTRA_AUTH_DISCOVER_CLIENT_ID", other)
        };
        world.emulator.clear_requests();
        let said = call.run().failure(2);
        assert!(!said.contains("Command Line Tools"), "{said}");
        let asked = world.emulator.requests_to(Endpoint::DeviceAuthorization);
        assert_eq!(asked[0].field("client_id").as_deref(), Some(other));
    }
}
