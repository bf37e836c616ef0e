//! `-v` says who said what of a request, which credential was used and what answered, and never a
//! secret.

use emulator::App;

use crate::support::Browser;
use crate::support::CLIENT_ID;
use crate::support::Call;
use crate::support::Identity;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::World;
use crate::support::assert_is_token;

/// One that must not be sent, nor said.
const OTHER_SECRET: &str = "0ther~s3cret";

/// What it says with `-v` of settings and of what answered, each line without its level.
#[track_caller]
fn told(call: Call) -> Vec<String> {
    let (answer, said) = call.arg("-v").run().answer_and_words();
    assert_is_token(&answer);
    for secret in [SECRET, OTHER_SECRET, Identity::PASSWORD, answer.trim_end()] {
        assert!(!said.contains(secret), "{said}");
    }
    let lines = said.lines().filter_map(|line| {
        let line = line.trim_start().strip_prefix("INFO ")?;
        let engines = line.strip_prefix("engine: ");
        let engines = engines.filter(|line| !line.starts_with("asking for a token"));
        engines.or_else(|| line.strip_prefix("settings: "))
    });
    lines.map(ToOwned::to_owned).collect()
}

#[track_caller]
fn assert_told(lines: &[String], expected: &[&str]) {
    for one in expected {
        assert!(lines.iter().any(|line| line == one), "{one}: {lines:#?}");
    }
}

#[test]
fn nothing_is_said_without_it() {
    let world = World::with_profile();
    assert_is_token(&world.call(&["get-token"]).run().answer());
}

#[test]
fn each_thing_is_told_with_who_said_it() {
    let world = World::with_profile();
    let call = world
        .call(&["get-token", "-p", "SP", "-s", "arm", "--tenant-id", TENANT])
        .env("ENTRA_AUTH_FLOW", "ClientCredentials")
        .env("AZURE_CLIENT_ID", "not-used");
    assert_eq!(
        told(call),
        [
            format!(
                "profile: sp (--profile) in {}",
                world.home.profiles().display()
            ),
            format!("authority: {} (profile)", world.emulator.base_url()),
            format!("tenant: {TENANT} (--tenant-id)"),
            format!("client id: {CLIENT_ID} (profile)"),
            "flow: ClientCredentials (ENTRA_AUTH_FLOW)".to_owned(),
            "scopes: https://management.azure.com/.default (--scope)".to_owned(),
            "client secret: stored here (profile)".to_owned(),
            "client secret: the stored one".to_owned(),
            "answered by a new request".to_owned(),
        ]
    );
}

#[test]
fn variables_of_the_azure_sdks_are_told_by_name() {
    let world = World::new();
    let call = world
        .call(&["get-token"])
        .env("AZURE_TENANT_ID", TENANT)
        .env("AZURE_CLIENT_ID", CLIENT_ID)
        .env("AZURE_AUTHORITY_HOST", world.emulator.base_url())
        .env("AZURE_CLIENT_SECRET", SECRET)
        .env("AZURE_FEDERATED_TOKEN_FILE", "/nowhere");
    assert_eq!(
        told(call),
        [
            "profile: none".to_owned(),
            format!(
                "authority: {} (AZURE_AUTHORITY_HOST)",
                world.emulator.base_url()
            ),
            format!("tenant: {TENANT} (AZURE_TENANT_ID)"),
            format!("client id: {CLIENT_ID} (AZURE_CLIENT_ID)"),
            "flow: ClientCredentials (default)".to_owned(),
            "scopes: https://graph.microsoft.com/.default (default)".to_owned(),
            "client secret: as given (AZURE_CLIENT_SECRET)".to_owned(),
            "AZURE_FEDERATED_TOKEN_FILE is set too and not used".to_owned(),
            "answered by a new request".to_owned(),
        ]
    );
}

#[test]
fn a_stored_secret_beats_the_variable_and_says_so() {
    let world = World::with_profile();
    let call = || world.call(&["get-token"]);
    let lines = told(call().env("AZURE_CLIENT_SECRET", OTHER_SECRET));
    assert_told(
        &lines,
        &[
            "client secret: stored here, else AZURE_CLIENT_SECRET (profile)",
            "client secret: the stored one",
            "AZURE_CLIENT_SECRET is set too and not used",
        ],
    );
    // The cache answers without a look at either.
    let lines = told(call());
    assert_eq!(lines.last().unwrap(), "answered by the cache");
    assert!(!lines.iter().any(|line| line.contains("the stored one")));
}

