//! Every way to lead a kept secret to a stranger, with the stranger listening.

use emulator::App;
use emulator::Endpoint;
use emulator::Fault;

use crate::support::CLIENT_ID;
use crate::support::Call;
use crate::support::Identity;
use crate::support::SECRET;
use crate::support::TENANT;
use crate::support::Thief;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::thief::OTHER_ID;
use crate::support::thief::moving_variables;

/// The profile `sp` with a stored secret, and one with a certificate whose password is stored.
fn world() -> World {
    let app = App::confidential(CLIENT_ID)
        .secret(SECRET)
        .certificate(Identity::shared().certificate.clone());
    let world = World::with_app(app);
    world.create("sp", &["--client-secret-stdin"], SECRET);
    let pfx = Identity::shared().pfx_in(&world.home);
    let certificate = [
        "--certificate-path",
        pfx.to_str().unwrap(),
        "--certificate-password-stdin",
    ];
    world.create("certified", &certificate, Identity::PASSWORD);
    for profile in ["sp", "certified"] {
        assert_is_token(&world.call(&["get-token", "-p", profile]).run().answer());
    }
    world.emulator.clear_requests();
    world
}

/// A token with this profile, never from the cache.
fn call(world: &World, profile: &str) -> Call {
    world.call(&["get-token", "--force", "-p", profile])
}

/// Refused before the network, with both destinations named.
#[track_caller]
fn assert_refused(world: &World, thief: &Thief, call: Call, destinations: [&str; 2]) {
    let said = call.run().failure(4);
    for destination in destinations {
        assert!(
            said.contains(destination),
            "{destination} is not named: {said}"
        );
    }
    thief.got_nothing();
    assert_eq!(world.emulator.requests().len(), 0, "nobody is asked");
}

#[test]
fn an_edited_profile_leads_nowhere() {
    for profile in ["sp", "certified"] {
        let (world, thief) = (world(), Thief::lurking());
        let here = world.emulator.base_url();
        let edits = [
            (here.to_owned(), thief.url(), thief.url()),
            (
                TENANT.to_owned(),
                "fabrikam.com".to_owned(),
                "fabrikam.com".to_owned(),
            ),
            (
                CLIENT_ID.to_owned(),
                OTHER_ID.to_owned(),
                OTHER_ID.to_owned(),
            ),
        ];
        for (from, to, named) in edits {
            let before = std::fs::read(world.home.profiles()).unwrap();
            world.home.edit_profiles(|text| text.replace(&from, &to));
            assert_refused(&world, &thief, call(&world, profile), [&from, &named]);
            std::fs::write(world.home.profiles(), before).unwrap();
        }
        assert_is_token(&call(&world, profile).run().answer());
    }
}

#[test]
fn variables_lead_nowhere() {
    for profile in ["sp", "certified"] {
        let (world, thief) = (world(), Thief::lurking());
        let here = world.emulator.base_url();
        for (name, value, destinations) in moving_variables(here, &thief.url()) {
            assert_refused(
                &world,
                &thief,
                call(&world, profile).env(name, value),
                destinations,
            );
        }
    }
}

#[test]
fn flags_alone_lead_nowhere() {
    for profile in ["sp", "certified"] {
        let (world, thief) = (world(), Thief::lurking());
        let here = world.emulator.base_url();
        for (flag, value, destinations) in [
            (
                "--authority",
                thief.url().as_str(),
                [here, thief.url().as_str()],
            ),
            ("--tenant", "fabrikam.com", [TENANT, "fabrikam.com"]),
            ("--client-id", OTHER_ID, [CLIENT_ID, OTHER_ID]),
            (
                "--cloud",
                "us-gov",
                [here, "https://login.microsoftonline.us"],
            ),
        ] {
            assert_refused(
                &world,
                &thief,
                call(&world, profile).args([flag, value]),
                destinations,
            );
        }
    }
}

#[test]
fn a_flag_with_a_secret_of_its_own_is_the_persons_choice() {
    let world = world();
    let elsewhere = World::new();
    let call = call(&world, "sp").args(["--authority", elsewhere.emulator.base_url()]);
    let answer = call
        .args(["--client-secret-stdin"])
        .input(SECRET)
        .run()
        .answer();
    assert_is_token(&answer);
    assert_eq!(elsewhere.emulator.token_requests(), 1);
    assert_eq!(world.emulator.requests().len(), 0);
}

#[test]
fn azure_variables_do_not_move_a_profile() {
    let (world, thief) = (world(), Thief::lurking());
    let moved = call(&world, "sp")
        .env("AZURE_AUTHORITY_HOST", thief.url())
        .env("AZURE_TENANT_ID", "fabrikam.com")
        .env("AZURE_CLIENT_ID", OTHER_ID);
    assert_is_token(&moved.run().answer());
    thief.got_nothing();
}

