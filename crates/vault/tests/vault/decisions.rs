//! A journal and the note that vouches for it: one without the other has nothing done, whoever put it
//! there.

use std::fs;

use model::Profile;
use vault::Incoming;
use vault::Locations;
use vault::SecretKind;
use vault::Vault;

use crate::common::Heard;
use crate::common::Home;
use crate::common::NOTE;
use crate::common::RealClock;
use crate::common::destination;
use crate::common::name;
use crate::common::profile;
use crate::common::vault_at;

const IMPORT: &str = r#"{"format":1,"profiles":[{"name":"sp","authMethod":"Public","tenantId":"evil"},{"name":"more","authMethod":"Public"}],"secrets":[]}"#;
const RENAME: &str =
    r#"{"format":1,"from":"sp","to":"more","secrets":[],"approval":null,"accounts":null}"#;
const BOTH: [(&str, &str); 2] = [("import.json", IMPORT), ("rename.json", RENAME)];

/// The profile `sp`, with a secret.
fn home() -> Home {
    let home = Home::new();
    let vault = home.vault();
    vault.profiles().create(&profile("sp"), false).unwrap();
    put_secret(&vault);
    home
}

fn put_secret(vault: &Vault) {
    let kind = SecretKind::ClientSecret;
    let put = vault
        .secrets()
        .put(&name("sp"), kind, &destination("t"), "own");
    put.unwrap();
}

#[track_caller]
fn assert_untouched(home: &Home) {
    let vault = home.vault();
    let names = vault.profiles().names().unwrap();
    assert_eq!(names, [name("sp")]);
    let found = vault.profiles().find("sp").unwrap().profile;
    assert_eq!(found, profile("sp"));
    let kind = SecretKind::ClientSecret;
    let kept = vault.secrets().get(&name("sp"), kind, &destination("t"));
    assert_eq!(kept.unwrap().as_deref().map(String::as_str), Some("own"));
}

/// The same with a change of the profiles, which finishes what is decided first.
#[track_caller]
fn assert_untouched_by_a_change(home: &Home) {
    assert_untouched(home);
    let vault = home.vault();
    vault.profiles().create(&profile("new"), false).unwrap();
    vault.profiles().remove(&name("new")).unwrap();
    assert_untouched(home);
}

/// They are the ones that would have been done, so that the tests below show something.
#[test]
fn together_they_are_done() {
    for (journal, contents) in BOTH {
        let home = home();
        home.decide(journal, contents);
        let names = home.vault().profiles().names().unwrap();
        assert!(names.contains(&name("more")), "{journal}: {names:?}");
        home.assert_nothing_is_decided();
    }
}

#[test]
fn a_journal_alone_has_nothing_done_and_is_not_even_read() {
    for (journal, contents) in BOTH {
        for planted in [contents, "{", ""] {
            let home = home();
            fs::write(home.path("state").join(journal), planted).unwrap();
            assert_untouched_by_a_change(&home);
        }
    }
}

#[test]
fn a_note_on_another_journal_has_nothing_done() {
    for (journal, contents) in BOTH {
        let home = home();
        home.decide(journal, contents);
        fs::write(
            home.path("state").join(journal),
            contents.replace("sp", "SP"),
        )
        .unwrap();
        assert_untouched_by_a_change(&home);
        assert!(!home.path(NOTE).exists(), "a change takes the note away");
    }
}

#[test]
fn a_note_alone_and_a_note_that_is_none_have_nothing_done() {
    let home = home();
    for (journal, contents) in BOTH {
        home.decide(journal, contents);
        fs::remove_file(home.path("state").join(journal)).unwrap();
        assert_untouched(&home);
    }
    let long = "0".repeat(1 << 16);
    for note in ["", "\n", "import.json", "  import.json\n", "\u{0}", &long] {
        fs::write(home.path("state/import.json"), IMPORT).unwrap();
        fs::write(home.path(NOTE), note).unwrap();
        assert_untouched(&home);
    }
    fs::write(home.path(NOTE), [0xff; 80]).unwrap();
    assert_untouched_by_a_change(&home);
}

#[cfg(unix)]
#[test]
fn what_stands_in_the_place_of_the_note_is_not_waited_for() {
    let home = home();
    fs::write(home.path("state/import.json"), IMPORT).unwrap();
    rustix::fs::mkfifoat(
        rustix::fs::CWD,
        home.path(NOTE),
        rustix::fs::Mode::from_raw_mode(0o600),
    )
    .unwrap();
    assert_untouched_by_a_change(&home);
}

/// What was decided for the profiles of one directory is no business of those of another one.
#[test]
fn an_unfinished_change_stays_with_the_profiles_that_it_is_about() {
    let home = home();
    let elsewhere = || {
        let locations = Locations {
            config: home.path("elsewhere"),
            ..home.locations()
        };
        let clock = std::sync::Arc::new(RealClock::new());
        vault_at(locations, clock, Heard::default(), None, None, None)
    };
    elsewhere().profiles().create(&profile("b"), false).unwrap();
    home.decide("import.json", IMPORT);
    let names = elsewhere().profiles().names().unwrap();
    assert_eq!(names, [name("b")]);
    elsewhere().profiles().create(&profile("c"), false).unwrap();
    let names = home.vault().profiles().names().unwrap();
    assert_eq!(names, [name("sp"), name("more")]);
    home.assert_nothing_is_decided();
}

/// Decided is what both say; what fails before leaves neither.
#[test]
fn what_cannot_be_decided_leaves_nothing() {
    let home = home();
    let incoming = || {
        [Incoming {
            profile: Profile {
                tenant_id: Some("new".to_owned()),
                ..profile("sp")
            },
            secrets: Vec::new(),
            replaces: true,
        }]
    };
    for in_the_way in [NOTE, "state/import.json"] {
        let obstacle = home.path(in_the_way);
        fs::create_dir_all(obstacle.join("x")).unwrap();
        home.vault().imports().write(&incoming()).unwrap_err();
        fs::remove_dir_all(&obstacle).unwrap();
        home.assert_nothing_is_decided();
        assert_untouched(&home);
    }
    home.vault().imports().write(&incoming()).unwrap();
    home.assert_nothing_is_decided();
}
