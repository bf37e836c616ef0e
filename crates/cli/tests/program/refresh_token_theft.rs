//! Every way to lead a refresh token to a stranger, with the stranger listening.

use std::path::Path;

use emulator::Endpoint;
use emulator::Fault;
use serde_json::Value;

use crate::support::CLIENT_ID;
use crate::support::Call;
use crate::support::TENANT;
use crate::support::Thief;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::sign_in_page::ADA;
use crate::support::signed_in::profile;
use crate::support::thief::OTHER_ID;
use crate::support::thief::moving_variables;

/// Ada is signed in with the profile `desktop`.
fn world() -> World {
    let world = World::of_ada();
    world.sign_ada_in();
    assert_refreshes(&world);
    world.emulator.clear_requests();
    world
}

/// A token by the refresh token, or nothing: nobody is asked, and no cached one counts.
fn call(world: &World) -> Call {
    world.call(&["get-token", "--force", "--no-input", "-p", "desktop"])
}

/// The refresh token is there, and goes where it may.
#[track_caller]
fn assert_refreshes(world: &World) {
    let before = world.emulator.token_requests();
    assert_is_token(&call(world).run().answer());
    let requests = world.emulator.requests_to(Endpoint::Token);
    assert_eq!(requests.len(), before + 1);
    let grant = requests[before].field("grant_type");
    assert_eq!(grant.as_deref(), Some("refresh_token"));
}

/// It ended like that before anybody was asked anything, the provider included.
#[track_caller]
fn assert_nobody_is_asked(world: &World, thief: &Thief, call: Call, code: i32) -> String {
    let said = call.run().failure(code);
    thief.got_nothing();
    assert_eq!(world.emulator.requests().len(), 0, "{said}");
    said
}

/// Refused, with both destinations named.
#[track_caller]
fn assert_refused(world: &World, thief: &Thief, call: Call, destinations: [&str; 2]) {
    let said = assert_nobody_is_asked(world, thief, call, 4);
    for destination in destinations {
        assert!(
            said.contains(destination),
            "{destination} is not named: {said}"
        );
    }
}

fn set(world: &World, field: &str, value: &str) {
    world.home.edit_profiles(|text| {
        let mut profiles: Vec<Value> = serde_json::from_str(&text).unwrap();
        profiles[0][field] = value.into();
        serde_json::to_string_pretty(&profiles).unwrap()
    });
}

#[test]
fn an_edited_profile_leads_nowhere() {
    let (world, thief) = (world(), Thief::lurking());
    let here = world.emulator.base_url();
    let before = std::fs::read(world.home.profiles()).unwrap();
    for (field, from, to) in [
        ("authority", here, thief.url().as_str()),
        ("tenantId", TENANT, "fabrikam.com"),
        ("clientId", CLIENT_ID, OTHER_ID),
    ] {
        set(&world, field, to);
        for command in ["get-token", "refresh"] {
            for more in [
                &["--no-input"][..],
                &["--account", ADA],
                &["--scope", "Mail.Read"],
                &["-f", "DeviceCode"],
                &["-f", "AuthorizationCode"],
            ] {
                let call = world.call(&[command, "-p", "desktop"]).args(more);
                assert_refused(&world, &thief, call, [from, to]);
            }
        }
        std::fs::write(world.home.profiles(), &before).unwrap();
    }
    assert_refreshes(&world);
}

/// What decides whom the token reaches though the destination stays the same.
#[test]
fn other_rules_and_roots_in_a_profile_need_approval() {
    let (world, thief) = (world(), Thief::lurking());
    let before = std::fs::read(world.home.profiles()).unwrap();
    let root = world.home.put("root.pem", "of a stranger");
    for (field, value) in [
        ("caFile", root.as_path()),
        ("authorityType", Path::new("oidc")),
        ("authorityType", Path::new("adfs")),
        ("authorityType", Path::new("externalId")),
    ] {
        set(&world, field, value.to_str().unwrap());
        assert_nobody_is_asked(&world, &thief, call(&world), 4);
        std::fs::write(world.home.profiles(), &before).unwrap();
    }
    assert_refreshes(&world);
}

#[test]
fn variables_lead_nowhere() {
    let (world, thief) = (world(), Thief::lurking());
    let here = world.emulator.base_url();
    for (name, value, destinations) in moving_variables(here, &thief.url()) {
        for flow in ["InteractiveBrowser", "DeviceCode"] {
            let call = world.call(&["get-token", "-p", "desktop", "-f", flow]);
            assert_refused(&world, &thief, call.env(name, value), destinations);
        }
    }
    let moved = call(&world)
        .env("AZURE_AUTHORITY_HOST", thief.url())
        .env("AZURE_TENANT_ID", "fabrikam.com")
        .env("AZURE_CLIENT_ID", OTHER_ID);
    assert_is_token(&moved.run().answer());
    thief.got_nothing();
}

