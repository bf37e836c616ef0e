//! What protects the store: shown, changed, and held open.

mod beside_others;
mod interrupted;
#[cfg(target_os = "linux")]
mod places;
#[cfg(target_os = "linux")]
mod unlocked;

use serde_json::Value;

use crate::support::Call;
use crate::support::SECRET;
use crate::support::Terminal;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::signed_in::profile;

const OLD: &str = "correct horse";
const NEW: &str = "battery staple";
const ADA: &str = "ada@contoso.com";

/// A profile with a secret and an approval, and somebody who signed in.
fn filled() -> World {
    let world = World::with_profile();
    world.sign_in(&profile("sp"), ADA);
    world
}

/// A store under the old passphrase, with a profile.
fn under_passphrase() -> World {
    let world = World::new();
    let call = world.creation("sp", &["--client-secret-stdin"]);
    let call = call
        .env("ENTRA_AUTH_KEY_STORE", "passphrase")
        .env("ENTRA_AUTH_PASSPHRASE", OLD);
    call.input(SECRET).run().answer_and_words();
    world
}

fn storage(call: Call) -> Value {
    let (answer, _) = call.args(["-o", "json"]).run().answer_and_words();
    serde_json::from_str(&answer).unwrap()
}

/// Every record opens: secret and approval by a request, accounts and refresh tokens by looking.
#[track_caller]
fn assert_whole(world: &World, passphrase: &str, when: &str) {
    let call = |arguments: &[&str]| {
        world
            .call(arguments)
            .env("ENTRA_AUTH_PASSPHRASE", passphrase)
    };
    let token = call(&["get-token", "--no-cache", "-p", "sp"]).run();
    assert_eq!(token.code(), Some(0), "{when}: {token:?}");
    assert_is_token(token.stdout());
    let cache = call(&["cache", "list", "-o", "json"]).run();
    assert_eq!(cache.code(), Some(0), "{when}: {cache:?}");
    assert!(
        !cache.stderr().contains("cannot be told"),
        "{when}: {cache:?}"
    );
    let cache: Value = serde_json::from_str(cache.stdout()).unwrap();
    assert_eq!(cache["sign_ins"][0]["account"], ADA, "{when}: {cache}");
    assert!(
        cache["sign_ins"][0]["refresh_token_at"].is_string(),
        "{when}: {cache}"
    );
    assert_eq!(cache["other_refresh_tokens"], 0, "{when}: {cache}");
    // Until it is cleaned up after, a killed change leaves tokens twice.
    if !world.home.state().join("protection.json").exists() {
        assert_eq!(cache["closed_tokens"], 0, "{when}: {cache}");
    }
}

#[test]
fn each_protection_can_be_had_and_everything_comes_along() {
    let world = filled();
    let chosen = world.home.at("chosen.key");
    let to_chosen = format!("file:{}", chosen.display());
    let steps: [(&[&str], &str); 5] = [
        (&["--to", "file"], "file"),
        (
            &["--to", "passphrase", "--new-passphrase-env", "OLD_ONE"],
            "passphrase",
        ),
        (
            &["--to", "passphrase", "--new-passphrase-env", "NEW_ONE"],
            "passphrase",
        ),
        (&["--to", &to_chosen], "file"),
        (&["--to", "file"], "file"),
    ];
    let mut passphrase = "";
    let mut keys = vec![storage(world.call(&["config", "storage"]))["key_id"].clone()];
    for (arguments, protection) in steps {
        let call = world.call(&["config", "storage"]).args(arguments);
        let call = call
            .env("OLD_ONE", OLD)
            .env("NEW_ONE", NEW)
            .env("ENTRA_AUTH_PASSPHRASE", passphrase);
        let now = storage(call);
        assert_eq!(now["protection"], protection);
        assert!(!keys.contains(&now["key_id"]), "{now}");
        keys.push(now["key_id"].clone());
        passphrase = match arguments.last() {
            Some(&"OLD_ONE") => OLD,
            Some(&"NEW_ONE") => NEW,
            _ => "",
        };
        assert_whole(&world, passphrase, &format!("{arguments:?}"));
    }
    assert!(chosen.exists(), "a chosen key file stays");
    assert_eq!(std::fs::read_dir(world.home.data()).unwrap().count(), 1);
}

#[test]
fn it_is_said_what_was_done_and_what_was_left() {
    let world = filled();
    let chosen = world.home.at("chosen.key");
    let to_chosen = format!("file:{}", chosen.display());
    let (shown, said) = world
        .call(&["config", "storage", "--to", &to_chosen])
        .run()
        .answer_and_words();
    assert!(
        shown.contains("Protected by     file\n") && shown.contains("chosen.key"),
        "{shown}"
    );
    assert!(said.contains("5 records were sealed again"), "{said}");
    assert!(!said.contains("the old key stays"), "{said}");
    let (_, said) = world
        .call(&["config", "storage", "--to", "file"])
        .run()
        .answer_and_words();
    assert!(
        said.contains("the old key stays in the key file") && said.contains("chosen.key"),
        "{said}"
    );
    assert!(chosen.exists());
}

