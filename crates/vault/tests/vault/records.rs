//! Tokens, secrets and approvals: kept, found again, and opened only as what they are.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::common::Home;
use crate::common::account;
use crate::common::book;
use crate::common::client;
use crate::common::destination;
use crate::common::entry_id;
use crate::common::name;
use crate::common::owner;
use crate::common::refresh_token;
use crate::common::token;
use crate::common::with_identity;
use vault::Approval;
use vault::KeyStoreChoice;
use vault::KeyUnavailable;
use vault::KeyringError;
use vault::LockName;
use vault::Notice;
use vault::Protection;
use vault::SecretKind;
use vault::VaultError;

pub(crate) fn homes() -> Vec<(&'static str, Home)> {
    vec![
        ("key file", Home::new()),
        ("keyring", Home::with_keyring()),
        (
            "passphrase",
            Home {
                passphrase: Some("correct horse"),
                ..Home::new()
            },
        ),
        #[cfg(target_os = "linux")]
        ("session key", Home::with_session()),
    ]
}

#[test]
fn a_token_is_found_again_by_another_process_wherever_the_key_rests() {
    for (kind, home) in homes() {
        home.vault()
            .tokens()
            .put(&entry_id("a"), &token("first"))
            .unwrap();
        home.vault()
            .tokens()
            .put(&entry_id("a"), &token("second"))
            .unwrap();
        let found = home.vault().tokens().get(&entry_id("a")).unwrap().unwrap();
        assert_eq!(found.access_token.expose_secret(), "second", "{kind}");
        assert_eq!(found.expires_on.unix_seconds(), 1_700_003_599);
        assert!(home.vault().tokens().get(&entry_id("b")).unwrap().is_none());
        assert_eq!(home.vault().tokens().list().unwrap().entries.len(), 1);
    }
}

