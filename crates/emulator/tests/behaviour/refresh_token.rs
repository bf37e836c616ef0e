//! Staying signed in.

use std::time::Duration;

use emulator::{ConditionalAccess, RefreshRotation, Tenant, User};

use crate::person::*;
use crate::support::*;

const DAY: i64 = 24 * 60 * 60;

#[test]
fn a_refresh_token_is_good_for_every_resource_and_stays_valid() {
    let emulator = people();
    let first = refresh_token(&emulator);
    let graph = refresh(&emulator, &first, "User.Read offline_access openid").json();
    assert_ne!(text(&graph, "refresh_token"), first);
    assert_eq!(graph["scope"], "User.Read openid");
    text(&graph, "id_token");

    let orders = refresh(&emulator, &first, "api://orders/.default").json();
    assert_eq!(
        orders["scope"],
        "api://orders/Orders.Read api://orders/.default"
    );
    assert!(orders.get("refresh_token").is_none() && orders.get("id_token").is_none());
    let both = refresh(&emulator, &first, "api://orders/Orders.Read User.Read").json();
    assert_eq!(both["scope"], "api://orders/Orders.Read", "the first one");
    let unnamed = refresh(&emulator, &first, "").json();
    assert_eq!(unnamed["scope"], "User.Read openid profile", "as signed in");
}

#[test]
fn each_wrong_request_has_its_code() {
    let emulator = people();
    let token = refresh_token(&emulator);
    let cut = &token[..token.len() - 1];
    assert_eq!(refresh(&emulator, cut, SCOPE).code(), 9_002_313);
    assert_eq!(refresh(&emulator, "", SCOPE).code(), 900_144);
    for (scope, error, code) in [
        ("Mail.Read", "invalid_grant", 65001),
        ("Directory.Read.All", "invalid_grant", 65001),
        ("Nothing.Read", "invalid_client", 650_053),
        ("api://unknown/.default", "invalid_resource", 500_011),
        (
            "https://vault.azure.net/.default",
            "invalid_resource",
            650_057,
        ),
        ("User.Read api://orders/.default", "invalid_scope", 70011),
    ] {
        let reply = refresh(&emulator, &token, scope);
        assert_eq!(reply.code(), code, "{scope}: {}", reply.body);
        assert_eq!(reply.json()["error"], error);
    }
    let consent = refresh(&emulator, &token, "Mail.Read").json();
    assert_eq!(consent["suberror"], "consent_required");
    let other_client = post(
        &emulator.token_endpoint(TENANT),
        &[
            ("grant_type", "refresh_token"),
            ("client_id", WEB_ID),
            ("client_secret", SECRET),
            ("refresh_token", &token),
        ],
    );
    assert_eq!(other_client.code(), 70000);
    assert_eq!(refresh(&emulator, &token, SCOPE).status, 200);
    emulator.withdraw_consent(CLIENT_ID, ADA);
    assert_eq!(refresh(&emulator, &token, SCOPE).code(), 65001);
}

#[test]
fn a_token_used_twice_can_be_made_to_end_the_whole_family() {
    let emulator = people();
    emulator.set_refresh_rotation(RefreshRotation::RevokeOnReuse);
    let first = refresh_token(&emulator);
    let second = text(&refresh(&emulator, &first, SCOPE).json(), "refresh_token");
    let third = text(&refresh(&emulator, &second, SCOPE).json(), "refresh_token");
    let stranger = refresh_token(&emulator);

    let reused = refresh(&emulator, &first, SCOPE);
    assert_eq!(reused.code(), 70000);
    assert_eq!(reused.json()["suberror"], "bad_token");
    for token in [&second, &third] {
        assert_eq!(refresh(&emulator, token, SCOPE).code(), 70000);
    }
    assert_eq!(refresh(&emulator, &stranger, SCOPE).status, 200);
}

#[test]
fn a_refused_refresh_does_not_use_a_token_up() {
    let emulator = people();
    emulator.set_refresh_rotation(RefreshRotation::RevokeOnReuse);
    let token = refresh_token(&emulator);
    assert_eq!(refresh(&emulator, &token, "Mail.Read").code(), 65001);
    assert_eq!(refresh(&emulator, &token, SCOPE).status, 200);
}

#[test]
fn ninety_idle_days_end_it_and_use_prolongs_it() {
    let emulator = people();
    let token = refresh_token(&emulator);
    emulator.set_clock_offset(89 * DAY);
    let next = text(&refresh(&emulator, &token, SCOPE).json(), "refresh_token");
    emulator.set_clock_offset(91 * DAY);
    let reply = refresh(&emulator, &token, SCOPE);
    assert_eq!(reply.code(), 700_082);
    assert_eq!(reply.json()["suberror"], "bad_token");
    assert_eq!(refresh(&emulator, &next, SCOPE).status, 200);
}