/// A flag is the person's choice: there they are somebody who never signed in.
#[test]
fn flags_lead_to_where_nobody_is_signed_in() {
    let (world, thief) = (world(), Thief::lurking());
    for flags in [
        ["--authority", &thief.url()],
        ["--tenant", "fabrikam.com"],
        ["--tenant", "organizations"],
        ["--client-id", OTHER_ID],
        ["--cloud", "us-gov"],
        ["--authority-type", "externalId"],
    ] {
        for more in [&[][..], &["--account", ADA], &["--prompt", "none"]] {
            let call = call(&world).args(flags).args(more);
            let outcome = call.run();
            assert!(
                matches!(outcome.code(), Some(4 | 7)),
                "{flags:?} {more:?}: {outcome:?}"
            );
        }
    }
    thief.got_nothing();
    assert_eq!(world.emulator.requests().len(), 0);
    assert_refreshes(&world);
}

#[test]
fn a_stranger_who_is_asked_gets_nothing_that_is_kept() {
    let (world, thief) = (world(), Thief::lurking());
    let kept = world
        .call(&["get-token", "--include-refresh-token", "-o", "json"])
        .run()
        .answer_and_words()
        .0;
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let asks = world
        .call(&["get-token", "-p", "desktop", "-f", "DeviceCode"])
        .args(["--authority", &thief.url()]);
    asks.run().failure(2);
    let loot = thief.loot();
    assert!(loot.contains("client_id="), "it is asked: {loot}");
    for name in ["refresh_token", "access_token"] {
        let secret = kept[name].as_str().unwrap();
        assert!(!loot.contains(secret), "{name} was sent: {loot}");
    }
    assert!(!loot.contains("refresh_token"), "{loot}");
}

#[test]
fn whoever_moves_a_profile_has_to_sign_in_there() {
    for moves in [
        &["config", "edit", "desktop", "--authority"][..],
        &[
            "config",
            "create",
            "--force",
            "--name",
            "desktop",
            "--auth-method",
            "Public",
            "--tenant-id",
            TENANT,
            "--client-id",
            CLIENT_ID,
            "--authority",
        ],
    ] {
        let (world, thief) = (world(), Thief::lurking());
        for url in [&thief.url(), world.emulator.base_url()] {
            world.call(moves).arg(url).run().answer_and_words();
            assert_nobody_is_asked(&world, &thief, call(&world), 7);
        }
        assert_eq!(world.signed_in(&profile("desktop")), (Vec::new(), None));
        assert!(world.refresh_tokens().is_empty());
    }
}

#[test]
fn approval_of_a_moved_profile_takes_no_refresh_token_along() {
    let (world, thief) = (world(), Thief::lurking());
    let before = std::fs::read(world.home.profiles()).unwrap();
    set(&world, "authority", &thief.url());
    for profiles in [None, Some(&before)] {
        if let Some(before) = profiles {
            std::fs::write(world.home.profiles(), before).unwrap();
        }
        world
            .call(&["config", "trust", "desktop", "--yes"])
            .run()
            .answer_and_words();
        assert_nobody_is_asked(&world, &thief, call(&world), 7);
    }
    assert!(world.refresh_tokens().is_empty());
}

/// Another profile of the same name, or one of another name with the same destination.
#[test]
fn a_profile_that_comes_from_elsewhere_is_signed_in_nowhere() {
    let (world, thief) = (world(), Thief::lurking());
    let before = std::fs::read_to_string(world.home.profiles()).unwrap();
    let copied = before.replace("\"desktop\"", "\"copied\"");
    std::fs::write(world.home.profiles(), copied).unwrap();
    let trust = |name| {
        world
            .call(&["config", "trust", name, "--yes"])
            .run()
            .answer_and_words();
    };
    trust("copied");
    let call_of_copy = world.call(&["get-token", "--no-input", "-p", "copied"]);
    assert_nobody_is_asked(&world, &thief, call_of_copy, 7);
    std::fs::write(world.home.profiles(), &before).unwrap();
    world
        .call(&["config", "delete", "desktop", "--yes"])
        .run()
        .answer_and_words();
    std::fs::write(world.home.profiles(), &before).unwrap();
    trust("desktop");
    assert_nobody_is_asked(&world, &thief, call(&world), 7);
}

#[test]
fn neither_a_redirect_nor_a_proxy_gets_it() {
    let (world, thief) = (world(), Thief::lurking());
    for more in [&[][..], &["--authority-type", "entra"]] {
        world.emulator.play(&Fault::Redirect(thief.url()));
        let said = call(&world).args(more).run().failure(2);
        assert!(said.contains("redirects (status 307)"), "{said}");
    }
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"] {
        let call = call(&world).env(name, thief.url());
        assert_is_token(&call.run().answer());
    }
    thief.got_nothing();
    assert_refreshes(&world);
}

#[test]
fn a_discovery_document_does_not_get_it() {
    let (world, thief) = (World::of_ada_at_openid_provider(), Thief::lurking());
    world.sign_ada_in();
    assert_refreshes(&world);
    let sent = world.emulator.token_requests();
    for (field, value) in [
        ("token_endpoint", thief.url()),
        ("issuer", thief.url()),
        (
            "token_endpoint",
            world.emulator.base_url().replace("http:", "https:"),
        ),
        (
            "token_endpoint",
            "http://127.0.0.1.evil.example/".to_owned(),
        ),
    ] {
        let altered = Fault::Field(field.to_owned(), value.into());
        world
            .emulator
            .play_at(Endpoint::OpenIdConfiguration, 1, &altered);
        call(&world).run().failure(2);
    }
    thief.got_nothing();
    assert_eq!(world.emulator.token_requests(), sent);
    assert_refreshes(&world);
}