#[test]
fn asking_an_empty_home_makes_nothing() {
    let home = Home::new();
    let vault = home.vault();
    assert!(vault.tokens().get(&entry_id("a")).unwrap().is_none());
    assert!(vault.tokens().list().unwrap().entries.is_empty());
    assert!(vault.protection().unwrap().is_none());
    let kept = vault
        .secrets()
        .get(&name("p"), SecretKind::ClientSecret, &destination("t"));
    assert!(kept.unwrap().is_none());
    assert!(vault.profiles().names().unwrap().is_empty());
    assert_eq!(home.files(""), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_secret_goes_to_its_destination_only() {
    for (kind, home) in homes() {
        let sp = name("sp");
        let vault = home.vault();
        let secrets = vault.secrets();
        secrets
            .put(&sp, SecretKind::ClientSecret, &destination("t"), "s3cr&t")
            .unwrap();
        let vault = home.vault();
        let secrets = vault.secrets();
        let kept = secrets
            .get(&sp, SecretKind::ClientSecret, &destination("t"))
            .unwrap();
        assert_eq!(
            kept.as_deref().map(String::as_str),
            Some("s3cr&t"),
            "{kind}"
        );
        let refused = secrets.get(&sp, SecretKind::ClientSecret, &destination("evil"));
        match refused {
            Err(VaultError::DestinationChanged { stored, requested }) => {
                assert_eq!(*stored, destination("t"));
                assert_eq!(*requested, destination("evil"));
            }
            other => panic!("{kind}: {other:?}"),
        }
        assert_eq!(
            secrets.has(&sp, SecretKind::ClientSecret).unwrap(),
            Some(destination("t"))
        );
        assert_eq!(
            secrets.has(&sp, SecretKind::CertificatePassword).unwrap(),
            None
        );

        assert!(secrets.rebind(&sp, &destination("new")).unwrap());
        let kept = secrets
            .get(&sp, SecretKind::ClientSecret, &destination("new"))
            .unwrap();
        assert_eq!(kept.as_deref().map(String::as_str), Some("s3cr&t"));
        assert!(
            secrets
                .get(&sp, SecretKind::ClientSecret, &destination("t"))
                .is_err()
        );
        assert!(!secrets.rebind(&name("other"), &destination("new")).unwrap());

        assert!(secrets.remove(&sp).unwrap());
        assert!(!secrets.remove(&sp).unwrap());
        assert_eq!(secrets.has(&sp, SecretKind::ClientSecret).unwrap(), None);
    }
}

#[test]
fn an_approval_covers_exactly_what_was_approved() {
    let home = Home::new();
    let approval = Approval {
        destination: destination("t"),
        references: vec![r#"command ["op", "read"]"#.to_owned(), "file /s".to_owned()],
    };
    let vault = home.vault();
    assert!(
        !vault
            .approvals()
            .is_approved(&name("sp"), &approval)
            .unwrap()
    );
    vault.approvals().approve(&name("sp"), &approval).unwrap();
    let vault = home.vault();
    assert!(
        vault
            .approvals()
            .is_approved(&name("sp"), &approval)
            .unwrap()
    );
    assert!(
        !vault
            .approvals()
            .is_approved(&name("SP"), &approval)
            .unwrap()
    );
    let mut moved = approval.clone();
    moved.destination = destination("evil");
    assert!(!vault.approvals().is_approved(&name("sp"), &moved).unwrap());
    let mut swapped = approval.clone();
    swapped.references.reverse();
    assert!(
        !vault
            .approvals()
            .is_approved(&name("sp"), &swapped)
            .unwrap()
    );
    assert!(vault.approvals().remove(&name("sp")).unwrap());
    assert!(
        !vault
            .approvals()
            .is_approved(&name("sp"), &approval)
            .unwrap()
    );
}

#[test]
fn tokens_are_forgotten_one_by_one_by_client_and_all_at_once() {
    let home = Home::new();
    let vault = home.vault();
    let mut other = token("other");
    other.client_id = client("d");
    for (scopes, entry) in [("a", &token("x")), ("b", &token("y")), ("c", &other)] {
        vault.tokens().put(&entry_id(scopes), entry).unwrap();
    }
    assert!(vault.tokens().remove(&entry_id("a")).unwrap());
    assert!(!vault.tokens().remove(&entry_id("a")).unwrap());
    assert_eq!(vault.tokens().remove_for_client(&client("c")).unwrap(), 1);
    assert!(vault.tokens().get(&entry_id("c")).unwrap().is_some());
    assert_eq!(vault.tokens().clear().unwrap(), 1);
    assert!(vault.tokens().list().unwrap().entries.is_empty());
}

/// All files below, with what they hold.
fn contents_below(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents_below(&path));
        } else {
            found.push((path.clone(), std::fs::read(path).unwrap()));
        }
    }
    found
}

#[test]
fn no_file_and_no_file_name_holds_a_token_or_a_name_in_the_clear() {
    for (kind, home) in homes() {
        let vault = home.vault();
        let mut entry = token("pl4nted-access");
        entry.account = Some(account("pl4nted-user"));
        vault.tokens().put(&entry_id("a"), &entry).unwrap();
        with_identity("t", "pl4nted-user", |identity| {
            let stored = refresh_token("pl4nted-refresh");
            vault.refresh_tokens().put(identity, &stored)
        })
        .unwrap();
        let (by_profile, minute) = (owner("pl4nted-profile"), Duration::from_mins(1));
        let kept = book("t", &["pl4nted-user"]);
        vault
            .accounts()
            .update(&by_profile, minute, &mut |_| Some(kept.clone()))
            .unwrap();
        let lock = LockName::sign_in(&by_profile);
        let lock = vault.locks().acquire(&lock, minute, 0, &mut |_| ());
        lock.unwrap().release().unwrap();
        let mut below = contents_below(home.root.path());
        if let Some(runtime) = &home.runtime {
            below.extend(contents_below(runtime.path()));
        }
        assert!(below.len() >= 8, "{kind}: {}", below.len());
        for (path, contents) in below {
            let text = String::from_utf8_lossy(&contents);
            assert!(!text.contains("pl4nted"), "{kind}: {}", path.display());
            assert!(!path.to_str().unwrap().contains("pl4nted"), "{kind}");
        }
    }
}

