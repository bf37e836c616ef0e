//! Lost, wrong and foreign keys, and headers that cannot be used.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use vault::HeaderError;
use vault::KeyStoreChoice;
use vault::KeyUnavailable;
use vault::Protection;
use vault::SecretKind;
use vault::StorageError;
use vault::VaultError;

use crate::common::Home;
use crate::common::destination;
use crate::common::entry_id;
use crate::common::name;
use crate::common::owner;
use crate::common::refresh_token;
use crate::common::token;
use crate::common::with_identity;
use crate::hostile::DIRECTORIES;
use crate::hostile::LONG;
use crate::hostile::fill;
use crate::hostile::homes;
use crate::hostile::sealed_files;
use crate::hostile::unopened;

#[test]
fn without_its_header_a_store_gets_no_new_key() {
    let home = Home::new();
    fill(&home);
    let before: Vec<_> = sealed_files(&home)
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    fs::remove_file(home.path("state/store.json")).unwrap();
    let vault = home.vault();
    let get = vault
        .secrets()
        .get(&name("one"), SecretKind::ClientSecret, &destination("t"));
    assert!(matches!(get, Err(VaultError::HeaderMissing { .. })));
    let put = vault.tokens().put(&entry_id("x"), &token("x"));
    assert!(matches!(put, Err(VaultError::HeaderMissing { .. })));
    assert!(!home.path("state/store.json").exists());
    assert_eq!(home.files("data").len(), 1);
    let after: Vec<_> = sealed_files(&home)
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    assert_eq!(before, after);
}

#[test]
fn while_one_record_is_left_no_second_store_is_made() {
    for (home, _) in homes() {
        fill(&home);
        fs::remove_file(home.path("state/store.json")).unwrap();
        let moved = home.path("moved");
        fs::create_dir(&moved).unwrap();
        let present = DIRECTORIES.into_iter().filter(|directory| {
            let path = home.path("state").join(directory);
            path.exists() && fs::rename(path, moved.join(directory)).is_ok()
        });
        for directory in present.collect::<Vec<_>>() {
            let path = home.path("state").join(directory);
            fs::rename(moved.join(directory), &path).unwrap();
            let refused = home.vault().unlock();
            assert!(
                matches!(refused, Err(VaultError::HeaderMissing { .. })),
                "{directory}: {refused:?}"
            );
            let opened = match directory {
                "refresh-tokens" => home.vault().refresh_tokens().list().map(|_| ()),
                "accounts" => home.vault().accounts().list().map(|_| ()),
                _ => refused,
            };
            assert!(matches!(opened, Err(VaultError::HeaderMissing { .. })));
            fs::rename(path, moved.join(directory)).unwrap();
        }
    }
}

#[test]
fn a_header_that_cannot_be_used_is_kept() {
    let home = Home::new();
    fill(&home);
    let header = home.path("state/store.json");
    let good = fs::read_to_string(&header).unwrap();
    for bad in [
        String::new(),
        "{".to_owned(),
        good.replace("\"format\": 1", "\"format\": 3"),
        good.replace("keyFile", "quantum"),
        good[..good.len() / 2].to_owned(),
    ] {
        fs::write(&header, &bad).unwrap();
        let error = home.vault().unlock().unwrap_err();
        assert!(matches!(error, VaultError::Header { .. }), "{error}");
        assert_eq!(fs::read_to_string(&header).unwrap(), bad);
    }
    fs::write(&header, good.replace("\"format\": 1", "\"format\": 3")).unwrap();
    assert!(matches!(
        home.vault().unlock(),
        Err(VaultError::Header {
            why: HeaderError::Newer { found: 3 },
            ..
        })
    ));
    fs::write(&header, vec![b' '; 1 << 17]).unwrap();
    assert!(matches!(
        home.vault().unlock(),
        Err(VaultError::Storage(StorageError::TooLarge { .. }))
    ));
}

#[test]
fn a_header_that_asks_for_a_terabyte_is_refused() {
    let home = Home {
        passphrase: Some("correct horse"),
        ..Home::new()
    };
    home.vault().unlock().unwrap();
    let header = home.path("state/store.json");
    let text = fs::read_to_string(&header).unwrap();
    fs::write(&header, text.replace("65536", "1073741824")).unwrap();
    assert!(matches!(
        home.vault().unlock(),
        Err(VaultError::Header {
            why: HeaderError::ExcessiveCost { .. },
            ..
        })
    ));
}

fn unavailable(home: &Home) -> KeyUnavailable {
    let before = fs::read(home.path("state/store.json")).unwrap();
    let get = home
        .vault()
        .secrets()
        .get(&name("one"), SecretKind::ClientSecret, &destination("t"))
        .unwrap_err();
    let put = home
        .vault()
        .tokens()
        .put(&entry_id("x"), &token("x"))
        .unwrap_err();
    assert!(matches!(put, VaultError::KeyUnavailable { .. }), "{put}");
    let vault = home.vault();
    let (tokens, accounts) = (vault.refresh_tokens(), vault.accounts());
    let refused = [
        with_identity("t", "one", |identity| tokens.get(identity).map(|_| ())),
        with_identity("t", "one", |identity| {
            tokens.put(identity, &refresh_token("x"))
        }),
        tokens.list().map(|_| ()),
        accounts.get(&owner("one")).map(|_| ()),
        accounts.known(&owner("one")).map(|_| ()),
        accounts.list().map(|_| ()),
        accounts
            .update(&owner("one"), LONG, &mut |book| book)
            .map(|_| ()),
        accounts
            .rebind(&owner("one"), &destination("u"))
            .map(|_| ()),
    ];
    for (number, result) in refused.into_iter().enumerate() {
        assert!(
            matches!(result, Err(VaultError::KeyUnavailable { .. })),
            "{number}: {result:?}"
        );
    }
    assert_eq!(fs::read(home.path("state/store.json")).unwrap(), before);
    match get {
        VaultError::KeyUnavailable { why, .. } => why,
        other => panic!("{other}"),
    }
}

