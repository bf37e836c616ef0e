//! `doctor`: each check seen failing for real, and that looking changes nothing.

mod bundle;
mod machine;
mod network;
mod profiles;
mod settings;

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::Call;
use crate::support::Outcome;
use crate::support::World;
use crate::support::named_in_snapshots;

/// The report, whatever its exit code, which must fit it.
#[track_caller]
fn report(call: Call) -> Value {
    let outcome = call.args(["-o", "json"]).run();
    let report: Value = serde_json::from_str(outcome.stdout())
        .unwrap_or_else(|error| panic!("{error}: {outcome:?}"));
    let failed = report["status"] == "failed";
    assert_eq!(outcome.code(), Some(i32::from(failed)), "{report}");
    report
}

/// The one finding of that id.
#[track_caller]
fn finding<'r>(report: &'r Value, id: &str) -> &'r Value {
    let all = report["findings"].as_array().unwrap();
    let mut found = all.iter().filter(|finding| finding["id"] == id);
    let one = found.next().unwrap_or_else(|| panic!("no {id}: {report}"));
    assert!(found.next().is_none(), "{id} stands there twice");
    one
}

/// A finding as people read it: status, what was seen, what to do.
#[track_caller]
fn told(report: &Value, id: &str) -> String {
    let found = finding(report, id);
    let text = |name: &str| found[name].as_str().unwrap_or("-").to_owned();
    format!("{}: {}\n{}", text("status"), text("detail"), text("fix"))
}

/// The ids that have that status.
fn with_status<'r>(report: &'r Value, status: &str) -> Vec<&'r str> {
    let all = report["findings"].as_array().unwrap();
    all.iter()
        .filter(|finding| finding["status"] == status)
        .map(|finding| finding["id"].as_str().unwrap())
        .collect()
}

/// Everything below with owner, mode, times and contents.
fn tree(directory: &Path) -> BTreeMap<PathBuf, (u32, u32, i64, i64, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(path) = open.pop() {
        let metadata = std::fs::symlink_metadata(&path).unwrap();
        let contents = if metadata.is_file() {
            std::fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        if metadata.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        }
        let facts = (
            metadata.mode(),
            metadata.uid(),
            metadata.mtime(),
            metadata.mtime_nsec(),
            contents,
        );
        found.insert(path, facts);
    }
    found
}

#[test]
fn a_healthy_machine_is_told_so() {
    let world = World::with_profile();
    world.call(&["get-token"]).run().answer();
    let report = report(world.call(&["doctor"]));
    assert_eq!(with_status(&report, "failed"), [] as [&str; 0], "{report}");
    let expected = [
        "profiles.file",
        "store.header",
        "store.key",
        "store.locks",
        "loopback",
        "network.metadata",
        "network.clock",
        "profile.destination",
        "profile.approval",
        "profile.secret",
        "profile.tokens",
    ];
    let healthy = with_status(&report, "ok");
    for id in expected {
        assert!(healthy.contains(&id), "{id}: {report}");
    }
    assert!(told(&report, "profile.tokens").starts_with("ok: 1 living, 0 expired"));
    assert_eq!(world.emulator.token_requests(), 1, "no token is asked for");
}

#[test]
fn looking_changes_nothing() {
    let world = World::with_profile();
    world.call(&["get-token"]).run().answer();
    // What every other command would mend.
    set_mode(&world.home.state(), 0o755);
    let before = tree(world.home.path());
    for arguments in [&["doctor"][..], &["doctor", "--all-profiles", "--offline"]] {
        let report = report(world.call(arguments));
        assert_eq!(finding(&report, "directory.state")["status"], "warning");
    }
    assert_eq!(tree(world.home.path()), before);

    let empty = World::new();
    let before = tree(empty.home.path());
    report(empty.call(&["doctor", "--offline"]));
    assert_eq!(tree(empty.home.path()), before);
}

#[test]
fn nobody_is_asked_even_at_a_terminal_without_a_passphrase() {
    let world = World::new();
    let passphrase = "canary-passphrase";
    let creation = world.creation("sp", &["--client-secret-stdin"]);
    let creation = creation
        .env("ENTRA_AUTH_KEY_STORE", "passphrase")
        .env("ENTRA_AUTH_PASSPHRASE", passphrase);
    creation
        .input(crate::support::SECRET)
        .run()
        .answer_and_words();
    let locked = report(world.call(&["doctor"]));
    let _names = named_in_snapshots();
    insta::assert_snapshot!(told(&locked, "store.key"), @r"
    warning: the passphrase would have to be typed
    For scripts: set ENTRA_AUTH_PASSPHRASE_FILE, or hand it in as a systemd credential
    ");
    assert_eq!(finding(&locked, "profile.approval")["status"], "skipped");
    let opened = report(
        world
            .call(&["doctor"])
            .env("ENTRA_AUTH_PASSPHRASE", passphrase),
    );
    assert_eq!(finding(&opened, "store.key")["status"], "ok");
    assert!(!opened.to_string().contains(passphrase));
    let wrong = report(
        world
            .call(&["doctor"])
            .env("ENTRA_AUTH_PASSPHRASE", "wrong"),
    );
    assert_eq!(finding(&wrong, "store.key")["status"], "failed");
}

#[test]
fn people_read_signs_that_their_locale_has() {
    let world = World::with_profile();
    let text = |locale: &str| -> Outcome {
        world
            .call(&["doctor", "--offline"])
            .env("LC_ALL", locale)
            .run()
    };
    let (signs, said) = text("C.UTF-8").answer_and_words();
    assert!(signs.contains("\n✓ Store: its key is protected by permissions only"));
    assert!(said.ends_with(" skipped\n"), "{said}");
    let plain = text("C").answer_and_words().0;
    assert!(plain.contains("\n[ok] Store: "), "{plain}");
    assert!(plain.starts_with("This machine\n") && plain.contains("\n\nsp\n"));
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}
