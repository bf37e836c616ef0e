//! What protects the store is changed: everything is sealed again, or nothing is.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::Passphrase;
use vault::KeyStoreChoice;
use vault::LockError;
use vault::NewProtection;
use vault::Notice;
use vault::ProfilesError;
use vault::Protection;
use vault::ProtectionChange;
use vault::ProtectionChanged;
use vault::SecretKind;
#[cfg(target_os = "linux")]
use vault::StorageError;
#[cfg(target_os = "linux")]
use vault::StorageFailure;
use vault::Vault;
use vault::VaultError;

use crate::common::FastClock;
use crate::common::Home;
use crate::common::destination;
use crate::common::name;
use crate::common::profile;
use crate::common::refresh_token;
use crate::common::with_identity;
use crate::hostile::LONG;
use crate::hostile::PROFILES;
use crate::hostile::fill;
use crate::hostile::unopened;

const OLD: &str = "correct horse";
const NEW: &str = "battery staple";

/// Two of everything, with the profiles whose names the secrets are sealed under.
fn filled(home: &Home) {
    fill(home);
    for text in PROFILES {
        home.vault()
            .profiles()
            .create(&profile(text), false)
            .unwrap();
    }
}

fn change(vault: Vault, to: NewProtection) -> Result<ProtectionChanged, ProfilesError> {
    changed_with(vault, to, false)
}

fn changed_with(
    vault: Vault,
    to: NewProtection,
    forget_unreadable: bool,
) -> Result<ProtectionChanged, ProfilesError> {
    let change = ProtectionChange {
        to,
        forget_unreadable,
        deadline: Duration::from_secs(1),
    };
    vault.change_protection(change, &mut |_| ())
}

fn passphrase(text: &str) -> NewProtection {
    NewProtection::Passphrase(Passphrase::from(text.to_owned()))
}

/// Every key id that a sealed record in the state directory names.
fn key_ids(home: &Home) -> BTreeSet<Vec<u8>> {
    let mut ids = BTreeSet::new();
    for directory in home.files("state") {
        let below = directory.strip_prefix(home.root.path()).unwrap();
        for file in home.files(below.to_str().unwrap()) {
            let bytes = fs::read(file).unwrap();
            if bytes.starts_with(b"EACLSEAL") {
                ids.insert(bytes[11..19].to_vec());
            }
        }
    }
    ids
}

/// Directories and files of the state directory itself.
fn state_names(home: &Home) -> BTreeSet<String> {
    let name = |path: PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    home.files("state").into_iter().map(name).collect()
}

