//! Files that are broken, gone, or in each other's place: told, and never overwritten unread.

use std::path::PathBuf;

use crate::support::SECRET;
use crate::support::World;
use crate::support::assert_is_token;

#[test]
fn a_broken_profile_file_is_told_by_line_and_column_and_left_alone() {
    for (text, place) in [
        ("[\n  {\"name\": \"sp\",,}\n]\n", ":2:"),
        ("[\n  {\"name\": \"sp\"\n", ":"),
        ("{\"profiles\": 7}\n", ":1"),
        ("not json at all", ":1:"),
        ("[\"\u{0}\"]", ":1:"),
    ] {
        let world = World::with_profile();
        std::fs::write(world.home.profiles(), text).unwrap();
        let before = world.home.contents();
        for call in [
            world.call(&["get-token", "-p", "sp"]),
            world.call(&["config", "list"]),
            world.call(&["config", "edit", "sp", "--login-hint", "ann"]),
            world.call(&["config", "delete", "sp", "--yes"]),
            world
                .creation("new", &["--client-secret-stdin"])
                .input(SECRET),
        ] {
            let said = call.run().failure(4);
            assert!(said.contains(&format!("profiles.json{place}")), "{said}");
        }
        assert_eq!(world.home.contents(), before, "{text}");
    }
}

#[test]
fn one_broken_profile_does_not_keep_the_others_from_working() {
    let world = World::with_profile();
    world.home.edit_profiles(|text| {
        text.replacen(
            '[',
            "[{\"name\": \"odd\", \"authMethod\": \"Telepathy\"},",
            1,
        )
    });
    assert_is_token(&world.call(&["get-token", "-p", "sp"]).run().answer());
    let said = world.call(&["get-token", "-p", "odd"]).run().failure(4);
    assert!(said.contains("Telepathy"), "{said}");
    let (listed, said) = world.call(&["config", "list"]).run().answer_and_words();
    assert!(
        listed.contains("sp") && said.contains("`odd` on line"),
        "{listed}{said}"
    );
}

#[test]
fn unknown_fields_survive_an_edit_and_near_misses_are_told() {
    let world = World::with_profile();
    world.home.edit_profiles(|text| {
        text.replacen(
            "\"name\"",
            "\"team\" : {\"a\":  [1,2]},\n    \"tenantid\": \"x\",\n    \"name\"",
            1,
        )
    });
    let (_, said) = world
        .call(&["config", "edit", "sp", "--login-hint", "ann@contoso.com"])
        .run()
        .answer_and_words();
    assert!(
        said.contains("the field `tenantid` on line 4 is not known; `tenantId` is"),
        "{said}"
    );
    let text = std::fs::read_to_string(world.home.profiles()).unwrap();
    assert!(text.contains("\"team\" : {\"a\":  [1,2]}"), "{text}");
    assert!(text.contains("ann@contoso.com"), "{text}");
}

/// A cached token that cannot be opened is a miss: said once, replaced by a new one.
#[track_caller]
fn assert_is_a_miss(world: &World, damage: &str) {
    let old = world.emulator.token_requests();
    let (answer, said) = world.call(&["get-token"]).run().answer_and_words();
    assert_is_token(&answer);
    assert!(
        said.contains("warning: what is kept in"),
        "{damage}: {said}"
    );
    assert!(said.contains("cannot be used"), "{damage}: {said}");
    assert_eq!(world.emulator.token_requests(), old + 1, "{damage}");
    assert_eq!(
        world.call(&["get-token"]).run().answer(),
        answer,
        "{damage}"
    );
}

#[test]
fn a_damaged_token_is_a_miss() {
    let world = World::with_profile();
    world.call(&["get-token"]).run().answer();
    let entry = world.home.token_files().remove(0);
    let whole = std::fs::read(&entry).unwrap();
    let lengths = [0, 1, 7, whole.len() / 2, whole.len() - 1];
    for length in lengths {
        std::fs::write(&entry, &whole[..length]).unwrap();
        assert_is_a_miss(&world, &format!("cut to {length}"));
    }
    for place in (0..whole.len()).step_by(whole.len() / 8) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        std::fs::write(&entry, bytes).unwrap();
        assert_is_a_miss(&world, &format!("bit {place}"));
    }
}

