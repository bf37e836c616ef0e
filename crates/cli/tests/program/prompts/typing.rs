//! Secrets as people type and paste them.

use crate::support::SECRET;
use crate::support::Terminal;
use crate::support::World;
use crate::support::assert_is_token;

/// A question for a secret, on a terminal.
fn asked(world: &World) -> Terminal {
    let call = world.call(&["config", "edit", "sp", "--client-secret-stdin"]);
    let mut terminal = Terminal::start(call);
    terminal.wait_for("Client secret:");
    terminal
}

#[track_caller]
fn is_taken(world: &World, terminal: Terminal) {
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(!shown.contains("s3cr"), "{shown}");
    let token = world.call(&["get-token", "--no-cache"]).run();
    assert_is_token(&token.answer());
}

fn world() -> World {
    let world = World::new();
    world.create("sp", &["--client-secret-stdin"], "wrong");
    world
}

#[test]
fn a_paste_loses_the_line_ending_at_its_end_alone() {
    let world = world();
    let mut terminal = asked(&world);
    terminal.paste(&format!("{SECRET}\r\n"));
    terminal.wait_for("(hidden)");
    terminal.type_line("");
    is_taken(&world, terminal);
}

#[test]
fn a_paste_with_a_control_inside_is_refused() {
    for control in ['\n', '\t', '\u{15}', '\u{7f}'] {
        let world = world();
        let mut terminal = asked(&world);
        terminal.paste(&format!("s3cr{control}et"));
        terminal.wait_for("(hidden)");
        terminal.type_line("");
        terminal.wait_for("another control character, which no secret");
        terminal.type_line(SECRET);
        is_taken(&world, terminal);
    }
}

#[test]
fn keys_with_control_write_nothing_and_u_begins_anew() {
    let world = world();
    let mut terminal = asked(&world);
    terminal.type_keys("mistyped");
    terminal.press_control('u');
    terminal.press_control('w');
    terminal.press_control('a');
    terminal.type_line(SECRET);
    is_taken(&world, terminal);
}

#[test]
fn nothing_is_no_secret() {
    let world = world();
    let mut terminal = asked(&world);
    terminal.type_line("");
    terminal.wait_for("nothing was typed");
    terminal.type_line(SECRET);
    is_taken(&world, terminal);
}