#[test]
fn a_variable_fills_in_for_a_profile_without_a_secret_and_says_so() {
    let world = World::with_profile();
    world
        .home
        .edit_profiles(|text| text.replace("\"sp\"", "\"bare\""));
    world
        .call(&["config", "trust", "bare", "--yes"])
        .run()
        .answer_and_words();
    let refused = world.call(&["get-token"]).run().failure(4);
    assert!(refused.contains("no client secret"), "{refused}");
    let lines = told(
        world
            .call(&["get-token"])
            .env("AZURE_CLIENT_SECRET", SECRET),
    );
    let used = "client secret: none is stored, so AZURE_CLIENT_SECRET is used";
    assert_told(&lines, &[used]);
}

#[test]
fn a_flag_beats_all_else_and_says_so() {
    let world = World::with_profile();
    let script = world.home.put_script("vault", &format!("echo '{SECRET}'"));
    let command = format!("{} {OTHER_SECRET}", script.display());
    let file = world.home.put("secret", SECRET);
    let called = |way: &str, value: &str| {
        let call = world.call(&["get-token", "--force", way, value]);
        told(call.env("A_SECRET", SECRET))
    };
    for (way, value, place) in [
        (
            "-env",
            "A_SECRET",
            "environment variable A_SECRET".to_owned(),
        ),
        ("-file", "secret", format!("file {}", file.display())),
        // Its arguments may hold a secret.
        (
            "-command",
            &command,
            format!("command {}", script.display()),
        ),
    ] {
        let flag = format!("--client-secret{way}");
        let lines = called(&flag, value);
        let place = format!("client secret: {place} ({flag})");
        let own = "the profile's own credential is not used";
        assert_told(&lines, &[place.as_str(), own]);
    }
    let ours = world
        .call(&["refresh", "--client-secret-stdin"])
        .input(SECRET)
        .env("ENTRA_AUTH_CLIENT_SECRET", OTHER_SECRET)
        .env("AZURE_CLIENT_SECRET", OTHER_SECRET);
    assert_told(
        &told(ours),
        &[
            "client secret: as given (--client-secret-stdin)",
            "ENTRA_AUTH_CLIENT_SECRET is set too and not used",
            "AZURE_CLIENT_SECRET is set too and not used",
        ],
    );
}

#[test]
fn a_certificate_and_its_password_are_told_apart() {
    let certified =
        App::confidential(CLIENT_ID).certificate(Identity::shared().certificate.clone());
    let world = World::with_app(certified);
    let pfx = Identity::shared().pfx_in(&world.home);
    let file = pfx.to_str().unwrap();
    world.create(
        "sp",
        &[
            "--certificate-path",
            file,
            "--certificate-password-env",
            "A_PASSWORD",
        ],
        "",
    );
    let call = world
        .call(&["get-token"])
        .env("ENTRA_AUTH_CERTIFICATE_PASSWORD", Identity::PASSWORD)
        .env("AZURE_CLIENT_CERTIFICATE_PASSWORD", OTHER_SECRET);
    assert_told(
        &told(call),
        &[
            &format!("certificate: file {file} (profile)"),
            "certificate password: as given (ENTRA_AUTH_CERTIFICATE_PASSWORD)",
            "AZURE_CLIENT_CERTIFICATE_PASSWORD is set too and not used",
        ],
    );
}

#[test]
fn a_person_then_the_refresh_token_then_the_cache_answer() {
    let world = World::of_people();
    let browser = Browser::automatic(&world.home);
    let lines = told(browser.call(&world, &["get-token"]));
    assert_told(
        &lines,
        &[
            "credential: none (profile)",
            "answered by a person who signed in",
        ],
    );
    let last = |arguments: &[&str]| told(world.call(arguments)).pop().unwrap();
    assert_eq!(last(&["refresh"]), "answered by the refresh token");
    assert_eq!(last(&["get-token"]), "answered by the cache");
}

#[test]
fn another_process_that_answered_is_named() {
    let world = World::with_profile();
    let held = world.emulator.hold_token_replies();
    let asking = world.start_and_wait_until_it_asks();
    let waiting = world.call(&["get-token", "-v"]).start();
    waiting.wait_to_say("Waiting for process");
    drop(held);
    asking.finish().answer_and_words();
    let (_, said) = waiting.finish().answer_and_words();
    let answered = "answered by another process, by way of the cache\n";
    assert!(said.ends_with(answered), "{said}");
}

#[test]
fn text_of_a_profile_does_not_reach_the_terminal_raw() {
    let world = World::new();
    let file = world.home.put("\u{1b}[31msecret", SECRET);
    world.create("sp", &["--client-secret-file", file.to_str().unwrap()], "");
    let (_, said) = world.call(&["get-token", "-v"]).run().answer_and_words();
    assert!(!said.contains('\u{1b}'), "{said:?}");
    assert!(said.contains("[31msecret (profile)"), "{said:?}");
}
