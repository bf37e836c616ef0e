//! Who signed in: the record, its copy for the session, and what is forgotten with them.

use std::sync::Arc;
use std::time::Duration;

use vault::AccountBook;
use vault::AccountOwner;
use vault::LockError;
use vault::Vault;
use vault::VaultError;

use crate::common::FastClock;
use crate::common::Home;
use crate::common::account;
use crate::common::book;
use crate::common::destination;
use crate::common::owner;
use crate::common::refresh_token;
use crate::common::with_identity;
use crate::records::homes;

const LONG: Duration = Duration::from_mins(5);

fn keep(vault: &Vault, owner: &AccountOwner, book: &AccountBook) {
    let kept = vault
        .accounts()
        .update(owner, LONG, &mut |_| Some(book.clone()));
    assert_eq!(kept.unwrap().as_ref(), Some(book));
}

#[test]
fn accounts_are_found_again_wherever_the_key_rests() {
    for (kind, home) in homes() {
        let by_place = AccountOwner::Destination(destination("t"));
        keep(&home.vault(), &owner("p"), &book("t", &["ada", "bob"]));
        keep(&home.vault(), &by_place, &book("t", &["eve"]));
        let vault = home.vault();
        let accounts = vault.accounts();
        for (owner, expected) in [
            (owner("p"), Some(book("t", &["ada", "bob"]))),
            (by_place, Some(book("t", &["eve"]))),
            (owner("P"), None),
            (AccountOwner::Destination(destination("u")), None),
        ] {
            assert_eq!(accounts.known(&owner).unwrap(), expected, "{kind}");
            assert_eq!(accounts.get(&owner).unwrap(), expected, "{kind}");
            let listed = accounts.list().unwrap();
            assert_eq!(listed.len(), 2);
            let listed = listed.into_iter().find(|(found, _)| *found == owner);
            assert_eq!(listed.map(|(_, book)| book), expected);
        }
    }
}

#[test]
fn asking_who_signed_in_makes_nothing() {
    let home = Home::new();
    let vault = home.vault();
    let accounts = vault.accounts();
    assert_eq!(accounts.known(&owner("p")).unwrap(), None);
    assert_eq!(accounts.get(&owner("p")).unwrap(), None);
    assert!(accounts.list().unwrap().is_empty());
    assert!(!accounts.remove(&owner("p")).unwrap());
    assert_eq!(accounts.remove_all().unwrap(), 0);
    assert!(!accounts.rebind(&owner("p"), &destination("t")).unwrap());
    let tokens = vault.refresh_tokens();
    assert!(tokens.list().unwrap().held.is_empty());
    assert_eq!(tokens.remove_all().unwrap(), 0);
    with_identity("t", "ada", |identity| {
        assert!(tokens.get(identity).unwrap().is_none());
        assert!(!tokens.remove(identity).unwrap());
    });
    assert!(home.files("").is_empty());
}

#[test]
fn everybody_can_be_forgotten_without_the_key_and_whatever_is_damaged() {
    for (kind, home) in homes() {
        keep(&home.vault(), &owner("p"), &book("t", &["ada"]));
        keep(&home.vault(), &owner("q"), &book("t", &["eve"]));
        let damaged = home.files("state/accounts").remove(0);
        std::fs::write(&damaged, "damaged").unwrap();
        for key in home.files("data") {
            std::fs::remove_file(key).unwrap();
        }
        assert_eq!(home.vault().accounts().remove_all().unwrap(), 2, "{kind}");
        assert!(home.files("state/accounts").is_empty(), "{kind}");
        assert!(home.files("state/account-copies").is_empty(), "{kind}");
        assert_eq!(home.vault().accounts().remove_all().unwrap(), 0, "{kind}");
    }
}

