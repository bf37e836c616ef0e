//! Damaged, swapped, restored and foreign files; lost and wrong keys; links where we write.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use vault::Approval;
use vault::HeaderError;
use vault::KeyStoreChoice;
use vault::KeyUnavailable;
use vault::Notice;
use vault::Protection;
use vault::SealError;
use vault::SecretKind;
use vault::StorageError;
use vault::StorageFailure;
use vault::VaultError;

use crate::common::Home;
use crate::common::book;
use crate::common::destination;
use crate::common::entry_id;
use crate::common::name;
use crate::common::owner;
use crate::common::profile;
use crate::common::refresh_token;
use crate::common::token;
use crate::common::with_identity;

const PROFILES: [&str; 2] = ["one", "two"];

const DIRECTORIES: [&str; 6] = [
    "tokens",
    "secrets",
    "approvals",
    "refresh-tokens",
    "accounts",
    "account-copies",
];

const LONG: Duration = Duration::from_mins(5);

fn approval(profile: &str) -> Approval {
    Approval {
        destination: destination("t"),
        references: vec![format!("file /{profile}")],
    }
}

/// What a profile's secret of a kind is in these tests: different for each.
fn secret_of(profile: &str, kind: SecretKind) -> String {
    format!("{profile}'s {kind}")
}

/// Two of everything.
fn fill(home: &Home) {
    let vault = home.vault();
    for text in PROFILES {
        for kind in SecretKind::ALL {
            let value = secret_of(text, kind);
            vault
                .secrets()
                .put(&name(text), kind, &destination("t"), &value)
                .unwrap();
        }
        vault
            .approvals()
            .approve(&name(text), &approval(text))
            .unwrap();
        vault.tokens().put(&entry_id(text), &token(text)).unwrap();
        with_identity("t", text, |identity| {
            vault.refresh_tokens().put(identity, &refresh_token(text))
        })
        .unwrap();
        let kept = book("t", &[text]);
        vault
            .accounts()
            .update(&owner(text), LONG, &mut |_| Some(kept.clone()))
            .unwrap();
    }
}

fn sealed_files(home: &Home) -> Vec<PathBuf> {
    DIRECTORIES
        .into_iter()
        .flat_map(|directory| home.files(&format!("state/{directory}")))
        .collect()
}

/// Homes without and with a session key, and how many sealed files [`fill`] makes there.
fn homes() -> Vec<(Home, usize)> {
    let mut homes = vec![(Home::new(), 12)];
    #[cfg(target_os = "linux")]
    homes.push((Home::with_session(), 14));
    homes
}

/// Opens everything there is; nothing may be taken for something else. Returns how many records
/// could not be opened.
fn unopened(home: &Home) -> usize {
    let vault = home.vault();
    let mut unopened = 0;
    for text in PROFILES {
        for kind in SecretKind::ALL {
            match vault.secrets().get(&name(text), kind, &destination("t")) {
                Ok(Some(value)) => assert_eq!(*value, secret_of(text, kind)),
                Ok(None) => panic!("a secret vanished"),
                Err(VaultError::Record { .. }) => unopened += 1,
                Err(error) => panic!("{error}"),
            }
        }
        match vault.approvals().get(&name(text)) {
            Ok(found) => assert_eq!(found, Some(approval(text))),
            Err(VaultError::Record { .. }) => unopened += 1,
            Err(error) => panic!("{error}"),
        }
        match vault.tokens().get(&entry_id(text)).unwrap() {
            Some(entry) => assert_eq!(entry.access_token.expose_secret(), text),
            None => unopened += 1,
        }
        let kept = with_identity("t", text, |identity| vault.refresh_tokens().get(identity));
        match kept.unwrap() {
            Some(stored) => assert_eq!(stored.token.expose_secret(), text),
            None => unopened += 1,
        }
        match vault.accounts().get(&owner(text)).unwrap() {
            Some(found) => assert_eq!(found, book("t", &[text])),
            None => unopened += 1,
        }
        let told = home.heard.all().len();
        let known = vault.accounts().known(&owner(text)).unwrap();
        assert!(known.is_none_or(|known| known == book("t", &[text])));
        unopened += home.heard.all()[told..]
            .iter()
            .filter(|notice| is_about(notice, "account-copies"))
            .count();
    }
    unopened
}

