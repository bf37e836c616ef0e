//! A person who signed in once is not asked again while that can be helped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use emulator::ConditionalAccess;
use emulator::Endpoint;
use emulator::Fault;
use emulator::RefreshRotation;
use rustix::process::Signal;
use serde_json::Value;
use serde_json::json;

use crate::support::Browser;
use crate::support::CLIENT_ID;
#[cfg(target_os = "linux")]
use crate::support::Home;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::people::ADA;
use crate::support::people::PUBLIC_PROFILE;
use crate::support::people::SCOPES;
use crate::support::people::claims;

const GRAPH: &str = "https://graph.microsoft.com";
const VAULT: &str = "https://vault.azure.net";
const VAULT_SCOPE: &str = SCOPES[3];

/// The refresh tokens that were sent, in order.
fn sent_refresh_tokens(world: &World) -> Vec<String> {
    let requests = world.emulator.requests_to(Endpoint::Token);
    let sent = requests.iter();
    sent.filter_map(|request| request.field("refresh_token"))
        .collect()
}

#[test]
fn the_cache_comes_first_then_the_refresh_token_then_the_person() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    let first = world.sign_in_by(&browser, &["get-token"]);
    assert_eq!(world.silently(&["get-token"]), first);
    assert_eq!(world.grants(), ["authorization_code"]);

    let other = world.silently(&["get-token", "-s", "Mail.Read"]);
    assert_ne!(other, first);
    assert_eq!(world.grants(), ["authorization_code", "refresh_token"]);

    world.emulator.revoke_sign_ins(ADA);
    world.sign_in_by(&browser, &["get-token", "-s", VAULT_SCOPE]);
    assert_eq!(
        world.grants()[2..],
        ["refresh_token", "authorization_code"],
        "the refresh token is tried before the person is"
    );
    assert_eq!(browser.pages(), 2);
}

/// The accounts have a copy under the key of the login session, as the cached tokens have.
#[cfg(target_os = "linux")]
#[test]
fn a_cached_token_needs_no_more_than_the_login_session() {
    let mut world = World::of_people();
    world.home = Home::with_session();
    world.create("desktop", &PUBLIC_PROFILE, "");
    let browser = Browser::by_hand(&world.home);
    let token = world.sign_in_by(&browser, &["get-token"]);
    world.home.lose_key();
    assert_eq!(world.silently(&["get-token"]), token);
    let said = world.call(&["refresh"]).run().failure(8);
    assert!(said.contains("key"), "{said}");
    assert_eq!((browser.pages(), world.emulator.token_requests()), (1, 1));
}

#[test]
fn one_refresh_token_serves_every_scope() {
    let (world, browser) = World::with_ada_signed_in();
    for scope in &SCOPES[1..] {
        let token = world.silently(&["get-token", "-s", scope]);
        let resource = scope.rsplit_once('/').map_or(GRAPH, |(it, _)| it);
        assert_eq!(claims(&token)["aud"], resource, "{scope}");
    }
    assert_eq!(world.grants(), ["refresh_token"; 4]);
    assert_eq!(browser.pages(), 1);
}

#[test]
fn a_new_refresh_token_takes_the_place_of_the_old_one() {
    let (world, _browser) = World::with_ada_signed_in();
    world
        .emulator
        .set_refresh_rotation(RefreshRotation::RevokeOnReuse);
    for scope in SCOPES {
        world.silently(&["refresh", "-s", scope]);
    }
    let mut sent = sent_refresh_tokens(&world);
    assert_eq!(sent.len(), SCOPES.len());
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), SCOPES.len(), "each is used once");
}

#[test]
fn where_no_new_one_comes_the_old_one_stays() {
    let (world, _browser) = World::with_ada_signed_in();
    for _ in 0..2 {
        world
            .emulator
            .play(&Fault::MissingField("refresh_token".to_owned()));
        world.silently(&["refresh"]);
    }
    let sent = sent_refresh_tokens(&world);
    assert_eq!(sent[0], sent[1]);
}

#[test]
fn a_token_that_ends_soon_is_renewed_without_the_person() {
    let (world, _browser) = World::with_ada_signed_in();
    world
        .emulator
        .set_token_lifetime(std::time::Duration::from_mins(1));
    let short = world.silently(&["refresh"]);
    world
        .emulator
        .set_token_lifetime(std::time::Duration::from_hours(1));
    let next = world.silently(&["get-token"]);
    assert_ne!(next, short);
    assert_eq!(world.silently(&["get-token"]), next);
    assert_eq!(world.grants(), ["refresh_token"; 2]);
}

