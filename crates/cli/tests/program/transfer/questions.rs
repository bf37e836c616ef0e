//! Exports and imports on a terminal.

use super::PASSPHRASE;
use super::export;
use super::names;
use crate::support::Home;
use crate::support::Terminal;
use crate::support::World;

#[test]
fn the_passphrase_is_asked_twice_and_never_shown() {
    let world = World::with_profile();
    let file = world.home.at("sealed");
    let export = || {
        let call = world.call(&["config", "export", "sp", "--include-secrets", "--file"]);
        Terminal::start(call.arg(&file))
    };
    let mut terminal = export();
    terminal.wait_for("New passphrase for the export");
    terminal.type_line(PASSPHRASE);
    terminal.wait_for("Confirmation");
    terminal.type_line("something else");
    terminal.wait_for("New passphrase for the export");
    terminal.type_line(PASSPHRASE);
    terminal.wait_for("Confirmation");
    terminal.type_line(PASSPHRASE);
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains(PASSPHRASE), "{shown}");
    assert!(file.exists());

    std::fs::remove_file(&file).unwrap();
    let mut terminal = export();
    terminal.wait_for("New passphrase for the export");
    terminal.press_control('c');
    let (shown, code) = terminal.end();
    assert_eq!(code, 130, "{shown}");
    assert!(!file.exists());
}

#[test]
fn a_sealed_export_is_not_shown_on_a_terminal() {
    let world = World::with_profile();
    let call = world.call(&["config", "export", "sp", "--include-secrets"]);
    let (shown, code) = Terminal::start(call).end();
    assert_eq!(code, 4, "{shown}");
    assert!(shown.contains("--file"), "{shown}");
}

/// A home with a profile of that name, and a file that brings another one.
fn clash(world: &World) -> Home {
    let there = Home::new();
    let profile = r#"[{"name":"sp","authMethod":"Public","tenantId":"mine.com"}]"#;
    there.put(".config/entra-auth-cli/profiles.json", profile);
    there.put("sealed", export(&world.home, &["sp"]));
    there
}

fn start(home: &Home) -> Terminal {
    let call = home.call(&["config", "import"]).arg(home.at("sealed"));
    let mut terminal = Terminal::start(call);
    terminal.wait_for("Passphrase of the export");
    terminal.type_line(PASSPHRASE);
    terminal.wait_for("A profile `sp` exists");
    terminal
}

#[test]
fn a_clash_is_asked_about_and_the_last_word_is_asked_for() {
    let world = World::with_profile();
    for (choice, last_word, code, expected) in [
        ("Rename", "y", 0, &["sp", "sp-2"][..]),
        ("Overwrite", "y", 0, &["sp"]),
        ("Rename", "n", 130, &["sp"]),
    ] {
        let there = clash(&world);
        let mut terminal = start(&there);
        terminal.type_line(choice);
        terminal.wait_for("Import this?");
        terminal.type_line(last_word);
        let (shown, ended) = terminal.end();
        assert_eq!(ended, code, "{shown}");
        assert!(!shown.contains(PASSPHRASE), "{shown}");
        assert_eq!(names(&there), expected, "{choice} {last_word}");
        let text = std::fs::read_to_string(there.profiles()).unwrap();
        assert_eq!(text.contains("mine.com"), choice == "Rename", "{text}");
    }
}

#[test]
fn skipping_all_and_stopping_change_nothing() {
    let world = World::with_profile();
    let there = clash(&world);
    let mut terminal = start(&there);
    terminal.type_line("Skip");
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("Nothing to import."), "{shown}");
    let mut terminal = start(&there);
    terminal.press_control('c');
    let (shown, code) = terminal.end();
    assert_eq!(code, 130, "{shown}");
    let text = std::fs::read_to_string(there.profiles()).unwrap();
    assert!(text.contains("mine.com"), "{text}");
}