#[test]
fn revoking_sign_ins_ends_tokens_and_sessions_of_that_user_alone() {
    let emulator = people();
    let token = refresh_token(&emulator);
    emulator.revoke_sign_ins(GRACE);
    assert_eq!(refresh(&emulator, &token, SCOPE).status, 200);
    emulator.revoke_sign_ins(ADA);
    let reply = refresh(&emulator, &token, SCOPE);
    assert_eq!(
        (reply.code(), reply.json()["error"].as_str()),
        (50173, Some("invalid_grant"))
    );
    let fresh = refresh_token(&emulator);
    assert_eq!(refresh(&emulator, &fresh, SCOPE).status, 200);
}

#[test]
fn a_sign_in_may_have_to_be_recent() {
    let emulator = people();
    emulator.set_sign_in_frequency(Duration::from_hours(1));
    let token = refresh_token(&emulator);
    emulator.set_clock_offset(3_500);
    let next = text(&refresh(&emulator, &token, SCOPE).json(), "refresh_token");
    emulator.set_clock_offset(3_700);
    let reply = refresh(&emulator, &next, SCOPE);
    assert_eq!(reply.code(), 70043);
    assert_eq!(reply.json()["suberror"], "bad_token");
    emulator.clear_conditional_access();
    assert_eq!(refresh(&emulator, &next, SCOPE).status, 200);
}

#[test]
fn a_policy_refuses_with_claims_that_lead_through_the_browser() {
    let emulator = people();
    let token = refresh_token(&emulator);
    emulator.set_conditional_access(ORDERS, ConditionalAccess::RequireMfa);
    let orders = "api://orders/Orders.Read";
    let refused = refresh(&emulator, &token, orders);
    assert_eq!(refused.code(), 50076);
    assert_eq!(refused.json()["error"], "interaction_required");
    let claims = text(&refused.json(), "claims");
    assert_eq!(
        refresh(&emulator, &token, SCOPE).status,
        200,
        "Graph is free"
    );

    let scope = "api://orders/Orders.Read offline_access";
    let code = code_for(&emulator, &[("scope", scope), ("claims", &claims)]);
    let body = redeem_but(&emulator, &code, &[("scope", scope), ("claims", &claims)]).json();
    let stronger = text(&body, "refresh_token");
    assert_eq!(refresh(&emulator, &stronger, orders).status, 200);

    emulator.set_conditional_access(ORDERS, ConditionalAccess::Block);
    let blocked = refresh(&emulator, &stronger, orders);
    assert_eq!(blocked.code(), 53003);
    assert_eq!(blocked.json()["suberror"], "message_only");
}

#[test]
fn other_tenants_take_it_if_they_know_the_user() {
    let fabrikam = "bbbbcccc-1111-dddd-2222-eeee3333ffff";
    let northwind = "ccccdddd-2222-eeee-3333-ffff4444aaaa";
    let emulator = people_builder()
        .tenant(Tenant::default())
        .tenant(Tenant::new(fabrikam, "fabrikam.onmicrosoft.com"))
        .tenant(Tenant::new(northwind, "northwind.onmicrosoft.com"))
        .user(User::new(ADA))
        .user(
            User::new(ADA)
                .oid("55556666-ffff-7777-aaaa-8888bbbb9999")
                .in_tenant(fabrikam)
                .guest(),
        )
        .start()
        .unwrap();
    let token = refresh_token(&emulator);
    let at = |tenant: &str| {
        post(
            &emulator.token_endpoint(tenant),
            &[
                ("grant_type", "refresh_token"),
                ("client_id", CLIENT_ID),
                ("refresh_token", &token),
                ("scope", "api://orders/Orders.Read openid profile"),
                ("client_info", "1"),
            ],
        )
    };
    let home = at("organizations").json();
    let guest = at(fabrikam).json();
    let (_, claims) = decode(&text(&guest, "access_token"));
    assert_eq!(claims["tid"], fabrikam);
    assert_eq!(claims["oid"], "55556666-ffff-7777-aaaa-8888bbbb9999");
    assert_eq!(claims["idp"], format!("https://sts.windows.net/{TENANT}/"));
    assert_eq!(
        home["client_info"], guest["client_info"],
        "one home account"
    );
    assert_eq!(at(northwind).code(), 50020);
}
