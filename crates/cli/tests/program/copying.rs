//! `config copy`: the fields of a profile, and nothing that somebody entered or approved.

use crate::support::SECRET;
use crate::support::World;
use crate::support::signed_in::profile;

#[test]
fn fields_go_along_and_neither_secret_nor_sign_in() {
    let world = World::with_profile();
    world.sign_in(&profile("sp"), "ada@contoso.com");
    let call = world.call(&["config", "copy", "sp", "new", "--tenant-id", "fabrikam.com"]);
    let (answer, said) = call.run().answer_and_words();
    assert_eq!(answer, "");
    assert_eq!(
        said,
        "Copied profile `sp` to `new`, without secrets and sign-ins.\n\
         Enter its client secret: entra-auth-cli config edit new --client-secret-stdin\n\
         Before it is used, look at what it refers to: entra-auth-cli config trust new\n"
    );
    let shown = world.call(&["config", "show", "new"]).run().answer();
    assert!(shown.contains("fabrikam.com"), "{shown}");
    assert!(shown.contains(crate::support::CLIENT_ID), "{shown}");
    assert_eq!(world.signed_in(&profile("new")).0, [""; 0]);
    // The original is as it was.
    world
        .call(&["get-token", "-p", "sp", "-f", "ClientCredentials"])
        .run()
        .answer();
}

#[test]
fn the_words_that_it_says_complete_it() {
    let world = World::with_profile();
    world
        .call(&["config", "copy", "sp", "new"])
        .run()
        .answer_and_words();
    let refused = world.call(&["get-token", "-p", "new"]).run();
    refused.failure(4);
    assert_eq!(world.emulator.token_requests(), 0);
    world
        .call(&["config", "trust", "new", "--yes"])
        .run()
        .answer_and_words();
    let edit = world.call(&["config", "edit", "new", "--client-secret-stdin"]);
    edit.input(SECRET).run().answer_and_words();
    world.call(&["get-token", "-p", "new"]).run().answer();
}

#[test]
fn nothing_under_the_new_name_is_inherited() {
    let world = World::with_profile();
    world.create("new", &["--client-secret-stdin"], SECRET);
    world.sign_in(&profile("new"), "ada@contoso.com");
    // As a person with an editor deletes a profile.
    world
        .home
        .edit_profiles(|text| text.replace("\"new\"", "\"gone\""));
    world
        .call(&["config", "copy", "sp", "new"])
        .run()
        .answer_and_words();
    world
        .call(&["config", "trust", "new", "--yes"])
        .run()
        .answer_and_words();
    let said = world
        .call(&["get-token", "-p", "new", "-f", "ClientCredentials"])
        .run()
        .failure(4);
    assert!(said.contains("client secret"), "{said}");
    assert_eq!(world.signed_in(&profile("new")).0, [""; 0]);
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let world = World::with_profile();
    for taken in ["sp", "SP"] {
        let refused = world
            .call(&["config", "copy", "sp", taken])
            .run()
            .failure(4);
        assert!(refused.contains("`sp` exists already"), "{refused}");
        assert!(refused.contains("config delete sp"), "{refused}");
        assert!(!refused.contains("--force"), "{refused}");
    }
    world
        .call(&["config", "copy", "sp", "../x"])
        .run()
        .failure(4);
    world
        .call(&["config", "copy", "nobody", "x"])
        .run()
        .failure(3);
    let bad = ["config", "copy", "sp", "x", "--tenant-id", "a/b"];
    world.call(&bad).run().failure(4);
    assert_eq!(world.call(&["config", "list", "-q"]).run().answer(), "sp\n");
}
