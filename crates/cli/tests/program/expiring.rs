//! Secrets and certificates that end soon: a warning ahead, once a day.

use emulator::App;

use crate::support::CLIENT_ID;
use crate::support::Identity;
use crate::support::SECRET;
use crate::support::World;

const ANEW: [&str; 2] = ["get-token", "--force"];

/// A profile whose secret still works, though its end has passed.
fn with_ended_secret() -> World {
    let world = World::new();
    let flags = [
        "--client-secret-stdin",
        "--client-secret-expires",
        "2026-01-31",
    ];
    world.create("sp", &flags, SECRET);
    world
}

#[test]
fn a_secret_that_has_ended_is_told_once_and_says_what_to_do() {
    let world = with_ended_secret();
    let (token, said) = world.call(&ANEW).run().answer_and_words();
    assert!(!token.is_empty());
    assert!(said.contains("ended on 2026-01-31T00:00:00Z"), "{said}");
    assert!(
        said.contains("config edit sp --client-secret-stdin --test"),
        "{said}"
    );
    let (_, said) = world.call(&ANEW).run().answer_and_words();
    assert_eq!(said, "", "told a moment ago");
    let shown = world.call(&["config", "show", "sp"]).run().answer();
    assert!(shown.contains("Client secret ends"), "{shown}");
}

#[test]
fn who_wants_silence_is_told_nothing_and_json_is_told_in_json() {
    let world = with_ended_secret();
    let (_, said) = world
        .call(&["get-token", "--no-cache", "-q"])
        .run()
        .answer_and_words();
    assert_eq!(said, "");
    let (_, said) = world
        .call(&["get-token", "--no-cache", "-o", "json"])
        .run()
        .answer_and_words();
    let warning: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(warning["level"], "warning");
    assert!(warning["message"].as_str().unwrap().contains("ended on"));
}

#[test]
fn the_end_goes_with_the_secret_it_belongs_to() {
    let world = with_ended_secret();
    let edit = world.call(&["config", "edit", "sp", "--client-secret-stdin"]);
    edit.input(SECRET).run().answer_and_words();
    let shown = world.call(&["config", "show", "sp", "-o", "json"]).run();
    assert!(!shown.answer().contains("clientSecretExpiresAt"));
    let (_, said) = world.call(&ANEW).run().answer_and_words();
    assert_eq!(said, "");
    let edit = world.call(&["config", "edit", "sp", "--client-secret-expires", "soon"]);
    let said = edit.run().failure(4);
    assert!(said.contains("2027-01-31"), "{said}");
}

#[test]
fn a_certificate_that_ends_soon_is_told() {
    let identity = Identity::ending_in(12);
    let app = App::confidential(CLIENT_ID).certificate(identity.certificate.clone());
    let world = World::with_app(app);
    let pem = identity.pem_in(&world.home);
    let flags = ["--certificate-path", pem.to_str().unwrap()];
    world.create("certified", &flags, "");
    let (_, said) = world.call(&ANEW).run().answer_and_words();
    // Eleven, once the first second has gone by.
    let said_so = ["11", "12"]
        .map(|days| format!("the certificate of profile `certified` ends in {days} days"));
    assert!(said_so.iter().any(|words| said.contains(words)), "{said}");
    let (_, said) = world.call(&ANEW).run().answer_and_words();
    assert_eq!(said, "");
}
