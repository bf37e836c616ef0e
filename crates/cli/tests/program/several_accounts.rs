//! Several people who use one profile, and somebody else than was meant.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use emulator::Fault;
use emulator::SignIn;
use serde_json::Value;
use serde_json::json;

use crate::support::CLIENT_ID;
use crate::support::World;
use crate::support::now;
use crate::support::people::ADA;
use crate::support::people::GRACE;
use crate::support::people::claims;
use crate::support::signed_in::profile;

#[test]
fn several_people_sign_in_with_one_profile() {
    let (world, browser) = World::with_ada_signed_in();
    let adas = world.silently(&["get-token"]);
    world
        .emulator
        .answer_sign_in(SignIn::Approve(GRACE.to_owned()));
    let graces = world.sign_in_by(&browser, &["get-token", "--account", GRACE]);
    assert_eq!(claims(&graces)["upn"], GRACE);
    assert_eq!(claims(&adas)["upn"], ADA);
    assert_eq!(world.silently(&["get-token"]), adas, "who came first");
    assert_eq!(world.silently(&["get-token", "--account", GRACE]), graces);
    let by_variable = world.call(&["get-token"]).env("ENTRA_AUTH_ACCOUNT", GRACE);
    assert_eq!(by_variable.run().answer(), graces);
    let (names, default) = world.signed_in(&profile("desktop"));
    assert_eq!(names, [ADA, GRACE]);
    assert_eq!(default.as_deref(), Some(ADA));
    // Each has a refresh token of their own.
    let mail = ["get-token", "-s", "Mail.Read", "--account", GRACE];
    assert_eq!(claims(&world.silently(&mail))["upn"], GRACE);
    assert_eq!(browser.pages(), 2);
}

#[test]
fn who_chooses_anew_becomes_the_default() {
    let (world, browser) = World::with_ada_signed_in();
    world
        .emulator
        .answer_sign_in(SignIn::Approve(GRACE.to_owned()));
    let choose = ["get-token", "--prompt", "select_account"];
    let graces = world.sign_in_by(&browser, &choose);
    assert_eq!(world.silently(&["get-token"]), graces);
    let (_, default) = world.signed_in(&profile("desktop"));
    assert_eq!(default.as_deref(), Some(GRACE));
}

#[test]
fn somebody_else_than_was_meant_changes_nothing() {
    let (world, browser) = World::with_ada_signed_in();
    let adas = world.silently(&["get-token"]);
    world
        .emulator
        .answer_sign_in(SignIn::Approve(GRACE.to_owned()));
    let running = browser
        .call(&world, &["get-token", "--prompt", "login"])
        .start();
    let landed = browser.next_page().visit();
    assert!(landed.text.contains("was meant"), "{}", landed.text);
    let said = running.finish().failure(4);
    assert!(said.contains(ADA) && said.contains(GRACE), "{said}");
    assert!(said.contains("--prompt select_account"), "{said}");
    assert_eq!(world.silently(&["get-token"]), adas);
    assert_eq!(world.signed_in(&profile("desktop")).0, [ADA]);
    assert_eq!(world.refresh_tokens().len(), 1);
}

#[test]
fn a_refresh_that_speaks_for_somebody_else_changes_nothing() {
    let (world, _browser) = World::with_ada_signed_in();
    let adas = world.silently(&["get-token"]);
    let tenant = emulator::DEFAULT_TENANT_ID;
    let somebody_else = json!({
        "aud": CLIENT_ID,
        "iss": format!("{}/{tenant}/v2.0", world.emulator.base_url()),
        "exp": now() + 3600,
        "oid": "00000000-1111-4222-8333-444444444444",
        "tid": tenant,
        "sub": "somebody-else",
        "preferred_username": "eve@contoso.onmicrosoft.com",
    });
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let id_token = format!(
        "{}.{}.AAAA",
        part(json!({"alg": "RS256"})),
        part(somebody_else)
    );
    world
        .emulator
        .play(&Fault::Field("id_token".to_owned(), json!(id_token)));
    let said = world.call(&["refresh", "--no-input"]).run().failure(4);
    assert!(
        said.contains(ADA) && said.contains("eve@contoso.onmicrosoft.com"),
        "{said}"
    );
    assert_eq!(world.silently(&["get-token"]), adas);
    assert_eq!(world.signed_in(&profile("desktop")).0, [ADA]);
    world.silently(&["refresh"]);
}