#[test]
fn a_change_sees_what_is_kept_and_none_forgets_it() {
    let home = Home::new();
    let vault = home.vault();
    keep(&vault, &owner("p"), &book("t", &["ada"]));
    let added = vault
        .accounts()
        .update(&owner("p"), LONG, &mut |held| {
            assert_eq!(held, Some(book("t", &["ada"])));
            held.map(|book| book.with(account("bob"), true))
        })
        .unwrap()
        .unwrap();
    assert_eq!(added.default_account(), Some(&account("bob")));
    assert_eq!(vault.accounts().get(&owner("p")).unwrap(), Some(added));
    for emptied in [None, Some(book("t", &[]))] {
        keep(&vault, &owner("p"), &book("t", &["ada"]));
        let left = vault
            .accounts()
            .update(&owner("p"), LONG, &mut |_| emptied.clone());
        assert_eq!(left.unwrap(), None);
        assert!(home.files("state/accounts").is_empty());
        assert_eq!(vault.accounts().known(&owner("p")).unwrap(), None);
    }
}

#[test]
fn a_destination_holds_no_accounts_of_another_one() {
    let home = Home::new();
    let refused = home.vault().accounts().update(
        &AccountOwner::Destination(destination("t")),
        LONG,
        &mut |_| Some(book("evil", &["ada"])),
    );
    match refused {
        Err(VaultError::DestinationChanged { stored, requested }) => {
            assert_eq!(
                (*stored, *requested),
                (destination("t"), destination("evil"))
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(home.files("state/accounts").is_empty());
}

#[test]
fn at_the_deadline_nothing_was_changed() {
    let home = Home::new();
    keep(&home.vault(), &owner("p"), &book("t", &["ada"]));
    let fast = home.vault_with(Arc::new(FastClock::default()));
    home.vault()
        .accounts()
        .update(&owner("p"), LONG, &mut |held| {
            let late = fast.accounts().update(&owner("p"), LONG, &mut |_| None);
            assert!(matches!(
                late,
                Err(VaultError::Lock(LockError::TimedOut { .. }))
            ));
            assert!(matches!(
                fast.accounts().remove(&owner("p")),
                Err(VaultError::Lock(LockError::TimedOut { .. }))
            ));
            // Looking waits for nobody.
            assert_eq!(fast.accounts().known(&owner("p")).unwrap(), held);
            assert_eq!(fast.accounts().get(&owner("p")).unwrap(), held);
            fast.accounts()
                .update(&owner("q"), LONG, &mut |_| Some(book("t", &["bob"])))
                .unwrap();
            held
        })
        .unwrap();
    let vault = home.vault();
    let kept = vault.accounts().get(&owner("p")).unwrap();
    assert_eq!(kept, Some(book("t", &["ada"])));
}

#[test]
fn rebinding_forgets_who_signed_in_elsewhere_and_only_their_own_refresh_tokens() {
    let home = Home::new();
    let vault = home.vault();
    let accounts = vault.accounts();
    keep(&vault, &owner("p"), &book("old", &["ada", "bob"]));
    keep(&vault, &owner("q"), &book("old", &["bob"]));
    keep(&vault, &owner("r"), &book("other", &["ada"]));
    let held = [
        ("old", "ada"),
        ("old", "bob"),
        ("old", "eve"),
        ("new", "ada"),
    ];
    for (tenant, name) in held {
        with_identity(tenant, name, |identity| {
            vault.refresh_tokens().put(identity, &refresh_token("x"))
        })
        .unwrap();
    }
    assert!(!accounts.rebind(&owner("p"), &destination("old")).unwrap());
    assert_eq!(
        accounts.get(&owner("p")).unwrap().unwrap().accounts.len(),
        2
    );
    assert!(accounts.rebind(&owner("p"), &destination("new")).unwrap());
    assert!(!accounts.rebind(&owner("p"), &destination("new")).unwrap());
    assert_eq!(accounts.known(&owner("p")).unwrap(), None);
    let left = held.map(|(tenant, name)| {
        with_identity(tenant, name, |identity| {
            vault.refresh_tokens().get(identity)
        })
        .unwrap()
        .is_some()
    });
    assert_eq!(left, [false, true, true, true]);
    assert_eq!(accounts.list().unwrap().len(), 2);
}

#[cfg(target_os = "linux")]
mod copies {
    use super::*;

    /// A session key, and a master key that can be taken away.
    fn home() -> Home {
        Home {
            keyring: Home::with_keyring().keyring,
            ..Home::with_session()
        }
    }

    /// Looks without changing anything, which makes a missing copy anew.
    fn look(vault: &Vault, owner: &AccountOwner) -> Option<AccountBook> {
        vault
            .accounts()
            .update(owner, LONG, &mut |book| book)
            .unwrap()
    }

    #[test]
    fn the_copy_needs_no_master_key() {
        let mut home = home();
        keep(&home.vault(), &owner("p"), &book("t", &["ada"]));
        home.keyring = None;
        let vault = home.vault();
        let known = vault.accounts().known(&owner("p")).unwrap();
        assert_eq!(known, Some(book("t", &["ada"])));
        assert!(matches!(
            vault.accounts().get(&owner("p")),
            Err(VaultError::KeyUnavailable { .. })
        ));
        std::fs::remove_file(home.files("state/account-copies").remove(0)).unwrap();
        assert!(matches!(
            home.vault().accounts().known(&owner("p")),
            Err(VaultError::KeyUnavailable { .. })
        ));
    }

    #[test]
    fn a_missing_copy_is_made_anew_without_rewriting_the_record() {
        let home = home();
        keep(&home.vault(), &owner("p"), &book("t", &["ada"]));
        let record = || std::fs::read(home.files("state/accounts").remove(0)).unwrap();
        let copy = || std::fs::read(home.files("state/account-copies").remove(0)).unwrap();
        let (first_record, first_copy) = (record(), copy());
        assert_eq!(look(&home.vault(), &owner("p")), Some(book("t", &["ada"])));
        assert_eq!(
            (record(), copy()),
            (first_record.clone(), first_copy.clone())
        );

        std::fs::remove_file(home.files("state/account-copies").remove(0)).unwrap();
        assert_eq!(
            home.vault().accounts().known(&owner("p")).unwrap(),
            look(&home.vault(), &owner("p"))
        );
        assert_eq!(home.files("state/account-copies").len(), 1);
        assert_eq!(record(), first_record);

        // An older copy that was put back is noticed by who looks under the lock.
        keep(&home.vault(), &owner("p"), &book("t", &["bob"]));
        std::fs::write(home.files("state/account-copies").remove(0), first_copy).unwrap();
        assert_eq!(look(&home.vault(), &owner("p")), Some(book("t", &["bob"])));
        assert_eq!(
            home.vault().accounts().known(&owner("p")).unwrap(),
            Some(book("t", &["bob"]))
        );
    }

    #[test]
    fn a_change_in_one_session_leaves_no_stale_copy_in_another() {
        let mut home = home();
        keep(&home.vault(), &owner("p"), &book("t", &["ada"]));
        keep(&home.vault(), &owner("q"), &book("t", &["eve"]));
        let first = home.runtime.replace(Home::with_session().runtime.unwrap());
        keep(&home.vault(), &owner("p"), &book("t", &["bob"]));
        home.runtime = first;
        let vault = home.vault();
        let known = vault.accounts().known(&owner("p")).unwrap();
        assert_eq!(known, Some(book("t", &["bob"])));
        assert_eq!(home.files("state/account-copies").len(), 2);
        // Without a session at all, too.
        home.runtime = None;
        assert!(home.vault().accounts().remove(&owner("p")).unwrap());
        assert_eq!(home.files("state/account-copies").len(), 1);
        assert!(home.vault().accounts().get(&owner("q")).unwrap().is_some());
    }

    #[test]
    fn a_copy_without_its_record_is_removed_by_who_looks() {
        let home = home();
        keep(&home.vault(), &owner("p"), &book("t", &["ada"]));
        std::fs::remove_file(home.files("state/accounts").remove(0)).unwrap();
        assert_eq!(look(&home.vault(), &owner("p")), None);
        assert!(home.files("state/account-copies").is_empty());
        keep(&home.vault(), &owner("p"), &book("t", &["ada"]));
        std::fs::remove_file(home.files("state/accounts").remove(0)).unwrap();
        assert!(home.vault().accounts().remove(&owner("p")).unwrap());
        assert!(home.files("state/account-copies").is_empty());
    }
}
