//! `discover` prints each page before it asks for the next one, and keeps none.

use std::io::BufRead as _;
use std::io::BufReader;

use emulator::Endpoint;
use emulator::Fault;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::PATIENCE;
use crate::support::World;

fn asked(world: &World) -> usize {
    world.emulator.requests_to(Endpoint::Applications).len()
}

#[track_caller]
fn wait_until_asked(world: &World, times: usize) {
    let came = world
        .emulator
        .wait_for_requests(Endpoint::Applications, times, PATIENCE);
    assert!(came, "Graph is not asked {times} times");
}

/// The most memory that the listing of so many applications had taken, in kB, when it had printed
/// all pages but the last.
#[cfg(target_os = "linux")]
fn peak(count: usize) -> u64 {
    // With the two that may list them.
    let world = World::of_applications(count - 2);
    let pages = count / 100;
    let held = world.emulator.hold_pages_after(pages - 1);
    let running = world.discovery(&["-o", "json"]).start();
    wait_until_asked(&world, pages);
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.id())).unwrap();
    drop(held);
    let (answer, _) = running.finish().answer_and_words();
    let found: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(found.as_array().unwrap().len(), count);
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.unwrap().split_whitespace().nth(1).unwrap();
    number.parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn twenty_five_thousand_applications_take_no_more_memory_than_a_thousand() {
    let (few, many) = (peak(1_000), peak(25_000));
    // One application is about a kilobyte: kept, they would be twenty-four thousand more.
    assert!(
        many < few + 4_000,
        "{few} kB for 1,000, {many} kB for 25,000"
    );
}

#[test]
fn a_page_is_read_before_the_next_one_has_come_and_a_closed_pipe_ends_it() {
    let world = World::of_applications(1_000);
    let held = world.emulator.hold_pages_after(1);
    let (reader, writer) = std::io::pipe().unwrap();
    let running = world.discovery(&[]).stdout(writer).start();
    let mut lines = BufReader::new(reader).lines();
    let first: Vec<String> = lines.by_ref().take(101).map(Result::unwrap).collect();
    assert!(first[0].starts_with("APP ID"), "{}", first[0]);
    wait_until_asked(&world, 2);
    drop(lines);
    drop(held);
    let outcome = running.finish();
    assert_eq!(outcome.code(), Some(0), "{outcome:?}");
    assert_eq!(outcome.stderr(), "");
    assert_eq!(asked(&world), 2);
}

#[test]
fn a_broken_connection_leaves_what_was_shown_and_json_open() {
    for output in ["table", "json"] {
        let world = World::of_applications(250);
        let held = world.emulator.hold_pages_after(1);
        let running = world.discovery(&["-o", output]).start();
        wait_until_asked(&world, 2);
        // The request that waits is answered so too, and each that repeats it.
        world
            .emulator
            .play_at(Endpoint::Applications, 50, &Fault::DropConnection);
        drop(held);
        let outcome = running.finish();
        assert_eq!(outcome.code(), Some(5), "{outcome:?}");
        let shown = outcome.stdout();
        if output == "table" {
            assert_eq!(shown.lines().count(), 101, "{shown}");
        } else {
            assert!(serde_json::from_str::<Value>(shown).is_err(), "{shown}");
            let closed = format!("{shown}]");
            let found: Value = serde_json::from_str(&closed).unwrap();
            assert_eq!(found.as_array().unwrap().len(), 100);
        }
    }
}

#[test]
fn an_interruption_ends_it_between_two_pages() {
    let world = World::of_applications(250);
    let held = world.emulator.hold_pages_after(1);
    let running = world.discovery(&[]).start();
    wait_until_asked(&world, 2);
    running.signal(Signal::INT);
    let outcome = running.finish();
    drop(held);
    assert_eq!(outcome.code(), Some(130), "{outcome:?}");
    assert_eq!(outcome.stdout().lines().count(), 101);
}
