//! Names that are taken.

use super::create;
use super::export;
use super::import;
use super::names;
use super::with_passphrase;
use crate::support::Home;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::Thief;
use crate::support::World;
use crate::support::assert_is_token;

/// A home whose profile `SP` has a secret and a place of its own, and the export of another `sp`.
fn home_and_file(world: &World) -> (Home, std::path::PathBuf) {
    let exported = export(&world.home, &["sp"]);
    let there = Home::new();
    create(&there, "SP", "mine.com");
    let file = there.put("sealed", exported);
    (there, file)
}

fn tenant(home: &Home, name: &str) -> String {
    let shown = home.call(&["config", "show", name, "-o", "json"]);
    let shown = shown.run().answer_and_words().0;
    let profile: serde_json::Value = serde_json::from_str(&shown).unwrap();
    profile["tenantId"].as_str().unwrap().to_owned()
}

#[test]
fn each_way_to_settle_a_clash() {
    let world = World::with_profile();
    for (flags, expected) in [
        (&["--on-conflict", "skip"][..], &["SP"][..]),
        (&["--on-conflict", "overwrite"], &["SP"]),
        (&["--on-conflict", "rename"], &["SP", "sp-2"]),
    ] {
        let (there, file) = home_and_file(&world);
        let call = import(&there, &file).args(flags);
        call.run().answer_and_words();
        assert_eq!(names(&there), expected, "{flags:?}");
        let is_overwritten = flags[1] == "overwrite";
        let own = if is_overwritten { TENANT } else { "mine.com" };
        assert_eq!(tenant(&there, "SP"), own);
        let other = *expected.last().unwrap();
        if flags[1] != "skip" {
            let call = there.call(&["config", "trust", other, "--yes"]);
            call.run().answer_and_words();
            assert_is_token(&there.call(&["get-token", "-p", other]).run().answer());
        }
    }
}

#[test]
fn nobody_is_asked_without_a_terminal() {
    let world = World::with_profile();
    for flags in [&[][..], &["--on-conflict", "fail"]] {
        let (there, file) = home_and_file(&world);
        let said = import(&there, &file).args(flags).run().failure(4);
        assert!(
            said.contains("`SP`") && said.contains("--on-conflict"),
            "{said}"
        );
        assert_eq!(tenant(&there, "SP"), "mine.com");
    }
    let there = Home::new();
    let file = there.put("sealed", export(&world.home, &["sp"]));
    let call = with_passphrase(there.call(&["config", "import"])).arg(&file);
    let said = call.run().failure(7);
    // What is inside was shown all the same.
    assert!(
        said.contains("--yes") && said.contains("Profile `sp`"),
        "{said}"
    );
    assert_eq!(names(&there), [""; 0]);
}

#[test]
fn the_same_profile_again_changes_nothing() {
    let world = World::with_profile();
    let plain = world.call(&["config", "export", "sp"]).run().answer();
    let call = world.call(&["config", "import", "-"]).input(plain);
    let (_, said) = call.run().answer_and_words();
    assert!(said.contains("Nothing to import."), "{said}");
    let call = world.call(&["get-token", "--no-cache"]);
    assert_is_token(&call.run().answer());
}

/// A colleague's secret-free file imported over mine: my secret stays with nobody.
#[test]
fn a_stored_secret_never_serves_an_imported_profile() {
    let world = World::with_profile();
    let thief = Thief::lurking();
    let plain = world.call(&["config", "export", "sp"]).run().answer();
    for edited in [
        plain.replace(world.emulator.base_url(), &thief.url()),
        plain.replace("\"createdAt\"", "\"loginHint\": \"x\", \"createdAt\""),
    ] {
        assert_ne!(edited, plain);
        world.create("sp", &["--client-secret-stdin", "--force"], SECRET);
        let flags = ["--yes", "--on-conflict", "overwrite"];
        let call = world.call(&["config", "import", "-"]).args(flags);
        let (_, said) = call.input(edited).run().answer_and_words();
        assert!(
            said.contains("its secrets, sign-ins and approval"),
            "{said}"
        );
        let token = || world.call(&["get-token", "--no-cache"]).run();
        let said = token().failure(4);
        assert!(
            said.contains("config trust"),
            "the approval is gone: {said}"
        );
        let trust = world.call(&["config", "trust", "sp", "--yes"]);
        trust.run().answer_and_words();
        let said = token().failure(4);
        assert!(said.contains("secret"), "the secret is gone: {said}");
    }
    assert!(!thief.loot().contains("s3cr"));
    assert_eq!(world.emulator.requests().len(), 0, "nobody is asked");
}

/// Removed by hand, its secret is still in the store; the name alone must not bring it back.
#[test]
fn what_is_left_under_a_name_is_not_picked_up() {
    let world = World::with_profile();
    let plain = world.call(&["config", "export", "sp"]).run().answer();
    std::fs::remove_file(world.home.profiles()).unwrap();
    let call = world.call(&["config", "import", "-", "--yes"]).input(plain);
    call.run().answer_and_words();
    let trust = world.call(&["config", "trust", "sp", "--yes"]);
    trust.run().answer_and_words();
    world.call(&["get-token"]).run().failure(4);
    assert_eq!(world.emulator.requests().len(), 0);
}