#[test]
fn a_person_is_asked_for_the_old_passphrase_and_twice_for_the_new_one() {
    let world = under_passphrase();
    let call = world.call(&["config", "storage", "--to", "passphrase"]);
    let mut terminal = Terminal::start(call);
    terminal.wait_for("Passphrase of the store");
    terminal.type_line(OLD);
    terminal.wait_for("New passphrase for the store");
    terminal.type_line(NEW);
    terminal.wait_for("onfirm");
    terminal.type_line(NEW);
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains(OLD) && !shown.contains(NEW), "{shown}");
    let get = |passphrase| {
        let call = world.call(&["get-token", "--no-cache"]);
        call.env("ENTRA_AUTH_PASSPHRASE", passphrase).run()
    };
    assert_is_token(get(NEW).stdout());
    assert!(get(OLD).failure(8).contains("wrong"));
}

#[test]
fn a_passphrase_that_the_environment_still_gives_is_told() {
    let world = under_passphrase();
    let call = world.call(&["config", "storage", "--to", "passphrase"]);
    let call = call
        .arg("--new-passphrase-stdin")
        .env("ENTRA_AUTH_PASSPHRASE", OLD);
    let (_, said) = call.input(NEW).run().answer_and_words();
    assert!(said.contains("ENTRA_AUTH_PASSPHRASE"), "{said}");
    assert!(!said.contains(OLD) && !said.contains(NEW), "{said}");
}

#[test]
fn what_cannot_be_meant_changes_nothing() {
    let world = filled();
    let before = world.home.contents();
    for (arguments, code, expected) in [
        (&["--to", "safe"][..], 4, "keyring, passphrase, file"),
        (&["--to", "file:relative"], 4, "file:/absolute/path"),
        (
            &["--to", "file", "--new-passphrase-env", "PW"],
            4,
            "--to file",
        ),
        (&["--forget-unreadable"], 4, "--to"),
        (&["--to", "passphrase"], 7, "--new-passphrase-file"),
        (
            &["--to", "passphrase", "--new-passphrase-env", "SHORT"],
            4,
            "8 characters",
        ),
        (
            &["--to", "passphrase", "--new-passphrase-file", "/none"],
            4,
            "/none",
        ),
        (&["--to", "file:/proc/none/key"], 8, "/proc/none"),
    ] {
        let call = world.call(&["config", "storage"]).args(arguments);
        let call = call.env("PW", NEW).env("SHORT", "1234567");
        let said = call.run().failure(code);
        assert!(said.contains(expected), "{expected}: {said}");
        assert_eq!(world.home.contents(), before, "{arguments:?}");
    }
    // No keyring answers here: the store stays as it is.
    let call = world.call(&["config", "storage", "--to", "keyring"]);
    let call = call.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    let said = call.run().failure(8);
    assert!(
        said.contains(
            "no keyring answers here (the session bus that DBUS_SESSION_BUS_ADDRESS names"
        ),
        "{said}"
    );
    assert!(!said.contains("warning"), "no key was made: {said}");
    assert_eq!(world.home.contents(), before);
    assert_whole(&world, "", "after all");
}

#[test]
fn where_no_keyring_answers_the_command_that_does_without_is_shown() {
    let world = World::new();
    let creation = world.creation("sp", &["--client-secret-stdin"]);
    let creation = creation
        .env("ENTRA_AUTH_KEY_STORE", "keyring")
        .without_env("DBUS_SESSION_BUS_ADDRESS")
        .input("secret");
    let said = creation.run().failure(8);
    assert!(
        said.contains("no keyring answers here (there is no session bus"),
        "{said}"
    );
    assert!(said.contains("export ENTRA_AUTH_KEY_STORE=file"), "{said}");
    assert!(!said.contains("autolaunch"), "{said}");
    assert!(!said.contains("that held the key"), "{said}");
}

#[test]
fn a_record_that_cannot_be_opened_stops_the_change_until_it_may_be_lost() {
    let world = filled();
    let secrets = world.home.state().join("secrets");
    let secret = std::fs::read_dir(secrets).unwrap().next().unwrap();
    let secret = secret.unwrap().path();
    std::fs::write(&secret, "EACLSEAL").unwrap();
    let before = world.home.contents();
    let call = || world.call(&["config", "storage", "--to", "file"]);
    let said = call().run().failure(8);
    assert!(
        said.contains(secret.to_str().unwrap()) && said.contains("--forget-unreadable"),
        "{said}"
    );
    assert_eq!(world.home.contents(), before);
    let document = call().args(["-o", "json"]).run().failure_document(8);
    assert_eq!(document["code"], "records_unreadable");
    let (_, said) = call().arg("--forget-unreadable").run().answer_and_words();
    assert!(said.contains("could not be opened: 1 record"), "{said}");
    let said = world.call(&["get-token", "--no-cache"]).run().failure(4);
    assert!(said.contains("client secret"), "{said}");
}
