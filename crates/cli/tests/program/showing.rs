//! `config list` and `config show`: tables that fit, and secrets only for who asks twice.

use crate::support::Call;
use crate::support::SECRET;
use crate::support::Terminal;
use crate::support::World;
use crate::support::signed_in::profile;

/// What the program shows on a terminal that is so wide.
fn on_a_terminal_of(columns: u16, call: Call) -> String {
    let (shown, code) = Terminal::start_with_columns(columns, call).end();
    assert_eq!(code, 0, "{shown}");
    // The terminal hands out each byte as a character of its own.
    let bytes = shown.chars().map(|byte| u8::try_from(byte).unwrap());
    String::from_utf8(bytes.collect()).unwrap()
}

#[test]
fn a_table_is_no_wider_than_the_terminal() {
    let world = World::with_profile();
    let scopes = "https://graph.microsoft.com/User.Read,https://graph.microsoft.com/Mail.Read";
    let more = ["--client-secret-stdin", "--scope", scopes];
    world.create("a-profile-with-a-name", &more, SECRET);
    world.sign_in(&profile("sp"), "ada@contoso.com");
    for columns in [40, 60, 80, 200] {
        for call in [
            world.call(&["config", "list"]),
            world.call(&["cache", "list"]),
        ] {
            let shown = on_a_terminal_of(columns, call);
            assert!(shown.contains("sp"), "{shown}");
            for line in shown.lines() {
                assert!(
                    line.chars().count() <= usize::from(columns),
                    "{columns}: {line:?}"
                );
            }
        }
    }
    let narrow = on_a_terminal_of(40, world.call(&["config", "list"]));
    assert!(narrow.contains("a-profile-with-a-name"), "{narrow}");
    assert_eq!(narrow.lines().count(), 3, "no row takes two: {narrow}");
    let piped = world.call(&["config", "list"]).run().answer();
    assert!(
        piped.contains("https://graph.microsoft.com/Mail.Read"),
        "{piped}"
    );
}

#[test]
fn a_secret_is_said_to_be_kept_and_not_what_it_is() {
    let world = World::with_profile();
    for format in ["text", "json", "yaml"] {
        let shown = world.call(&["config", "show", "sp", "-o", format]).run();
        let shown = shown.answer();
        assert!(!shown.contains("s3cr"), "{shown}");
        let said = ["stored here, for", "storedSecrets"];
        assert!(said.iter().any(|said| shown.contains(said)), "{shown}");
    }
}

#[test]
fn secrets_are_shown_to_who_says_yes() {
    let world = World::with_profile();
    let flags = ["config", "show", "sp", "--show-secrets"];
    let said = world.call(&flags).run().failure(7);
    assert!(said.contains("--yes"), "{said}");
    assert!(!said.contains("s3cr"), "{said}");
    let mut terminal = Terminal::start(world.call(&flags));
    terminal.wait_for("on this screen?");
    terminal.type_line("n");
    let (shown, code) = terminal.end();
    assert_eq!(code, 130);
    assert!(!shown.contains("s3cr"), "{shown}");
    let mut terminal = Terminal::start(world.call(&flags));
    terminal.wait_for("on this screen?");
    terminal.type_line("y");
    let (shown, code) = terminal.end();
    assert_eq!(code, 0);
    assert!(shown.contains(SECRET), "{shown}");
    let json = world.call(&flags).args(["--yes", "-o", "json"]).run();
    let json: serde_json::Value = serde_json::from_str(&json.answer()).unwrap();
    assert_eq!(json["clientSecret"], SECRET);
    assert!(json.get("certificatePassword").is_none(), "{json}");
    // `--yes` alone shows nothing.
    world
        .call(&["config", "show", "sp", "--yes"])
        .run()
        .failure(4);
}

#[test]
fn a_secret_for_another_place_is_not_shown() {
    let world = World::with_profile();
    let edit = world.call(&["config", "edit", "sp", "--client-id", "another-app"]);
    edit.run().answer_and_words();
    let call = world.call(&["config", "show", "sp", "--show-secrets", "--yes"]);
    let said = call.run().failure(4);
    assert!(said.contains("another-app"), "{said}");
}

#[test]
fn what_is_kept_elsewhere_is_named_and_not_read() {
    let world = World::new();
    let mark = world.home.at("ran");
    let script = world
        .home
        .put_script("get", &format!("touch '{}'; echo x", mark.display()));
    let flag = ["--client-secret-command", script.to_str().unwrap()];
    world.create("sp", &flag, "");
    let call = world.call(&["config", "show", "sp", "--show-secrets", "--yes"]);
    let (answer, said) = call.run().answer_and_words();
    assert!(said.contains("not read: command"), "{said}");
    assert!(answer.contains("Client secret from"), "{answer}");
    assert!(!mark.exists(), "it ran");
}
