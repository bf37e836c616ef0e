//! No program that is started gets a variable that a flag or the profile names as holding a secret,
//! whether this command uses it or not.

use std::path::PathBuf;

use emulator::App;
use emulator::Platform;

use crate::support::Browser;
use crate::support::CLIENT_ID;
use crate::support::SECRET;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::people::SCOPES;
use crate::support::people::agreed;
use crate::support::people::desktop_app;

const OF_FLAG: [&str; 2] = ["--client-secret-env", "FLAGS_SECRET"];

/// A program that writes down its environment before it does something.
fn recorder(world: &World, name: &str, then: &str) -> PathBuf {
    let script = format!("env > environment\n{then}");
    world.home.put_script(name, &script)
}

/// The environment that the recorder had.
fn recorded(world: &World) -> String {
    let file = world.home.at("environment");
    let environment = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(file).unwrap();
    assert!(environment.contains("\nSOMETHING_ELSE=stays\n"));
    environment
}

#[test]
fn a_command_gets_none_of_them() {
    let world = World::new();
    world.create("sp", &["--client-secret-env", "PROFILES_SECRET"], "");
    let vault = recorder(&world, "vault", &format!("echo '{SECRET}'"));
    let call = world
        .call(&["get-token", "--client-secret-command"])
        .arg(&vault)
        .args(["--certificate-password-env", "FLAGS_SECRET"])
        .env("PROFILES_SECRET", "s3cr1")
        .env("FLAGS_SECRET", "s3cr2")
        .env("SOMETHING_ELSE", "stays");
    assert_is_token(&call.run().answer());
    let environment = recorded(&world);
    assert!(!environment.contains("s3cr"), "{environment}");
    assert!(!environment.contains("_SECRET"), "{environment}");
}

#[test]
fn a_command_of_a_profile_that_is_tried_gets_none_of_them() {
    let world = World::new();
    let vault = recorder(&world, "vault", &format!("echo '{SECRET}'"));
    world.create("sp", &["--client-secret-env", "OTHERS_SECRET"], "");
    world.home.edit_profiles(|text| {
        text.replace(
            "\"clientSecretFrom\"",
            "\"certificatePasswordFrom\": {\"env\": \"PROFILES_SECRET\"}, \"clientSecretFrom\"",
        )
    });
    world
        .call(&["config", "trust", "sp", "--yes"])
        .run()
        .answer_and_words();
    world
        .call(&["config", "edit", "sp", "--test", "--client-secret-command"])
        .arg(&vault)
        .env("PROFILES_SECRET", "s3cr1")
        .env("SOMETHING_ELSE", "stays")
        .run()
        .answer_and_words();
    let environment = recorded(&world);
    assert!(!environment.contains("PROFILES_SECRET"), "{environment}");
}

/// Signs in with the profile `sp` by a browser that records its environment.
fn recorded_sign_in(app: App, flags: &[&str]) -> String {
    let world = World::of_people_with(agreed(app));
    let profile = [
        "--client-secret-env",
        "PROFILES_SECRET",
        "--scope",
        SCOPES[0],
    ];
    world.create("sp", &profile, "");
    let browser = Browser::by_hand(&world.home);
    let launcher = recorder(&world, "launcher", "exec ./browser \"$@\"");
    let call = browser.call(&world, &["get-token"]).args(flags);
    let running = call
        .env("BROWSER", &launcher)
        .env("PROFILES_SECRET", SECRET)
        .env("FLAGS_SECRET", SECRET)
        .env("SOMETHING_ELSE", "stays")
        .start();
    browser.next_page().visit();
    assert_is_token(&running.finish().answer_and_words().0);
    recorded(&world)
}

#[test]
fn a_browser_gets_none_of_them() {
    let app = App::confidential(CLIENT_ID)
        .secret(SECRET)
        .redirect_uri(Platform::Web, "http://localhost");
    let flow = ["-f", "AuthorizationCode"];
    let environment = recorded_sign_in(app, &[&flow[..], &OF_FLAG].concat());
    assert!(!environment.contains("_SECRET"), "{environment}");
}

#[test]
fn a_browser_gets_none_of_them_where_the_flow_sends_no_secret() {
    let environment = recorded_sign_in(desktop_app(), &["-f", "InteractiveBrowser"]);
    assert!(!environment.contains("PROFILES_SECRET"), "{environment}");
}
