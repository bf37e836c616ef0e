//! A profile changed by the menu.

use serde_json::Value;

use crate::support::SECRET;
use crate::support::Terminal;
use crate::support::World;
use crate::support::assert_is_token;

fn start(world: &World, flags: &[&str]) -> Terminal {
    let mut terminal = Terminal::start(world.call(&["config", "edit", "sp"]).args(flags));
    terminal.wait_for("Profile `sp`:");
    terminal
}

/// Picks a field, or a way out, and waits for the question that follows.
fn pick(terminal: &mut Terminal, field: &str, question: &str) {
    terminal.type_line(field);
    terminal.wait_for(question);
}

fn shown(world: &World) -> Value {
    let shown = world.call(&["config", "show", "-o", "json"]).run().answer();
    serde_json::from_str(&shown).unwrap()
}

#[test]
fn one_field_after_the_other_is_changed_and_saved_at_once() {
    let world = World::with_profile();
    let mut terminal = start(&world, &[]);
    pick(&mut terminal, "Scopes", "Scopes:");
    terminal.type_line("arm");
    terminal.wait_for("Profile `sp`:");
    pick(&mut terminal, "Default flow", "Default OAuth2 flow:");
    terminal.type_line("ClientCredentials");
    terminal.wait_for("Profile `sp`:");
    pick(&mut terminal, "Login hint", "Login hint:");
    terminal.type_line("ada@contoso.com");
    terminal.wait_for("Profile `sp`:");
    assert!(shown(&world)["scopes"].is_null(), "before it is saved");
    terminal.type_line("Save");
    let (seen, code) = terminal.end();
    assert_eq!(code, 0, "{seen}");
    let profile = shown(&world);
    assert_eq!(profile["scopes"], serde_json::json!(["arm"]));
    assert_eq!(profile["defaultFlow"], "ClientCredentials");
    assert_eq!(profile["loginHint"], "ada@contoso.com");
    assert_is_token(&world.call(&["get-token"]).run().answer());
}

#[test]
fn leaving_the_menu_changes_nothing() {
    for way_out in ["\x1b", "\x03", "Cancel\r"] {
        let world = World::with_profile();
        let before = world.home.contents();
        let mut terminal = start(&world, &[]);
        pick(&mut terminal, "Scopes", "Scopes:");
        terminal.type_line("arm");
        terminal.wait_for("Profile `sp`:");
        pick(&mut terminal, "Client secret", "Client secret:");
        terminal.type_line("another");
        terminal.wait_for("Profile `sp`:");
        terminal.type_keys(way_out);
        let (seen, code) = terminal.end();
        assert_eq!(code, 130, "{way_out:?}: {seen}");
        assert!(!seen.contains("another"), "{seen}");
        assert_eq!(world.home.contents(), before, "{way_out:?}");
    }
}

#[test]
fn another_method_asks_for_its_credential_before_it_is_saved() {
    let world = World::with_profile();
    let assertion = world.home.put("assertion.jwt", "a.b.c");
    let mut terminal = start(&world, &[]);
    pick(&mut terminal, "Authentication", "Authentication method:");
    terminal.type_line("ClientAssertion");
    terminal.wait_for("Profile `sp`:");
    pick(&mut terminal, "Save", "Client assertion file:");
    terminal.press_escape();
    terminal.wait_for("Profile `sp`:");
    pick(&mut terminal, "Save", "Client assertion file:");
    terminal.type_line(assertion.to_str().unwrap());
    let (seen, code) = terminal.end();
    assert_eq!(code, 0, "{seen}");
    assert_eq!(shown(&world)["authMethod"], "ClientAssertion");
}

#[test]
fn a_new_secret_is_tried_before_it_is_saved() {
    let world = World::with_profile();
    let before = world.home.contents();
    for (secret, expected) in [("mistyped", 2), (SECRET, 0)] {
        let mut terminal = start(&world, &["--test"]);
        pick(&mut terminal, "Client secret", "Client secret:");
        terminal.type_line(secret);
        terminal.wait_for("Profile `sp`:");
        terminal.type_line("Save");
        let (seen, code) = terminal.end();
        assert_eq!(code, expected, "{seen}");
        assert!(!seen.contains(secret), "{seen}");
        assert_eq!(world.home.contents() == before, expected == 2);
    }
}

#[test]
fn without_a_terminal_there_is_no_menu() {
    let world = World::with_profile();
    for flags in [&[][..], &["--test"], &["--no-input"]] {
        let said = world
            .call(&["config", "edit", "sp"])
            .args(flags)
            .run()
            .failure(4);
        assert!(said.contains("no flag says what to change"), "{said}");
    }
}

#[test]
fn a_new_profile_comes_back_from_the_menu_to_its_summary() {
    let world = World::new();
    let call = world.call(&["config", "create"]).args(world.target());
    let call = call.args(["--auth-method", "ClientSecret", "--scope", "graph"]);
    let mut terminal = Terminal::start(call);
    for (question, answer) in [
        ("Profile name:", "sp"),
        ("Client secret:", SECRET),
        ("Set default OAuth2 flow?", "n"),
        ("Save this profile?", "Change"),
        ("Profile `sp`:", "Login hint"),
        ("Login hint:", "ada@contoso.com"),
    ] {
        terminal.wait_for(question);
        terminal.type_line(answer);
    }
    terminal.wait_for("Profile `sp`:");
    terminal.press_escape();
    terminal.wait_for("Save this profile?");
    terminal.type_line("Change");
    terminal.wait_for("Profile `sp`:");
    terminal.type_line("Done");
    for (question, answer) in [("Save this profile?", "Save"), ("Get a token now?", "n")] {
        terminal.wait_for(question);
        terminal.type_line(answer);
    }
    let (seen, code) = terminal.end();
    assert_eq!(code, 0, "{seen}");
    assert_eq!(shown(&world)["loginHint"], "ada@contoso.com");
}
