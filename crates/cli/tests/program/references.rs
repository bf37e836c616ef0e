//! What a profile refers to is neither read nor run before it was approved on this machine.

use emulator::App;

use crate::support::CLIENT_ID;
use crate::support::Identity;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::World;
use crate::support::assert_is_token;

/// A profile that came as a file: by synchronisation, from a colleague.
fn put_profile(world: &World, fields: &str) {
    world.home.put(
        ".config/entra-auth-cli/profiles.json",
        format!(
            r#"[{{"name": "theirs", "tenantId": "{TENANT}", "clientId": "{CLIENT_ID}",
                "authority": "{}", {fields}}}]"#,
            world.emulator.base_url()
        ),
    );
}

#[test]
fn a_command_does_not_run_before_approval() {
    let world = World::new();
    let script = world
        .home
        .put_script("vault", &format!("echo \"$*\" >> ran; echo '{SECRET}'"));
    let script = script.to_str().unwrap();
    let ran = || std::fs::read_to_string(world.home.at("ran")).ok();
    let with = |argument: &str| {
        put_profile(
            &world,
            &format!(
                r#""authMethod": "ClientSecret",
                "clientSecretFrom": {{"command": ["{script}", "{argument}"]}}"#
            ),
        );
    };
    let asked = || world.call(&["get-token", "--force"]).run();
    let approved = || world.call(&["config", "trust", "theirs", "--yes"]).run();
    with("one");
    let said = asked().failure(4);
    assert!(
        said.contains("is not approved") && said.contains(r#"vault", "one""#),
        "{said}"
    );
    assert_eq!(ran(), None);
    let (_, said) = approved().answer_and_words();
    assert!(said.contains(r#"vault", "one""#), "{said}");
    assert_eq!(ran(), None, "approving runs nothing");
    assert_is_token(&asked().answer());
    assert_eq!(ran().as_deref(), Some("one\n"));

    with("two");
    assert!(asked().failure(4).contains(r#"vault", "two""#));
    assert_eq!(
        ran().as_deref(),
        Some("one\n"),
        "another argument is another command"
    );
    approved().answer_and_words();
    assert_is_token(&asked().answer());

    with("one");
    assert!(
        asked().failure(4).contains(r#"vault", "one""#),
        "an approval of long ago is void"
    );
    assert_eq!(world.emulator.token_requests(), 2);
}

#[test]
fn nothing_that_is_referred_to_is_used_before_approval() {
    let certified =
        App::confidential(CLIENT_ID).certificate(Identity::shared().certificate.clone());
    let world = World::with_app(certified.secret(SECRET));
    let secret = world.home.put("secret", SECRET);
    let pem = Identity::shared().pem_in(&world.home);
    for fields in [
        format!(
            r#""authMethod": "ClientSecret", "clientSecretFrom": {{"file": "{}"}}"#,
            secret.display()
        ),
        r#""authMethod": "ClientSecret", "clientSecretFrom": {"env": "A_SECRET"}"#.to_owned(),
        format!(
            r#""authMethod": "PasswordlessCertificate", "certificatePath": "{}""#,
            pem.display()
        ),
    ] {
        put_profile(&world, &fields);
        let asked = || {
            world
                .call(&["get-token", "--force"])
                .env("A_SECRET", SECRET)
                .run()
        };
        assert!(
            asked().failure(4).contains("config trust theirs"),
            "{fields}"
        );
        world
            .call(&["config", "trust", "theirs", "--yes"])
            .run()
            .answer_and_words();
        assert_is_token(&asked().answer());
        std::fs::remove_file(world.home.profiles()).unwrap();
    }
    assert_eq!(world.emulator.token_requests(), 3);
}

#[test]
fn making_and_changing_a_profile_approves_what_was_set() {
    let world = World::new();
    let script = world.home.put_script("vault", &format!("echo '{SECRET}'"));
    world.create("sp", &["--client-secret-env", "A_SECRET"], "");
    let asked = || {
        world
            .call(&["get-token", "--force"])
            .env("A_SECRET", SECRET)
            .run()
    };
    assert_is_token(&asked().answer());
    let edit = [
        "config",
        "edit",
        "sp",
        "--client-secret-command",
        script.to_str().unwrap(),
    ];
    world.call(&edit).run().answer_and_words();
    assert_is_token(&asked().answer());
    // Approved for where it goes now: the same command for another destination is not.
    world
        .home
        .edit_profiles(|text| text.replace(TENANT, "fabrikam.com"));
    assert!(asked().failure(4).contains("is not approved"));
}

#[test]
fn a_reference_that_gives_nothing_is_told_as_it_is() {
    let world = World::new();
    let script = world
        .home
        .put_script("locked", "echo 'the safe is locked' >&2; exit 3");
    world.create("env", &["--client-secret-env", "A_SECRET"], "");
    world.create("file", &["--client-secret-file", "nowhere"], "");
    world.create(
        "command",
        &["--client-secret-command", script.to_str().unwrap()],
        "",
    );
    for (name, told) in [
        ("env", "the environment variable A_SECRET is not set"),
        ("file", "no client secret could be read from "),
        ("file", "nowhere: No such file"),
        ("command", "locked` failed (exit status: 3)"),
    ] {
        let said = world.call(&["get-token", "-p", name]).run().failure(4);
        assert!(said.contains(told), "{said}");
    }
    let said = world.call(&["get-token", "-p", "command"]).run().failure(4);
    assert!(
        said.starts_with("the safe is locked\n"),
        "the command's own words come first: {said}"
    );
    assert_eq!(world.emulator.requests().len(), 0);
}

#[test]
fn a_change_of_something_else_approves_nothing_along() {
    let world = World::new();
    let script = world.home.put_script("vault", "echo ran >> ran; echo x");
    put_profile(
        &world,
        &format!(
            r#""authMethod": "ClientSecret", "clientSecretFrom": {{"command": ["{}"]}}"#,
            script.display()
        ),
    );
    let change = [
        "config",
        "edit",
        "theirs",
        "--login-hint",
        "ada@contoso.com",
    ];
    let said = world.call(&change).run().failure(4);
    assert!(said.contains("config trust theirs"), "{said}");
    world.call(&["get-token"]).run().failure(4);
    assert!(!world.home.at("ran").exists());

    world
        .call(&["config", "trust", "theirs", "--yes"])
        .run()
        .answer_and_words();
    world.call(&change).run().answer_and_words();
    world.call(&["get-token"]).run().failure(2);
    assert!(world.home.at("ran").exists(), "what was approved stays so");
}

#[test]
fn a_path_that_depends_on_the_directory_is_used_from_nowhere() {
    for fields in [
        r#""authMethod": "ClientSecret", "clientSecretFrom": {"command": ["./vault"]}"#,
        r#""authMethod": "ClientSecret", "clientSecretFrom": {"file": "secret"}"#,
        r#""authMethod": "PasswordlessCertificate", "certificatePath": "app.pem""#,
    ] {
        let world = World::new();
        world.home.put_script("vault", "echo ran >> ran; echo x");
        put_profile(&world, fields);
        for call in [&["get-token"][..], &["config", "trust", "theirs", "--yes"]] {
            let said = world.call(call).run().failure(4);
            assert!(said.contains("another directory"), "{said}");
        }
        assert!(!world.home.at("ran").exists());
    }
}