fn is_about(notice: &Notice, directory: &str) -> bool {
    matches!(notice, Notice::UnusableEntry { path, .. }
        if path.parent().is_some_and(|parent| parent.ends_with(directory)))
}

#[test]
fn each_record_in_place_of_each_other_opens_as_nothing() {
    for (home, count) in homes() {
        fill(&home);
        assert_eq!(unopened(&home), 0);
        let files = sealed_files(&home);
        assert_eq!(files.len(), count);
        for victim in &files {
            let original = fs::read(victim).unwrap();
            for impostor in files.iter().filter(|file| *file != victim) {
                fs::copy(impostor, victim).unwrap();
                assert_eq!(
                    unopened(&home),
                    1,
                    "{} as {}",
                    impostor.display(),
                    victim.display()
                );
                assert_eq!(
                    fs::read(victim).unwrap(),
                    fs::read(impostor).unwrap(),
                    "overwritten"
                );
            }
            fs::write(victim, &original).unwrap();
        }
        assert_eq!(unopened(&home), 0);
    }
}

#[test]
fn a_record_cut_at_any_byte_opens_as_nothing() {
    for (home, _) in homes() {
        fill(&home);
        for victim in sealed_files(&home) {
            let original = fs::read(&victim).unwrap();
            for length in 0..original.len() {
                fs::write(&victim, &original[..length]).unwrap();
                assert_eq!(unopened(&home), 1, "{} at {length}", victim.display());
            }
            fs::write(&victim, &original).unwrap();
        }
        assert!(home.heard.all().iter().any(|notice| matches!(
            notice,
            Notice::UnusableEntry {
                why: SealError::CutShort,
                ..
            }
        )));
    }
}

#[test]
fn a_record_changed_in_any_byte_opens_as_nothing() {
    let (home, _) = homes().pop().unwrap();
    fill(&home);
    // A secret whose destination reads otherwise is refused for that alone.
    let is_secret = |path: &PathBuf| path.parent().unwrap().ends_with("secrets");
    for victim in sealed_files(&home) {
        if is_secret(&victim) {
            continue;
        }
        let original = fs::read(&victim).unwrap();
        for position in 0..original.len() {
            let mut changed = original.clone();
            changed[position] ^= 0x55;
            fs::write(&victim, &changed).unwrap();
            assert_eq!(unopened(&home), 1, "{} at {position}", victim.display());
        }
        fs::write(&victim, &original).unwrap();
    }
    assert_eq!(unopened(&home), 0);
}

#[test]
fn what_a_sign_in_brings_back_is_told_left_alone_and_then_mended() {
    for (home, _) in homes() {
        fill(&home);
        for directory in ["refresh-tokens", "accounts", "account-copies"] {
            for path in home.files(&format!("state/{directory}")) {
                fs::write(&path, b"EACLSEAL, but not really").unwrap();
            }
        }
        let vault = home.vault();
        let (tokens, accounts) = (vault.refresh_tokens(), vault.accounts());
        let listed = tokens.list().unwrap();
        assert_eq!((listed.held.len(), listed.closed), (0, 2));
        assert!(accounts.list().unwrap().is_empty());
        for text in PROFILES {
            with_identity("t", text, |identity| {
                assert!(tokens.get(identity).unwrap().is_none());
                let refused = refresh_token(text).token;
                assert!(!tokens.remove_if(identity, &refused).unwrap());
            });
            assert_eq!(accounts.known(&owner(text)).unwrap(), None);
            let looked = accounts.update(&owner(text), LONG, &mut |book| book);
            assert_eq!(looked.unwrap(), None);
        }
        for directory in ["refresh-tokens", "accounts"] {
            assert_eq!(home.files(&format!("state/{directory}")).len(), 2);
            let heard = home.heard.all();
            assert!(heard.iter().any(|notice| is_about(notice, directory)));
        }
        fill(&home);
        assert_eq!(unopened(&home), 0);
    }
}

#[test]
fn what_cannot_be_opened_can_be_forgotten() {
    let (home, _) = homes().pop().unwrap();
    fill(&home);
    for directory in ["refresh-tokens", "accounts", "account-copies"] {
        for path in home.files(&format!("state/{directory}")) {
            fs::write(&path, b"").unwrap();
        }
    }
    let vault = home.vault();
    for text in PROFILES {
        assert!(vault.accounts().remove(&owner(text)).unwrap());
    }
    assert_eq!(vault.refresh_tokens().remove_all().unwrap(), 2);
    for directory in ["refresh-tokens", "accounts", "account-copies"] {
        assert!(home.files(&format!("state/{directory}")).is_empty());
    }
}

