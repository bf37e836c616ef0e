//! Many processes at once: one asks, all get its answer, nobody's work is lost.

use std::collections::BTreeSet;

use emulator::HeldReplies;
use rustix::process::Signal;

use crate::support::Call;
use crate::support::Outcome;
use crate::support::Running;
use crate::support::SECRET;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::at_once;

/// More processes than a build machine starts by accident.
const MANY: usize = 50;

/// Lets the provider answer once every process says that it waits.
///
/// Each does after two seconds, the one that asks as well as those that wait for it.
fn answer_once_all_wait(world: &World, running: &[Running], held: HeldReplies) {
    for process in running {
        process.wait_to_say("…");
    }
    assert_eq!(
        world.emulator.token_requests(),
        1,
        "one process asks, the others wait for it"
    );
    drop(held);
}

/// The one token that all of them got.
#[track_caller]
fn the_one_token(outcomes: Vec<Outcome>) -> String {
    let tokens: BTreeSet<String> = outcomes
        .into_iter()
        .map(|outcome| outcome.answer_and_words().0)
        .collect();
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    let token = tokens.into_iter().next().unwrap();
    assert_is_token(&token);
    token
}

#[test]
fn fifty_at_once_make_one_request() {
    let world = World::with_profile();
    let held = world.emulator.hold_token_replies();
    let calls = (0..MANY).map(|_| world.call(&["get-token"]));
    let outcomes = at_once(calls, |running| answer_once_all_wait(&world, running, held));
    let token = the_one_token(outcomes);
    assert_eq!(world.emulator.token_requests(), 1);
    assert_eq!(world.call(&["get-token"]).run().answer(), token);
}

#[test]
fn fifty_at_once_with_an_answer_at_hand_are_silent() {
    let world = World::with_profile();
    let outcomes = at_once((0..MANY).map(|_| world.call(&["get-token"])), |_| ());
    let tokens: BTreeSet<String> = outcomes.into_iter().map(Outcome::answer).collect();
    assert_eq!((tokens.len(), world.emulator.token_requests()), (1, 1));
}

#[test]
fn fifty_at_once_with_a_wrong_secret_make_one_request() {
    let world = World::new();
    world.create("sp", &["--client-secret-stdin"], "wrong");
    let held = world.emulator.hold_token_replies();
    let calls = (0..MANY).map(|_| world.call(&["get-token"]));
    let outcomes = at_once(calls, |running| answer_once_all_wait(&world, running, held));
    for outcome in outcomes {
        let said = outcome.failure(2);
        assert!(
            said.contains("AADSTS7000215: Invalid client secret"),
            "{said}"
        );
        assert!(
            said.contains("config edit sp --client-secret-stdin"),
            "{said}"
        );
    }
    assert_eq!(world.emulator.token_requests(), 1);
    // Whoever comes with another secret tries it.
    world
        .call(&["config", "edit", "sp", "--client-secret-stdin"])
        .input(SECRET)
        .run();
    assert_is_token(&world.call(&["get-token"]).run().answer());
}

#[test]
fn fifty_first_runs_make_one_key_and_lose_nothing() {
    let world = World::new();
    let names: Vec<String> = (0..MANY).map(|number| format!("sp{number}")).collect();
    let calls = names.iter().map(|name| {
        world
            .creation(name, &["--client-secret-stdin"])
            .input(SECRET)
    });
    for outcome in at_once(calls, |_| ()) {
        outcome.answer_and_words();
    }
    let keys: Vec<_> = std::fs::read_dir(world.home.data()).unwrap().collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    let listed = world.call(&["config", "list", "-q"]).run().answer();
    let listed: BTreeSet<&str> = listed.lines().collect();
    assert_eq!(listed, names.iter().map(String::as_str).collect());
    let calls: Vec<Call> = names
        .iter()
        .map(|name| world.call(&["get-token", "--no-cache", "-p", name]))
        .collect();
    for outcome in at_once(calls, |_| ()) {
        assert_is_token(&outcome.answer());
    }
}

#[test]
fn refreshing_at_once_shares_the_new_token() {
    let world = World::with_profile();
    let old = world.call(&["get-token"]).run().answer();
    world.emulator.clear_requests();
    let held = world.emulator.hold_token_replies();
    let calls = (0..20).map(|_| world.call(&["refresh"]));
    let outcomes = at_once(calls, |running| answer_once_all_wait(&world, running, held));
    assert_ne!(the_one_token(outcomes), old);
    assert_eq!(world.emulator.token_requests(), 1);
}

#[test]
fn a_holder_that_stands_still_is_named_at_the_deadline() {
    let world = World::with_profile();
    let held = world.emulator.hold_token_replies();
    let holder = world.start_and_wait_until_it_asks();
    holder.signal(Signal::STOP);
    let waiter = world
        .call(&["get-token", "--timeout", "1s", "-o", "json"])
        .run();
    let document = waiter.failure_document(6);
    assert_eq!(document["code"], "lock_timed_out");
    assert!(
        document["message"]
            .as_str()
            .unwrap()
            .contains(&format!("({})", holder.id())),
        "{document}"
    );
    holder.signal(Signal::CONT);
    drop(held);
    assert_is_token(&holder.finish().answer_and_words().0);
    assert_eq!(world.emulator.token_requests(), 1);
}

/// Ends the one that asks while others wait: one of them asks in turn.
fn one_waiter_goes_on_after(signal: Signal) {
    let world = World::with_profile();
    let held = world.emulator.hold_token_replies();
    let holder = world.start_and_wait_until_it_asks();
    let waiters: Vec<Running> = (0..3).map(|_| world.call(&["get-token"]).start()).collect();
    for waiter in &waiters {
        let line = waiter.wait_to_say("Waiting for process");
        assert!(line.contains(&holder.id().to_string()), "{line}");
    }
    holder.signal(signal);
    drop(holder.finish());
    world.wait_until_asked(2);
    drop(held);
    the_one_token(waiters.into_iter().map(Running::finish).collect());
    assert_eq!(world.emulator.token_requests(), 2);
}

#[test]
fn one_waiter_goes_on_after_an_interrupt() {
    one_waiter_goes_on_after(Signal::INT);
}

#[test]
fn one_waiter_goes_on_after_a_kill() {
    one_waiter_goes_on_after(Signal::KILL);
}
