//! Secrets that are added to profiles which stay as they are.

use std::fs;

use model::Profile;
use vault::Added;
use vault::Approval;
use vault::BundledSecret;
use vault::Incoming;
use vault::ProfilesError;
use vault::SecretKind;

use crate::common::Home;
use crate::common::destination;
use crate::common::name;
use crate::common::profile;

const KINDS: [(SecretKind, &str); 2] = [
    (SecretKind::ClientSecret, "secret"),
    (SecretKind::CertificatePassword, "password"),
];

/// Spelt as no program would, to see that nobody writes it anew.
const PROFILES: &str = "{ \"profiles\":[\n{\"name\":\"sp\",\"authMethod\":\"ClientSecret\", \
                        \"theirs\":1},{\"name\":\"more\",\"authMethod\":\"ClientSecret\"}]}";

fn home() -> Home {
    let home = Home::new();
    fs::create_dir(home.path("config")).unwrap();
    fs::write(home.path("config/profiles.json"), PROFILES).unwrap();
    home
}

fn added(text: &str, kinds: &[(SecretKind, &str)], replaces: bool) -> Added {
    let bundled = |&(kind, value): &(SecretKind, &str)| BundledSecret {
        kind,
        destination: destination("x"),
        value: value.to_owned().into(),
    };
    Added {
        profile: name(text),
        secrets: kinds.iter().map(bundled).collect(),
        replaces,
    }
}

fn kept(home: &Home, text: &str) -> [Option<String>; 2] {
    let vault = home.vault();
    KINDS.map(|(kind, _)| {
        let found = vault.secrets().get(&name(text), kind, &destination("x"));
        found.unwrap().map(|value| value.to_string())
    })
}

fn both() -> [Option<String>; 2] {
    KINDS.map(|(_, value)| Some(value.to_owned()))
}

#[test]
fn they_touch_nothing_else() {
    let home = home();
    let vault = home.vault();
    let approval = Approval {
        destination: destination("x"),
        references: vec!["a file".to_owned()],
    };
    vault.approvals().approve(&name("sp"), &approval).unwrap();
    let all = [added("sp", &KINDS, false), added("more", &KINDS, false)];
    vault.imports().write_and_add(&[], &all).unwrap();
    let text = fs::read_to_string(home.path("config/profiles.json")).unwrap();
    assert_eq!(text, PROFILES);
    assert_eq!(vault.approvals().get(&name("sp")).unwrap(), Some(approval));
    assert_eq!(kept(&home, "sp"), both());
    assert_eq!(kept(&home, "more"), both());
    home.assert_nothing_is_decided();
}

#[test]
fn a_stored_one_stays_unless_it_is_to_be_replaced() {
    let home = home();
    let vault = home.vault();
    let own = |kind| {
        let put = vault
            .secrets()
            .put(&name("sp"), kind, &destination("x"), "own");
        put.unwrap();
    };
    own(SecretKind::ClientSecret);
    let write = |replaces| {
        let all = [added("sp", &KINDS, replaces)];
        vault.imports().write_and_add(&[], &all).unwrap();
    };
    write(false);
    let [_, password] = both();
    assert_eq!(kept(&home, "sp"), [Some("own".to_owned()), password]);
    write(true);
    assert_eq!(kept(&home, "sp"), both());
}

#[test]
fn a_profile_that_is_not_there_stops_all_of_it() {
    let home = home();
    let incoming = Incoming {
        profile: profile("third"),
        secrets: Vec::new(),
        replaces: false,
    };
    for absent in ["gone", "SP"] {
        let all = [added("sp", &KINDS, false), added(absent, &KINDS, false)];
        let refused = home
            .vault()
            .imports()
            .write_and_add(std::slice::from_ref(&incoming), &all);
        assert!(
            matches!(&refused, Err(ProfilesError::NotFound { name, .. }) if name == absent),
            "{refused:?}"
        );
    }
    let text = fs::read_to_string(home.path("config/profiles.json")).unwrap();
    assert_eq!(text, PROFILES);
    assert_eq!(kept(&home, "sp"), [None, None]);
}

/// A directory in the last record's place stops even root, as a full disk or a kill would.
#[test]
fn once_decided_all_of_it_is_finished_by_whoever_comes_next() {
    let other = Home::new();
    let vault = other.vault();
    let last = vault.secrets().put(
        &name("more"),
        SecretKind::CertificatePassword,
        &destination("x"),
        "x",
    );
    last.unwrap();
    let file = other.files("state/secrets").remove(0);
    let home = home();
    let obstacle = home.path("state/secrets").join(file.file_name().unwrap());
    fs::create_dir_all(&obstacle).unwrap();
    let third = Profile {
        tenant_id: Some("new".to_owned()),
        ..profile("third")
    };
    let incoming = Incoming {
        profile: third.clone(),
        secrets: Vec::new(),
        replaces: false,
    };
    let all = [added("sp", &KINDS, false), added("more", &KINDS, true)];
    let imports = home.vault();
    let stopped = imports.imports().write_and_add(&[incoming], &all);
    assert!(
        matches!(stopped, Err(ProfilesError::Vault(_))),
        "{stopped:?}"
    );
    assert!(home.vault().profiles().find("sp").is_err());
    let unfinished = fs::read(home.path("state/import.json")).unwrap();
    let readable = |text: &str| {
        unfinished
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    assert!(readable("clientSecret") && !readable("\"secret\""));
    fs::remove_dir(&obstacle).unwrap();
    assert_eq!(
        home.vault().profiles().find("third").unwrap().profile,
        third
    );
    assert_eq!(kept(&home, "sp"), both());
    assert_eq!(kept(&home, "more"), both());
    home.assert_nothing_is_decided();
}
