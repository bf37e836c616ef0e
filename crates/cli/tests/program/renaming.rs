//! `config rename`: a profile keeps everything but its name, whenever the program is killed.

use std::time::Duration;

use rustix::process::Signal;

use crate::support::Home;
use crate::support::SECRET;
use crate::support::Terminal;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::signed_in::profile;

const ADA: &str = "ada@contoso.com";
const KILLS: u32 = 60;

fn rename(world: &World, from: &str, to: &str) -> crate::support::Call {
    world.call(&["config", "rename", from, to])
}

fn names(world: &World) -> String {
    world.call(&["config", "list", "-q"]).run().answer()
}

#[track_caller]
fn assert_serves(world: &World, name: &str) {
    let token = world.call(&["get-token", "--no-cache", "-p", name]).run();
    assert_is_token(&token.answer());
}

#[test]
fn secret_sign_ins_and_place_go_along() {
    let world = World::new();
    for name in ["first", "sp", "last"] {
        world.create(name, &["--client-secret-stdin"], SECRET);
    }
    world.sign_in(&profile("sp"), ADA);
    world.home.edit_profiles(|text| {
        text.replace("\"name\": \"sp\"", "\"team\" :  [ 1.0 ],\"name\":\"sp\"")
    });
    let before = std::fs::read_to_string(world.home.profiles()).unwrap();
    let (answer, said) = rename(&world, "SP", "service").run().answer_and_words();
    assert_eq!(
        (answer.as_str(), said.as_str()),
        ("", "Renamed profile `sp` to `service`.\n")
    );
    let after = std::fs::read_to_string(world.home.profiles()).unwrap();
    assert_eq!(
        after,
        before.replace("\"name\":\"sp\"", "\"name\":\"service\"")
    );
    assert_serves(&world, "service");
    assert_eq!(
        world.signed_in(&profile("service")),
        (vec![ADA.to_owned()], Some(ADA.to_owned()))
    );
    assert_eq!(world.signed_in(&profile("sp")), (Vec::new(), None));
    assert!(!world.refresh_tokens().is_empty());
}

/// The file that the profile `sp` refers to for its secret.
fn with_reference() -> World {
    let world = World::new();
    let file = world.home.put("secret", SECRET);
    let file = file.to_str().unwrap();
    world.create("sp", &["--client-secret-file", file], "");
    world
}

#[test]
fn what_was_approved_stays_approved_and_nothing_else_is() {
    let world = with_reference();
    rename(&world, "sp", "new").run().answer_and_words();
    assert_serves(&world, "new");
    let other = with_reference();
    other
        .home
        .edit_profiles(|text| text.replace("/secret\"", "/other\""));
    rename(&other, "sp", "new").run().answer_and_words();
    let said = other.call(&["get-token", "-p", "new"]).run().failure(4);
    assert!(said.contains("config trust new"), "{said}");
}

#[test]
fn a_secret_that_was_bound_elsewhere_stays_bound_there() {
    let world = World::with_profile();
    let edit = world.call(&["config", "edit", "sp", "--client-id", "another-app"]);
    edit.run().answer_and_words();
    rename(&world, "sp", "new").run().answer_and_words();
    let refused = world.call(&["get-token", "-p", "new", "-o", "json"]).run();
    assert_eq!(refused.failure_document(4)["code"], "destination_changed");
    assert_eq!(world.emulator.token_requests(), 0);
}

#[test]
fn a_name_that_is_taken_is_refused_and_letter_case_alone_is_not() {
    let world = World::with_profile();
    world.create("other", &["--client-secret-stdin"], SECRET);
    for taken in ["other", "OTHER"] {
        let refused = rename(&world, "sp", taken).run().failure(4);
        assert!(refused.contains("`other` exists already"), "{refused}");
        assert!(refused.contains("config delete other"), "{refused}");
        assert!(!refused.contains("--force"), "{refused}");
    }
    rename(&world, "sp", "a b").run().failure(4);
    rename(&world, "nobody", "new").run().failure(3);
    rename(&world, "sp", "Sp").run().answer_and_words();
    assert_eq!(names(&world), "Sp\nother\n");
    assert_serves(&world, "Sp");
}

#[test]
fn on_an_untouched_machine_there_is_nothing_to_rename() {
    let home = Home::new();
    home.call(&["config", "rename", "a", "b"]).run().failure(3);
    assert!(home.files().is_empty());
}

#[test]
fn it_asks_nothing() {
    let world = World::with_profile();
    let terminal = Terminal::start(rename(&world, "sp", "new"));
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
}

/// Which of the two names it has, after all of it was looked at.
#[track_caller]
fn is_renamed(world: &World, when: &str) -> bool {
    let names = names(world);
    let name = names.trim_end();
    assert!(["old", "new"].contains(&name), "{when}: {names}");
    assert_serves(world, name);
    let (signed_in, default) = world.signed_in(&profile(name));
    assert_eq!(signed_in, [ADA], "{when}");
    assert_eq!(default.as_deref(), Some(ADA), "{when}");
    let other = if name == "old" { "new" } else { "old" };
    assert_eq!(world.signed_in(&profile(other)).0, [""; 0], "{when}");
    assert!(!world.home.state().join("rename.json").exists(), "{when}");
    name == "new"
}

#[test]
fn a_kill_leaves_the_old_name_or_the_new() {
    let world = World::new();
    world.create("old", &["--client-secret-stdin"], SECRET);
    world.sign_in(&profile("old"), ADA);
    let (mut old, mut new) = (0, 0);
    // Later after each kill that came too early, earlier after each that came too late.
    let mut moment = Duration::from_millis(4);
    for round in 0..KILLS {
        let running = rename(&world, "old", "new").start();
        // The moment is what is tested; nothing could be waited for instead.
        std::thread::sleep(moment);
        running.signal(Signal::KILL);
        drop(running.finish());
        if is_renamed(&world, &format!("kill {round}")) {
            new += 1;
            moment = moment.mul_f64(0.8);
            rename(&world, "new", "old").run().answer_and_words();
        } else {
            old += 1;
            moment = moment.mul_f64(1.2);
        }
    }
    // Of all that was interrupted nothing stays behind.
    rename(&world, "old", "new").run().answer_and_words();
    assert!(!world.home.profiles().with_extension("unfinished").exists());
    assert!(
        old > 0 && new > 0,
        "{old} old, {new} new: the kills all came too early, or too late"
    );
}
