//! Records damaged, swapped, restored, brought from elsewhere, or left behind.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::Duration;

use model::Clock as _;
use vault::Notice;
use vault::SealError;
use vault::StorageError;
use vault::VaultError;

use crate::common::FastClock;
use crate::common::Home;
use crate::common::book;
use crate::common::entry_id;
use crate::common::owner;
use crate::common::refresh_token;
use crate::common::token;
use crate::common::with_identity;
use crate::hostile::DIRECTORIES;
use crate::hostile::LONG;
use crate::hostile::PROFILES;
use crate::hostile::fill;
use crate::hostile::homes;
use crate::hostile::is_about;
use crate::hostile::sealed_files;
use crate::hostile::unopened;

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
        #[cfg(unix)]
        symlink("/etc/passwd", path.with_file_name("ab".repeat(32))).unwrap();
    }
    let vault = home.vault();
    let listed = vault.refresh_tokens().list().unwrap();
    assert_eq!((listed.held.len(), listed.closed), (1, 1));
    assert_eq!(vault.accounts().list().unwrap().len(), 1);
}

#[test]
fn what_is_too_large_to_be_read_is_not_written() {
    let home = Home::new();
    fill(&home);
    let vault = home.vault();
    let large = "x".repeat(1 << 20);
    let refused = [
        with_identity("t", "one", |identity| {
            let stored = refresh_token(&large);
            vault.refresh_tokens().put(identity, &stored)
        }),
        vault
            .accounts()
            .update(&owner("one"), LONG, &mut |_| Some(book("t", &[&large])))
            .map(|_| ()),
        vault.tokens().put(&entry_id("one"), &token(&large)),
    ];
    for result in refused {
        assert!(matches!(
            result,
            Err(VaultError::Storage(StorageError::TooLarge { .. }))
        ));
    }
    assert_eq!(unopened(&home), 0);
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

/// Of one process alone, as under a tool that sets it, or of a machine that guessed the time.
#[test]
fn a_clock_that_is_far_ahead_sweeps_up_nothing_that_others_write() {
    let (home, _) = homes().pop().unwrap();
    fill(&home);
    let leftover = home.path("state/tokens/.unfinished-0000000000000000");
    fs::write(&leftover, b"half").unwrap();
    let before = home.files("state/tokens").len();
    let ahead = std::sync::Arc::new(FastClock::default());
    ahead.sleep(Duration::from_hours(24 * 365 * 20));
    let vault = home.vault_with(ahead);
    vault.tokens().put(&entry_id("new"), &token("new")).unwrap();
    assert!(leftover.exists(), "it may still be written to");
    assert_eq!(home.files("state/tokens").len(), before + 1);
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
        drop(file);
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
