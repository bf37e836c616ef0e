//! Places that stand in the way of a change, and where a passphrase comes from in a service.

use std::os::unix::fs::PermissionsExt as _;

use super::NEW;
use super::OLD;
use super::assert_whole;
use super::filled;
use super::storage;
use super::under_passphrase;
use crate::support::assert_is_token;
use crate::support::copy_of_the_program;
use crate::support::give_to_nobody;

#[test]
fn a_unit_gets_its_passphrase_as_a_credential() {
    let world = under_passphrase();
    // As systemd lays it out: a file of that name, for its reader only.
    let credential = world
        .home
        .put("credentials/entra-auth-cli.passphrase", format!("{OLD}\n"));
    std::fs::set_permissions(&credential, std::fs::Permissions::from_mode(0o400)).unwrap();
    let directory = credential.parent().unwrap();
    let in_unit = |arguments: &[&str]| {
        let call = world.call(arguments);
        call.env("CREDENTIALS_DIRECTORY", directory)
    };
    assert_is_token(&in_unit(&["get-token", "--no-cache"]).run().answer());
    // The new one by a second credential, as `LoadCredential=new:…` brings it.
    let new = world.home.put("credentials/new", NEW);
    let call = in_unit(&["config", "storage", "--to", "passphrase"]);
    let call = call.arg("--new-passphrase-file").arg(&new);
    let (_, said) = call.run().answer_and_words();
    assert!(said.contains("systemd credential"), "{said}");
    let said = in_unit(&["get-token", "--no-cache"]).run().failure(8);
    assert!(said.contains("wrong"), "{said}");
    std::fs::rename(&new, &credential).unwrap();
    assert_is_token(&in_unit(&["get-token", "--no-cache"]).run().answer());
    // A unit whose credential did not come is told what is missing.
    std::fs::remove_file(&credential).unwrap();
    let said = in_unit(&["get-token", "--no-cache"]).run().failure(7);
    assert!(said.contains("entra-auth-cli.passphrase"), "{said}");
}

#[test]
fn what_root_left_in_the_store_is_told_and_nothing_is_changed() {
    let world = filled();
    let call = || {
        let call = copy_of_the_program(&world.home);
        call.args(["config", "storage", "--to", "file"])
    };
    drop(call());
    give_to_nobody(world.home.path());
    let secrets = world.home.state().join("secrets");
    std::os::unix::fs::chown(&secrets, Some(0), Some(0)).unwrap();
    let before = world.home.contents();
    let said = call().run().failure(8);
    assert!(said.contains("hint: "), "{said}");
    assert_eq!(world.home.contents(), before);
    give_to_nobody(&secrets);
    let now = storage(call());
    assert_eq!(now["records"]["secrets"], 1);
}

#[test]
fn a_store_that_cannot_be_written_is_left_as_it_is() {
    let world = filled();
    let call = || {
        let call = copy_of_the_program(&world.home);
        call.args(["config", "storage", "--to", "file"])
    };
    drop(call());
    give_to_nobody(world.home.path());
    let state = world.home.state();
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o500)).unwrap();
    let before = world.home.contents();
    let said = call().run().failure(8);
    assert!(said.contains("Permission denied"), "{said}");
    assert_eq!(world.home.contents(), before);
}

#[test]
fn a_store_that_was_open_to_others_is_closed_and_changed() {
    let world = filled();
    let state = world.home.state();
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o777)).unwrap();
    let call = world.call(&["config", "storage", "--to", "file"]);
    let (_, said) = call.run().answer_and_words();
    assert!(said.contains("closed now"), "{said}");
    let mode = std::fs::metadata(&state).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    assert_whole(&world, "", "closed");
    for entry in std::fs::read_dir(&state).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", entry.path().display());
    }
}
