//! Sign-ins that the person, the provider or this machine does not let through: what is said.

use std::net::Ipv4Addr;
use std::net::TcpListener;

use emulator::App;
use emulator::Platform;
use emulator::PlayedError;
use emulator::SignIn;
use rustix::process::Signal;

use crate::support::Browser;
use crate::support::CLIENT_ID;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::World;
use crate::support::people::ADA;
use crate::support::people::PUBLIC_PROFILE;
use crate::support::people::agreed;

#[test]
fn a_registered_port_that_is_taken_is_not_exchanged_for_another() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let redirect_uri = format!("http://localhost:{port}");
    let app = App::public(CLIENT_ID).redirect_uri(Platform::PublicClient, &redirect_uri);
    let world = World::of_people_with(app);
    world.create("webapp", &PUBLIC_PROFILE, "");
    let browser = Browser::by_hand(&world.home);
    let call = browser.call(&world, &["get-token", "-o", "json"]);
    let flow = ["-f", "AuthorizationCode", "--redirect-uri", &redirect_uri];
    let outcome = call.args(flow).run();
    let shown = format!("{outcome:?}");
    assert_eq!(outcome.code(), Some(4), "{shown}");
    assert!(shown.contains("port_in_use"), "{shown}");
    assert!(shown.contains(&std::process::id().to_string()), "{shown}");
    assert_eq!(browser.pages(), 0);
}

#[test]
fn cancelling_ends_it_in_the_browser_and_here() {
    let world = World::of_people();
    world.emulator.answer_sign_in(SignIn::Cancel);
    let browser = Browser::by_hand(&world.home);
    let running = browser.call(&world, &["get-token", "-o", "json"]).start();
    let landed = browser.next_page().visit();
    assert!(landed.text.contains("AADSTS65004"), "{}", landed.text);
    let outcome = running.finish();
    assert_eq!(outcome.code(), Some(2), "{outcome:#?}");
    let document = outcome.failure_document(2);
    assert_eq!(document["code"], "access_denied");
    assert_eq!(document["aadsts"], 65004);
    assert_eq!(world.emulator.token_requests(), 0);
}

#[test]
fn declining_a_device_code_ends_it() {
    let world = World::of_people();
    let (running, code) = world.device_code();
    world.emulator.decline_device_code(&code).unwrap();
    let said = running.finish().failure(2);
    assert!(said.contains("The sign-in was cancelled"), "{said}");
}

#[test]
fn consent_that_is_missing_is_explained() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    world.emulator.answer_sign_in(SignIn::Error(PlayedError {
        error: "consent_required".to_owned(),
        code: 65001,
        message: "The user or administrator has not consented.".to_owned(),
        ..PlayedError::default()
    }));
    let running = browser.call(&world, &["get-token"]).start();
    browser.next_page().visit();
    let said = running.finish().failure(2);
    assert!(said.contains("AADSTS65001"), "{said}");
    assert!(said.contains("hint: "), "{said}");
}

#[test]
fn an_application_that_wants_a_credential_is_explained() {
    let web_only = || {
        let app = App::confidential(CLIENT_ID).secret(SECRET);
        let app = app.redirect_uri(Platform::Web, "http://localhost");
        let world = World::of_people_with(agreed(app));
        world.create("desktop", &PUBLIC_PROFILE, "");
        world
    };
    let world = web_only();
    let browser = Browser::by_hand(&world.home);
    let running = browser.call(&world, &["get-token"]).start();
    browser.next_page().visit();
    let by_browser = running.finish().failure(2);

    let world = web_only();
    let (running, code) = world.device_code();
    world.emulator.approve_device_code(&code, ADA).unwrap();
    let by_device = running.finish().failure(2);
    for said in [by_browser, by_device] {
        assert!(said.contains("AADSTS7000218"), "{said}");
        assert!(said.contains("Allow public client flows"), "{said}");
    }
}

#[test]
fn an_unknown_application_is_explained() {
    let world = World::of_people();
    let unknown = "99990000-aaaa-4bbb-8ccc-dddd00001111";
    let target = ["--authority", world.emulator.base_url()];
    let call = world.call(&["get-token", "-f", "DeviceCode", "--client-id", unknown]);
    let call = call.args(target).args(["--tenant-id", TENANT]);
    let said = call.run().failure(2);
    assert!(said.contains("AADSTS700016"), "{said}");
    assert!(said.contains(unknown), "{said}");
}

#[test]
fn a_redirect_uri_that_is_not_registered_shows_in_the_browser_alone() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    let flags = ["--redirect-uri", "http://localhost/elsewhere"];
    let running = browser.call(&world, &["get-token"]).args(flags).start();
    let landed = browser.next_page().visit();
    assert!(landed.text.contains("AADSTS50011"), "{}", landed.text);
    running.signal(Signal::INT);
    let outcome = running.finish();
    assert_eq!(outcome.code(), Some(130), "{outcome:#?}");
    assert_eq!(outcome.stdout(), "");
    // Within a time of one's own it gives up by itself.
    let call = browser.call(&world, &["get-token", "--timeout", "1s"]);
    let said = call.args(flags).run().failure(6);
    assert!(
        said.contains("nobody signed in within 1 second [timed_out]\n"),
        "{said}"
    );
}

#[test]
fn a_clock_that_is_wrong_is_named() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    world.emulator.set_clock_offset(-2 * 60 * 60);
    let running = browser.call(&world, &["get-token"]).start();
    browser.next_page().visit();
    let said = running.finish().failure(2);
    assert!(said.contains("clock"), "{said}");
    assert!(world.refresh_tokens().is_empty());
}
