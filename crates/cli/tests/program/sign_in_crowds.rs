//! Many processes at once that want a person's token: one of them asks the person, and what it
//! learns is everybody's.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use emulator::ConditionalAccess;
use emulator::Endpoint;
use emulator::Fault;
use emulator::RefreshRotation;
use emulator::SignIn;
use rustix::process::Signal;

use crate::support::Browser;
use crate::support::Call;
use crate::support::Outcome;
use crate::support::Running;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::people::ADA;
use crate::support::people::GRACE;
use crate::support::people::SCOPES;

const MANY: usize = 20;

/// Twenty calls, four for each of the scopes.
fn crowd(world: &World, browser: &Browser) -> Vec<Running> {
    let calls = (0..MANY).map(|number| {
        let scope = SCOPES[number % SCOPES.len()];
        browser.call(world, &["get-token", "-s", scope])
    });
    calls.map(Call::start).collect()
}

/// Waits until every process says what it waits for: the person, or the one that asks the person.
fn all_wait(running: &[Running]) {
    for process in running {
        process.wait_to_say("…");
    }
}

fn finish(running: Vec<Running>) -> Vec<Outcome> {
    running.into_iter().map(Running::finish).collect()
}

/// Each scope's one token.
#[track_caller]
fn one_token_each(outcomes: Vec<Outcome>) {
    let mut tokens: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for (number, outcome) in outcomes.into_iter().enumerate() {
        let (token, _) = outcome.answer_and_words();
        assert_is_token(&token);
        let scope = tokens.entry(number % SCOPES.len()).or_default();
        scope.insert(token);
    }
    let all: BTreeSet<&String> = tokens.values().flatten().collect();
    assert_eq!(all.len(), SCOPES.len(), "{tokens:#?}");
}

#[test]
fn nobody_signed_in_one_page_and_one_refresh_after_the_other() {
    let world = World::of_people();
    world
        .emulator
        .set_refresh_rotation(RefreshRotation::RevokeOnReuse);
    let browser = Browser::by_hand(&world.home);
    let running = crowd(&world, &browser);
    let page = browser.next_page();
    all_wait(&running);
    page.visit();
    one_token_each(finish(running));
    assert_eq!(browser.pages(), 1);
    let mut expected = vec!["authorization_code"];
    expected.extend(["refresh_token"; 4]);
    assert_eq!(world.grants(), expected);
    // Whoever had used one a second time would have lost all of them.
    browser
        .call(&world, &["refresh", "--no-input"])
        .run()
        .answer();
}

#[test]
fn those_who_wait_say_for_whom() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    let first = browser.call(&world, &["get-token"]).start();
    let page = browser.next_page();
    let second = browser.call(&world, &["get-token"]).start();
    let line = second.wait_to_say("Waiting for process");
    assert_eq!(
        line,
        format!(
            "Waiting for process {}, which is getting this token or has someone sign in…\n",
            first.id()
        )
    );
    page.visit();
    let (token, _) = first.finish().answer_and_words();
    assert_eq!(second.finish().answer_and_words().0, token);
    assert_eq!((browser.pages(), world.emulator.token_requests()), (1, 1));
}

#[test]
fn a_sign_in_that_was_cancelled_is_cancelled_for_all() {
    let world = World::of_people();
    world.emulator.answer_sign_in(SignIn::Cancel);
    let browser = Browser::by_hand(&world.home);
    let running = crowd(&world, &browser);
    let page = browser.next_page();
    all_wait(&running);
    page.visit();
    for outcome in finish(running) {
        let said = outcome.failure(2);
        assert!(said.contains("AADSTS65004"), "{said}");
        assert!(said.contains("The sign-in was cancelled"), "{said}");
    }
    assert_eq!((browser.pages(), world.emulator.token_requests()), (1, 0));
    // Whoever comes later is asked anew.
    world.sign_in_by(&browser, &["get-token"]);
    assert_eq!(browser.pages(), 2);
}

/// Ends the one that asks the person: one of the others asks in its place.
fn another_asks_after(signal: Signal) {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    let first = browser.call(&world, &["get-token"]).start();
    let page = browser.next_page();
    let others: Vec<Running> = (0..4)
        .map(|_| browser.call(&world, &["get-token"]).start())
        .collect();
    for other in &others {
        let line = other.wait_to_say("Waiting for process");
        assert!(line.contains(&first.id().to_string()), "{line}");
    }
    first.signal(signal);
    let end = first.finish();
    assert_eq!(end.stdout(), "");
    if signal == Signal::INT {
        assert_eq!(end.code(), Some(130), "{end:#?}");
    }
    let next = browser.next_page();
    assert_ne!(
        next.address, page.address,
        "another state, another challenge"
    );
    next.visit();
    let tokens: BTreeSet<String> = finish(others)
        .into_iter()
        .map(|outcome| outcome.answer_and_words().0)
        .collect();
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    assert_eq!((browser.pages(), world.emulator.token_requests()), (2, 1));
}

