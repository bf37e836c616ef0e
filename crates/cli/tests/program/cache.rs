//! `cache`: what is kept, and forgetting it.

use serde_json::Value;
use vault::AccountOwner;

use crate::support::CLIENT_ID;
use crate::support::Home;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::at_once;
use crate::support::signed_in::account;
use crate::support::signed_in::profile;

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
    let world = World::with_profile_at(emulator);
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
        (
            "",
            "There is no cached token and nobody signed in to show.\n"
        )
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
        "There is no cached token and nobody signed in to show.\n\
         1 cached token cannot be opened here: sealed under a key that is not at hand, such as \
         that of another login session, or damaged. \
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
    world.home.lose_key();
    let document = world
        .call(&["cache", "list", "-o", "json"])
        .run()
        .failure_document(8);
    assert_eq!(document["code"], "key_unavailable");
    world.call(&["cache", "clear"]).run().answer_and_words();
    assert!(world.home.token_files().is_empty());
}

const ADA: &str = "ada@contoso.com";
const BOB: &str = "bob@contoso.com";

#[test]
fn who_signed_in_is_shown_without_the_refresh_token() {
    let world = World::with_profile();
    world.sign_in(&profile("sp"), ADA);
    world.sign_in(&profile("sp"), BOB);
    world.sign_in(&AccountOwner::Destination(world.destination()), ADA);
    let document = listed(&world, &[]);
    let sign_ins = document["sign_ins"].as_array().unwrap();
    let shown: Vec<_> = sign_ins
        .iter()
        .map(|one| {
            (
                one["profile"].as_str(),
                one["account"].as_str().unwrap(),
                &one["is_default"],
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (None, ADA, &Value::Bool(true)),
            (Some("sp"), ADA, &Value::Bool(true)),
            (Some("sp"), BOB, &Value::Bool(false)),
        ]
    );
    assert!(
        sign_ins.iter().all(|one| one["refresh_token_on"].is_i64()),
        "{document}"
    );
    assert_eq!(document["other_refresh_tokens"], 0);
    assert_eq!(document["sign_ins_unreadable"], Value::Null);
    let of_profile = listed(&world, &["-p", "sp"]);
    assert_eq!(of_profile["sign_ins"].as_array().unwrap().len(), 2);

    let table = world.call(&["cache", "list"]).run().answer();
    let parts: Vec<&str> = table.split("\n\n").collect();
    let [tokens, accounts] = parts.as_slice() else {
        panic!("{table}");
    };
    assert_eq!(
        (tokens.lines().count(), accounts.lines().count()),
        (3, 4),
        "{table}"
    );
    for text in [table, document.to_string()] {
        assert!(
            !text.contains("refresh-ada") && !text.contains("user-token"),
            "{text}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_key_that_cannot_be_had_hides_who_signed_in_and_no_token() {
    let mut world = World::new();
    world.home = Home::with_session();
    world.create("sp", &["--client-secret-stdin"], SECRET);
    world.call(&["get-token"]).run().answer();
    world.sign_in(&profile("sp"), ADA);
    world.home.lose_key();
    let (answer, said) = world.call(&["cache", "list"]).run().answer_and_words();
    assert!(
        answer.contains("ClientCredentials") && answer.contains(ADA),
        "{answer}"
    );
    assert!(
        said.starts_with("warning: who signed in cannot be told: "),
        "{said}"
    );
    let call = world.call(&["cache", "list", "-o", "json"]);
    let document: Value = serde_json::from_str(&call.run().answer_and_words().0).unwrap();
    assert_eq!(document["tokens"].as_array().unwrap().len(), 2);
    assert_eq!(document["sign_ins"], serde_json::json!([]));
    assert!(document["sign_ins_unreadable"].is_string());
}

/// A token that was got where there is no session, such as in cron, seen from a desktop.
#[cfg(target_os = "linux")]
#[test]
fn a_token_under_a_key_that_cannot_be_had_hides_no_other() {
    let mut world = World::new();
    world.home = Home::with_session();
    world.create("sp", &["--client-secret-stdin"], SECRET);
    let call = world.call(&["get-token"]);
    let without_session = call.env("XDG_RUNTIME_DIR", world.home.at("none"));
    without_session.run().answer();
    world.call(&["get-token", "--force"]).run().answer();
    assert_eq!(listed(&world, &[])["tokens"].as_array().unwrap().len(), 2);
    world.home.lose_key();
    let call = world.call(&["cache", "list", "-o", "json"]);
    let document: Value = serde_json::from_str(&call.run().answer_and_words().0).unwrap();
    assert_eq!(document["tokens"].as_array().unwrap().len(), 1);
    assert_eq!(document["closed_tokens"], 1);
}

#[test]
fn clearing_keeps_people_signed_in() {
    let world = World::with_profile();
    world.sign_in(&profile("sp"), ADA);
    world.call(&["cache", "clear"]).run().answer_and_words();
    assert!(world.home.token_files().is_empty());
    assert_eq!(world.refresh_tokens(), [account(ADA).id]);
    assert_eq!(world.signed_in(&profile("sp")).0, [ADA]);
}

#[test]
fn sign_ins_go_only_if_somebody_says_so() {
    let world = World::with_profile();
    world.create("other", &["--client-secret-stdin"], SECRET);
    world.sign_in(&profile("sp"), ADA);
    world.sign_in(&profile("other"), BOB);
    let asked = world
        .call(&["cache", "clear", "--sign-ins"])
        .run()
        .failure(7);
    assert!(
        asked.contains("Sign everybody out of every profile?"),
        "{asked}"
    );
    assert!(asked.contains("--yes"), "{asked}");
    assert_eq!(
        world.home.token_files().len(),
        2,
        "nothing is cleared by halves"
    );

    let flags = ["cache", "clear", "--sign-ins", "--yes", "-p", "sp"];
    let (_, said) = world.call(&flags).run().answer_and_words();
    assert!(said.contains("Signed out ada@contoso.com"), "{said}");
    assert_eq!(world.refresh_tokens(), [account(BOB).id]);
    let (_, said) = world.call(&flags[..4]).run().answer_and_words();
    assert!(said.contains("Signed out bob@contoso.com"), "{said}");
    assert!(world.refresh_tokens().is_empty());
    world.create("third", &["--client-secret-stdin"], SECRET);
    world.call(&["get-token", "-p", "third"]).run().answer();
}

#[test]
fn sign_ins_go_without_the_key_and_whatever_is_damaged() {
    let world = World::with_profile();
    world.sign_in(&profile("sp"), ADA);
    world.sign_in(&profile("gone"), BOB);
    let damaged = std::fs::read_dir(world.home.state().join("refresh-tokens")).unwrap();
    std::fs::write(
        damaged.map(|file| file.unwrap().path()).next().unwrap(),
        "damaged",
    )
    .unwrap();
    let (_, said) = world.call(&["cache", "list"]).run().answer_and_words();
    assert!(
        said.contains("1 refresh token belongs to no account shown"),
        "{said}"
    );
    world.home.lose_key();
    let (_, said) = world
        .call(&["cache", "clear", "--sign-ins", "--yes"])
        .run()
        .answer_and_words();
    assert!(
        said.contains("accounts of 2 profiles and 2 refresh tokens"),
        "{said}"
    );
    for directory in ["refresh-tokens", "accounts", "tokens"] {
        let mut left = std::fs::read_dir(world.home.state().join(directory)).unwrap();
        assert!(left.next().is_none(), "{directory}");
    }
}

#[test]
fn a_user_name_breaks_no_table() {
    let world = World::with_profile();
    let hostile = format!("eve\u{1b}[2J\u{202e}\nsp  {BOB}  yes{}", "x".repeat(300));
    world.sign_in(&profile("sp"), &hostile);
    let table = world.call(&["cache", "list"]).run().answer();
    assert_eq!(table.lines().count(), 5, "{table}");
    assert!(!table.contains(['\u{1b}', '\u{202e}']), "{table:?}");
    assert!(
        table.lines().all(|line| line.chars().count() < 300),
        "{table}"
    );
    assert_eq!(listed(&world, &[])["sign_ins"][0]["account"], hostile);
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
