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
use vault::FailureRecord;
use vault::Locations;
use vault::LockError;
use vault::LockName;
use vault::Protection;
use vault::SecretKind;
use vault::Vault;
use vault::VaultError;

use crate::common::FastClock;
use crate::common::Heard;
use crate::common::Home;
use crate::common::RealClock;
use crate::common::destination;
use crate::common::entry_id;
use crate::common::name;
use crate::common::profile;
use crate::common::token;
use crate::common::vault_at;

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
    let vault = vault_at(locations, clock.clone(), Heard::default(), None, None, None);
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
}

fn change_everything(vault: &Vault, round: usize) {
    let text = format!("v{round}");
    let (sp, kind) = (name("sp"), SecretKind::ClientSecret);
    vault
        .secrets()
        .put(&sp, kind, &destination("t"), &text)
        .unwrap();
    vault.tokens().put(&entry_id("a"), &token(&text)).unwrap();
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
    }
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
        for listed in vault.profiles().all().unwrap() {
            assert!(matches!(listed, vault::Listed::Valid { .. }), "{listed:?}");
        }
    }
    assert!(kept_once);
    let unusable = home
        .heard
        .all()
        .into_iter()
        .filter(|notice| matches!(notice, vault::Notice::UnusableEntry { .. }));
    assert_eq!(unusable.count(), 0);
    change_everything(&home.vault(), 7);
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