#[test]
fn one_file_that_is_no_record_troubles_no_list() {
    let home = Home::new();
    fill(&home);
    for directory in ["refresh-tokens", "accounts"] {
        let path = home.files(&format!("state/{directory}")).remove(0);
        fs::write(&path, vec![0; 2 << 20]).unwrap();
        fs::write(path.with_file_name("notes.txt"), b"by a person").unwrap();
        symlink("/etc/passwd", path.with_file_name("ab".repeat(32))).unwrap();
    }
    let vault = home.vault();
    let listed = vault.refresh_tokens().list().unwrap();
    assert_eq!((listed.held.len(), listed.closed), (1, 1));
    assert_eq!(vault.accounts().list().unwrap().len(), 1);
}

#[test]
fn records_of_another_store_open_as_nothing() {
    let (ours, theirs) = (Home::new(), Home::new());
    fill(&ours);
    fill(&theirs);
    for directory in ["secrets", "approvals", "refresh-tokens", "accounts"] {
        let directory = format!("state/{directory}");
        for file in theirs.files(&directory) {
            fs::copy(&file, ours.path(&directory).join(file.file_name().unwrap())).unwrap();
        }
    }
    assert_eq!(unopened(&ours), 10);
}

#[test]
fn an_older_record_put_back_is_that_older_record() {
    for (home, _) in homes() {
        fill(&home);
        let older: Vec<_> = sealed_files(&home)
            .into_iter()
            .map(|path| (fs::read(&path).unwrap(), path))
            .collect();
        for text in PROFILES {
            // Accounts that stay as they are are not rewritten.
            home.vault().accounts().remove(&owner(text)).unwrap();
        }
        fill(&home);
        for (bytes, path) in older {
            assert_ne!(fs::read(&path).unwrap(), bytes);
            fs::write(&path, bytes).unwrap();
        }
        assert_eq!(unopened(&home), 0);
    }
}

#[test]
fn the_refusal_of_a_restored_refresh_token_takes_no_newer_one_with_it() {
    let home = Home::new();
    let vault = home.vault();
    with_identity("t", "ada", |identity| {
        let tokens = vault.refresh_tokens();
        tokens.put(identity, &refresh_token("old")).unwrap();
        let path = home.files("state/refresh-tokens").remove(0);
        let old = fs::read(&path).unwrap();
        tokens.put(identity, &refresh_token("new")).unwrap();
        fs::write(&path, old).unwrap();
        let restored = tokens.get(identity).unwrap().unwrap().token;
        assert_eq!(restored.expose_secret(), "old");
        tokens.put(identity, &refresh_token("newest")).unwrap();
        assert!(!tokens.remove_if(identity, &restored).unwrap());
        let kept = tokens.get(identity).unwrap().unwrap().token;
        assert_eq!(kept.expose_secret(), "newest");
    });
}

