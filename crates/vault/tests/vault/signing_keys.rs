//! Keys of authorities are kept for a day, and only as they were sealed.
#![expect(
    clippy::disallowed_methods,
    reason = "tests play the attacker who writes files"
)]

use model::Timestamp;
use vault::KeptSigningKeys;
use vault::KeyStoreChoice;
use vault::Vault;

use crate::common::Home;
use crate::common::entry_id;
use crate::common::token;
use crate::records::homes;

const AUTHORITY: [&str; 2] = ["https://login.example/contoso.com", "entra"];

const HAD_ON: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

fn kept(keys: &str) -> KeptSigningKeys {
    KeptSigningKeys {
        had_on: HAD_ON,
        discovery: Some("{}".to_owned()),
        keys: keys.to_owned(),
    }
}

/// A vault whose store exists.
fn store(home: &Home) -> Vault {
    let vault = home.vault();
    vault.tokens().put(&entry_id("a"), &token("t")).unwrap();
    vault
}

#[test]
fn they_are_found_by_another_process_for_a_day() {
    for (kind, home) in homes() {
        let vault = store(&home);
        for keys in ["first", "second"] {
            assert!(vault.signing_keys().put(&AUTHORITY, &kept(keys)).unwrap());
        }
        let at = |seconds: i64| Timestamp::from_unix_seconds(HAD_ON.unix_seconds() + seconds);
        let other_process = home.vault();
        other_process.unlock().unwrap();
        let get = |authority: &[&str], now| {
            let records = other_process.signing_keys();
            records.get(authority, now).unwrap()
        };
        let day = 24 * 3600;
        for (after, found) in [(0, true), (day - 1, true), (day, false), (-1, false)] {
            let expected = found.then(|| kept("second"));
            assert_eq!(get(&AUTHORITY, at(after)), expected, "{kind}, {after}");
        }
        assert_eq!(get(&AUTHORITY[..1], HAD_ON), None, "{kind}");
    }
}

#[test]
fn what_was_put_there_or_changed_counts_as_absent() {
    let home = Home::new();
    let vault = store(&home);
    let kept = kept("keys");
    let records = vault.signing_keys();
    records.put(&AUTHORITY, &kept).unwrap();
    let [file] = home.files("state/signing-keys").try_into().unwrap();
    let sealed = std::fs::read(&file).unwrap();
    let forged = serde_json::to_vec(&kept).unwrap();
    let mut changed = sealed.clone();
    *changed.last_mut().unwrap() ^= 1;
    let [token] = home.files("state/tokens").try_into().unwrap();
    let of_another_kind = std::fs::read(token).unwrap();
    for contents in [
        forged,
        changed,
        of_another_kind,
        sealed[..40].to_vec(),
        vec![],
    ] {
        std::fs::write(&file, contents).unwrap();
        assert_eq!(records.get(&AUTHORITY, HAD_ON).unwrap(), None);
    }
    std::fs::write(&file, &sealed).unwrap();
    assert_eq!(records.get(&AUTHORITY, HAD_ON).unwrap(), Some(kept.clone()));

    let other = ["https://evil.example", "entra"];
    records.put(&other, &kept).unwrap();
    let files = home.files("state/signing-keys");
    let of_other = files.iter().find(|path| **path != file).unwrap();
    std::fs::copy(of_other, &file).unwrap();
    let found = records.get(&AUTHORITY, HAD_ON).unwrap();
    assert_eq!(found, None, "the keys of another authority");
}

#[test]
fn no_store_is_made_for_them_and_no_passphrase_is_asked_for() {
    let home = Home::new();
    let kept = kept("keys");
    let vault = home.vault();
    assert!(!vault.signing_keys().put(&AUTHORITY, &kept).unwrap());
    assert_eq!(vault.signing_keys().get(&AUTHORITY, HAD_ON).unwrap(), None);
    assert!(home.files("state").is_empty());

    let mut home = Home {
        choice: Some(KeyStoreChoice::Passphrase),
        passphrase: Some("correct horse"),
        ..Home::new()
    };
    store(&home);
    home.passphrase = None;
    assert!(!home.vault().signing_keys().put(&AUTHORITY, &kept).unwrap());
}

#[test]
fn no_keyring_is_asked_because_of_them() {
    let mut home = Home::with_keyring();
    let vault = store(&home);
    let kept = kept("keys");
    assert!(vault.signing_keys().put(&AUTHORITY, &kept).unwrap());
    // One that answers nobody any more, as a locked one does.
    home.keyring = None;
    home.vault().unlock().unwrap_err();
    let records = home.vault();
    let records = records.signing_keys();
    assert_eq!(records.get(&AUTHORITY, HAD_ON).unwrap(), None);
    assert!(!records.put(&AUTHORITY, &kept).unwrap());
    let found = vault.signing_keys().get(&AUTHORITY, HAD_ON).unwrap();
    assert_eq!(found, Some(kept), "the key was had already");
}
