//! Killed at any moment: what was there before is there afterwards, or what was to come.

use std::time::Duration;
use std::time::Instant;

use rustix::process::Signal;

use crate::support::Call;
use crate::support::Moments;
use crate::support::SECRET;
use crate::support::World;
use crate::support::assert_is_token;

const KILLS: u32 = 200;

/// A few moments more than a run takes, so that some kills come too late.
const BEYOND_THE_END: f64 = 1.1;

/// Everything that was ever saved is there and opens.
fn assert_whole(world: &World, profiles: &[&str], when: &str) {
    let listed = world.call(&["config", "list", "-q"]).run().answer();
    for name in profiles {
        assert!(
            listed.lines().any(|line| line == *name),
            "{when}: {name} is gone: {listed}"
        );
        let cached = world.call(&["get-token", "-p", name]).run();
        assert_is_token(&cached.answer());
        // The secret itself, not a token from before.
        let anew = world.call(&["get-token", "--no-cache", "-p", name]).run();
        assert_is_token(&anew.answer());
    }
}

#[test]
fn two_hundred_kills_lose_nothing() {
    let world = World::with_profile();
    world.create(
        "steady",
        &["--client-secret-stdin", "--scope", "arm"],
        SECRET,
    );
    let calls: [&dyn Fn(u32) -> Call; 4] = [
        &|_| {
            world
                .creation("sp", &["--client-secret-stdin", "--force"])
                .input(SECRET)
        },
        &|_| {
            world
                .call(&["config", "edit", "sp", "--client-secret-stdin"])
                .input(SECRET)
        },
        &|round| {
            let hint = format!("person{round}@contoso.com");
            world.call(&["config", "edit", "sp", "--login-hint", &hint])
        },
        &|_| world.call(&["get-token", "--force", "-p", "sp"]),
    ];
    let lengths = calls.map(|call| {
        let begin = Instant::now();
        call(0).run().answer_and_words();
        begin.elapsed().mul_f64(BEYOND_THE_END)
    });
    let mut moments = Moments::new(0x9e37_79b9_7f4a_7c15);
    for round in 0..KILLS {
        let which = usize::try_from(round).unwrap() % calls.len();
        let moment = lengths[which].mul_f64(moments.next());
        let begin = Instant::now();
        let running = calls[which](round).start();
        // The moment is what is tested; nothing could be waited for instead.
        std::thread::sleep(moment.saturating_sub(begin.elapsed()));
        running.signal(Signal::KILL);
        let outcome = running.finish();
        let when = format!("kill {round} (call {which} after {moment:?}: {outcome:?})");
        if round % 10 < 4 {
            assert_whole(&world, &["sp", "steady"], &when);
        }
    }
    assert_whole(&world, &["sp", "steady"], "at the end");
    let store = world.home.state().join("store.json");
    assert!(store.exists());
    assert_eq!(
        std::fs::read_dir(world.home.data()).unwrap().count(),
        1,
        "one key"
    );
}

#[test]
fn a_first_run_that_was_killed_does_not_stand_in_the_way() {
    let mut moments = Moments::new(0x2545_f491_4f6c_dd1d);
    let length = {
        let begin = Instant::now();
        World::with_profile();
        begin.elapsed()
    };
    let creation = |world: &World| {
        world
            .creation("sp", &["--client-secret-stdin", "--force"])
            .input(SECRET)
    };
    for _ in 0..30 {
        let world = World::new();
        let running = creation(&world).start();
        std::thread::sleep(length.mul_f64(moments.next()).min(Duration::from_secs(1)));
        running.signal(Signal::KILL);
        drop(running.finish());
        creation(&world).run().answer_and_words();
        assert_is_token(&world.call(&["get-token"]).run().answer());
    }
}
