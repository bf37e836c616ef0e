//! Damaged, swapped, restored and foreign files; lost and wrong keys; links where we write.

mod changes;
#[cfg(unix)]
mod keys;
#[cfg(unix)]
mod places;
mod records;
#[cfg(unix)]
mod unlocked;

use std::path::PathBuf;
use std::time::Duration;

use vault::Approval;
use vault::Notice;
use vault::SecretKind;
use vault::VaultError;

use crate::common::Home;
use crate::common::book;
use crate::common::destination;
use crate::common::entry_id;
use crate::common::name;
use crate::common::owner;
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
    vec![
        (Home::new(), 12),
        #[cfg(target_os = "linux")]
        (Home::with_session(), 14),
    ]
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
