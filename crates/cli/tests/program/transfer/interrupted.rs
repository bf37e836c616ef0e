//! Killed while it imports: the old profiles with their secrets, or the new ones with theirs.

use std::time::Duration;

use rustix::process::Signal;

use super::create;
use super::export;
use super::import;
use super::names;
use crate::support::SECRET;
use crate::support::World;
use crate::support::assert_is_token;

const KILLS: u32 = 200;

/// By how much a kill comes later at the least.
const SHORTEST: Duration = Duration::from_micros(200);

/// What the program says when nothing was written yet and nothing more is asked.
const ABOUT_TO_WRITE: &str = "`more` is new";

/// The import of a profile over `sp`, which goes elsewhere, and of another one beside it.
fn exported() -> Vec<u8> {
    let world = World::with_profile();
    for name in ["sp", "more"] {
        create(&world.home, name, "new.com");
    }
    export(&world.home, &["sp", "more"])
}

/// Which of the two it is, after all of it was looked at.
#[track_caller]
fn is_new(world: &World, when: &str) -> bool {
    let names = names(&world.home);
    let shown = world.call(&["config", "show", "sp"]).run().answer();
    if names == ["sp"] {
        assert!(!shown.contains("new.com"), "{when}: {shown}");
        // Secret and approval are those of before.
        let token = world.call(&["get-token", "--no-cache", "-p", "sp"]).run();
        assert_is_token(&token.answer_and_words().0);
        return false;
    }
    assert_eq!(names, ["sp", "more"], "{when}");
    assert!(shown.contains("new.com"), "{when}: {shown}");
    for name in names {
        // Names a secret that was sealed for another place, if there is one.
        let said = world.call(&["config", "trust", &name]).run().failure(7);
        assert!(!said.contains("stored for"), "{when}: {said}");
    }
    let call = world.call(&["config", "export", "--all", "--include-secrets", "--file"]);
    let call = super::with_passphrase(call.arg(world.home.at("again")));
    let (_, said) = call.run().answer_and_words();
    assert!(said.contains("2 profiles and 2 secrets"), "{when}: {said}");
    assert!(!world.home.state().join("import.json").exists(), "{when}");
    true
}

#[test]
fn a_kill_leaves_the_old_or_the_new() {
    let exported = exported();
    let world = World::with_profile();
    let file = world.home.put("sealed", exported);
    let call = || import(&world.home, &file).args(["--on-conflict", "overwrite"]);
    let (mut old, mut new) = (0, 0);
    // Later after each kill that came too early, earlier after each that came too late: so most
    // of them come when the import is decided, however fast this machine is at the moment.
    let mut moment = Duration::ZERO;
    for round in 0..KILLS {
        world.create("sp", &["--client-secret-stdin", "--force"], SECRET);
        if names(&world.home).len() > 1 {
            let call = world.call(&["config", "delete", "more", "--yes"]);
            call.run().answer_and_words();
        }
        let running = call().start();
        running.wait_to_say(ABOUT_TO_WRITE);
        // The moment is what is tested; nothing could be waited for instead.
        std::thread::sleep(moment);
        running.signal(Signal::KILL);
        drop(running.finish());
        if is_new(&world, &format!("kill {round}")) {
            new += 1;
            moment = moment.mul_f64(0.6);
        } else {
            old += 1;
            moment = moment.mul_f64(1.3) + SHORTEST;
        }
    }
    // Of all that was interrupted nothing stays behind.
    world.create("sp", &["--client-secret-stdin", "--force"], SECRET);
    assert!(!world.home.profiles().with_extension("unfinished").exists());
    assert!(
        old > 0 && new > 0,
        "{old} old, {new} new: the kills all came too early, or too late"
    );
}