#[test]
fn a_newer_token_file_is_left_alone_until_a_new_token_comes() {
    let home = Home::new();
    fill(&home);
    let path = &home.files("state/tokens")[0];
    let mut bytes = fs::read(path).unwrap();
    bytes[9] = 9;
    fs::write(path, &bytes).unwrap();
    assert_eq!(unopened(&home), 1);
    assert_eq!(fs::read(path).unwrap(), bytes);
    let newer = Notice::UnusableEntry {
        path: path.clone(),
        why: SealError::Newer { found: 9 },
    };
    assert!(home.heard.all().contains(&newer));
    assert_eq!(home.vault().tokens().list().unwrap().closed, 1);
    for text in PROFILES {
        home.vault()
            .tokens()
            .put(&entry_id(text), &token(text))
            .unwrap();
    }
    assert_eq!(unopened(&home), 0);
}

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
        good.replace("\"format\": 1", "\"format\": 2"),
        good.replace("keyFile", "quantum"),
        good[..good.len() / 2].to_owned(),
    ] {
        fs::write(&header, &bad).unwrap();
        let error = home.vault().unlock().unwrap_err();
        assert!(matches!(error, VaultError::Header { .. }), "{error}");
        assert_eq!(fs::read_to_string(&header).unwrap(), bad);
    }
    fs::write(&header, good.replace("\"format\": 1", "\"format\": 2")).unwrap();
    assert!(matches!(
        home.vault().unlock(),
        Err(VaultError::Header {
            why: HeaderError::Newer { found: 2 },
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
fn links_are_not_followed_wherever_we_write() {
    let (home, _) = homes().pop().unwrap();
    fill(&home);
    let elsewhere = home.path("elsewhere");
    for directory in DIRECTORIES.into_iter().chain(["locks"]) {
        if !home.path("state").join(directory).exists() {
            continue;
        }
        let (ours, moved) = (
            home.path("state").join(directory),
            elsewhere.join(directory),
        );
        fs::create_dir_all(&elsewhere).unwrap();
        fs::rename(&ours, &moved).unwrap();
        symlink(&moved, &ours).unwrap();
        let vault = home.vault();
        let result = match directory {
            "tokens" => vault.tokens().put(&entry_id("x"), &token("x")),
            "secrets" => {
                let kind = SecretKind::ClientSecret;
                vault
                    .secrets()
                    .put(&name("x"), kind, &destination("t"), "x")
            }
            "approvals" => vault.approvals().approve(&name("x"), &approval("x")),
            "refresh-tokens" => with_identity("t", "x", |identity| {
                vault.refresh_tokens().put(identity, &refresh_token("x"))
            }),
            "accounts" | "account-copies" => vault
                .accounts()
                .update(&owner("x"), LONG, &mut |_| Some(book("t", &["x"])))
                .map(|_| ()),
            _ => vault
                .profiles()
                .create(&profile("x"), false)
                .map_err(|error| match error {
                    vault::ProfilesError::Vault(error) => error,
                    other => panic!("{other}"),
                }),
        };
        assert!(
            matches!(&result, Err(VaultError::Storage(StorageError::Link(path))) if *path == ours),
            "{directory}: {result:?}"
        );
        fs::remove_file(&ours).unwrap();
        fs::rename(&moved, &ours).unwrap();
    }
    let state = home.path("state");
    fs::rename(&state, elsewhere.join("state")).unwrap();
    symlink(elsewhere.join("state"), &state).unwrap();
    assert!(matches!(
        home.vault().unlock(),
        Err(VaultError::Storage(StorageError::Link(path))) if path == state
    ));
}

#[test]
fn a_link_in_place_of_a_file_is_refused_or_replaced_never_followed() {
    let (home, _) = homes().pop().unwrap();
    fill(&home);
    let bystander = home.path("bystander");
    fs::write(&bystander, b"precious").unwrap();
    let linked = |path: &Path| {
        fs::remove_file(path).unwrap();
        symlink(&bystander, path).unwrap();
    };
    for path in home.files("state/tokens") {
        linked(&path);
    }
    let refused = home.vault().tokens().get(&entry_id("one"));
    assert!(matches!(
        refused,
        Err(VaultError::Storage(StorageError::Link(_)))
    ));
    fill(&home);
    assert_eq!(unopened(&home), 0);
    for path in home.files("state/refresh-tokens") {
        linked(&path);
    }
    let refused = with_identity("t", "one", |identity| {
        home.vault().refresh_tokens().get(identity)
    });
    assert!(matches!(
        refused,
        Err(VaultError::Storage(StorageError::Link(_)))
    ));
    fill(&home);
    assert_eq!(unopened(&home), 0);
    // Changing accounts begins with reading them: a link has to go first.
    for path in home.files("state/accounts") {
        linked(&path);
    }
    let accounts = |vault: vault::Vault| {
        let looked = vault.accounts().get(&owner("one")).map(|_| ());
        let change = |_| Some(book("t", &["x"]));
        let changed = vault
            .accounts()
            .update(&owner("one"), LONG, &mut { change });
        [looked, changed.map(|_| ())]
    };
    for refused in accounts(home.vault()) {
        assert!(matches!(
            refused,
            Err(VaultError::Storage(StorageError::Link(_)))
        ));
    }
    for text in PROFILES {
        assert!(home.vault().accounts().remove(&owner(text)).unwrap());
    }
    assert!(home.files("state/accounts").is_empty());
    fill(&home);
    assert_eq!(unopened(&home), 0);
    for path in home.files("state/account-copies") {
        linked(&path);
    }
    let known = home.vault().accounts().known(&owner("one")).unwrap();
    assert_eq!(known, Some(book("t", &["one"])));
    fill(&home);
    assert_eq!(unopened(&home), 0);
    for path in home.files("state/locks") {
        linked(&path);
    }
    assert!(matches!(
        home.vault().profiles().create(&profile("x"), false),
        Ok(())
            | Err(vault::ProfilesError::Vault(VaultError::Storage(
                StorageError::Link(_)
            )))
    ));
    linked(&home.path("state/store.json"));
    let refused = home.vault().unlock();
    assert!(matches!(
        refused,
        Err(VaultError::Storage(StorageError::Link(_)))
    ));
    assert_eq!(fs::read(&bystander).unwrap(), b"precious");
}

#[test]
fn a_pipe_in_place_of_a_record_does_not_hang() {
    let home = Home::new();
    fill(&home);
    let path = home.files("state/secrets").remove(0);
    fs::remove_file(&path).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let vault = home.vault();
    let refused = PROFILES
        .into_iter()
        .flat_map(|text| SecretKind::ALL.map(|kind| (text, kind)))
        .filter(|(text, kind)| vault.secrets().has(&name(text), *kind).is_err())
        .count();
    assert_eq!(refused, 1);
}

#[test]
fn a_directory_open_to_others_is_closed_and_told() {
    let home = Home::new();
    fill(&home);
    for below in ["state", "state/secrets"] {
        let path = home.path(below);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(unopened(&home), 0);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700
        );
        let told = Notice::PermissionsRepaired { path, mode: 0o755 };
        assert!(home.heard.all().contains(&told));
    }
}

#[test]
fn a_directory_that_others_have_a_use_for_is_neither_closed_nor_used() {
    for stranger in ["passwd", "store.json.bak", ".profile"] {
        let home = Home::new();
        let path = home.path("state");
        fs::create_dir(&path).unwrap();
        fs::write(path.join(stranger), "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let said = home.vault().unlock().unwrap_err().to_string();
        assert!(
            said.contains(stranger) && said.contains("chmod 700"),
            "{said}"
        );
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(), home.files("state").len()), (0o755, 1));
        // Closed by the person, it is the person's choice.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        home.vault().unlock().unwrap();
    }
}

#[test]
fn an_empty_directory_open_to_others_is_closed_and_used() {
    let home = Home::new();
    let path = home.path("state");
    fs::create_dir(&path).unwrap();
    fs::write(path.join(".unfinished-1"), "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    home.vault().unlock().unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_directory_shared_by_many_is_not_closed_to_them() {
    let home = Home::new();
    let path = home.path("state");
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o1777)).unwrap();
    assert!(matches!(
        home.vault().unlock(),
        Err(VaultError::Storage(StorageError::WrongKind(_)))
    ));
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o1777);
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

#[test]
fn everything_we_make_is_for_its_owner_only() {
    fn check(path: &Path) {
        let mode = fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777;
        if path.is_dir() {
            assert_eq!(mode, 0o700, "{}", path.display());
            for entry in fs::read_dir(path).unwrap() {
                check(&entry.unwrap().path());
            }
        } else {
            assert_eq!(mode, 0o600, "{}", path.display());
        }
    }
    let home = Home::new();
    fill(&home);
    home.vault()
        .profiles()
        .create(&profile("x"), false)
        .unwrap();
    for below in ["config", "data", "state"] {
        check(&home.path(below));
    }
}

#[test]
fn root_keeps_out_of_another_users_home_unless_told() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not root: nothing to see here");
        return;
    }
    let home = Home::new();
    fill(&home);
    let chown = |path: &Path| std::os::unix::fs::chown(path, Some(12_345), None).unwrap();
    chown(&home.path("state"));
    assert!(matches!(
        home.vault().unlock(),
        Err(VaultError::Storage(StorageError::ForeignHome {
            owner: 12_345,
            ..
        }))
    ));
    let fresh = Home::new();
    chown(fresh.root.path());
    assert!(matches!(
        fresh.vault().unlock(),
        Err(VaultError::Storage(StorageError::ForeignHome {
            owner: 12_345,
            ..
        }))
    ));
    assert!(!fresh.path("state").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing_and_is_told_as_full() {
    let home = Home::new();
    fs::create_dir(home.path("state")).unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs"])
        .arg(home.path("state"))
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("a small disk cannot be mounted here: not tested");
        return;
    }
    fill(&home);
    fs::write(home.path("state/ballast"), vec![0; 1 << 20]).unwrap_err();
    let vault = home.vault();
    let put = vault.secrets().put(
        &name("one"),
        SecretKind::ClientSecret,
        &destination("t"),
        "new",
    );
    let refresh = with_identity("t", "one", |identity| {
        vault.refresh_tokens().put(identity, &refresh_token("new"))
    });
    let accounts = vault
        .accounts()
        .update(&owner("one"), LONG, &mut |_| Some(book("t", &["new"])));
    drop(vault);
    let left = unopened(&home);
    let leftovers: Vec<_> = sealed_files(&home);
    let unmounted = std::process::Command::new("umount")
        .arg(home.path("state"))
        .status();
    assert!(unmounted.unwrap().success());
    for refused in [put, refresh, accounts.map(|_| ())] {
        assert!(
            matches!(
                refused,
                Err(VaultError::Storage(StorageError::Io {
                    failure: StorageFailure::Full,
                    ..
                }))
            ),
            "{refused:?}"
        );
    }
    assert_eq!((left, leftovers.len()), (0, 12));
}

