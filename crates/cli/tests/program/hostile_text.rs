//! Text from servers and files cannot act on a terminal, deceive a reader or run in a shell.

use emulator::Fault;
use serde_json::json;

use crate::support::CLIENT_ID;
use crate::support::Home;
use crate::support::Outcome;
use crate::support::TENANT;
use crate::support::Terminal;
use crate::support::World;

/// What a terminal obeys or a reader does not see.
fn is_hostile(character: char) -> bool {
    character.is_control() && character != '\n'
        || matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[track_caller]
pub(crate) fn assert_harmless(text: &str) {
    let found: Vec<char> = text
        .chars()
        .filter(|&character| is_hostile(character))
        .collect();
    assert!(found.is_empty(), "{found:?} in {text:?}");
    assert!(!text.contains("\nForged line"), "{text}");
}

/// What was said, at least the beginning of which came through.
#[track_caller]
fn assert_harmless_refusal(outcome: Outcome) {
    let said = outcome.failure(2);
    assert_harmless(&said);
    assert!(
        said.contains("AADSTS7000215") && said.contains("Forged line"),
        "{said}"
    );
}

#[test]
fn a_servers_text_is_escaped() {
    let world = World::with_profile();
    for more in [&[][..], &["-o", "json"], &["-vv"], &["-vv", "-o", "json"]] {
        world.emulator.play(&Fault::HostileText);
        let call = world.call(&["get-token", "--no-cache"]).args(more);
        assert_harmless_refusal(call.run());
    }
}

#[test]
fn a_failure_told_to_those_who_wait_is_escaped_too() {
    let world = World::with_profile();
    world.emulator.play(&Fault::HostileText);
    assert_harmless_refusal(world.call(&["get-token"]).run());
    assert_harmless_refusal(world.call(&["get-token"]).run());
    assert_eq!(world.emulator.token_requests(), 1);
}

#[test]
fn a_terminal_shows_it_escaped() {
    let world = World::with_profile();
    world.emulator.play(&Fault::HostileText);
    let call = world.call(&["get-token", "--no-cache", "-q", "--color", "never"]);
    let (shown, code) = Terminal::start(call).end();
    assert_eq!(code, 2, "{shown}");
    assert_harmless(&shown.replace("\r\n", "\n"));
    assert!(shown.contains(r"\u{1b}[2J"), "{shown}");
}

#[test]
fn every_field_of_a_reply_is_escaped() {
    let world = World::with_profile();
    let hostile = emulator::HOSTILE_TEXT;
    for (field, value) in [
        ("scope", json!(hostile)),
        ("token_type", json!(hostile)),
        ("expires_in", json!(hostile)),
        ("access_token", json!(hostile)),
    ] {
        world.emulator.play(&Fault::Field(field.to_owned(), value));
        for output in ["json", "yaml", "header", "token"] {
            let call = world.call(&["get-token", "-vv", "--no-cache", "-o", output]);
            let outcome = call.run();
            assert_harmless(outcome.stdout());
            assert_harmless(outcome.stderr());
        }
    }
}

#[test]
fn a_token_with_shell_syntax_is_neither_printed_nor_kept() {
    let world = World::with_profile();
    for output in ["token", "env", "json", "header"] {
        world.emulator.play(&Fault::TokenWithIllegalCharacters);
        let said = world
            .call(&["get-token", "--force", "-o", output])
            .run()
            .failure(2);
        assert!(
            said.contains("characters that no bearer token may hold"),
            "{said}"
        );
        assert!(!said.contains("touch"), "{said}");
    }
    assert!(world.home.token_files().is_empty());
}

#[test]
fn a_page_in_place_of_a_reply_is_quoted_harmlessly() {
    let world = World::with_profile();
    world.emulator.play(&Fault::Html(403));
    let said = world.call(&["get-token"]).run().failure(2);
    assert_harmless(&said);
    assert!(
        said.contains("status 403") && said.contains("Sign in to the network"),
        "{said}"
    );
}

/// Every field of a profile file, hostile.
#[test]
fn a_profile_file_is_shown_escaped() {
    let home = Home::new();
    let hostile = emulator::HOSTILE_TEXT;
    let fields = [
        "tenantId",
        "clientId",
        "authority",
        "resource",
        "redirectUri",
        "loginHint",
        "createdAt",
        "certificatePath",
        "caFile",
        "unknown",
    ];
    let mut profiles: Vec<serde_json::Value> = fields
        .iter()
        .enumerate()
        .map(|(number, field)| {
            let mut profile = json!({
                "name": format!("p{number}"), "tenantId": TENANT, "clientId": CLIENT_ID,
                "authMethod": "ClientSecret",
            });
            profile[*field] = json!(hostile);
            profile
        })
        .collect();
    profiles.push(json!({ "name": hostile, "tenantId": TENANT, "clientId": CLIENT_ID }));
    profiles.push(json!({ "name": "scoped", "scopes": [hostile], "clientId": CLIENT_ID }));
    profiles.push(json!({ "name": "method", "authMethod": hostile, "clientId": CLIENT_ID }));
    profiles.push(json!({ "name": "key", "authMethod": "ClientSecret", hostile: 1 }));
    home.put(
        ".config/entra-auth-cli/profiles.json",
        serde_json::to_string_pretty(&profiles).unwrap(),
    );
    let names = (0..fields.len()).map(|number| format!("p{number}"));
    for name in
        names.chain(["scoped", "method", "key", hostile.trim_end_matches('\0')].map(Into::into))
    {
        if name.contains('\0') {
            continue;
        }
        for command in [
            &["config", "show"][..],
            &["config", "show", "-o", "json"],
            &["config", "show", "-o", "yaml"],
            &["config", "trust", "--yes"],
            &["get-token", "-vv", "--timeout", "400ms"],
        ] {
            let outcome = home
                .call(command)
                .args(["-p", &name])
                .env("HTTPS_PROXY", "http://127.0.0.1:9")
                .run();
            assert_harmless(outcome.stdout());
            assert_harmless(outcome.stderr());
        }
    }
    for output in ["text", "json", "yaml"] {
        let outcome = home.call(&["config", "list", "-o", output]).run();
        assert_harmless(outcome.stdout());
        assert_harmless(outcome.stderr());
        assert!(outcome.stdout().contains("p0"), "{outcome:?}");
    }
}

#[test]
fn arguments_and_variables_are_shown_escaped() {
    let world = World::with_profile();
    let hostile: String = emulator::HOSTILE_TEXT.replace('\0', "");
    for flag in [
        "--profile",
        "--tenant",
        "--client-id",
        "--authority",
        "--scope",
        "--claims",
        "--file",
    ] {
        let outcome = world.call(&["get-token", "-vv", flag, &hostile]).run();
        assert_ne!(outcome.code(), Some(0), "{flag}");
        assert_harmless(outcome.stderr());
    }
    for name in [
        "ENTRA_AUTH_PROFILE",
        "ENTRA_AUTH_TENANT_ID",
        "ENTRA_AUTH_CLOUD",
        "ENTRA_AUTH_KEY_STORE",
    ] {
        let outcome = world
            .call(&["get-token", "-vv", "--force"])
            .env(name, &hostile)
            .run();
        assert_ne!(outcome.code(), Some(0), "{name}");
        assert_harmless(outcome.stderr());
    }
}
