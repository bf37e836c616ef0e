//! Killed while everything is sealed again: the old protection or the new one, and all that was
//! kept.

use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;

use rustix::process::Signal;

use super::OLD;
use super::assert_whole;
use super::filled;
use super::storage;
use crate::support::Call;
use crate::support::Moments;
use crate::support::World;

const KILLS: u32 = 200;

/// A few moments more than a run takes, so that some kills come too late.
const BEYOND_THE_END: f64 = 1.1;

/// To another key file each time, and now and then to a passphrase.
fn call(world: &World, round: u32) -> Call {
    let call = world.call(&["config", "storage", "--to"]);
    if round % 10 == 9 {
        call.args([
            "passphrase",
            "--new-passphrase-env",
            "ENTRA_AUTH_PASSPHRASE",
        ])
    } else {
        call.arg("file")
    }
    .env("ENTRA_AUTH_PASSPHRASE", OLD)
}

#[test]
fn two_hundred_kills_leave_the_old_protection_or_the_new() {
    let world = filled();
    let key = || {
        let shown = world.call(&["config", "storage"]);
        storage(shown)["key_id"].clone()
    };
    let mut moments = Moments::new(0x9e37_79b9_7f4a_7c15);
    let (mut old, mut new, mut in_the_middle) = (0, 0, 0);
    let mut length = Duration::ZERO;
    let mut before = key();
    for round in 0..KILLS {
        // What it takes depends on what protects the store now.
        if round % 10 == 0 || round % 10 == 9 {
            let begin = Instant::now();
            call(&world, round).run().answer_and_words();
            length = begin.elapsed().mul_f64(BEYOND_THE_END);
            before = key();
        }
        let running = call(&world, round).start();
        // The moment is what is tested; nothing could be waited for instead.
        std::thread::sleep(length.mul_f64(moments.next()));
        running.signal(Signal::KILL);
        let outcome = running.finish();
        let when = format!("kill {round} ({outcome:?})");
        if world.home.state().join("protection.json").exists() {
            in_the_middle += 1;
        }
        let after = key();
        if after == before {
            old += 1;
        } else {
            new += 1;
        }
        before = after;
        assert_whole(&world, OLD, &when);
    }
    assert!(
        old > 10 && new > 10 && in_the_middle > 10,
        "{old} old, {new} new, {in_the_middle} in the middle: the kills all came at the same time"
    );
    // The next change leaves nothing of all of them.
    call(&world, 0).run().answer_and_words();
    let names: BTreeSet<String> = std::fs::read_dir(world.home.state())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let key = key();
    let key = key.as_str().unwrap();
    for kind in ["secrets", "approvals", "refresh-tokens", "accounts"] {
        let of_a_kind: Vec<&String> = names.iter().filter(|name| name.starts_with(kind)).collect();
        assert_eq!(of_a_kind, [&format!("{kind}.{key}")], "{names:?}");
    }
    assert!(!names.contains("protection.json"), "{names:?}");
    assert_eq!(std::fs::read_dir(world.home.data()).unwrap().count(), 1);
}
