//! Profiles whose parts are gone, too old, or do not fit.

use super::finding;
use super::report;
use super::told;
use crate::support::CLIENT_ID;
use crate::support::Identity;
use crate::support::TENANT;
use crate::support::World;
use crate::support::named_in_snapshots;

#[test]
fn a_secret_that_is_bound_elsewhere_is_a_failure() {
    let world = World::with_profile();
    world
        .home
        .edit_profiles(|text| text.replace(TENANT, "fabrikam.com"));
    let report = report(world.call(&["doctor", "--offline"]));
    let found = finding(&report, "profile.secret");
    assert_eq!(found["status"], "failed", "{found}");
    assert!(
        found["fix"]
            .as_str()
            .unwrap()
            .contains("config edit sp --client-secret-stdin")
    );
}

#[test]
fn references_are_looked_for_and_not_run() {
    let world = World::new();
    let script = world
        .home
        .put_script("vault", "touch \"$HOME/was-run\"; echo x");
    world.create(
        "by-command",
        &["--client-secret-command", script.to_str().unwrap()],
        "",
    );
    let file = world.home.put("secret", "x");
    world.create(
        "by-file",
        &["--client-secret-file", file.to_str().unwrap()],
        "",
    );
    world.create("by-variable", &["--client-secret-env", "A_SECRET"], "");
    let look = |name: &str| {
        let found = report(world.call(&["doctor", "--offline", "-p", name]));
        finding(&found, "profile.secret")["status"].clone()
    };
    assert_eq!(look("by-command"), "ok");
    assert_eq!(look("by-file"), "ok");
    assert_eq!(look("by-variable"), "failed");
    std::fs::remove_file(script).unwrap();
    std::fs::remove_file(file).unwrap();
    assert_eq!(look("by-command"), "failed");
    assert_eq!(look("by-file"), "failed");
    assert!(!world.home.at("was-run").exists());
}

#[test]
fn a_certificate_is_opened_and_its_thumbprints_shown() {
    let world = World::new();
    let pem = Identity::shared().pem_in(&world.home);
    world.create("sp", &["--certificate-path", pem.to_str().unwrap()], "");
    let good = report(world.call(&["doctor", "--offline"]));
    let found = finding(&good, "profile.certificate");
    let detail = found["detail"].as_str().unwrap();
    assert!(
        detail.contains("the key matches") && detail.contains("x5t#S256"),
        "{detail}"
    );
    std::fs::write(&pem, Identity::expired()).unwrap();
    let _names = named_in_snapshots();
    let expired = report(world.call(&["doctor", "--offline"]));
    insta::assert_snapshot!(told(&expired, "profile.certificate"), @r"
    failed: [home]/app.pem: the certificate CN=old expired on [time]
    Make a new certificate, upload its public part to the app registration, and let the profile name it.
    ");
}

#[test]
fn a_port_that_is_taken_is_a_failure() {
    let world = World::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let uri = format!("http://127.0.0.1:{port}/back");
    world.create(
        "me",
        &["--auth-method", "Public", "--redirect-uri", &uri],
        "",
    );
    let _names = named_in_snapshots();
    let busy = report(world.call(&["doctor", "--offline"]));
    let told = told(&busy, "profile.redirect").replace(&port.to_string(), "[port]");
    insta::assert_snapshot!(told, @r"
    failed: port [port] of http://127.0.0.1:[port]/back cannot be listened on (127.0.0.1: Address already in use (os error 98))
    End the program that listens there, or register and use another port: --port PORT
    ");
    drop(taken);
    let free = report(world.call(&["doctor", "--offline"]));
    assert_eq!(finding(&free, "profile.redirect")["status"], "ok");
}

#[test]
fn a_profile_that_was_named_and_is_not_there_is_an_error() {
    let world = World::with_profile();
    world.call(&["doctor", "-p", "nobody"]).run().failure(3);
    let meant = world.call(&["doctor"]).env("ENTRA_AUTH_PROFILE", "nobody");
    meant.run().failure(3);
    let all = report(world.call(&["doctor", "--all-profiles", "--offline"]));
    assert_eq!(finding(&all, "profile.destination")["subject"], "sp");
    assert!(told(&all, "profile.destination").contains(CLIENT_ID));
}
