//! Who wins: flags, then `ENTRA_AUTH_*`, then the profile, then `AZURE_*` for what is still empty.

use emulator::App;
use emulator::Emulator;
use emulator::Endpoint;
use emulator::Tenant;

use crate::support::CLIENT_ID;
use crate::support::Home;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::thief::OTHER_ID;

const OTHER_TENANT: &str = "fabrikam.onmicrosoft.com";

/// Two tenants and two applications with the same secret.
fn world() -> World {
    let emulator = Emulator::builder()
        .tenant(Tenant::default())
        .tenant(Tenant::new(
            "bbbbcccc-1111-dddd-2222-eeee3333ffff",
            OTHER_TENANT,
        ))
        .app(App::confidential(CLIENT_ID).secret(SECRET))
        .app(App::confidential(OTHER_ID).secret(SECRET));
    World {
        emulator: emulator.start().unwrap(),
        home: Home::new(),
    }
}

/// Tenant, client id and scope of the last token request.
fn asked(world: &World) -> (String, String, String) {
    let requests = world.emulator.requests_to(Endpoint::Token);
    let last = requests.last().unwrap();
    let tenant = last.path.split('/').nth(1).unwrap().to_owned();
    (
        tenant,
        last.field("client_id").unwrap(),
        last.field("scope").unwrap(),
    )
}

#[test]
fn flags_win_over_our_variables() {
    let world = world();
    let answer = world
        .call(&["get-token", "-s", "arm"])
        .args(world.target())
        .env("ENTRA_AUTH_TENANT_ID", OTHER_TENANT)
        .env("ENTRA_AUTH_CLIENT_ID", OTHER_ID)
        .env("ENTRA_AUTH_AUTHORITY", "https://login.example.com")
        .env("ENTRA_AUTH_SCOPE", "vault")
        .env("ENTRA_AUTH_FLOW", "DeviceCode")
        .args(["-f", "ClientCredentials"])
        .env("ENTRA_AUTH_CLIENT_SECRET", SECRET)
        .run();
    assert_is_token(&answer.answer());
    let expected = (TENANT, CLIENT_ID, "https://management.azure.com/.default");
    assert_eq!(
        asked(&world),
        (expected.0.into(), expected.1.into(), expected.2.into())
    );
}

#[test]
fn our_variables_win_over_azure_ones() {
    let world = world();
    let answer = world
        .call(&["get-token"])
        .env("ENTRA_AUTH_TENANT_ID", OTHER_TENANT)
        .env("ENTRA_AUTH_CLIENT_ID", OTHER_ID)
        .env("ENTRA_AUTH_AUTHORITY", world.emulator.base_url())
        .env("ENTRA_AUTH_CLIENT_SECRET", SECRET)
        .env("ENTRA_AUTH_SCOPE", "vault")
        .env("AZURE_TENANT_ID", TENANT)
        .env("AZURE_CLIENT_ID", CLIENT_ID)
        .env("AZURE_AUTHORITY_HOST", "https://login.example.com")
        .env("AZURE_CLIENT_SECRET", "wrong")
        .run();
    assert_is_token(&answer.answer());
    let expected = (OTHER_TENANT, OTHER_ID, "https://vault.azure.net/.default");
    assert_eq!(
        asked(&world),
        (expected.0.into(), expected.1.into(), expected.2.into())
    );
}

#[test]
fn the_profile_wins_over_azure_variables() {
    let world = world();
    world.create(
        "sp",
        &["--client-secret-stdin", "--scope", "storage"],
        SECRET,
    );
    let call = world.call(&["get-token"]);
    let answer = call
        .env("AZURE_TENANT_ID", OTHER_TENANT)
        .env("AZURE_CLIENT_ID", OTHER_ID)
        .env("AZURE_AUTHORITY_HOST", "https://login.example.com")
        .env("AZURE_CLIENT_SECRET", "wrong")
        .env("AZURE_FEDERATED_TOKEN_FILE", "/nowhere")
        .run();
    assert_is_token(&answer.answer());
    let expected = (TENANT, CLIENT_ID, "https://storage.azure.com/.default");
    assert_eq!(
        asked(&world),
        (expected.0.into(), expected.1.into(), expected.2.into())
    );
}

#[test]
fn our_variables_win_over_the_profile_where_no_secret_is_stored() {
    let world = world();
    world.create(
        "sp",
        &["--client-secret-env", "APP_SECRET", "--scope", "storage"],
        "",
    );
    let call = world.call(&["get-token"]).env("APP_SECRET", SECRET);
    let answer = call.env("ENTRA_AUTH_SCOPE", "sql").run().answer();
    assert_is_token(&answer);
    assert_eq!(asked(&world).2, "https://database.windows.net/.default");
    let given = world.call(&["get-token", "--force"]);
    let given = given.env("ENTRA_AUTH_CLIENT_SECRET", SECRET).run().answer();
    assert_is_token(&given);
}

