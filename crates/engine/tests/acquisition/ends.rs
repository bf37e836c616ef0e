//! Credentials that end soon are told of ahead, and once a day.

use std::time::Duration;

use model::Clock as _;

use crate::stage::Stage;
use crate::stage::request;
use crate::stage::token;

const DAY: Duration = Duration::from_hours(24);

fn told_of_an_end(stage: &Stage) -> usize {
    let told = stage.told();
    told.iter()
        .filter(|line| line.contains("CredentialEnds"))
        .count()
}

#[test]
fn an_end_is_told_thirty_days_ahead_and_once_a_day() {
    let stage = Stage::new();
    let mut request = request();
    request.client_secret_ends_on = Some(stage.clock.now().plus(DAY * 31));
    // Each day's token has gone by the next.
    let ask = || {
        stage.will_reply([token("t", 3600)]);
        stage.ask(&request).unwrap();
    };
    ask();
    assert_eq!(told_of_an_end(&stage), 0, "31 days are far away");
    stage.clock.advance(DAY);
    ask();
    assert_eq!(told_of_an_end(&stage), 1);
    stage.ask(&request).unwrap();
    assert_eq!(told_of_an_end(&stage), 1, "a cached token uses no secret");
    stage.clock.advance(DAY / 2);
    ask();
    assert_eq!(told_of_an_end(&stage), 1, "told twelve hours ago");
    stage.clock.advance(DAY / 2);
    ask();
    assert_eq!(told_of_an_end(&stage), 2);
    stage.clock.advance(DAY * 40);
    ask();
    assert_eq!(told_of_an_end(&stage), 3, "what has ended is told too");
}

#[test]
fn who_keeps_nothing_is_told_each_time() {
    let stage = Stage::new();
    let mut request = request();
    request.cache = engine::CacheUse::None;
    request.client_secret_ends_on = Some(stage.clock.now());
    for times in 1..=2 {
        stage.will_reply([token("t", 3600)]);
        stage.ask(&request).unwrap();
        assert_eq!(told_of_an_end(&stage), times);
    }
}

#[test]
fn what_was_told_before_there_is_a_store_does_not_stand_for_one() {
    let stage = Stage::new();
    assert!(stage.vault.reminders().is_due(&["x"], stage.clock.now()));
    stage.will_reply([token("t", 3600)]);
    stage.ask(&request()).unwrap();
}
