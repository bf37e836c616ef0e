//! Profiles whose parts are gone, too old, or do not fit.

use model::Timestamp;

use super::finding;
use super::report;
use super::told;
use crate::support::CLIENT_ID;
use crate::support::Identity;
use crate::support::TENANT;
use crate::support::World;
use crate::support::named_in_snapshots;
use crate::support::now;

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
    let trust = "entra-auth-cli config trust sp";
    assert!(found["fix"].as_str().unwrap().contains(trust), "{found}");
    let refused = world.call(&["get-token", "--force"]).run().failure(4);
    assert!(refused.contains(trust), "the same advice: {refused}");
    assert!(refused.contains("config edit sp --client-secret-stdin"));
    let approval = finding(&report, "profile.approval");
    assert_ne!(approval["status"], "ok", "{approval}");
    let (shown, _) = world
        .call(&["config", "show", "sp"])
        .run()
        .answer_and_words();
    assert!(shown.contains("Gets tokens from"), "{shown}");
    assert!(!shown.contains("Secrets may go to"), "{shown}");
    let bound = shown
        .lines()
        .find(|line| line.contains("stored here"))
        .unwrap();
    assert!(bound.contains(TENANT) && bound.contains(trust), "{bound}");
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
    let all = report(world.call(&["doctor", "--all-profiles", "--offline"]));
    assert_eq!(finding(&all, "profile.destination")["subject"], "sp");
    assert!(told(&all, "profile.destination").contains(CLIENT_ID));
}

#[test]
fn tokens_of_another_directory_are_not_counted() {
    let world = World::with_profile();
    world.call(&["get-token"]).run().answer();
    let elsewhere = world
        .call(&["config", "create", "--name", "elsewhere"])
        .args(["--authority", world.emulator.base_url()])
        .args(["--tenant-id", "fabrikam.com", "--client-id", CLIENT_ID])
        .args(["--auth-method", "Public"]);
    elsewhere.run().answer_and_words();
    let count = |name: &str| {
        let found = report(world.call(&["doctor", "--offline", "-p", name]));
        finding(&found, "profile.tokens")["detail"].clone()
    };
    assert!(count("sp").as_str().unwrap().starts_with("1 living"));
    assert_eq!(count("elsewhere"), "none living, 0 expired");
}

#[test]
fn the_end_of_a_secret_is_told_as_far_as_it_is_known() {
    let world = World::with_profile();
    let told_of = |world: &World| {
        let found = report(world.call(&["doctor", "--offline"]));
        told(&found, "profile.secret")
    };
    insta::assert_snapshot!(told_of(&world), @r"
    ok: kept for this destination, written less than a day ago, if not sealed anew; when it ends is not known
    -
    ");
    let kept = world.home.state().join("secrets");
    for entry in std::fs::read_dir(&kept).unwrap() {
        let file = std::fs::File::options()
            .write(true)
            .open(entry.unwrap().path())
            .unwrap();
        let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(200 * 24);
        file.set_modified(long_ago).unwrap();
    }
    insta::assert_snapshot!(told_of(&world), @r"
    warning: kept for this destination, written 200 days ago or longer; when it ends is not known
    Look in the portal (Certificates & secrets) when it ends, and say so: entra-auth-cli config edit sp --client-secret-expires DATE
    ");
    let ends = |end: &str| {
        let call = world.call(&["config", "edit", "sp", "--client-secret-expires", end]);
        call.run().answer_and_words();
        told_of(&world)
    };
    insta::assert_snapshot!(ends("2020-01-31"), @r"
    failed: kept for this destination, but it ended on 2020-01-31T00:00:00Z
    Make a new one in the portal (Certificates & secrets), then: entra-auth-cli config edit sp --client-secret-stdin
    ");
    let soon = Timestamp::from_unix_seconds(now() + 10 * 86_400 + 3600).to_string();
    let warning = ends(&soon);
    assert!(
        warning.starts_with(&format!(
            "warning: kept for this destination; it ends on {soon}, in 10 days\n"
        )),
        "{warning}"
    );
    let late = ends("2999-01-31");
    assert!(
        late.starts_with("ok: kept for this destination; it ends on 2999-01-31"),
        "{late}"
    );
}
