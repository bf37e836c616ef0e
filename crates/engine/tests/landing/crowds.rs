//! Floods, and connections that keep others out.

use std::net::Ipv4Addr;
use std::time::Duration;

use engine::landing::Listener;
use engine::landing::Patience;
use model::RedirectUri;

use crate::stage::Client;
use crate::stage::STATE;
use crate::stage::Stage;
use crate::stage::get;
use crate::stage::page;

const SEATS: usize = 64;

/// Nobody is closed for being slow.
fn patient() -> Stage {
    let patience = Patience {
        request: Duration::from_mins(10),
        outcome: Duration::from_mins(10),
        ..Patience::default()
    };
    Stage::at("http://localhost", patience)
}

fn idle(stage: &Stage, count: usize) -> Vec<Client> {
    (0..count).map(|_| stage.connect()).collect()
}

#[test]
fn wrong_answers_and_idle_connections_keep_no_one_out() {
    let stage = patient();
    let mut before = idle(&stage, 100);
    let (address, port) = (stage.address, stage.port.to_string());
    std::thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                for number in 0..100 {
                    let mut attacker = Client::connect(address);
                    let forged = get(&format!("/?code=forged&state={number}"));
                    attacker.send(&forged.replace("{port}", &port));
                    assert_eq!(attacker.reply().status, 400);
                }
            });
        }
    });
    stage.expect_waiting();
    let mut browser = stage.land();
    // Whoever comes after the right one does not push it out.
    let after = idle(&stage, 100);
    stage.settle();
    assert_eq!(before[0].read_to_end(), "", "the oldest one made room");
    browser.expect_silence();
    stage.landing.finish(page());
    assert!(browser.reply().body.contains("signed in as Ada"));
    drop(after);
}

#[test]
fn as_many_as_there_are_seats_may_say_nothing() {
    let stage = patient();
    let mut idle = idle(&stage, SEATS - 1);
    stage.settle();
    for client in &mut idle[..3] {
        client.expect_silence();
    }
    stage.expect_a_sign_in_still_works();
}

#[test]
fn who_brought_the_right_answer_keeps_the_seat_and_the_newest_goes() {
    let stage = patient();
    let mut browsers: Vec<_> = (0..SEATS)
        .map(|_| stage.post(&format!("code=abc&state={STATE}")))
        .collect();
    stage.expect_landed();
    browsers[SEATS - 1].expect_silence();
    let mut newest = stage.connect();
    assert_eq!(newest.read_to_end(), "");
    stage.landing.finish(page());
    for browser in &mut browsers {
        assert!(browser.reply().body.contains("signed in as Ada"));
    }
}

#[test]
fn a_crowd_that_comes_at_once_does_not_push_out_who_has_something_to_say() {
    let listener = Listener::bind(&RedirectUri::parse("http://127.0.0.1").unwrap(), None).unwrap();
    let port = listener.redirect_uri().loopback().unwrap().port.unwrap();
    let address = (Ipv4Addr::LOCALHOST, port).into();
    let mut browser = Client::connect(address);
    let right = get(&format!("/?code=abc&state={STATE}"));
    browser.send(&right.replace("{port}", &port.to_string()));
    // Fewer than the system queues before anybody accepts them.
    let crowd: Vec<_> = (0..3 * SEATS / 2)
        .map(|_| Client::connect(address))
        .collect();
    let landing = listener.serve(STATE).unwrap();
    assert_eq!(browser.reply().status, 303);
    assert!(landing.responses().recv().unwrap().has_state(STATE));
    drop(crowd);
}
