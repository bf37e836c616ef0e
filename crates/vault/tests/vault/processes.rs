//! Several processes at once, and processes killed at any moment. This program plays the children
//! itself: it runs the ignored test `child` again with a role in a variable.
#![cfg(unix)]

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::path::PathBuf;
use std::process::Child;
use std::process::ChildStdin;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use model::Clock;
use vault::AccountBook;
use vault::FailureRecord;
use vault::Locations;
use vault::LockError;
use vault::LockName;
use vault::NewProtection;
use vault::Protection;
use vault::ProtectionChange;
use vault::SecretKind;
use vault::Vault;
use vault::VaultError;

use crate::common::FastClock;
use crate::common::Heard;
use crate::common::Home;
use crate::common::RealClock;
use crate::common::account;
use crate::common::book;
use crate::common::destination;
use crate::common::entry_id;
use crate::common::name;
use crate::common::owner;
use crate::common::profile;
use crate::common::refresh_token;
use crate::common::token;
use crate::common::vault_at;
use crate::common::with_identity;

const ROLE: &str = "VAULT_TEST_ROLE";
const LONG: Duration = Duration::from_mins(5);

/// A running child, killed when dropped.
struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Running {
    fn start(home: &Home, role: &str, number: usize) -> Self {
        let runtime = home.runtime.as_ref().map(|place| place.path().to_owned());
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "processes::child", "--ignored", "--nocapture"])
            .env(
                ROLE,
                serde_json::json!({
                    "role": role, "number": number, "root": home.root.path(), "runtime": runtime,
                })
                .to_string(),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    /// Reads lines up to one that is `text`; false if the child ends before.
    fn says(&mut self, text: &str) -> bool {
        let mut line = String::new();
        loop {
            line.clear();
            if self.output.read_line(&mut line).unwrap() == 0 {
                return false;
            }
            if line.trim_end().ends_with(text) {
                return true;
            }
        }
    }

    fn go_on(&mut self) {
        drop(self.input.take());
    }

    fn finish(mut self) {
        self.go_on();
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert!(self.child.wait().unwrap().success(), "{rest}");
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Kills it, and returns the number of the last change that it said was done.
    #[cfg(target_os = "linux")]
    fn kill_and_count_changes(mut self, heard: u32) -> usize {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        let later = rest
            .lines()
            .filter_map(|line| line.strip_suffix(" done"))
            .filter_map(|number| number.parse().ok());
        later.max().unwrap_or(heard as usize)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn say(text: &str) {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{text}").unwrap();
    output.flush().unwrap();
}

fn wait_to_go_on() {
    let mut nothing = String::new();
    std::io::stdin().read_to_string(&mut nothing).unwrap();
}

#[test]
#[ignore = "run by the other tests, in processes of its own"]
fn child() {
    let role: serde_json::Value = serde_json::from_str(&std::env::var(ROLE).unwrap()).unwrap();
    let root = PathBuf::from(role["root"].as_str().unwrap());
    let number = usize::try_from(role["number"].as_u64().unwrap()).unwrap();
    let locations = Locations {
        config: root.join("config"),
        state: root.join("state"),
        data: root.join("data"),
        runtime: role["runtime"].as_str().map(PathBuf::from),
    };
    let clock = Arc::new(RealClock::new());
    let new_vault = || {
        let locations = locations.clone();
        vault_at(locations, clock.clone(), Heard::default(), None, None, None)
    };
    let vault = new_vault();
    match role["role"].as_str().unwrap() {
        "first run" => {
            say("ready");
            wait_to_go_on();
            put_one_of_each(&vault, number);
        }
        "busy" => {
            say("ready");
            for round in 0.. {
                change_everything(&vault, round);
                say("round");
            }
        }
        "stream" => {
            let text = format!("w{number}");
            loop {
                let vault = new_vault();
                let hold = vault.hold(LONG, &mut |_| ()).unwrap();
                with_identity("t", &text, |identity| {
                    vault.refresh_tokens().put(identity, &refresh_token(&text))
                })
                .unwrap();
                drop(hold);
                say("round");
            }
        }
        "sign in and out" => {
            say("ready");
            for number in 0.. {
                vault
                    .accounts()
                    .update(&owner("shared"), LONG, &mut |_| book_after(number))
                    .unwrap();
                say(&format!("{number} done"));
            }
        }
        "hold" => {
            let held = vault
                .locks()
                .acquire(&lock_name(), LONG, 0, &mut |_| ())
                .unwrap();
            say("held");
            wait_to_go_on();
            held.release().unwrap();
        }
        "attempt" => {
            let since = clock.now_nanoseconds();
            let lock = vault
                .locks()
                .acquire(&lock_name(), LONG, since, &mut |_| say("waiting"))
                .unwrap();
            let seen = lock.failure().map(|failure| failure.body.clone());
            assert_eq!(seen, Some(serde_json::json!("wrong secret")));
        }
        other => panic!("{other}"),
    }
}

fn lock_name() -> LockName {
    LockName::entry(&entry_id("a"))
}

fn put_one_of_each(vault: &Vault, number: usize) {
    let text = format!("p{number}");
    vault
        .secrets()
        .put(
            &name(&text),
            SecretKind::ClientSecret,
            &destination("t"),
            &text,
        )
        .unwrap();
    vault.tokens().put(&entry_id(&text), &token(&text)).unwrap();
    vault.profiles().create(&profile(&text), false).unwrap();
    with_identity("t", &text, |identity| {
        vault.refresh_tokens().put(identity, &refresh_token(&text))
    })
    .unwrap();
    vault
        .accounts()
        .update(&owner("shared"), LONG, &mut |held| {
            let held = held.unwrap_or_else(|| book("t", &[]));
            Some(held.with(account(&text), false))
        })
        .unwrap();
}

/// What is kept after that many changes: nobody now and then, and never twice the same.
fn book_after(number: usize) -> Option<AccountBook> {
    (!number.is_multiple_of(5)).then(|| book("t", &[&format!("v{number}")]))
}

fn change_everything(vault: &Vault, round: usize) {
    let text = format!("v{round}");
    let (sp, kind) = (name("sp"), SecretKind::ClientSecret);
    vault
        .secrets()
        .put(&sp, kind, &destination("t"), &text)
        .unwrap();
    vault.tokens().put(&entry_id("a"), &token(&text)).unwrap();
    with_identity("t", "ada", |identity| {
        vault.refresh_tokens().put(identity, &refresh_token(&text))
    })
    .unwrap();
    let mut wanted = profile("sp");
    wanted.tenant_id = Some(text);
    vault.profiles().create(&wanted, true).unwrap();
    vault
        .profiles()
        .edit(&sp, |profile| {
            profile.scopes = vec!["a".to_owned(); round % 50];
        })
        .unwrap();
}

fn first_runs(home: &Home) {
    const COUNT: usize = 50;
    let mut children: Vec<Running> = (0..COUNT)
        .map(|number| Running::start(home, "first run", number))
        .collect();
    for child in &mut children {
        assert!(child.says("ready"));
    }
    for child in &mut children {
        child.go_on();
    }
    for child in children {
        child.finish();
    }
    let vault = home.vault();
    assert_eq!(
        home.files("data").len(),
        1,
        "more than one master key was made"
    );
    assert!(matches!(
        vault.protection().unwrap(),
        Some(Protection::KeyFile { .. })
    ));
    for number in 0..COUNT {
        let text = format!("p{number}");
        let kept = vault
            .secrets()
            .get(&name(&text), SecretKind::ClientSecret, &destination("t"))
            .unwrap();
        assert_eq!(kept.as_deref(), Some(&text));
        let found = vault.tokens().get(&entry_id(&text)).unwrap().unwrap();
        assert_eq!(found.access_token.expose_secret(), text);
        vault.profiles().find(&text).unwrap();
        let kept = with_identity("t", &text, |identity| vault.refresh_tokens().get(identity));
        assert_eq!(kept.unwrap().unwrap().token.expose_secret(), text);
    }
    let shared = vault.accounts().get(&owner("shared")).unwrap().unwrap();
    let mut ids: Vec<_> = shared.accounts.iter().map(|account| &account.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), COUNT, "an account was lost");
    assert_eq!(shared.default.as_ref(), Some(&shared.accounts[0].id));
    let known = vault.accounts().known(&owner("shared")).unwrap();
    assert_eq!(known, Some(shared));
    assert_eq!(vault.tokens().list().unwrap().closed, 0);
}

#[test]
fn fifty_first_runs_make_one_master_key() {
    first_runs(&Home::new());
}

#[cfg(target_os = "linux")]
#[test]
fn fifty_first_runs_make_one_session_key() {
    let home = Home::with_session();
    first_runs(&home);
    let place = home.runtime.as_ref().unwrap();
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
}

/// Where a kill hits is left to the scheduler, and spread by how far the child got before.
#[test]
fn two_hundred_kills_leave_everything_readable() {
    let home = Home::new();
    let (sp, kind) = (name("sp"), SecretKind::ClientSecret);
    let mut kept_once = false;
    let mut refresh_kept_once = false;
    let mut header = None;
    for kill in 0..200_u32 {
        let mut child = Running::start(&home, "busy", 0);
        assert!(child.says("ready"));
        for _ in 0..kill % 4 {
            assert!(child.says("round"));
        }
        for _ in 0..(kill * 7919) % 20_000 {
            std::thread::yield_now();
        }
        child.kill();

        let now = std::fs::read(home.path("state/store.json")).ok();
        assert!(header.is_none() || header == now, "a second store was made");
        header = now;
        let vault = home.vault();
        let secret = vault.secrets().get(&sp, kind, &destination("t")).unwrap();
        assert!(!kept_once || secret.is_some(), "a secret was lost");
        kept_once |= secret.is_some();
        vault.tokens().get(&entry_id("a")).unwrap();
        let refresh = with_identity("t", "ada", |identity| vault.refresh_tokens().get(identity));
        let refresh = refresh.unwrap().is_some();
        assert!(!refresh_kept_once || refresh, "a refresh token was lost");
        refresh_kept_once |= refresh;
        for listed in vault.profiles().all().unwrap() {
            assert!(matches!(listed, vault::Listed::Valid { .. }), "{listed:?}");
        }
    }
    assert!(kept_once && refresh_kept_once);
    let unusable = home
        .heard
        .all()
        .into_iter()
        .filter(|notice| matches!(notice, vault::Notice::UnusableEntry { .. }));
    assert_eq!(unusable.count(), 0);
    change_everything(&home.vault(), 7);
}

/// Six that write all the time hold the lock between them at every moment, or nearly so.
#[test]
fn a_stream_of_writers_does_not_keep_out_a_change_of_the_protection() {
    const WRITERS: usize = 6;
    let home = Home::new();
    home.vault().unlock().unwrap();
    let mut writers: Vec<Running> = (0..WRITERS)
        .map(|number| Running::start(&home, "stream", number))
        .collect();
    for _ in 0..5 {
        for writer in &mut writers {
            assert!(writer.says("round"), "a writer ended");
        }
        let change = ProtectionChange {
            to: NewProtection::KeyFile(None),
            forget_unreadable: false,
            deadline: Duration::from_mins(1),
        };
        let changed = home.vault().change_protection(change, &mut |_| ());
        assert!(changed.unwrap().forgotten.is_empty());
    }
    for writer in writers {
        writer.kill();
    }
    let vault = home.vault();
    for number in 0..WRITERS {
        let text = format!("w{number}");
        let kept = with_identity("t", &text, |identity| vault.refresh_tokens().get(identity));
        assert_eq!(kept.unwrap().unwrap().token.expose_secret(), text);
    }
}

/// The copies of accounts, without what killed writers left unfinished.
#[cfg(target_os = "linux")]
fn copies(home: &Home) -> usize {
    let is_finished = |path: &PathBuf| !path.to_str().unwrap().contains(".unfinished-");
    let files = home.files("state/account-copies");
    files.into_iter().filter(is_finished).count()
}

/// After any kill the record is what the last finished change made it, or what the next one would
/// have; and the copy, if there is one, agrees.
#[cfg(target_os = "linux")]
#[test]
fn kills_in_the_middle_of_changes_leave_no_stale_copy_of_the_accounts() {
    let home = Home::with_session();
    let mut copies_missing = 0;
    for kill in 0..150_u32 {
        let mut child = Running::start(&home, "sign in and out", 0);
        assert!(child.says("ready"));
        for number in 0..=kill % 9 {
            assert!(child.says(&format!("{number} done")));
        }
        for _ in 0..(kill * 7919) % 20_000 {
            std::thread::yield_now();
        }
        let done = child.kill_and_count_changes(kill % 9);

        let vault = home.vault();
        let kept = vault.accounts().get(&owner("shared")).unwrap();
        assert!(
            kept == book_after(done) || kept == book_after(done + 1),
            "after {done} changes: {kept:?}"
        );
        copies_missing += usize::from(copies(&home) == 0 && kept.is_some());
        let known = vault.accounts().known(&owner("shared")).unwrap();
        assert_eq!(known, kept, "after {done} changes");
        let looked = vault
            .accounts()
            .update(&owner("shared"), LONG, &mut |book| book);
        assert_eq!(looked.unwrap(), kept);
        assert_eq!(copies(&home), usize::from(kept.is_some()));
    }
    assert!(copies_missing > 0, "no kill hit the middle of a change");
    let told = home.heard.all();
    assert!(
        told.iter()
            .all(|notice| matches!(notice, vault::Notice::KeyFileMade { .. })),
        "{told:?}"
    );
}

#[test]
fn a_holder_is_named_and_its_death_frees_the_lock() {
    let home = Home::new();
    let mut holder = Running::start(&home, "hold", 0);
    assert!(holder.says("held"));
    let vault = home.vault_with(Arc::new(FastClock::default()));
    let refused = vault.locks().acquire(&lock_name(), LONG, 0, &mut |_| ());
    match refused {
        Err(VaultError::Lock(LockError::TimedOut { pid, .. })) => {
            assert_eq!(pid, Some(holder.child.id()));
        }
        other => panic!("{other:?}"),
    }
    holder.kill();
    let lock = vault
        .locks()
        .acquire(&lock_name(), Duration::ZERO, 0, &mut |_| ());
    assert!(lock.unwrap().failure().is_none());
}

#[test]
fn all_who_waited_learn_of_the_failure() {
    let home = Home::new();
    let vault = home.vault();
    let clock = RealClock::new();
    let started_ns = clock.now_nanoseconds();
    let held = vault
        .locks()
        .acquire(&lock_name(), LONG, 0, &mut |_| ())
        .unwrap();
    let mut waiting: Vec<Running> = (0..20)
        .map(|number| Running::start(&home, "attempt", number))
        .collect();
    for child in &mut waiting {
        assert!(child.says("waiting"));
    }
    held.leave_failure(FailureRecord {
        started_ns,
        ended_ns: clock.now_nanoseconds(),
        fingerprint: vault.fingerprint(&["same"]).unwrap(),
        body: serde_json::json!("wrong secret"),
    })
    .unwrap();
    for child in waiting {
        child.finish();
    }
}