#[test]
fn tokens_in_each_others_place_are_misses() {
    let world = World::with_profile();
    world.call(&["get-token"]).run().answer();
    let own = world.home.token_files().remove(0);
    world.call(&["get-token", "-s", "arm"]).run().answer();
    let other = world
        .home
        .token_files()
        .into_iter()
        .find(|file| *file != own)
        .unwrap();
    std::fs::copy(&other, &own).unwrap();
    assert_is_a_miss(&world, "another entry");
    let secret = std::fs::read_dir(world.home.state().join("secrets")).unwrap();
    std::fs::copy(secret.last().unwrap().unwrap().path(), &own).unwrap();
    assert_is_a_miss(&world, "a secret");
}

#[test]
fn a_damaged_secret_is_told_and_kept_until_it_is_entered_again() {
    let world = World::with_profile();
    let secrets = world.home.state().join("secrets");
    let secret = std::fs::read_dir(secrets)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let whole = std::fs::read(&secret).unwrap();
    for (bytes, what) in [
        (whole[..whole.len() - 3].to_vec(), "cut"),
        (
            [&whole[..whole.len() - 1], &[whole[whole.len() - 1] ^ 1]].concat(),
            "flipped",
        ),
        (b"{}".to_vec(), "foreign"),
    ] {
        std::fs::write(&secret, &bytes).unwrap();
        let said = world.call(&["get-token"]).run().failure(8);
        assert!(
            said.contains("cannot be opened") && said.contains("config edit"),
            "{what}: {said}"
        );
        assert_eq!(std::fs::read(&secret).unwrap(), bytes, "{what}");
    }
    assert_eq!(world.emulator.requests().len(), 0);
    let edit = world.call(&["config", "edit", "sp", "--client-secret-stdin"]);
    edit.input(SECRET).run().answer_and_words();
    assert_is_token(&world.call(&["get-token"]).run().answer());
}

/// A store whose header or key is gone or foreign: exit 8, and not a byte is changed.
fn assert_untouched(damage: impl Fn(&World), told: &str) {
    let world = World::with_profile();
    world.call(&["get-token"]).run().answer();
    damage(&world);
    let before = world.home.contents();
    for call in [
        world.call(&["get-token", "--force"]),
        world
            .creation("new", &["--client-secret-stdin"])
            .input(SECRET),
        world
            .call(&["config", "edit", "sp", "--client-secret-stdin"])
            .input("new"),
    ] {
        let said = call.run().failure(8);
        assert!(said.contains(told) && said.contains("hint: "), "{said}");
    }
    assert_eq!(world.home.contents(), before);
}

fn key_file(world: &World) -> PathBuf {
    let mut files = std::fs::read_dir(world.home.data()).unwrap();
    files.next().unwrap().unwrap().path()
}

#[test]
fn a_store_without_its_header_is_left_alone() {
    let header = |world: &World| world.home.state().join("store.json");
    assert_untouched(
        |world| std::fs::remove_file(header(world)).unwrap(),
        "store.json is missing",
    );
    assert_untouched(
        |world| std::fs::write(header(world), "{").unwrap(),
        "store.json cannot be used",
    );
    assert_untouched(
        |world| {
            let text = std::fs::read_to_string(header(world)).unwrap();
            let newer = text.replacen("\"format\":1", "\"format\":3", 1).replacen(
                "\"format\": 1",
                "\"format\": 3",
                1,
            );
            assert_ne!(newer, text);
            std::fs::write(header(world), newer).unwrap();
        },
        "a newer version of this program made it",
    );
}

#[test]
fn a_store_without_its_key_is_left_alone() {
    assert_untouched(
        |world| std::fs::remove_file(key_file(world)).unwrap(),
        "the key file is missing",
    );
    assert_untouched(
        |world| std::fs::write(key_file(world), "no key").unwrap(),
        "the key file holds no key",
    );
    assert_untouched(
        |world| {
            let other = World::with_profile();
            std::fs::copy(key_file(&other), key_file(world)).unwrap();
        },
        "cannot be used",
    );
}

#[test]
fn with_the_key_back_everything_opens_again() {
    let world = World::with_profile();
    let token = world.call(&["get-token"]).run().answer();
    let key = key_file(&world);
    let aside = world.home.at("aside");
    std::fs::rename(&key, &aside).unwrap();
    world.call(&["get-token"]).run().failure(8);
    std::fs::rename(&aside, &key).unwrap();
    assert_eq!(world.call(&["get-token"]).run().answer(), token);
    assert_is_token(&world.call(&["refresh"]).run().answer());
}
