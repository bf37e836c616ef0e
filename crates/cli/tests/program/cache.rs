//! `cache`: what is kept, and forgetting it.

use serde_json::Value;

use crate::support::CLIENT_ID;
use crate::support::Home;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::at_once;

const OTHER_CLIENT: &str = "99990000-aaaa-4bbb-8ccc-dddd00001111";

fn listed(world: &World, more: &[&str]) -> Value {
    let call = world.call(&["cache", "list", "-o", "json"]).args(more);
    serde_json::from_str(&call.run().answer()).unwrap()
}

/// A second application with a cached token.
fn with_two_applications() -> World {
    let app = |id: &str| emulator::App::confidential(id).secret(SECRET);
    let emulator = emulator::Emulator::builder()
        .app(app(CLIENT_ID))
        .app(app(OTHER_CLIENT))
        .start()
        .unwrap();
    let world = World {
        emulator,
        home: Home::new(),
    };
    world.create("sp", &["--client-secret-stdin"], SECRET);
    let other = world.call(&["config", "create", "--name", "other"]);
    let other = other.args(["--authority", world.emulator.base_url()]);
    let other = other.args(["--tenant-id", TENANT, "--client-id", OTHER_CLIENT]);
    other
        .arg("--client-secret-stdin")
        .input(SECRET)
        .run()
        .answer_and_words();
    for name in ["sp", "other"] {
        world.call(&["get-token", "-p", name]).run().answer();
    }
    world
}

#[test]
fn what_is_cached_is_shown_without_the_token() {
    let world = World::with_profile();
    let token = world.call(&["get-token"]).run().answer();
    let table = world.call(&["cache", "list"]).run().answer();
    let mut lines = table.lines();
    let heads: Vec<&str> = lines.next().unwrap().split("  ").collect();
    assert!(
        heads.iter().any(|head| head.trim() == "EXPIRES IN"),
        "{table}"
    );
    let row = lines.next().unwrap();
    for part in ["sp", "app", CLIENT_ID, TENANT, "ClientCredentials", "min"] {
        assert!(row.contains(part), "{part}: {row}");
    }
    assert_eq!(lines.next(), None);

    let document = listed(&world, &[]);
    let shown = &document["tokens"][0];
    assert_eq!(shown["profiles"], serde_json::json!(["sp"]));
    assert_eq!(shown["client_id"], CLIENT_ID);
    assert_eq!(shown["token_kind"], "app");
    assert_eq!(shown["account"], Value::Null);
    let left = shown["expires_in"].as_i64().unwrap();
    assert!((1..=90_000).contains(&left), "{left}");
    let yaml = world.call(&["cache", "list", "-o", "yaml"]).run().answer();
    for text in [table, document.to_string(), yaml] {
        assert!(
            !text.contains(token.trim()) && !text.contains("eyJ"),
            "{text}"
        );
    }
}

#[test]
fn an_empty_cache_says_so_and_makes_no_store() {
    let home = Home::new();
    let (answer, said) = home.call(&["cache", "list"]).run().answer_and_words();
    assert_eq!(
        (answer.as_str(), said.as_str()),
        ("", "No cached token can be shown.\n")
    );
    let document = home.call(&["cache", "list", "-o", "json"]).run().answer();
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["tokens"], serde_json::json!([]));
    let (answer, said) = home.call(&["cache", "clear"]).run().answer_and_words();
    assert_eq!(answer, "");
    assert_eq!(said, "No cached token was there to forget.\n");
    assert!(home.files().is_empty(), "looking makes nothing");
}

#[test]
fn what_was_cleared_is_asked_for_again() {
    let world = World::with_profile();
    let first = world.call(&["get-token"]).run().answer();
    let (answer, said) = world.call(&["cache", "clear"]).run().answer_and_words();
    assert_eq!(
        (answer.as_str(), said.as_str()),
        ("", "Forgot 1 cached token.\n")
    );
    assert!(world.home.token_files().is_empty());
    let second = world.call(&["get-token"]).run().answer();
    assert_is_token(&second);
    assert_ne!(first, second);
    assert_eq!(world.emulator.token_requests(), 2);
}

#[test]
fn a_profile_named_limits_both_and_a_variable_does_not() {
    let world = with_two_applications();
    let both = listed(&world, &[]);
    assert_eq!(both["tokens"].as_array().unwrap().len(), 2);
    let one = listed(&world, &["-p", "other"]);
    assert_eq!(one["tokens"].as_array().unwrap().len(), 1);
    assert_eq!(one["tokens"][0]["client_id"], OTHER_CLIENT);

    let call = world.call(&["cache", "list", "-o", "json"]);
    let by_variable = call.env("ENTRA_AUTH_PROFILE", "other").run().answer();
    let by_variable: Value = serde_json::from_str(&by_variable).unwrap();
    assert_eq!(by_variable["tokens"].as_array().unwrap().len(), 2);

    world
        .call(&["cache", "clear", "-p", "other"])
        .run()
        .answer_and_words();
    let left = listed(&world, &[]);
    assert_eq!(left["tokens"].as_array().unwrap().len(), 1);
    assert_eq!(left["tokens"][0]["client_id"], CLIENT_ID);
}

