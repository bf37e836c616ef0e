//! Renames: what is stored goes along, nothing else of the file changes, and whoever comes after a
//! kill finds all of it under one name.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vault::AccountBook;
use vault::Approval;
use vault::ProfilesError;
use vault::SecretKind;
use vault::Vault;

use crate::common::Home;
use crate::common::account;
use crate::common::destination;
use crate::common::name;
use crate::common::owner;

const WAIT: std::time::Duration = std::time::Duration::from_secs(5);

/// Written by hand, as people and other tools write: order, blanks and unknown fields are theirs.
const FILE: &str = "[ {\"authMethod\" :\"Public\",  \"name\": \"a\"},\n\t{ \"x\": 1.50, \"name\"  : \"sp\",\r\n \
                    \"authMethod\": \"ClientSecret\",\"clientId\":\"c\" , \"y\":[ ] },\n{\"name\":\"z\",\"authMethod\":\"Nonsense\"}]";

fn approval() -> Approval {
    Approval {
        destination: destination("old"),
        references: vec!["file /x".to_owned()],
    }
}

/// The profile `sp` with everything that can be stored for one.
fn home() -> Home {
    let home = Home::new();
    let file = home.path("config/profiles.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, FILE).unwrap();
    store(&home.vault(), "sp", "mine");
    home
}

fn store(vault: &Vault, profile: &str, value: &str) {
    let place = destination("old");
    for kind in SecretKind::ALL {
        vault
            .secrets()
            .put(&name(profile), kind, &place, value)
            .unwrap();
    }
    vault
        .approvals()
        .approve(&name(profile), &approval())
        .unwrap();
    let book = AccountBook::new(place).with(account(value), true);
    let accounts = vault.accounts();
    let kept = accounts.update(&owner(profile), WAIT, &mut |_| Some(book.clone()));
    kept.unwrap();
}

/// Secrets, approval and accounts under that name: all of one value, or nothing at all.
#[track_caller]
fn stored(vault: &Vault, profile: &str) -> Option<String> {
    let place = destination("old");
    let secrets = SecretKind::ALL.map(|kind| {
        let value = vault.secrets().get(&name(profile), kind, &place).unwrap();
        value.map(|value| value.to_string())
    });
    let approved = vault.approvals().get(&name(profile)).unwrap();
    let book = vault.accounts().get(&owner(profile)).unwrap();
    let known = vault.accounts().known(&owner(profile)).unwrap();
    assert_eq!(book, known, "the copy agrees");
    match book {
        None => {
            assert_eq!(secrets, [None, None]);
            assert_eq!(approved, None);
            None
        }
        Some(book) => {
            assert_eq!(approved, Some(approval()));
            let username = &book.default_account().unwrap().username;
            let value = username.split('@').next().unwrap().to_owned();
            assert_eq!(secrets, [Some(value.clone()), Some(value.clone())]);
            Some(value)
        }
    }
}

fn text(home: &Home) -> String {
    fs::read_to_string(home.path("config/profiles.json")).unwrap()
}

#[test]
fn everything_goes_along_and_nothing_else_of_the_file_changes() {
    let home = home();
    home.vault()
        .renames()
        .rename(&name("sp"), &name("service"))
        .unwrap();
    assert_eq!(text(&home), FILE.replace("\"sp\"", "\"service\""));
    let vault = home.vault();
    assert_eq!(stored(&vault, "service").as_deref(), Some("mine"));
    assert_eq!(stored(&vault, "sp"), None);
    home.assert_nothing_is_decided();
}

#[test]
fn a_secret_stays_bound_to_its_destination() {
    let home = home();
    let vault = home.vault();
    vault.renames().rename(&name("sp"), &name("new")).unwrap();
    let elsewhere = destination("another");
    let refused = vault
        .secrets()
        .get(&name("new"), SecretKind::ClientSecret, &elsewhere);
    assert!(matches!(
        refused,
        Err(vault::VaultError::DestinationChanged { .. })
    ));
}

#[test]
fn what_lay_under_the_new_name_is_never_attached() {
    let home = home();
    let vault = home.vault();
    store(&vault, "new", "leftover");
    vault.renames().rename(&name("sp"), &name("new")).unwrap();
    assert_eq!(stored(&vault, "new").as_deref(), Some("mine"));
    // Nor is it where the profile brings nothing of its own.
    store(&vault, "b", "leftover");
    vault.renames().rename(&name("a"), &name("b")).unwrap();
    assert_eq!(stored(&vault, "b"), None);
}

#[test]
fn letter_case_alone_makes_a_new_name_of_ones_own_only() {
    let home = home();
    let vault = home.vault();
    let renames = vault.renames();
    for (taken, as_spelt) in [("a", "a"), ("A", "a"), ("Z", "z")] {
        let refused = renames.rename(&name("sp"), &name(taken));
        assert!(
            matches!(&refused, Err(ProfilesError::Exists(known)) if *known == name(as_spelt)),
            "{refused:?}"
        );
    }
    let missing = renames.rename(&name("SP"), &name("new"));
    assert!(matches!(missing, Err(ProfilesError::NotFound { .. })));
    assert_eq!(text(&home), FILE);
    renames.rename(&name("sp"), &name("sp")).unwrap();
    assert_eq!(text(&home), FILE);
    renames.rename(&name("sp"), &name("SP")).unwrap();
    assert_eq!(stored(&vault, "SP").as_deref(), Some("mine"));
    assert_eq!(stored(&vault, "sp"), None);
}

#[test]
fn a_profile_that_cannot_be_used_gets_a_new_name_too() {
    let home = home();
    home.vault()
        .renames()
        .rename(&name("z"), &name("broken"))
        .unwrap();
    assert_eq!(text(&home), FILE.replace("\"z\"", "\"broken\""));
}

/// Everything in the state directory's folders of records, by path.
fn records(home: &Home) -> BTreeMap<PathBuf, Vec<u8>> {
    ["secrets", "approvals", "accounts", "account-copies"]
        .iter()
        .flat_map(|folder| home.files(&format!("state/{folder}")))
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

fn put_back(home: &Home, wanted: &BTreeMap<PathBuf, Vec<u8>>) {
    for path in records(home).keys() {
        fs::remove_file(path).unwrap();
    }
    for (path, bytes) in wanted {
        fs::write(path, bytes).unwrap();
    }
}

/// A rename of `sp` to `new` that was decided: records before and after it, and what the file says.
struct Begun {
    before: BTreeMap<PathBuf, Vec<u8>>,
    after: BTreeMap<PathBuf, Vec<u8>>,
    journal: String,
}

/// Renames, and takes from what that leaves what it had decided.
fn begun(home: &Home) -> Begun {
    let before = records(home);
    let vault = home.vault();
    vault.renames().rename(&name("sp"), &name("new")).unwrap();
    let after = records(home);
    let sealed = |folder: &str| -> Vec<String> {
        let paths = after
            .iter()
            .filter(|(path, _)| path.parent().unwrap().ends_with(folder));
        paths.map(|(_, bytes)| STANDARD.encode(bytes)).collect()
    };
    // The kind stands behind magic and format in each record: 2 is a client secret.
    let kind = |sealed: &str| match STANDARD.decode(sealed).unwrap()[10] {
        2 => "clientSecret",
        _ => "certificatePassword",
    };
    let secrets: Vec<serde_json::Value> = sealed("secrets")
        .iter()
        .map(|sealed| serde_json::json!({"kind": kind(sealed), "sealed": sealed}))
        .collect();
    let journal = serde_json::json!({
        "format": 1, "from": "sp", "to": "new", "secrets": secrets,
        "approval": sealed("approvals")[0], "accounts": sealed("accounts")[0],
    });
    fs::write(home.path("config/profiles.json"), FILE).unwrap();
    put_back(home, &before);
    assert_eq!(stored(&home.vault(), "sp").as_deref(), Some("mine"));
    Begun {
        before,
        after,
        journal: journal.to_string(),
    }
}

#[test]
fn once_decided_it_is_finished_by_whoever_comes_next() {
    let home = home();
    let begun = begun(&home);
    // Killed before the file was renamed, after it, and with each number of records written under
    // the new name, those under the old one there or gone.
    let added: Vec<(&PathBuf, &Vec<u8>)> = begun.after.iter().collect();
    let rounds = (0..=added.len()).flat_map(|round| [(round, false), (round, true)]);
    for (round, renamed) in rounds {
        put_back(&home, &begun.before);
        for (path, bytes) in &added[..round] {
            fs::write(path, bytes).unwrap();
        }
        if round == added.len() && renamed {
            put_back(&home, &begun.after);
        }
        let file = if renamed || round > 0 {
            FILE.replace("\"sp\"", "\"new\"")
        } else {
            FILE.to_owned()
        };
        fs::write(home.path("config/profiles.json"), file).unwrap();
        home.decide("rename.json", &begun.journal);
        let vault = home.vault();
        let names = vault.profiles().names().unwrap();
        assert_eq!(names, [name("a"), name("new"), name("z")], "{round}");
        assert_eq!(stored(&vault, "new").as_deref(), Some("mine"), "{round}");
        assert_eq!(stored(&vault, "sp"), None, "{round}");
        home.assert_nothing_is_decided();
    }
}

#[test]
fn who_was_signed_out_meanwhile_does_not_come_back() {
    let home = home();
    let begun = begun(&home);
    home.decide("rename.json", &begun.journal);
    let vault = home.vault();
    vault.accounts().remove(&owner("sp")).unwrap();
    vault.profiles().names().unwrap();
    assert_eq!(vault.accounts().get(&owner("new")).unwrap(), None);
}

#[test]
fn what_people_changed_in_the_file_meanwhile_calls_it_off() {
    for edited in [
        FILE.replace("\"sp\"", "\"third\""),
        FILE.replace("\"a\"", "\"new\""),
    ] {
        let home = home();
        let begun = begun(&home);
        fs::write(home.path("config/profiles.json"), &edited).unwrap();
        home.decide("rename.json", &begun.journal);
        home.vault().profiles().names().unwrap();
        assert_eq!(text(&home), edited);
        assert_eq!(stored(&home.vault(), "sp").as_deref(), Some("mine"));
        assert_eq!(stored(&home.vault(), "new"), None);
        home.assert_nothing_is_decided();
    }
}

#[test]
fn a_decision_that_cannot_be_read_is_an_error_and_stays() {
    for (text, said) in [
        ("{", "EOF"),
        (r#"{"format":2}"#, "another version"),
        (
            r#"{"format":1,"from":"../x","to":"a","secrets":[]}"#,
            "letters",
        ),
        (
            r#"{"format":1,"from":"a","to":"b","secrets":[],"path":"/"}"#,
            "unknown field",
        ),
    ] {
        let home = home();
        home.decide("rename.json", text);
        let refused = home.vault().profiles().find("sp").unwrap_err().to_string();
        assert!(
            refused.contains("rename.json") && refused.contains(said),
            "{refused}"
        );
        assert!(home.path("state/rename.json").exists());
    }
}