#[test]
fn a_person_whose_sign_in_was_revoked_is_told_and_asked() {
    let (world, browser) = World::with_ada_signed_in();
    world.emulator.revoke_sign_ins(ADA);
    let silent = world.call(&["refresh", "--no-input"]).run().failure(7);
    assert!(silent.contains("AADSTS50173"), "{silent}");
    assert!(
        silent.contains("Where a person is, run: entra-auth-cli get-token -p desktop "),
        "{silent}"
    );
    // It was dropped there and then: nobody sends it again.
    let again = world.call(&["refresh", "--no-input"]).run().failure(7);
    assert!(!again.contains("AADSTS50173"), "{again}");
    assert_eq!(world.grants(), ["refresh_token"]);

    world.sign_in_by(&browser, &["refresh"]);
    world.emulator.revoke_sign_ins(ADA);
    let running = browser.call(&world, &["refresh"]).start();
    running.wait_to_say("The stored sign-in is not enough: AADSTS50173");
    running.wait_to_say(&format!("Signing in as {ADA} at "));
    let page = browser.next_page();
    assert_eq!(page.parameter("login_hint").as_deref(), Some(ADA));
    page.visit();
    assert_is_token(&running.finish().answer_and_words().0);
}

#[test]
fn a_policy_of_one_resource_says_nothing_about_others() {
    let (world, browser) = World::with_ada_signed_in();
    let rule = ConditionalAccess::RequireMfa;
    world.emulator.set_conditional_access(VAULT, rule);
    let vault = ["get-token", "-s", VAULT_SCOPE];
    let said = world.call(&vault).arg("--no-input").run().failure(7);
    assert!(said.contains("AADSTS50076"), "{said}");
    assert!(said.contains("--claims"), "{said}");
    world.silently(&["get-token", "-s", "Mail.Read"]);

    let running = browser.call(&world, &vault).start();
    running.wait_to_say("The stored sign-in is not enough: AADSTS50076");
    let page = browser.next_page();
    let demanded: Value = serde_json::from_str(&page.parameter("claims").unwrap()).unwrap();
    assert_eq!(
        demanded["access_token"]["capolids"]["essential"], true,
        "what the refusal demands goes into the sign-in"
    );
    page.visit();
    assert_is_token(&running.finish().answer_and_words().0);
    world.silently(&["get-token", "-s", SCOPES[4]]);
}

#[test]
fn who_is_blocked_for_one_resource_keeps_the_rest() {
    let (world, browser) = World::with_ada_signed_in();
    world
        .emulator
        .set_conditional_access(VAULT, ConditionalAccess::Block);
    let flags = ["get-token", "-s", VAULT_SCOPE, "--no-input"];
    let said = world.call(&flags).run().failure(7);
    assert!(said.contains("AADSTS53003"), "{said}");
    world.silently(&["get-token", "-s", "Mail.Read"]);
    assert_eq!(browser.pages(), 1);
}

#[test]
fn refresh_gets_a_new_token_for_everyone() {
    let (world, browser) = World::with_ada_signed_in();
    let old = world.silently(&["get-token"]);
    let new = world.silently(&["refresh"]);
    assert_ne!(new, old);
    assert_eq!(world.silently(&["get-token"]), new);
    let forced = world.silently(&["get-token", "--force"]);
    assert_ne!(forced, new);
    assert_eq!(world.grants(), ["refresh_token"; 2]);
    assert_eq!(browser.pages(), 1);
}

#[test]
fn claims_pass_the_cache_by_and_their_token_stays() {
    const DEMANDED: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}"#;
    let in_base64 = STANDARD.encode(DEMANDED);
    let line = format!(
        "Bearer realm=\"\", authorization_uri=\"https://evil.example/authorize\", \
         client_id=\"00000003-0000-0000-c000-000000000000\", error=\"insufficient_claims\", \
         claims=\"{in_base64}\""
    );
    for spelling in [DEMANDED, &in_base64, &line] {
        let (world, _browser) = World::with_ada_signed_in();
        let old = world.silently(&["get-token"]);
        let new = world.silently(&["get-token", "--claims", spelling]);
        assert_ne!(new, old, "{spelling}");
        let sent = world.emulator.requests_to(Endpoint::Token);
        let sent = sent.last().unwrap();
        let claims: Value = serde_json::from_str(&sent.field("claims").unwrap()).unwrap();
        assert_eq!(
            claims,
            serde_json::from_str::<Value>(DEMANDED).unwrap(),
            "{spelling}"
        );
        assert_eq!(sent.field("client_id").as_deref(), Some(CLIENT_ID));
        assert_eq!(world.silently(&["get-token"]), new, "{spelling}");
        assert_eq!(world.emulator.token_requests(), 1);
    }
}

