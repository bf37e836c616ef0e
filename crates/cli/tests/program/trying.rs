//! `--test`: a profile is tried before it is saved.

use std::time::Duration;

use emulator::App;
use emulator::Endpoint;
use rustix::process::Signal;

use crate::support::CLIENT_ID;
use crate::support::SECRET;
use crate::support::Terminal;
use crate::support::World;
use crate::support::assert_is_token;

const OTHER_SECRET: &str = "0ther~s3cret";
const ROTATE: [&str; 5] = ["config", "edit", "sp", "--client-secret-stdin", "--test"];

const KILLS: u32 = 200;

/// By how much a kill comes later at the least.
const SHORTEST: Duration = Duration::from_micros(100);

#[test]
fn a_wrong_new_secret_fails_though_a_good_token_is_cached() {
    let world = World::with_profile();
    let token = world.call(&["get-token"]).run().answer();
    let before = world.home.contents();
    let said = world.call(&ROTATE).input("mistyped").run().failure(2);
    assert!(said.contains("AADSTS7000215"), "{said}");
    assert!(said.contains("Nothing was changed."), "{said}");
    assert!(!said.contains("mistyped"), "{said}");
    assert_eq!(world.home.contents(), before);
    assert_eq!(world.call(&["get-token"]).run().answer(), token);
    assert_is_token(&world.call(&["refresh"]).run().answer());
}

#[test]
fn a_right_one_is_saved_and_its_token_is_not_printed() {
    let world = World::with_app(
        App::confidential(CLIENT_ID)
            .secret(SECRET)
            .secret(OTHER_SECRET),
    );
    world.create("sp", &["--client-secret-stdin"], SECRET);
    let call = world.call(&ROTATE).input(OTHER_SECRET);
    let (answer, said) = call.run().answer_and_words();
    assert_eq!(answer, "");
    assert!(said.contains("It works: an app token with"), "{said}");
    assert!(!said.contains("eyJ"), "{said}");
    assert_eq!(sent_secret(&world), OTHER_SECRET);
}

#[test]
fn what_the_environment_says_is_not_what_is_tried() {
    let world = World::with_profile();
    for (name, value) in [
        ("ENTRA_AUTH_CLIENT_SECRET", SECRET),
        ("AZURE_CLIENT_SECRET", SECRET),
        ("ENTRA_AUTH_FLOW", "DeviceCode"),
    ] {
        let call = world.call(&ROTATE).env(name, value).input("mistyped");
        let said = call.run().failure(2);
        assert!(said.contains("AADSTS7000215"), "{name}: {said}");
    }
}

#[test]
fn a_new_profile_is_saved_only_if_it_works() {
    let world = World::new();
    let create = |secret: &str, flags: &[&str]| {
        let call = world.creation("sp", &["--client-secret-stdin", "--test"]);
        call.args(flags).input(secret).run()
    };
    create("mistyped", &[]).failure(2);
    assert_eq!(world.home.contents().len(), 0);
    create(SECRET, &[]).answer_and_words();
    let before = world.home.contents();
    create("mistyped", &["--force"]).failure(2);
    assert_eq!(world.home.contents(), before);
    assert_is_token(&world.call(&["get-token"]).run().answer());
}

#[test]
fn a_profile_made_anew_is_not_tried_with_the_secret_of_the_one_before() {
    let world = World::with_profile();
    let before = world.home.contents();
    let call = world.creation("sp", &["--auth-method", "Public", "--force", "--test"]);
    let call = call.args(["--default-flow", "ClientCredentials"]);
    call.run().failure(4);
    assert_eq!(world.home.contents(), before);
}

#[test]
fn a_persons_profile_is_tried_by_a_sign_in_or_not_at_all() {
    let world = World::new();
    let call = world.creation("desk", &["--auth-method", "Public", "--test"]);
    let call = call.args(["--default-flow", "DeviceCode"]).env("CI", "1");
    call.run().failure(7);
    assert_eq!(world.home.contents().len(), 0);
}

#[test]
fn a_profile_that_does_not_work_stays_saved_where_it_was_saved_before_it_was_tried() {
    let world = World::new();
    let call = world.call(&["config", "create"]).args(world.target());
    let call = call.args(["--auth-method", "ClientSecret", "--scope", "graph"]);
    let mut terminal = Terminal::start(call);
    for (question, answer) in [
        ("Profile name:", "sp"),
        ("Client secret:", "mistyped"),
        ("Set default OAuth2 flow?", "n"),
        ("Save this profile?", "Save"),
        ("Get a token now?", "y"),
    ] {
        terminal.wait_for(question);
        terminal.type_line(answer);
    }
    let (shown, code) = terminal.end();
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("Saved profile `sp`."), "{shown}");
    assert!(shown.contains("AADSTS7000215"), "{shown}");
    assert!(!shown.contains("mistyped"), "{shown}");
    assert!(world.home.profiles().exists());
}

/// The secret that the profile sends now.
#[track_caller]
fn sent_secret(world: &World) -> String {
    let token = world.call(&["get-token", "--no-cache"]).run();
    assert_is_token(&token.answer());
    let requests = world.emulator.requests_to(Endpoint::Token);
    requests.last().unwrap().field("client_secret").unwrap()
}

#[test]
fn a_kill_while_a_secret_is_replaced_leaves_the_old_or_the_new() {
    let app = App::confidential(CLIENT_ID);
    let world = World::with_app(app.secret(SECRET).secret(OTHER_SECRET));
    world.create("sp", &["--client-secret-stdin"], SECRET);
    let (mut old, mut new) = (0, 0);
    let (mut current, mut next) = (SECRET, OTHER_SECRET);
    // Later after each kill that came too early, earlier after each that came too late: so most
    // of them come while the secret is replaced, however fast this machine is at the moment.
    let mut moment = Duration::ZERO;
    for round in 0..KILLS {
        let running = world.call(&ROTATE).input(next).start();
        running.wait_to_say("It works");
        // The moment is what is tested; nothing could be waited for instead.
        std::thread::sleep(moment);
        running.signal(Signal::KILL);
        drop(running.finish());
        let sent = sent_secret(&world);
        if sent == next {
            (current, next) = (next, current);
            new += 1;
            moment = moment.mul_f64(0.6);
        } else {
            assert_eq!(sent, current, "kill {round}");
            old += 1;
            moment = moment.mul_f64(1.3) + SHORTEST;
        }
    }
    assert!(
        old > 0 && new > 0,
        "{old} old, {new} new: the kills all came too early, or too late"
    );
}