#[test]
fn an_account_loses_its_tokens_at_one_client_and_nobody_else_does() {
    let home = Home::new();
    let vault = home.vault();
    let of = |name: &str, client_id: &str| {
        let mut entry = token(name);
        entry.account = Some(account(name));
        entry.client_id = client(client_id);
        entry
    };
    let kept = [of("ada", "d"), of("bob", "c"), token("app")];
    for (number, entry) in kept
        .iter()
        .chain(&[of("ada", "c"), of("ada", "c")])
        .enumerate()
    {
        let id = entry_id(&number.to_string());
        vault.tokens().put(&id, entry).unwrap();
    }
    let ada = account("ada").id;
    let forget = || vault.tokens().remove_for_account(&client("c"), &ada);
    assert_eq!(forget().unwrap(), 2);
    assert_eq!(forget().unwrap(), 0);
    for number in 0..kept.len() {
        let id = entry_id(&number.to_string());
        assert!(vault.tokens().get(&id).unwrap().is_some(), "{number}");
    }
}

#[test]
fn the_first_protection_that_answers_is_taken_and_told() {
    let keyring = Home::with_keyring();
    keyring.vault().unlock().unwrap();
    assert!(matches!(
        keyring.vault().protection().unwrap(),
        Some(Protection::Keyring { .. })
    ));
    assert!(keyring.heard.all().is_empty());

    let passphrase = Home {
        passphrase: Some("correct horse"),
        ..Home::new()
    };
    passphrase.vault().unlock().unwrap();
    assert_eq!(
        passphrase.vault().protection().unwrap(),
        Some(Protection::Passphrase)
    );

    let file = Home::new();
    file.vault().unlock().unwrap();
    let Some(Protection::KeyFile { path }) = file.vault().protection().unwrap() else {
        panic!("a key file was expected")
    };
    assert!(path.starts_with(file.path("data")));
    assert_eq!(file.heard.all(), [Notice::KeyFileMade { path }]);
}

#[test]
fn a_keyring_that_is_there_but_gives_nothing_is_no_reason_for_a_key_file() {
    let home = Home {
        passphrase: Some("correct horse"),
        ..Home::new()
    };
    let locked = || Err(keyring_core::Error::NoStorageAccess("locked".into()));
    assert!(matches!(
        home.vault().with_keyring(locked).unlock(),
        Err(VaultError::KeyNotMade {
            why: KeyUnavailable::Keyring(KeyringError::Locked(_))
        })
    ));
    assert!(home.vault().protection().unwrap().is_none());
    assert!(home.files("data").is_empty() && home.heard.all().is_empty());
    // Unlocked, it takes the key.
    let unlocked = Home::with_keyring().keyring.unwrap();
    let vault = home.vault().with_keyring(move || Ok(Arc::clone(&unlocked)));
    vault.unlock().unwrap();
    assert!(matches!(
        vault.protection().unwrap(),
        Some(Protection::Keyring { .. })
    ));
}

#[test]
fn a_choice_is_kept_to_and_remembered() {
    let mut home = Home::with_keyring();
    home.choice = Some(KeyStoreChoice::File(Some(home.path("chosen/key"))));
    home.vault().unlock().unwrap();
    home.choice = Some(KeyStoreChoice::Keyring);
    let vault = home.vault();
    vault.unlock().unwrap();
    let path = home.path("chosen/key");
    assert_eq!(
        vault.protection().unwrap(),
        Some(Protection::KeyFile { path })
    );
    assert!(home.heard.all().is_empty());

    let mut nothing = Home::new();
    nothing.choice = Some(KeyStoreChoice::Keyring);
    assert!(matches!(
        nothing.vault().unlock(),
        Err(VaultError::KeyNotMade { .. })
    ));
    assert!(nothing.vault().protection().unwrap().is_none());
}

#[test]
fn fingerprints_agree_between_processes_and_differ_between_stores() {
    let (one, two) = (Home::new(), Home::new());
    let first = one.vault().fingerprint(&["a", "b"]).unwrap();
    assert_eq!(one.vault().fingerprint(&["a", "b"]).unwrap(), first);
    assert_ne!(one.vault().fingerprint(&["ab", ""]).unwrap(), first);
    assert_ne!(two.vault().fingerprint(&["a", "b"]).unwrap(), first);
}
