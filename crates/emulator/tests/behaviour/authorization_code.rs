//! Redeeming codes.

use emulator::ConditionalAccess;
use serde_json::json;

use crate::person::*;
use crate::support::*;

const WEB: [(&str, &str); 2] = [("client_id", WEB_ID), ("redirect_uri", WEB_REDIRECT_URI)];

#[test]
fn a_code_gets_every_token_that_was_asked_for() {
    let emulator = people();
    let body = tokens(&emulator);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["scope"], "User.Read openid profile");
    assert_eq!(body["expires_in"], 3599);
    for name in ["access_token", "refresh_token", "id_token", "client_info"] {
        text(&body, name);
    }
    let code = code_for(&emulator, &[("scope", "User.Read")]);
    let plain = redeem_but(&emulator, &code, &[("scope", ""), ("client_info", "")]).json();
    assert_eq!(plain["scope"], "User.Read");
    for name in ["refresh_token", "id_token", "client_info"] {
        assert!(plain.get(name).is_none(), "{name}");
    }
}

#[test]
fn each_wrong_field_has_its_code_and_leaves_the_authorization_code_alive() {
    let emulator = people();
    let code = code_for(&emulator, &[]);
    let cases = [
        ("code", "", "invalid_request", 900_144),
        ("code", "made-up", "invalid_grant", 9_002_313),
        ("redirect_uri", "", "invalid_request", 900_144),
        (
            "redirect_uri",
            "http://localhost:49152/",
            "invalid_grant",
            50011,
        ),
        (
            "redirect_uri",
            "http://localhost:49153",
            "invalid_grant",
            50011,
        ),
        ("code_verifier", "", "invalid_grant", 50148),
        (
            "code_verifier",
            "another-verifier-of-more-than-43-characters-in-all",
            "invalid_grant",
            501_481,
        ),
        ("code_verifier", &challenge(), "invalid_grant", 501_481),
        ("client_secret", "anything", "invalid_client", 700_025),
        ("client_id", WEB_ID, "invalid_grant", 70000),
        (
            "scope",
            "User.Read api://orders/Orders.Read",
            "invalid_request",
            28000,
        ),
        (
            "scope",
            "User.Read https://graph.microsoft.com/.default",
            "invalid_scope",
            70011,
        ),
        ("scope", "User.Reed", "invalid_client", 650_053),
        ("scope", "Mail.Send", "invalid_grant", 65001),
        ("claims", "[]", "invalid_request", 9_002_313),
    ];
    for (name, value, error, expected) in cases {
        let reply = redeem_but(&emulator, &code, &[(name, value)]);
        assert_eq!(reply.code(), expected, "{name}={value}: {}", reply.body);
        assert_eq!(reply.json()["error"], error);
    }
    let consent = redeem_but(&emulator, &code, &[("scope", "Mail.Send")]).json();
    assert_eq!(consent["suberror"], "consent_required");
    let foreign_page = redeem_with(&emulator, &code, &[], &[("origin", "https://app.example")]);
    assert_eq!(foreign_page.code(), 9_002_326);
    assert_eq!(redeem_but(&emulator, &code, &[]).status, 200);
}

#[test]
fn a_code_works_once_and_for_ten_minutes() {
    let emulator = people();
    let code = code_for(&emulator, &[]);
    assert_eq!(redeem_but(&emulator, &code, &[]).status, 200);
    assert_eq!(redeem_but(&emulator, &code, &[]).code(), 54005);

    let late = code_for(&emulator, &[]);
    emulator.set_clock_offset(9 * 60);
    let in_time = code_for(&emulator, &[]);
    emulator.set_clock_offset(10 * 60 + 2);
    assert_eq!(redeem_but(&emulator, &late, &[]).code(), 70008);
    assert_eq!(redeem_but(&emulator, &in_time, &[]).status, 200);
}

#[test]
fn a_code_stays_with_the_tenant_of_its_path() {
    let emulator = people();
    emulator.sign_in_automatically(ADA);
    let carried = carried(&get(&authorize_url(&emulator, "common", &[])), REDIRECT_URI);
    let refused = redeem_but(&emulator, &carried["code"], &[]);
    assert_eq!(refused.code(), 700_005);
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("code", carried["code"].as_str()),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    let reply = post(&emulator.token_endpoint("Common"), &fields);
    assert_eq!(reply.status, 200, "{}", reply.body);
    let (_, claims) = decode(&text(&reply.json(), "id_token"));
    assert_eq!(claims["tid"], TENANT);
    let by_domain = get(&authorize_url(&emulator, "contoso.onmicrosoft.com", &[]));
    let code = crate::person::carried(&by_domain, REDIRECT_URI)["code"].clone();
    assert_eq!(
        redeem_but(&emulator, &code, &[]).status,
        200,
        "one tenant, two names"
    );
}