#[cfg(target_os = "linux")]
#[test]
fn sessions_have_keys_of_their_own_and_leave_each_others_entries_alone() {
    let mut home = Home::with_session();
    home.vault()
        .tokens()
        .put(&entry_id("a"), &token("first"))
        .unwrap();
    assert!(home.vault().has_session_key().unwrap());
    let first = home.runtime.replace(Home::with_session().runtime.unwrap());
    assert!(home.vault().tokens().get(&entry_id("a")).unwrap().is_none());
    home.vault()
        .tokens()
        .put(&entry_id("a"), &token("second"))
        .unwrap();
    assert_eq!(home.files("state/tokens").len(), 2);
    home.runtime = first;
    let found = home.vault().tokens().get(&entry_id("a")).unwrap().unwrap();
    assert_eq!(found.access_token.expose_secret(), "first");
    let list = home.vault().tokens().list().unwrap();
    assert_eq!((list.entries.len(), list.closed), (1, 1));
    assert!(home.vault().tokens().remove(&entry_id("a")).unwrap());
    assert!(home.files("state/tokens").is_empty());
    assert!(
        home.heard
            .all()
            .iter()
            .all(|notice| matches!(notice, Notice::KeyFileMade { .. }))
    );
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

#[test]
fn what_killed_writers_left_is_swept_up_and_nothing_else() {
    let (home, _) = homes().pop().unwrap();
    fill(&home);
    let rewrite = || {
        for text in PROFILES {
            home.vault().accounts().remove(&owner(text)).unwrap();
        }
        fill(&home);
    };
    for below in DIRECTORIES {
        if home.files(&format!("state/{below}")).is_empty() {
            continue;
        }
        let leftover = home
            .path("state")
            .join(below)
            .join(".unfinished-0000000000000000");
        fs::write(&leftover, b"half").unwrap();
        rewrite();
        assert!(leftover.exists(), "it may still be written to");
        let file = fs::File::options().write(true).open(&leftover).unwrap();
        let long_ago = std::time::SystemTime::now() - Duration::from_hours(2);
        file.set_modified(long_ago).unwrap();
        rewrite();
        assert!(!leftover.exists());
    }
    assert_eq!(unopened(&home), 0);
    let month_ago = std::time::SystemTime::now() - Duration::from_hours(31 * 24);
    for path in sealed_files(&home) {
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(month_ago).unwrap();
    }
    let vault = home.vault();
    vault.tokens().put(&entry_id("new"), &token("new")).unwrap();
    vault
        .accounts()
        .update(&owner("new"), LONG, &mut |_| Some(book("t", &["new"])))
        .unwrap();
    with_identity("t", "new", |identity| {
        vault.refresh_tokens().put(identity, &refresh_token("new"))
    })
    .unwrap();
    let count = |below: &str| home.files(&format!("state/{below}")).len();
    assert_eq!((count("tokens"), count("secrets")), (1, 4));
    assert_eq!((count("refresh-tokens"), count("accounts")), (3, 3));
    assert_eq!(count("account-copies"), usize::from(home.runtime.is_some()));
}