#[test]
fn tokens_that_a_resource_may_revoke_are_kept_apart() {
    let (world, _browser) = World::with_ada_signed_in();
    let plain = world.silently(&["get-token"]);
    let revocable = world.silently(&["get-token", "--cae"]);
    assert_ne!(revocable, plain);
    let sent = world.emulator.requests_to(Endpoint::Token);
    let claims: Value = serde_json::from_str(&sent[0].field("claims").unwrap()).unwrap();
    assert_eq!(
        claims,
        json!({"access_token": {"xms_cc": {"values": ["cp1"]}}})
    );
    assert_eq!(world.silently(&["get-token"]), plain);
    assert_eq!(world.silently(&["get-token", "--cae"]), revocable);
    assert_eq!(world.emulator.token_requests(), 1);
}

#[test]
fn a_renewal_that_is_only_early_loses_nothing() {
    let (world, browser) = World::with_ada_signed_in();
    let due_at_once = Fault::Field("refresh_in".to_owned(), json!(0));
    world.emulator.play_at(Endpoint::Token, 2, &due_at_once);
    let first = world.silently(&["refresh"]);
    let due = world.silently(&["get-token"]);
    assert_ne!(due, first, "it is renewed without the person");

    let still_served = || {
        let call = browser.call(&world, &["get-token"]);
        let (token, said) = call.run().answer_and_words();
        assert_eq!(token, due);
        assert!(
            said.starts_with("warning: the cached token was not renewed: "),
            "{said}"
        );
    };
    world
        .emulator
        .play_at(Endpoint::Token, 2, &Fault::DropConnection);
    still_served();
    world
        .emulator
        .set_conditional_access(GRAPH, ConditionalAccess::RequireMfa);
    still_served();
    assert_eq!(browser.pages(), 1, "nobody is asked for what is only early");
}

#[test]
fn who_signed_out_signs_in_again() {
    let (world, browser) = World::with_ada_signed_in();
    world.call(&["logout"]).run().answer_and_words();
    let said = world.call(&["get-token", "--no-input"]).run().failure(7);
    assert!(said.contains("get-token -p desktop"), "{said}");
    assert_eq!(world.emulator.token_requests(), 0);
    world.sign_in_by(&browser, &["get-token"]);
    assert_eq!(browser.pages(), 2);
    world.silently(&["refresh"]);
}

#[test]
fn a_profile_made_anew_inherits_nobody() {
    let (world, browser) = World::with_ada_signed_in();
    world
        .call(&["config", "delete", "desktop", "--yes"])
        .run()
        .answer_and_words();
    assert!(world.refresh_tokens().is_empty());
    world.create("desktop", &PUBLIC_PROFILE, "");
    world.call(&["get-token", "--no-input"]).run().failure(7);
    world.sign_in_by(&browser, &["get-token"]);
    assert_eq!((browser.pages(), world.emulator.token_requests()), (2, 1));
}

#[test]
fn a_reply_lost_on_the_way_costs_another_request() {
    let (world, _browser) = World::with_ada_signed_in();
    world.emulator.play(&Fault::BrokenBody);
    let (token, _) = world
        .call(&["refresh", "--no-input"])
        .run()
        .answer_and_words();
    assert_is_token(&token);
    assert_eq!(world.grants(), ["refresh_token"; 2]);
}

#[test]
fn however_often_replies_are_lost_the_old_refresh_token_is_there() {
    let (world, browser) = World::with_ada_signed_in();
    world
        .emulator
        .play_at(Endpoint::Token, 2, &Fault::BrokenBody);
    world.call(&["refresh"]).run().failure(5);
    assert_eq!(world.grants(), ["refresh_token"; 2]);
    world.silently(&["refresh"]);
    let sent = sent_refresh_tokens(&world);
    assert!(sent.iter().all(|token| *token == sent[0]));
    assert_eq!(browser.pages(), 1, "no network fault opens a page");
}

#[test]
fn who_was_killed_before_the_reply_came_is_still_signed_in() {
    let (world, _browser) = World::with_ada_signed_in();
    let held = world.emulator.hold_token_replies();
    let running = world.call(&["refresh"]).start();
    world.wait_until_asked(1);
    running.signal(Signal::KILL);
    drop(running.finish());
    drop(held);
    world.silently(&["refresh"]);
}

/// A provider that takes the second use of a refresh token for theft: whoever lost its reply has
/// to sign in, and is told so.
#[test]
fn where_a_lost_reply_costs_the_sign_in_it_says_what_to_do() {
    let (world, browser) = World::with_ada_signed_in();
    world
        .emulator
        .set_refresh_rotation(RefreshRotation::RevokeOnReuse);
    world.emulator.play(&Fault::BrokenBody);
    let said = world.call(&["refresh", "--no-input"]).run().failure(7);
    assert!(said.contains("AADSTS70000"), "{said}");
    assert!(
        said.contains("Where a person is, run: entra-auth-cli get-token -p desktop "),
        "{said}"
    );
    world.sign_in_by(&browser, &["refresh"]);
    world.silently(&["refresh"]);
    assert_eq!(browser.pages(), 2);
}