#[test]
fn a_web_app_has_to_prove_itself() {
    let emulator = people();
    let code = code_for(&emulator, &WEB);
    assert_eq!(redeem_but(&emulator, &code, &WEB).code(), 7_000_218);
    let wrong = [&WEB[..], &[("client_secret", "wrong")]].concat();
    assert_eq!(redeem_but(&emulator, &code, &wrong).code(), 7_000_215);
    let right = [&WEB[..], &[("client_secret", SECRET)]].concat();
    let reply = redeem_but(&emulator, &code, &right);
    assert_eq!(reply.status, 200, "{}", reply.body);
    let (_, claims) = decode(&text(&reply.json(), "access_token"));
    assert_eq!(claims["appidacr"], "1");

    let token = text(&reply.json(), "refresh_token");
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("client_id", WEB_ID),
        ("refresh_token", token.as_str()),
    ];
    let url = emulator.token_endpoint(TENANT);
    assert_eq!(post(&url, &fields).code(), 7_000_218);
    fields.push(("client_secret", SECRET));
    assert_eq!(post(&url, &fields).status, 200);
}

#[test]
fn a_single_page_application_redeems_across_origins_alone() {
    let emulator = people();
    let single_page = [
        ("client_id", SINGLE_PAGE_ID),
        ("redirect_uri", SINGLE_PAGE_URI),
    ];
    let code = code_for(&emulator, &single_page);
    assert_eq!(redeem_but(&emulator, &code, &single_page).code(), 9_002_327);
    let origin = ("origin", "https://app.example");
    let reply = redeem_with(&emulator, &code, &single_page, &[origin]);
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(
        reply.header("access-control-allow-origin"),
        Some("https://app.example")
    );
    let asked_first = read(
        agent()
            .options(&emulator.token_endpoint(TENANT))
            .header(origin.0, origin.1)
            .call(),
    );
    assert_eq!(
        asked_first.header("access-control-allow-origin"),
        Some("https://app.example")
    );

    let token = text(&reply.json(), "refresh_token");
    let refresh = || {
        post_with(
            &emulator.token_endpoint(TENANT),
            &[
                ("grant_type", "refresh_token"),
                ("client_id", SINGLE_PAGE_ID),
                ("refresh_token", &token),
                ("scope", SCOPE),
            ],
            &[origin],
        )
    };
    emulator.set_clock_offset(20 * 60 * 60);
    assert_eq!(refresh().status, 200);
    emulator.set_clock_offset(24 * 60 * 60 + 5);
    assert_eq!(refresh().code(), 700_084);
}

#[test]
fn a_verifier_without_a_challenge_is_refused() {
    let emulator = people();
    let code = code_for(
        &emulator,
        &[("code_challenge", ""), ("code_challenge_method", "")],
    );
    assert_eq!(redeem_but(&emulator, &code, &[]).code(), 501_481);
    let reply = redeem_but(&emulator, &code, &[("code_verifier", "")]);
    assert_eq!(reply.status, 200);
}

#[test]
fn consent_may_be_for_several_resources_and_a_token_is_for_one() {
    let emulator = people();
    let scope = "User.Read https://vault.azure.net/user_impersonation offline_access";
    let code = code_for(&emulator, &[("scope", scope)]);
    assert_eq!(redeem_but(&emulator, &code, &[("scope", "")]).code(), 28000);
    let vault = "https://vault.azure.net/user_impersonation";
    let body = redeem_but(&emulator, &code, &[("scope", vault)]).json();
    assert_eq!(body["scope"], vault);
    let (_, claims) = decode(&text(&body, "access_token"));
    assert_eq!(claims["aud"], "https://vault.azure.net");
    assert_eq!(claims["scp"], "user_impersonation");
    let graph = refresh(&emulator, &text(&body, "refresh_token"), "User.Read").json();
    assert_eq!(graph["scope"], "User.Read");
}

#[test]
fn policies_hold_at_the_token_endpoint_too() {
    let emulator = people();
    let code = code_for(&emulator, &[]);
    emulator.set_conditional_access("https://graph.microsoft.com", ConditionalAccess::RequireMfa);
    let reply = redeem_but(&emulator, &code, &[]);
    assert_eq!(reply.code(), 50076);
    assert_eq!(reply.json()["error"], "interaction_required");
    assert_eq!(reply.json()["suberror"], "basic_action");
    let claims: serde_json::Value = serde_json::from_str(&text(&reply.json(), "claims")).unwrap();
    assert_eq!(claims["access_token"]["capolids"]["essential"], json!(true));
}
