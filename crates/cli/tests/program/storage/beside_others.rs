//! Others are at work while the protection is changed.

use super::assert_whole;
use super::filled;
use super::storage;
use crate::support::World;
use crate::support::at_once;
use crate::support::people::ADA;

#[test]
fn a_sign_in_under_way_is_waited_for_and_its_refresh_token_is_not_lost() {
    let world = World::of_people();
    let (running, code) = world.device_code();
    let call = world.call(&["config", "storage", "--to", "file", "--timeout", "1s"]);
    let said = call.run().failure(6);
    assert!(said.contains(&running.id().to_string()), "{said}");
    assert!(said.contains("Waiting for process"), "{said}");
    let change = world.call(&["config", "storage", "--to", "file"]).start();
    change.wait_to_say("Waiting for process");
    world.emulator.approve_device_code(&code, ADA).unwrap();
    running.finish().answer_and_words();
    change.finish().answer_and_words();
    // With the refresh token that came while the change waited.
    world.clear_cache();
    world.silently(&["get-token"]);
    assert!(world.grants().contains(&"refresh_token".to_owned()));
    // And with the one that took its place.
    let call = world.call(&["config", "storage", "--to", "file"]);
    call.run().answer_and_words();
    world.clear_cache();
    world.silently(&["get-token"]);
}

#[test]
fn a_crowd_that_writes_loses_nothing_and_at_the_worst_tries_again() {
    let world = filled();
    for round in 0..5 {
        let writers = (0..6).map(|_| world.call(&["get-token", "--force", "-p", "sp"]));
        let changes = (0..3).map(|_| world.call(&["config", "storage", "--to", "file"]));
        let mut done = 0;
        for outcome in at_once(changes.chain(writers), |_| ()) {
            if outcome.code() == Some(0) {
                done += usize::from(outcome.stdout().contains("Protected by"));
            } else {
                let said = outcome.failure(8);
                assert!(said.contains("run the command again"), "{said}");
            }
        }
        assert!(done > 0, "nobody changed it");
        assert_whole(&world, "", &format!("round {round}"));
    }
    let now = storage(world.call(&["config", "storage"]));
    assert_eq!(now["records"]["secrets"], 1);
    assert_eq!(std::fs::read_dir(world.home.data()).unwrap().count(), 1);
}