#[test]
fn another_asks_after_an_interrupt() {
    another_asks_after(Signal::INT);
}

#[test]
fn another_asks_after_a_kill() {
    another_asks_after(Signal::KILL);
}

#[test]
fn a_refresh_token_that_died_costs_one_refusal_and_one_page() {
    let (world, browser) = World::with_ada_signed_in();
    world.clear_cache();
    world.emulator.revoke_sign_ins(ADA);
    let running = crowd(&world, &browser);
    let page = browser.next_page();
    all_wait(&running);
    page.visit();
    one_token_each(finish(running));
    assert_eq!(browser.pages(), 2);
    let mut expected = vec!["refresh_token", "authorization_code"];
    expected.extend(["refresh_token"; 4]);
    assert_eq!(world.grants(), expected);
}

/// The provider takes the repetition for theft. That costs the sign-in, once.
#[test]
fn a_reply_lost_in_a_crowd_opens_one_page() {
    let (world, browser) = World::with_ada_signed_in();
    world
        .emulator
        .set_refresh_rotation(RefreshRotation::RevokeOnReuse);
    world.clear_cache();
    world.emulator.play(&Fault::BrokenBody);
    let running = crowd(&world, &browser);
    let page = browser.next_page();
    all_wait(&running);
    page.visit();
    one_token_each(finish(running));
    assert_eq!(browser.pages(), 2);
    let mut expected = vec!["refresh_token", "refresh_token", "authorization_code"];
    expected.extend(["refresh_token"; 4]);
    assert_eq!(world.grants(), expected);
}

#[test]
fn a_policy_that_wants_the_person_opens_one_page() {
    let (world, browser) = World::with_ada_signed_in();
    world.clear_cache();
    for resource in ["https://graph.microsoft.com", "https://vault.azure.net"] {
        let rule = ConditionalAccess::RequireMfa;
        world.emulator.set_conditional_access(resource, rule);
    }
    let calls = (0..MANY).map(|number| {
        let scope = [SCOPES[0], SCOPES[3]][number % 2];
        browser.call(&world, &["get-token", "-s", scope]).start()
    });
    let running: Vec<Running> = calls.collect();
    let page = browser.next_page();
    all_wait(&running);
    page.visit();
    for outcome in finish(running) {
        assert_is_token(&outcome.answer_and_words().0);
    }
    assert_eq!(browser.pages(), 2);
    assert!(page.parameter("claims").unwrap().contains("capolids"));
}

/// A policy refused the refresh token, and then the person cancelled: neither those who may ask a
/// person nor those who may not make it a question again.
#[test]
fn a_cancelled_sign_in_after_a_policy_is_asked_once() {
    let (world, browser) = World::with_ada_signed_in();
    world.clear_cache();
    let graph = "https://graph.microsoft.com";
    world
        .emulator
        .set_conditional_access(graph, ConditionalAccess::RequireMfa);
    world.emulator.answer_sign_in(SignIn::Cancel);
    let first = browser.call(&world, &["get-token"]).start();
    let page = browser.next_page();
    let waiting: Vec<(bool, Running)> = (0..MANY)
        .map(|number| {
            let may_ask = number % 2 == 0;
            let silent: &[&str] = if may_ask { &[] } else { &["--no-input"] };
            let call = browser.call(&world, &["get-token"]).args(silent);
            (may_ask, call.start())
        })
        .collect();
    for (_, process) in &waiting {
        process.wait_to_say("…");
    }
    page.visit();
    assert!(first.finish().failure(2).contains("AADSTS65004"));
    for (may_ask, process) in waiting {
        let outcome = process.finish();
        let code = outcome.code();
        let said = outcome.failure(if may_ask { 2 } else { 7 });
        let why = if may_ask {
            "AADSTS65004"
        } else {
            "AADSTS50076"
        };
        assert!(said.contains(why), "{code:?}: {said}");
    }
    assert_eq!(browser.pages(), 2);
}

