//! Going back, and going away.

use super::NAME;
use super::answer;
use super::start;
use super::timeless;
use super::ways;
use crate::support::Home;
use crate::support::Terminal;
use crate::support::World;

/// The last question before anything is written.
const LAST: &str = "Save this profile?";

#[test]
fn cancelling_at_any_question_leaves_nothing() {
    let world = World::new();
    for way in ways(&world.home) {
        let last = way.questions.iter().position(|(one, _)| *one == LAST);
        for at in 0..=last.unwrap() {
            let home = Home::new();
            let mut terminal = start(&world, &home);
            answer(&mut terminal, &way.questions[..at]);
            let question = way.questions[at].0;
            terminal.wait_for(question);
            terminal.press_control('c');
            let (shown, code) = terminal.end();
            assert_eq!(code, 130, "{} {question}: {shown}", way.method);
            assert!(shown.contains("Cancelled."), "{question}: {shown}");
            assert_eq!(home.contents().len(), 0, "{} {question}", way.method);
            if let Some(secret) = way.secret {
                assert!(!shown.contains(secret), "{} {question}", way.method);
            }
        }
    }
}

#[test]
fn from_any_question_there_is_a_way_back_that_keeps_the_answers() {
    let world = World::new();
    for way in ways(&world.home) {
        let (straight, with_detours) = (Home::new(), Home::new());
        let mut terminal = start(&world, &straight);
        answer(&mut terminal, &way.questions);
        assert_eq!(terminal.end().1, 0);

        let mut terminal = start(&world, &with_detours);
        let last = way.questions.iter().position(|(one, _)| *one == LAST);
        for at in 0..=last.unwrap() {
            let (question, answer) = &way.questions[at];
            terminal.wait_for(question.trim_end_matches(':'));
            if at > 0 {
                let (before, again) = &way.questions[at - 1];
                terminal.press_escape();
                terminal.wait_for("<back>");
                terminal.wait_for(before.trim_end_matches(':'));
                // A yes or no, and a password, are said anew; all else stands there already.
                let has_default = !before.ends_with('?') && !before.contains("password");
                terminal.type_line(if has_default { "" } else { again });
                terminal.wait_for(question.trim_end_matches(':'));
            }
            terminal.type_line(answer);
        }
        terminal.wait_for("Get a token now?");
        terminal.press_escape();
        let (shown, code) = terminal.end();
        assert_eq!(code, 0, "{}: {shown}", way.method);
        assert_eq!(
            timeless(&straight),
            timeless(&with_detours),
            "{}",
            way.method
        );
    }
}

#[test]
fn the_first_question_has_nothing_before_it() {
    let world = World::new();
    let mut terminal = start(&world, &world.home);
    terminal.wait_for("Profile name:");
    terminal.press_escape();
    terminal.wait_for("This is the first question");
    terminal.wait_for("Profile name:");
    terminal.press_control('c');
    assert_eq!(terminal.end().1, 130);
}

#[test]
fn a_name_that_is_taken_is_asked_about() {
    let world = World::with_profile();
    let before = world.home.contents();
    let mut terminal = start(&world, &world.home);
    terminal.wait_for("Profile name:");
    terminal.type_line("SP");
    terminal.wait_for("letter case makes no other name");
    terminal.wait_for("Profile name:");
    terminal.type_line("sp");
    terminal.wait_for("A profile `sp` exists. Replace it?");
    terminal.type_line("n");
    terminal.wait_for("Profile name:");
    terminal.type_line(NAME);
    terminal.wait_for("Tenant:");
    terminal.press_control('c');
    assert_eq!(terminal.end().1, 130);
    assert_eq!(world.home.contents(), before);
}

#[test]
fn other_commands_say_that_they_were_cancelled() {
    let world = World::with_profile();
    let mut terminal = Terminal::start(world.call(&["config", "delete", "sp"]));
    terminal.wait_for("Delete profile `sp`");
    terminal.press_control('c');
    let (shown, code) = terminal.end();
    assert_eq!(code, 130, "{shown}");
    assert!(shown.contains("Cancelled."), "{shown}");
}
