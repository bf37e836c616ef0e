//! A passphrase-protected store, held open for some hours.

use std::path::PathBuf;

use super::NEW;
use super::OLD;
use super::storage;
use crate::support::Call;
use crate::support::Home;
use crate::support::SECRET;
use crate::support::World;
use crate::support::assert_is_token;

fn world() -> World {
    let world = World {
        home: Home::with_session(),
        ..World::new()
    };
    let call = world.creation("sp", &["--client-secret-stdin"]);
    let call = call.env("ENTRA_AUTH_KEY_STORE", "passphrase");
    let call = call.env("ENTRA_AUTH_PASSPHRASE", OLD);
    call.input(SECRET).run().answer_and_words();
    world
}

fn held(world: &World) -> Option<PathBuf> {
    let names = std::fs::read_dir(world.home.session()).unwrap();
    names
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|it| it == "unlocked"))
}

fn with_old(call: Call) -> Call {
    call.env("ENTRA_AUTH_PASSPHRASE", OLD)
}

#[test]
fn nobody_is_asked_until_it_ends() {
    let world = world();
    let get = || world.call(&["get-token", "--no-cache"]).run();
    get().failure(7);
    let unlock = world.call(&["config", "unlock", "--for", "2h"]);
    let (answer, said) = with_old(unlock).run().answer_and_words();
    assert_eq!(answer, "");
    assert!(
        said.contains("(2 h 0 min)") || said.contains("(1 h 59 min)"),
        "{said}"
    );
    assert_is_token(&get().answer());
    let shown = storage(world.call(&["config", "storage"]));
    assert!(shown["unlocked_until"].is_string(), "{shown}");
    // It needs no passphrase to be held for longer.
    let longer = world.call(&["config", "unlock", "--for", "8h"]);
    longer.run().answer_and_words();

    for (expected, _) in [("not held open any more", 0), ("was not held open", 1)] {
        let (_, said) = world.call(&["config", "lock"]).run().answer_and_words();
        assert!(said.contains(expected), "{said}");
    }
    assert!(held(&world).is_none());
    get().failure(7);
    let shown = storage(world.call(&["config", "storage"]));
    assert!(shown["unlocked_until"].is_null(), "{shown}");
}

#[test]
fn a_wrong_passphrase_holds_nothing_open_and_a_new_one_ends_it() {
    let world = world();
    let unlock = world.call(&["config", "unlock"]);
    unlock.env("ENTRA_AUTH_PASSPHRASE", NEW).run().failure(8);
    assert!(held(&world).is_none());
    with_old(world.call(&["config", "unlock"]))
        .run()
        .answer_and_words();
    assert!(held(&world).is_some());
    let change = world.call(&["config", "storage", "--to", "passphrase"]);
    let change = change.arg("--new-passphrase-stdin").input(NEW);
    change.run().answer_and_words();
    assert!(held(&world).is_none());
    world.call(&["get-token", "--no-cache"]).run().failure(7);
}

#[test]
fn where_nothing_is_to_be_held_open_it_is_told() {
    let nothing = World::new();
    let said = nothing.call(&["config", "unlock"]).run().failure(4);
    assert!(said.contains("no store yet"), "{said}");
    nothing.call(&["config", "lock"]).run().answer_and_words();
    let with_key_file = World::with_profile();
    let said = with_key_file.call(&["config", "unlock"]).run().failure(4);
    assert!(said.contains("--to passphrase"), "{said}");
    let without_place = super::under_passphrase();
    let unlock = with_old(without_place.call(&["config", "unlock"]));
    let said = unlock.run().failure(8);
    assert!(said.contains("no directory in memory"), "{said}");
    for time in ["0", "8 days", "169h"] {
        let call = with_old(without_place.call(&["config", "unlock", "--for", time]));
        call.run().failure(4);
    }
}