#[test]
fn a_lost_key_is_an_error_until_it_is_back_and_never_a_new_key() {
    let mut home = Home::with_keyring();
    fill(&home);
    let keyring = home.keyring.take();
    assert!(matches!(unavailable(&home), KeyUnavailable::Keyring(_)));
    home.passphrase = Some("at hand, but not this store's");
    home.choice = Some(KeyStoreChoice::File(None));
    home.keyring = Home::with_keyring().keyring;
    assert!(matches!(unavailable(&home), KeyUnavailable::NotInKeyring));

    let Some(Protection::Keyring { service, account }) = home.vault().protection().unwrap() else {
        panic!("a keyring was expected")
    };
    let entry = home
        .keyring
        .as_ref()
        .unwrap()
        .build(&service, &account, None)
        .unwrap();
    entry.set_secret(&[1; 32]).unwrap();
    assert!(matches!(unavailable(&home), KeyUnavailable::WrongKey));
    entry.set_secret(&[1; 31]).unwrap();
    assert!(matches!(unavailable(&home), KeyUnavailable::WrongKey));

    home.keyring = keyring;
    assert_eq!(unopened(&home), 0);
    assert!(home.files("data").is_empty());
}

#[test]
fn a_lost_or_damaged_key_file_is_an_error() {
    let home = Home::new();
    fill(&home);
    let path = home.files("data").remove(0);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let good = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(matches!(unavailable(&home), KeyUnavailable::KeyFileMissing));
    for length in 0..good.len() {
        fs::write(&path, &good[..length]).unwrap();
        assert!(matches!(unavailable(&home), KeyUnavailable::KeyFileDamaged));
    }
    let mut changed = good.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&path, &changed).unwrap();
    assert!(matches!(unavailable(&home), KeyUnavailable::WrongKey));
    fs::write(&path, &good).unwrap();
    assert_eq!(unopened(&home), 0);
}

#[test]
fn a_wrong_passphrase_is_an_error() {
    let mut home = Home {
        passphrase: Some("correct horse"),
        ..Home::new()
    };
    fill(&home);
    home.passphrase = Some("battery staple");
    assert!(matches!(
        unavailable(&home),
        KeyUnavailable::WrongPassphrase
    ));
    home.passphrase = None;
    assert!(matches!(unavailable(&home), KeyUnavailable::Passphrase(_)));
    home.passphrase = Some("correct horse");
    assert_eq!(unopened(&home), 0);
}

#[test]
fn a_chosen_key_file_leaves_its_directory_as_it_is() {
    let shared = tempfile::tempdir().unwrap();
    fs::set_permissions(shared.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let key = shared.path().join("key");
    let home = Home {
        choice: Some(KeyStoreChoice::File(Some(key.clone()))),
        ..Home::new()
    };
    home.vault().unlock().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(shared.path()), mode(&key)), (0o755, 0o600));
}

#[test]
fn a_key_file_that_others_may_write_is_not_trusted() {
    let home = Home::new();
    fill(&home);
    let path = home.files("data").remove(0);
    for (mode, is_trusted) in [(0o600, true), (0o640, true), (0o620, false), (0o602, false)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(home.vault().unlock().is_ok(), is_trusted, "{mode:o}");
    }
    if rustix::process::geteuid().is_root() {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::chown(&path, Some(12_345), None).unwrap();
        assert!(matches!(
            unavailable(&home),
            KeyUnavailable::KeyFile(StorageError::ForeignOwner { owner: 12_345, .. })
        ));
    }
}

#[test]
fn a_pipe_in_place_of_the_profiles_or_the_key_does_not_hang() {
    let home = Home::new();
    fill(&home);
    let key = home.files("data").remove(0);
    fs::remove_file(&key).unwrap();
    let profiles = home.path("config/profiles.json");
    fs::create_dir(home.path("config")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .args([&key, &profiles])
        .status();
    assert!(made.unwrap().success());
    assert!(matches!(
        unavailable(&home),
        KeyUnavailable::KeyFile(StorageError::WrongKind(_))
    ));
    assert!(home.vault().profiles().names().is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn with_a_session_key_tokens_need_no_master_key() {
    let mut home = Home::with_session();
    home.keyring = Home::with_keyring().keyring;
    home.vault()
        .tokens()
        .put(&entry_id("a"), &token("a"))
        .unwrap();
    home.keyring = None;
    assert!(home.vault().tokens().get(&entry_id("a")).unwrap().is_some());
    home.vault()
        .tokens()
        .put(&entry_id("b"), &token("b"))
        .unwrap();
    assert_eq!(home.vault().tokens().list().unwrap().entries.len(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_session_key_rests_only_in_memory_that_is_ours_and_closed() {
    let mut home = Home::with_session();
    let open_to_others = home.runtime.take().unwrap();
    let permissions = fs::Permissions::from_mode(0o755);
    fs::set_permissions(open_to_others.path(), permissions).unwrap();
    let on_disk = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let permissions = fs::Permissions::from_mode(0o700);
    fs::set_permissions(on_disk.path(), permissions).unwrap();
    for place in [open_to_others, on_disk] {
        home.runtime = Some(place);
        home.vault()
            .tokens()
            .put(&entry_id("a"), &token("a"))
            .unwrap();
        assert!(!home.vault().has_session_key().unwrap());
        assert!(home.vault().tokens().get(&entry_id("a")).unwrap().is_some());
        let place = home.runtime.take().unwrap();
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }
}
