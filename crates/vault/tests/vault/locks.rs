//! Locks within one process; tests/vault/processes.rs has several.

use std::sync::Arc;
use std::time::Duration;

use vault::AccountOwner;
use vault::FailureRecord;
use vault::LockError;
use vault::LockName;
use vault::VaultError;

use crate::common::FastClock;
use crate::common::Home;
use crate::common::destination;
use crate::common::entry_id;
use crate::common::name;
use crate::common::refresh_token_id;

const LONG: Duration = Duration::from_mins(1);

fn failure(ended_ns: i128) -> FailureRecord {
    FailureRecord {
        started_ns: ended_ns - 10,
        ended_ns,
        fingerprint: "f".to_owned(),
        body: serde_json::json!({"error": "invalid_client"}),
    }
}

fn quiet(_: Option<u32>) {}

#[test]
fn at_the_deadline_the_holder_is_named() {
    let home = Home::new();
    let holder = home.vault();
    let waiter = home.vault_with(Arc::new(FastClock::default()));
    let lock_name = LockName::entry(&entry_id("a"));
    let held = holder
        .locks()
        .acquire(&lock_name, LONG, 0, &mut quiet)
        .unwrap();
    let mut told = Vec::new();
    let refused = waiter
        .locks()
        .acquire(&lock_name, LONG, 0, &mut |pid| told.push(pid));
    match refused {
        Err(VaultError::Lock(LockError::TimedOut { pid, waited })) => {
            assert_eq!(pid, Some(std::process::id()));
            assert!(waited >= LONG && waited < LONG * 2, "{waited:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(told, [Some(std::process::id())]);
    held.release().unwrap();
    let mut told = false;
    let lock = waiter
        .locks()
        .acquire(&lock_name, LONG, 0, &mut |_| told = true)
        .unwrap();
    assert!(!told && lock.failure().is_none());
}

#[test]
fn different_names_do_not_wait_for_each_other() {
    let home = Home::new();
    let vault = home.vault_with(Arc::new(FastClock::default()));
    let names = [
        LockName::entry(&entry_id("a")),
        LockName::entry(&entry_id("b")),
        LockName::sign_in(&AccountOwner::Profile(name("a"))),
        LockName::sign_in(&AccountOwner::Profile(name("A"))),
        LockName::sign_in(&AccountOwner::Destination(destination("a"))),
        LockName::refresh_token(&refresh_token_id("a", "ada")),
        LockName::refresh_token(&refresh_token_id("a", "bob")),
    ];
    let held: Vec<_> = names
        .iter()
        .map(|name| {
            vault
                .locks()
                .acquire(name, Duration::ZERO, 0, &mut quiet)
                .unwrap()
        })
        .collect();
    assert_eq!(held.len(), names.len());
}

#[test]
fn a_failure_reaches_those_who_waited_and_nobody_else() {
    let home = Home::new();
    let vault = home.vault();
    let lock_name = LockName::entry(&entry_id("a"));
    let acquire = |since| {
        vault
            .locks()
            .acquire(&lock_name, LONG, since, &mut quiet)
            .unwrap()
    };
    acquire(0).leave_failure(failure(1000)).unwrap();

    // Both of these were waiting when the attempt ended; the first passes the failure on.
    assert_eq!(acquire(900).failure(), Some(&failure(1000)));
    assert_eq!(acquire(1000).failure(), Some(&failure(1000)));
    // Who came later tries by itself; interrupted, it leaves things as they were.
    let late = acquire(1001);
    assert_eq!(late.failure(), None);
    drop(late);
    assert_eq!(acquire(900).failure(), Some(&failure(1000)));
    // A success ends the story.
    acquire(1001).release().unwrap();
    assert_eq!(acquire(900).failure(), None);
}

#[test]
fn a_record_that_makes_no_sense_is_no_failure() {
    let home = Home::new();
    let vault = home.vault();
    let lock_name = LockName::entry(&entry_id("a"));
    let acquire = || vault.locks().acquire(&lock_name, LONG, 0, &mut quiet);
    acquire().unwrap().leave_failure(failure(1000)).unwrap();
    let record = home
        .files("state/locks")
        .into_iter()
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .unwrap();
    std::fs::write(&record, b"{\"failure\": [").unwrap();
    assert_eq!(acquire().unwrap().failure(), None);
}