/// A machine that was restarted: another session's key sealed what lies there.
#[cfg(target_os = "linux")]
#[test]
fn tokens_of_another_session_are_counted_and_cleared() {
    let mut world = World::new();
    world.home = Home::with_session();
    world.create("sp", &["--client-secret-stdin"], SECRET);
    world.call(&["get-token"]).run().answer();
    for file in std::fs::read_dir(world.home.session()).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    let (answer, said) = world.call(&["cache", "list"]).run().answer_and_words();
    assert_eq!(answer, "");
    assert_eq!(
        said,
        "No cached token can be shown.\n\
         1 cached token cannot be opened here: sealed for another login session, or damaged. \
         entra-auth-cli cache clear forgets it too\n"
    );
    let call = world.call(&["cache", "list", "-o", "json"]);
    let document: Value = serde_json::from_str(&call.run().answer_and_words().0).unwrap();
    assert_eq!(document["closed_tokens"], 1);
    world.call(&["cache", "clear"]).run().answer_and_words();
    assert!(world.home.token_files().is_empty());
}

#[test]
fn a_damaged_token_is_counted_and_cleared() {
    let world = World::with_profile();
    world.call(&["get-token"]).run().answer();
    std::fs::write(&world.home.token_files()[0], "damaged").unwrap();
    let (answer, said) = world.call(&["cache", "list"]).run().answer_and_words();
    assert_eq!(answer, "");
    assert!(
        said.contains("1 cached token cannot be opened here"),
        "{said}"
    );
    world.call(&["cache", "clear"]).run().answer_and_words();
    assert!(world.home.token_files().is_empty());
}

#[test]
fn a_broken_profiles_file_hides_no_token() {
    let world = World::with_profile();
    world.call(&["get-token"]).run().answer();
    world.home.edit_profiles(|text| text.replace('[', "{"));
    let (answer, said) = world.call(&["cache", "list"]).run().answer_and_words();
    assert!(answer.contains(CLIENT_ID), "{answer}");
    assert!(said.starts_with("warning: "), "{said}");
    world.call(&["cache", "list", "-p", "sp"]).run().failure(4);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let world = World::with_profile();
    world
        .call(&["cache", "list", "-p", "nope"])
        .run()
        .failure(3);
    world
        .call(&["cache", "clear", "-p", "nope"])
        .run()
        .failure(3);
    for arguments in [
        &["cache"][..],
        &["cache", "list", "-o", "xml"],
        &["cache", "clear", "sp"],
    ] {
        world.call(arguments).run().failure(4);
    }
}

/// The key rests in a file here; without it nothing can be opened.
#[test]
fn a_key_that_cannot_be_had_is_told_and_clearing_works_without_it() {
    let world = World::with_profile();
    world.call(&["get-token"]).run().answer();
    for key in std::fs::read_dir(world.home.data()).unwrap() {
        std::fs::remove_file(key.unwrap().path()).unwrap();
    }
    let document = world
        .call(&["cache", "list", "-o", "json"])
        .run()
        .failure_document(8);
    assert_eq!(document["code"], "key_unavailable");
    world.call(&["cache", "clear"]).run().answer_and_words();
    assert!(world.home.token_files().is_empty());
}

#[test]
fn scopes_that_a_terminal_would_obey_break_no_table() {
    let world = World::with_profile();
    let hostile = serde_json::json!(emulator::HOSTILE_TEXT);
    world
        .emulator
        .play(&emulator::Fault::Field("scope".to_owned(), hostile));
    world.call(&["get-token"]).run().answer();
    let table = world.call(&["cache", "list"]).run().answer();
    assert_eq!(table.lines().count(), 2, "{table}");
    let acts = |character: char| character.is_control() && character != '\n';
    assert!(!table.contains(acts), "{table:?}");
    assert!(table.contains("\\u{1b}"), "{table}");
}

#[test]
fn fifty_that_clear_at_once_do_not_get_in_each_others_way() {
    let world = with_two_applications();
    let outcomes = at_once((0..50).map(|_| world.call(&["cache", "clear"])), |_| ());
    let forgotten: u32 = outcomes
        .into_iter()
        .map(|outcome| {
            let said = outcome.answer_and_words().1;
            let count = said
                .strip_prefix("Forgot ")
                .and_then(|rest| rest.split(' ').next());
            count.map_or(0, |count| count.parse().unwrap())
        })
        .sum();
    assert_eq!(forgotten, 2, "each token is forgotten by one of them");
    assert!(world.home.token_files().is_empty());
    assert_is_token(&world.call(&["get-token", "-p", "sp"]).run().answer());
}