#[test]
fn azure_variables_fill_what_a_profile_leaves_empty() {
    let world = world();
    world.home.put(
        ".config/entra-auth-cli/profiles.json",
        format!(
            r#"[{{"name": "bare", "authority": "{}", "authMethod": "ClientSecret"}}]"#,
            world.emulator.base_url()
        ),
    );
    let call = || {
        world
            .call(&["get-token", "-p", "bare"])
            .env("AZURE_TENANT_ID", OTHER_TENANT)
            .env("AZURE_CLIENT_ID", OTHER_ID)
            .env("AZURE_CLIENT_SECRET", SECRET)
    };
    // An authority that came in by hand has to be approved first.
    assert!(call().run().failure(4).contains("config trust bare"));
    let typed = call()
        .args(["--authority", world.emulator.base_url()])
        .run()
        .answer();
    assert_is_token(&typed);
    let (tenant, client_id, _) = asked(&world);
    assert_eq!(
        (tenant.as_str(), client_id.as_str()),
        (OTHER_TENANT, OTHER_ID)
    );
}

#[test]
fn azure_variables_alone_are_enough() {
    let world = world();
    let with = |method: &[(&str, &str)]| {
        let mut call = world
            .call(&["get-token", "--no-cache"])
            .env("AZURE_TENANT_ID", TENANT)
            .env("AZURE_CLIENT_ID", CLIENT_ID)
            .env("AZURE_AUTHORITY_HOST", world.emulator.base_url());
        for (name, value) in method {
            call = call.env(name, value);
        }
        call.run()
    };
    assert_is_token(&with(&[("AZURE_CLIENT_SECRET", SECRET)]).answer());
    let token_file = world.home.put("federated", "not.a.jwt\n");
    with(&[("AZURE_FEDERATED_TOKEN_FILE", token_file.to_str().unwrap())]).failure(2);
    let sent = world.emulator.requests_to(Endpoint::Token);
    assert_eq!(sent[1].field("client_assertion").unwrap(), "not.a.jwt");
    assert_eq!(
        sent[1].field("client_assertion_type").unwrap(),
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    assert!(sent[1].field("client_secret").is_none());
}

#[test]
fn flags_alone_are_enough() {
    let world = world();
    let secret_file = world.home.put("secret", format!("{SECRET}\n"));
    let script = world.home.put_script("vault", "cat secret");
    for (flags, input) in [
        (["--client-secret-stdin", ""], SECRET),
        (["--client-secret-file", secret_file.to_str().unwrap()], ""),
        (["--client-secret-env", "SOME_SECRET"], ""),
        (["--client-secret-command", script.to_str().unwrap()], ""),
    ] {
        let answer = world
            .call(&["get-token", "--no-cache"])
            .args(world.target())
            .args(flags.iter().filter(|flag| !flag.is_empty()))
            .env("SOME_SECRET", SECRET)
            .input(input)
            .run();
        assert_is_token(&answer.answer());
        assert_eq!(
            world
                .emulator
                .requests_to(Endpoint::Token)
                .last()
                .unwrap()
                .field("client_secret")
                .unwrap(),
            SECRET,
            "{flags:?}"
        );
    }
    assert!(!world.home.profiles().exists());
}

#[test]
fn nobody_named_at_all_is_said() {
    let home = Home::new();
    let call = home.call(&["get-token", "--client-id", CLIENT_ID]);
    assert!(
        call.env("ENTRA_AUTH_CLIENT_SECRET", SECRET)
            .run()
            .failure(4)
            .contains("--tenant-id")
    );
}

#[test]
fn the_profile_meant() {
    let world = world();
    world.create("only", &["--client-secret-stdin", "--scope", "arm"], SECRET);
    let scope_asked = |call: crate::support::Call| {
        assert_is_token(&call.run().answer());
        asked(&world).2
    };
    let token = |more: &[&str]| world.call(&["get-token", "--no-cache"]).args(more);
    assert_eq!(
        scope_asked(token(&[])),
        "https://management.azure.com/.default"
    );
    world.create(
        "Second",
        &["--client-secret-stdin", "--scope", "sql"],
        SECRET,
    );
    let said = token(&[]).run().failure(3);
    assert!(said.contains("only") && said.contains("Second"), "{said}");
    let named = token(&[]).env("ENTRA_AUTH_PROFILE", "Second");
    assert_eq!(scope_asked(named), "https://database.windows.net/.default");
    assert_eq!(
        scope_asked(token(&["-p", "SECOND"])),
        "https://database.windows.net/.default"
    );
    assert_eq!(
        scope_asked(token(&["--name", "only"])),
        "https://management.azure.com/.default"
    );
    let wrong = token(&[])
        .env("ENTRA_AUTH_PROFILE", "third")
        .run()
        .failure(3);
    assert!(
        wrong.contains("`third`") && wrong.contains("ENTRA_AUTH_PROFILE"),
        "{wrong}"
    );
    world.create(
        "default",
        &["--client-secret-stdin", "--scope", "vault"],
        SECRET,
    );
    assert_eq!(scope_asked(token(&[])), "https://vault.azure.net/.default");
}

#[test]
fn two_names_that_differ_in_case_are_not_guessed_between() {
    let world = world();
    world.create("one", &["--client-secret-stdin"], SECRET);
    world.home.edit_profiles(|text| {
        let profile = text
            .trim()
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        format!("[{profile}, {}]", profile.replace("\"one\"", "\"One\""))
    });
    let said = world.call(&["get-token", "-p", "ONE"]).run().failure(3);
    assert!(said.contains("one, One"), "{said}");
    assert_is_token(&world.call(&["get-token", "-p", "one"]).run().answer());
}
