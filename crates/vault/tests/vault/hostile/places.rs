//! Links, pipes, strangers and full disks where we write.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use vault::Notice;
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
use crate::hostile::DIRECTORIES;
use crate::hostile::LONG;
use crate::hostile::PROFILES;
use crate::hostile::approval;
use crate::hostile::fill;
use crate::hostile::homes;
use crate::hostile::sealed_files;
use crate::hostile::unopened;

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