#[test]
fn where_nobody_may_be_asked_a_dead_refresh_token_is_tried_once() {
    let (world, browser) = World::with_ada_signed_in();
    let graph = "https://graph.microsoft.com";
    world
        .emulator
        .set_conditional_access(graph, ConditionalAccess::RequireMfa);
    let held = world.emulator.hold_token_replies();
    let running: Vec<Running> = (0..MANY)
        .map(|_| browser.call(&world, &["refresh", "--no-input"]).start())
        .collect();
    all_wait(&running);
    drop(held);
    for outcome in finish(running) {
        let said = outcome.failure(7);
        assert!(said.contains("AADSTS50076"), "{said}");
    }
    assert_eq!((browser.pages(), world.emulator.token_requests()), (1, 1));
}

#[test]
fn who_may_ask_nobody_waits_for_the_person_of_another() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    let first = browser.call(&world, &["get-token"]).start();
    let page = browser.next_page();
    let silent = world.call(&["get-token", "--no-input"]).start();
    silent.wait_to_say("Waiting for process");
    page.visit();
    let (token, _) = first.finish().answer_and_words();
    assert_eq!(silent.finish().answer_and_words().0, token);
}

#[test]
fn who_may_ask_nobody_is_told_by_when_it_gave_up() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    let first = browser.call(&world, &["get-token"]).start();
    let page = browser.next_page();
    let flags = ["--no-input", "--timeout", "1s", "-o", "json"];
    let silent = world.call(&["get-token"]).args(flags).run();
    let document = silent.failure_document(6);
    assert_eq!(document["code"], "lock_timed_out");
    page.visit();
    assert_is_token(&first.finish().answer_and_words().0);
}

#[test]
fn what_one_person_cancels_another_may_do() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    let adas = browser.call(&world, &["get-token", "--account", ADA]);
    let adas = adas.start();
    let page = browser.next_page();
    let graces = browser.call(&world, &["get-token", "--account", GRACE]);
    let graces = graces.start();
    graces.wait_to_say("Waiting for process");
    world.emulator.answer_sign_in(SignIn::Cancel);
    page.visit();
    assert!(adas.finish().failure(2).contains("AADSTS65004"));
    let page = browser.next_page();
    assert_eq!(page.parameter("login_hint").as_deref(), Some(GRACE));
    world
        .emulator
        .answer_sign_in(SignIn::Approve(GRACE.to_owned()));
    page.visit();
    assert_is_token(&graces.finish().answer_and_words().0);
}

#[test]
fn one_device_code_is_shown() {
    let world = World::of_people();
    let (first, code) = world.device_code();
    let others: Vec<Running> = (1..MANY)
        .map(|_| world.call(&["get-token", "-f", "DeviceCode"]).start())
        .collect();
    for other in &others {
        let line = other.wait_to_say("Waiting for process");
        assert!(line.contains(&first.id().to_string()), "{line}");
    }
    world.emulator.approve_device_code(&code, ADA).unwrap();
    let (token, _) = first.finish().answer_and_words();
    for outcome in finish(others) {
        let (other, said) = outcome.answer_and_words();
        assert_eq!(other, token);
        assert!(!said.contains("Code:"), "{said}");
    }
    let codes = world.emulator.requests_to(Endpoint::DeviceAuthorization);
    assert_eq!(codes.len(), 1);
}

#[test]
fn twenty_that_want_new_tokens_make_one_request_for_each_scope() {
    let (world, _browser) = World::with_ada_signed_in();
    world
        .emulator
        .set_refresh_rotation(RefreshRotation::RevokeOnReuse);
    let held = world.emulator.hold_token_replies();
    let running: Vec<Running> = (0..MANY)
        .map(|number| {
            let scope = SCOPES[number % SCOPES.len()];
            let call = world.call(&["refresh", "--no-input", "-s", scope]);
            call.start()
        })
        .collect();
    all_wait(&running);
    drop(held);
    one_token_each(finish(running));
    assert_eq!(world.grants(), ["refresh_token"; SCOPES.len()]);
}

#[test]
fn one_account_does_not_wait_for_another() {
    let (world, browser) = World::with_ada_signed_in();
    world
        .emulator
        .answer_sign_in(SignIn::Approve(GRACE.to_owned()));
    world.sign_in_by(&browser, &["get-token", "--account", GRACE]);
    world.emulator.clear_requests();

    let held = world.emulator.hold_token_replies();
    let adas = world.call(&["refresh", "--account", ADA]).start();
    world.wait_until_asked(1);
    adas.signal(Signal::STOP);
    drop(held);
    let graces = world.call(&["refresh", "--account", GRACE]).run();
    assert_is_token(&graces.answer());
    adas.signal(Signal::CONT);
    assert_is_token(&adas.finish().answer_and_words().0);
    assert_eq!(world.emulator.token_requests(), 2);
}