// Elsewhere the keyring keeps the key of the session as well, and what it seals stays as it is.
#[cfg(not(any(target_os = "macos", windows)))]
#[test]
fn from_each_protection_to_each_other_everything_opens_and_nothing_old_is_left() {
    let choices = [
        (KeyStoreChoice::Keyring, NewProtection::Keyring),
        (KeyStoreChoice::Passphrase, passphrase(NEW)),
        (KeyStoreChoice::File(None), NewProtection::KeyFile(None)),
    ];
    for (from, _) in &choices {
        for (kind, to) in &choices {
            let mut home = Home {
                choice: Some(from.clone()),
                passphrase: Some(OLD),
                ..Home::with_keyring()
            };
            filled(&home);
            let (before, keys) = (home.vault().protection().unwrap(), key_ids(&home));
            let to = match to {
                NewProtection::Keyring => NewProtection::Keyring,
                NewProtection::Passphrase(_) => passphrase(NEW),
                NewProtection::KeyFile(path) => NewProtection::KeyFile(path.clone()),
            };
            let done = change(home.vault(), to).unwrap();
            assert_eq!((&done.before, done.resealed), (&before, 12));
            assert!(
                match done.after {
                    Protection::Keyring { .. } => matches!(kind, KeyStoreChoice::Keyring),
                    Protection::Passphrase => matches!(kind, KeyStoreChoice::Passphrase),
                    Protection::KeyFile { .. } => matches!(kind, KeyStoreChoice::File(_)),
                },
                "{done:?}"
            );
            home.passphrase = Some(NEW);
            assert_eq!(unopened(&home), 0, "{done:?}");
            assert_eq!(home.heard.all(), []);
            assert!(keys.is_disjoint(&key_ids(&home)));
            assert_eq!(key_ids(&home).len(), 1);
            assert!(!home.path("state/secrets").exists());
            assert!(!home.path("state/protection.json").exists());
            let key_files = usize::from(matches!(done.after, Protection::KeyFile { .. }));
            assert_eq!(home.files("data").len(), key_files, "{done:?}");
            if let Some(Protection::Keyring { service, account }) = &before {
                let store = home.keyring.as_ref().unwrap();
                let item = store.build(service, account, None).unwrap();
                let gone = item.get_secret();
                assert!(
                    matches!(gone, Err(keyring_core::Error::NoEntry)),
                    "{gone:?}"
                );
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_session_key_seals_stays_as_it_is() {
    let home = Home::with_session();
    filled(&home);
    let before = home.files("state/tokens");
    let again = |_| change(home.vault(), NewProtection::KeyFile(None)).unwrap();
    let done = [1, 2].map(again);
    assert_eq!(done.map(|done| done.resealed), [10, 10]);
    assert_eq!(home.files("state/tokens"), before);
    assert_eq!(unopened(&home), 0);
}

#[test]
fn where_there_is_no_store_it_is_made() {
    let home = Home::new();
    let done = change(home.vault(), passphrase(NEW)).unwrap();
    assert_eq!((done.before, done.after), (None, Protection::Passphrase));
    let home = Home {
        passphrase: Some(NEW),
        ..home
    };
    home.vault().unlock().unwrap();
}

#[test]
fn an_old_passphrase_opens_nothing_any_more() {
    let home = Home {
        choice: Some(KeyStoreChoice::Passphrase),
        passphrase: Some(OLD),
        ..Home::new()
    };
    filled(&home);
    change(home.vault(), passphrase(NEW)).unwrap();
    let wrong = home.vault().unlock();
    assert!(
        matches!(wrong, Err(VaultError::KeyUnavailable { .. })),
        "{wrong:?}"
    );
}

/// Each block more that is free lets the change come one step further. Wherever it ends, everything
/// opens, and nothing of it is left that the next one does not remove.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_at_any_step_leaves_the_old_or_the_new() {
    let home = Home::new();
    fs::create_dir(home.path("state")).unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=512k,mode=0700", "tmpfs"])
        .arg(home.path("state"))
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("a small disk cannot be mounted here: not tested");
        return;
    }
    let (mut failed, mut done, mut odd) = (0, 0, Vec::new());
    filled(&home);
    for free in 0..30 {
        let ballast = home.path("state/ballast");
        fs::write(&ballast, vec![0; 1 << 20]).unwrap_err();
        let size = fs::metadata(&ballast).unwrap().len();
        let file = fs::File::options().write(true).open(&ballast).unwrap();
        file.set_len(size.saturating_sub(free * 4096)).unwrap();
        let before = key_ids(&home);
        match change(home.vault(), NewProtection::KeyFile(None)) {
            Ok(_) => done += 1,
            Err(ProfilesError::Vault(VaultError::Storage(StorageError::Io {
                failure: StorageFailure::Full,
                ..
            }))) => {
                failed += 1;
                if key_ids(&home) != before {
                    odd.push(format!(
                        "{free} blocks: other keys {:?}",
                        home.files("state")
                    ));
                }
            }
            Err(error) => odd.push(format!("{free} blocks: {error:?}")),
        }
        fs::remove_file(&ballast).unwrap();
        let (closed, keys) = (unopened(&home), home.files("data").len());
        if (closed, keys) != (0, 1) {
            odd.push(format!("{free} blocks: {closed} closed, {keys} keys"));
        }
    }
    let unmounted = std::process::Command::new("umount")
        .arg(home.path("state"))
        .status();
    assert!(unmounted.unwrap().success());
    assert_eq!(odd, Vec::<String>::new(), "{:?}", home.heard.all());
    assert!(failed > 10 && done > 1, "{failed} failed, {done} done");
}

/// The store as a killed change leaves it: before the header is replaced, and after.
#[cfg(unix)]
#[test]
fn what_a_killed_change_leaves_is_removed_by_whoever_writes_next() {
    let home = Home::new();
    filled(&home);
    let old = home.path("old");
    copy(&home.path("state"), &old);
    let key = home.files("data").remove(0);
    let key_bytes = fs::read(&key).unwrap();
    let from = fs::read_to_string(home.path("state/store.json")).unwrap();
    change(home.vault(), NewProtection::KeyFile(None)).unwrap();
    let to = fs::read_to_string(home.path("state/store.json")).unwrap();
    let clean = state_names(&home);
    let journal = format!(r#"{{"format":1,"from":{from},"to":{to}}}"#);
    let new_key = home.files("data").remove(0);
    let new_key_bytes = fs::read(&new_key).unwrap();
    for header in [&from, &to] {
        // Both sides as they stand at the moment of the kill.
        copy(&old, &home.path("state"));
        fs::write(&key, &key_bytes).unwrap();
        fs::write(&new_key, &new_key_bytes).unwrap();
        fs::write(home.path("state/store.json"), header).unwrap();
        fs::write(home.path("state/protection.json"), &journal).unwrap();
        let saved = home.path("saved");
        copy(&home.path("state"), &saved);
        assert_eq!(unopened(&home), 0, "as it was left");
        let hold = home.vault().hold(LONG, &mut |_| ()).unwrap();
        drop(hold);
        assert_eq!(unopened(&home), 0, "tidied up");
        let live = if header == &from { &key } else { &new_key };
        assert_eq!(home.files("data"), std::slice::from_ref(live));
        assert!(!home.path("state/protection.json").exists());
        assert_eq!(key_ids(&home).len(), 1);
        if header == &to {
            assert_eq!(state_names(&home), clean);
        } else {
            // For the other half: the new side as it was.
            fs::remove_dir_all(home.path("state")).unwrap();
            copy(&saved, &home.path("state"));
        }
    }
    assert_eq!(home.heard.all(), [Notice::KeyFileMade { path: key }]);
}

#[cfg(unix)]
fn copy(from: &std::path::Path, to: &std::path::Path) {
    let copied = std::process::Command::new("cp")
        .args(["-a", "-T"])
        .args([from, to])
        .status();
    assert!(copied.unwrap().success());
}

#[test]
fn a_change_that_names_neither_key_is_left_alone_and_stops_the_next_one() {
    let home = Home::new();
    filled(&home);
    let journal = home.path("state/protection.json");
    let header = fs::read_to_string(home.path("state/store.json")).unwrap();
    let start = header.find("keyId").unwrap() + "keyId\": \"".len();
    let mut stranger = header.clone();
    stranger.replace_range(start..start + 16, "0123456789abcdef");
    for text in [
        "{".to_owned(),
        r#"{"format":2}"#.to_owned(),
        format!(r#"{{"format":1,"from":{stranger},"to":{stranger}}}"#),
    ] {
        fs::write(&journal, &text).unwrap();
        let refused = change(home.vault(), NewProtection::KeyFile(None));
        assert!(
            matches!(
                refused,
                Err(ProfilesError::Vault(VaultError::Change { .. }))
            ),
            "{text}: {refused:?}"
        );
        // Nobody else is kept from their work.
        assert_eq!(unopened(&home), 0);
        drop(home.vault().hold(LONG, &mut |_| ()).unwrap());
        let told = home.heard.all().pop();
        assert!(matches!(told, Some(Notice::ChangeUnfinished { .. })));
        assert_eq!(fs::read_to_string(&journal).unwrap(), text);
    }
}

/// Who can write to the state directory plants what says that the key in use, or somebody else's,
/// is left over from a change.
#[test]
fn a_planted_change_removes_no_key_but_the_one_it_names() {
    let home = Home::new();
    filled(&home);
    let header: serde_json::Value =
        serde_json::from_slice(&fs::read(home.path("state/store.json")).unwrap()).unwrap();
    let key = home.files("data").remove(0);
    let store = header["storeId"].as_str().unwrap();
    let made_up = "0123456789abcdef";
    let own = home.path(&format!("data/{store}.{made_up}.key"));
    let other = home.path(&format!("data/{}.key", "0".repeat(32)));
    for path in [&own, &other] {
        fs::copy(&key, path).unwrap();
    }
    let file = |path: &PathBuf| serde_json::json!({"kind": "keyFile", "path": path});
    let planted = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut dead = header.clone();
        dead["keyId"] = made_up.into();
        dead["format"] = 2.into();
        change(&mut dead);
        serde_json::json!({"format": 1, "from": header, "to": dead}).to_string()
    };
    for journal in [
        planted(&|_| ()),
        planted(&|dead| dead["format"] = 1.into()),
        planted(&|dead| dead["keyId"] = header["keyId"].clone()),
        planted(&|dead| dead["storeId"] = "0".repeat(32).into()),
        planted(&|dead| dead["protection"] = file(&other)),
        planted(&|dead| dead["protection"] = file(&own)),
        planted(&|dead| {
            dead["format"] = 1.into();
            dead["protection"] = file(&own);
        }),
        planted(&|dead| dead["protection"] = file(&home.path("data/../data/x.key"))),
    ] {
        fs::write(home.path("state/protection.json"), &journal).unwrap();
        drop(home.vault().hold(LONG, &mut |_| ()).unwrap());
        assert!(!home.path("state/protection.json").exists(), "{journal}");
        assert_eq!(home.files("data").len(), 3, "{journal}");
        assert_eq!(unopened(&home), 0, "{journal}");
    }
    let left = Notice::NewKeyLeft {
        protection: Protection::KeyFile { path: other },
        why: None,
    };
    assert!(home.heard.all().contains(&left), "{:?}", home.heard.all());
}

#[test]
fn a_planted_change_removes_no_item_of_the_keyring_but_its_own() {
    let home = Home {
        choice: Some(KeyStoreChoice::Keyring),
        ..Home::with_keyring()
    };
    filled(&home);
    let header: serde_json::Value =
        serde_json::from_slice(&fs::read(home.path("state/store.json")).unwrap()).unwrap();
    let account = header["protection"]["account"].as_str().unwrap();
    let keyring = home.keyring.as_ref().unwrap();
    let items = [
        ("entra-auth-cli", account),
        ("entra-auth-cli", "session-key:somebody"),
        ("a browser", "its key"),
    ];
    for (service, account) in &items[1..] {
        let item = keyring.build(service, account, None).unwrap();
        item.set_secret(b"theirs").unwrap();
    }
    for (service, account) in items {
        let mut dead = header.clone();
        dead["keyId"] = "0123456789abcdef".into();
        dead["format"] = 2.into();
        dead["protection"]["service"] = service.into();
        dead["protection"]["account"] = account.into();
        let journal = serde_json::json!({"format": 1, "from": header, "to": dead});
        fs::write(home.path("state/protection.json"), journal.to_string()).unwrap();
        drop(home.vault().hold(LONG, &mut |_| ()).unwrap());
        let item = keyring.build(service, account, None).unwrap();
        item.get_secret().unwrap();
        assert!(!home.path("state/protection.json").exists());
        assert_eq!(unopened(&home), 0);
    }
}

/// So a stream of writers cannot keep it out: it waits for those only who were there before it.
#[test]
fn who_comes_after_an_announced_change_waits_behind_it() {
    let home = Home::new();
    filled(&home);
    let writing = home.vault();
    let hold = writing.hold(LONG, &mut |_| ()).unwrap();
    let vault = home.vault();
    let (announce, announced) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let change = scope.spawn(move || {
            let change = ProtectionChange {
                to: NewProtection::KeyFile(None),
                forget_unreadable: false,
                deadline: LONG,
            };
            vault.change_protection(change, &mut |holder| announce.send(holder).unwrap())
        });
        let waited_for = announced.recv().unwrap();
        assert_eq!(waited_for, Some(std::process::id()));
        let late = home.vault_with(Arc::new(FastClock::default()));
        let mut told = Vec::new();
        let refused = late.hold(Duration::from_secs(1), &mut |holder| told.push(holder));
        match refused {
            Err(VaultError::Lock(LockError::TimedOut { pid, .. })) => {
                assert_eq!(pid, Some(std::process::id()), "who announced it is named");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(told, [Some(std::process::id())]);
        // Who was there before is not held up by what waits for it.
        let kind = SecretKind::ClientSecret;
        let put = writing
            .secrets()
            .put(&name("mine"), kind, &destination("t"), "x");
        put.unwrap();
        writing.secrets().remove(&name("mine")).unwrap();
        drop(hold);
        change.join().unwrap().unwrap();
    });
    drop(home.vault().hold(Duration::ZERO, &mut |_| ()).unwrap());
    assert_eq!(unopened(&home), 0);
}

#[test]
fn a_refresh_token_that_rotates_meanwhile_is_not_lost() {
    let home = Home::new();
    filled(&home);
    let rotating = home.vault();
    let hold = rotating.hold(LONG, &mut |_| ()).unwrap();
    let read = with_identity("t", "one", |identity| {
        rotating.refresh_tokens().get(identity)
    });
    assert!(read.unwrap().is_some());
    // The token is with the provider now, and a change would seal the old one again.
    let clock = Arc::new(FastClock::default());
    let refused = change(home.vault_with(clock), NewProtection::KeyFile(None));
    assert!(
        matches!(
            &refused,
            Err(ProfilesError::Vault(VaultError::Lock(LockError::TimedOut { pid: Some(pid), .. })))
                if *pid == std::process::id()
        ),
        "{refused:?}"
    );
    with_identity("t", "one", |identity| {
        rotating
            .refresh_tokens()
            .put(identity, &refresh_token("rotated"))
    })
    .unwrap();
    drop(hold);
    change(home.vault(), NewProtection::KeyFile(None)).unwrap();
    let kept = with_identity("t", "one", |identity| {
        home.vault().refresh_tokens().get(identity)
    });
    assert_eq!(kept.unwrap().unwrap().token.expose_secret(), "rotated");
}

#[test]
fn who_knows_the_old_key_writes_nothing_and_is_told_of_nothing_missing() {
    let home = Home::new();
    filled(&home);
    let stale = home.vault();
    stale.unlock().unwrap();
    // Has read the header, and has no key yet.
    let keyless = home.vault();
    keyless.protection().unwrap();
    change(home.vault(), NewProtection::KeyFile(None)).unwrap();
    let new = ("new", SecretKind::ClientSecret);
    let put = stale
        .secrets()
        .put(&name(new.0), new.1, &destination("t"), "value");
    let removed = stale.secrets().remove(&name("one"));
    let got = stale
        .secrets()
        .get(&name("one"), SecretKind::ClientSecret, &destination("t"));
    let refresh = with_identity("t", "one", |identity| stale.refresh_tokens().get(identity));
    let unlocked = keyless.unlock();
    let held = stale.hold(LONG, &mut |_| ());
    for refused in [
        put,
        removed.map(|_| ()),
        got.map(|_| ()),
        refresh.map(|_| ()),
        unlocked,
        held.map(|_| ()),
    ] {
        assert!(
            matches!(refused, Err(VaultError::ProtectionChanged)),
            "{refused:?}"
        );
    }
    assert_eq!(unopened(&home), 0);
}

#[test]
fn what_cannot_be_opened_stops_the_change_unless_it_may_be_lost() {
    let home = Home::new();
    filled(&home);
    // Sealed under a name that nothing tells.
    home.vault().profiles().remove(&name("two")).unwrap();
    let damaged = home.files("state/refresh-tokens").remove(0);
    fs::write(&damaged, b"EACLSEAL").unwrap();
    let refused = change(home.vault(), NewProtection::KeyFile(None));
    let Err(ProfilesError::Vault(VaultError::Unreadable(paths))) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(paths.len(), 4);
    assert!(paths.contains(&damaged), "{paths:?}");
    assert!(home.path("state/secrets").exists());
    let done = changed_with(home.vault(), NewProtection::KeyFile(None), true).unwrap();
    assert_eq!((done.resealed, done.forgotten), (8, paths));
    let secret =
        home.vault()
            .secrets()
            .get(&name("one"), SecretKind::ClientSecret, &destination("t"));
    assert!(secret.unwrap().is_some());
}

#[test]
fn a_chosen_key_file_is_taken_as_it_is_and_never_removed() {
    let home = Home::new();
    filled(&home);
    let (one, two) = (home.path("one.key"), home.path("two.key"));
    let to = |path: &PathBuf| change(home.vault(), NewProtection::KeyFile(Some(path.clone())));
    assert!(!to(&one).unwrap().key_was_found);
    let shared = fs::read(&one).unwrap();
    let same = to(&one);
    assert!(
        matches!(&same, Err(ProfilesError::Vault(VaultError::SameKey(path))) if *path == one),
        "{same:?}"
    );
    to(&two).unwrap();
    assert_eq!(fs::read(&one).unwrap(), shared);
    let left = Notice::OldKeyLeft {
        protection: Protection::KeyFile { path: one.clone() },
        why: None,
    };
    assert_eq!(home.heard.all().last(), Some(&left));
    // Back to the key that other machines share.
    assert!(to(&one).unwrap().key_was_found);
    assert_eq!(fs::read(&one).unwrap(), shared);
    assert_eq!(unopened(&home), 0);
}

#[test]
fn a_new_key_that_finds_no_place_changes_nothing() {
    let home = Home::new();
    filled(&home);
    let before = (state_names(&home), key_ids(&home));
    for to in [
        NewProtection::Keyring,
        NewProtection::KeyFile(Some("relative".into())),
        NewProtection::KeyFile(Some("/proc/nowhere/key".into())),
        NewProtection::KeyFile(Some(home.path("state/own.key"))),
        NewProtection::KeyFile(Some(home.path("data/../state/own.key"))),
    ] {
        let refused = change(home.vault(), to);
        assert!(
            matches!(
                refused,
                Err(ProfilesError::Vault(VaultError::KeyNotMade { .. }))
            ),
            "{refused:?}"
        );
        let mut names = state_names(&home);
        names.remove("protection.json");
        assert_eq!((names, key_ids(&home)), before);
        assert!(!home.path("state/protection.json").exists());
    }
    assert_eq!(unopened(&home), 0);
    let heard = home.heard.all();
    let left = |notice: &&Notice| {
        matches!(
            notice,
            Notice::OldKeyLeft { .. } | Notice::NewKeyLeft { .. }
        )
    };
    // No key was made, so none can be left anywhere.
    assert_eq!(heard.iter().find(left), None, "{heard:?}");
}