#[test]
fn what_a_profile_leaves_empty_is_filled_only_for_another_secret() {
    let (world, thief) = (World::new(), Thief::lurking());
    let creation = world
        .call(&["config", "create", "--name", "cloud", "--tenant-id", TENANT])
        .args(["--client-id", CLIENT_ID, "--client-secret-stdin"]);
    creation.input(SECRET).run().answer_and_words();
    let redirected = call(&world, "cloud").env("AZURE_AUTHORITY_HOST", thief.url());
    let destinations = ["https://login.microsoftonline.com", &thief.url()];
    assert_refused(&world, &thief, redirected, destinations);
}

#[test]
fn a_profile_made_anew_inherits_nothing() {
    let (world, thief) = (world(), Thief::lurking());
    world
        .call(&["config", "delete", "sp", "--yes"])
        .run()
        .answer_and_words();
    let recreate = |url: &str| {
        world.home.edit_profiles(|text| {
            let profile = format!(
                r#"{{"name": "sp", "tenantId": "{TENANT}", "clientId": "{CLIENT_ID}",
                    "authMethod": "ClientSecret", "authority": "{url}"}}"#
            );
            let mut profiles: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
            profiles.retain(|profile| profile["name"] != "sp");
            profiles.push(serde_json::from_str(&profile).unwrap());
            serde_json::to_string_pretty(&profiles).unwrap()
        });
        world
            .call(&["config", "trust", "sp", "--yes"])
            .run()
            .answer_and_words();
    };
    for url in [&thief.url(), world.emulator.base_url()] {
        recreate(url);
        let said = call(&world, "sp").run().failure(4);
        assert!(
            said.contains("no client secret is kept for profile `sp`"),
            "{said}"
        );
    }
    thief.got_nothing();
}

#[test]
fn a_profile_that_is_replaced_takes_its_secrets_along() {
    let (world, thief) = (world(), Thief::lurking());
    let replaced = world
        .call(&[
            "config",
            "create",
            "--force",
            "--name",
            "certified",
            "--tenant-id",
            TENANT,
        ])
        .args(["--client-id", CLIENT_ID, "--authority", &thief.url()])
        .args([
            "--certificate-path".as_ref(),
            Identity::shared().pfx_in(&world.home).as_os_str(),
        ]);
    replaced.run().answer_and_words();
    let said = call(&world, "certified").run().failure(7);
    assert!(
        said.contains("the certificate password is needed"),
        "{said}"
    );
    thief.got_nothing();
}

#[test]
fn a_redirect_is_not_followed() {
    for profile in ["sp", "certified"] {
        let (world, thief) = (world(), Thief::lurking());
        world.emulator.play(&Fault::Redirect(thief.url()));
        let said = call(&world, profile).run().failure(2);
        assert!(
            said.contains("redirects (status 307) to 127.0.0.1"),
            "{said}"
        );
        thief.got_nothing();
    }
}

#[test]
fn a_discovery_document_cannot_point_elsewhere() {
    let (world, thief) = (World::with_openid_profile(), Thief::lurking());
    let asked = || call(&world, "oidc");
    for (field, why) in [("token_endpoint", "another server"), ("issuer", "is about")] {
        let altered = Fault::Field(field.to_owned(), thief.url().into());
        world
            .emulator
            .play_at(Endpoint::OpenIdConfiguration, 1, &altered);
        let said = asked().run().failure(2);
        assert!(said.contains(why), "{said}");
    }
    let redirect = Fault::Redirect(thief.url());
    world
        .emulator
        .play_at(Endpoint::OpenIdConfiguration, 1, &redirect);
    asked().run().failure(2);
    thief.got_nothing();
    assert_eq!(world.emulator.token_requests(), 0);
}

#[test]
fn loopback_is_never_proxied() {
    let (world, thief) = (world(), Thief::lurking());
    for name in [
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "HTTP_PROXY",
        "http_proxy",
    ] {
        assert_is_token(&call(&world, "sp").env(name, thief.url()).run().answer());
    }
    thief.got_nothing();
}

#[test]
fn the_person_can_let_a_secret_go_elsewhere() {
    let (world, elsewhere) = (world(), World::new());
    world.home.edit_profiles(|text| {
        text.replace(world.emulator.base_url(), elsewhere.emulator.base_url())
    });
    let refused = call(&world, "sp").run().failure(4);
    assert!(refused.contains("config trust"), "{refused}");
    let (_, said) = world
        .call(&["config", "trust", "sp", "--yes"])
        .run()
        .answer_and_words();
    for url in [world.emulator.base_url(), elsewhere.emulator.base_url()] {
        assert!(said.contains(url), "{said}");
    }
    assert_is_token(&call(&world, "sp").run().answer());
    assert_eq!(elsewhere.emulator.token_requests(), 1);
}

#[test]
fn a_variable_alone_names_no_stranger() {
    let world = World::new();
    let token = world.home.put("federated", "eyJ.a.b");
    for variable in ["AZURE_AUTHORITY_HOST", "ENTRA_AUTH_AUTHORITY"] {
        let call = world
            .home
            .call(&["get-token", "--tenant", TENANT, "--client-id", CLIENT_ID])
            .env("AZURE_FEDERATED_TOKEN_FILE", &token)
            .env(variable, "https://login.stranger.example");
        let said = call.run().failure(4);
        assert!(
            said.contains("--authority https://login.stranger.example"),
            "{said}"
        );
    }
}
