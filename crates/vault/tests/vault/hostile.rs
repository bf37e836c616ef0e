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
use crate::common::destination;
use crate::common::entry_id;
use crate::common::name;
use crate::common::profile;
use crate::common::token;

const PROFILES: [&str; 2] = ["one", "two"];

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
    }
}

fn sealed_files(home: &Home) -> Vec<PathBuf> {
    ["state/tokens", "state/secrets", "state/approvals"]
        .into_iter()
        .flat_map(|directory| home.files(directory))
        .collect()
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
    }
    unopened
}

#[test]
fn each_record_in_place_of_each_other_opens_as_nothing() {
    let home = Home::new();
    fill(&home);
    assert_eq!(unopened(&home), 0);
    let files = sealed_files(&home);
    assert_eq!(files.len(), 8);
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

#[test]
fn a_record_cut_at_any_byte_opens_as_nothing() {
    let home = Home::new();
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

#[test]
fn records_of_another_store_open_as_nothing() {
    let (ours, theirs) = (Home::new(), Home::new());
    fill(&ours);
    fill(&theirs);
    for directory in ["state/secrets", "state/approvals"] {
        for file in theirs.files(directory) {
            fs::copy(&file, ours.path(directory).join(file.file_name().unwrap())).unwrap();
        }
    }
    assert_eq!(unopened(&ours), 6);
}

#[test]
fn an_older_record_put_back_is_that_older_record() {
    let home = Home::new();
    fill(&home);
    let older: Vec<_> = sealed_files(&home)
        .into_iter()
        .map(|path| (fs::read(&path).unwrap(), path))
        .collect();
    fill(&home);
    for (bytes, path) in older {
        assert_ne!(fs::read(&path).unwrap(), bytes);
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(unopened(&home), 0);
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
    let home = Home::new();
    fill(&home);
    let elsewhere = home.path("elsewhere");
    for directory in ["tokens", "secrets", "approvals", "locks"] {
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
    let home = Home::new();
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
    drop(vault);
    let left = unopened(&home);
    let leftovers: Vec<_> = sealed_files(&home);
    let unmounted = std::process::Command::new("umount")
        .arg(home.path("state"))
        .status();
    assert!(unmounted.unwrap().success());
    assert!(
        matches!(
            put,
            Err(VaultError::Storage(StorageError::Io {
                failure: StorageFailure::Full,
                ..
            }))
        ),
        "{put:?}"
    );
    assert_eq!((left, leftovers.len()), (0, 8));
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
    let home = Home::new();
    fill(&home);
    for below in ["tokens", "secrets", "approvals"] {
        let leftover = home
            .path("state")
            .join(below)
            .join(".unfinished-0000000000000000");
        fs::write(&leftover, b"half").unwrap();
        fill(&home);
        assert!(leftover.exists(), "it may still be written to");
        let file = fs::File::options().write(true).open(&leftover).unwrap();
        let long_ago = std::time::SystemTime::now() - Duration::from_hours(2);
        file.set_modified(long_ago).unwrap();
        fill(&home);
        assert!(!leftover.exists());
    }
    assert_eq!(unopened(&home), 0);
    let old = home.files("state/tokens").remove(0);
    let file = fs::File::options().write(true).open(&old).unwrap();
    let month_ago = std::time::SystemTime::now() - Duration::from_hours(31 * 24);
    file.set_modified(month_ago).unwrap();
    home.vault()
        .tokens()
        .put(&entry_id("new"), &token("new"))
        .unwrap();
    assert!(!old.exists());
}
