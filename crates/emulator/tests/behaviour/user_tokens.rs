//! What tokens say about a user.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use emulator::{Consent, Emulator, Platform};
use serde_json::{Value, json};

use crate::access_token::{is_signed_by, published_key};
use crate::person::*;
use crate::support::*;

fn signed_in(emulator: &Emulator, user: &str, scope: &str) -> Value {
    emulator.sign_in_automatically(user);
    let reply = authorize(emulator, &[("scope", scope)]);
    let code = carried(&reply, REDIRECT_URI)["code"].clone();
    redeem_but(emulator, &code, &[("scope", scope)]).json()
}

fn subset(claims: &Value, expected: &Value) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&claims[name], value, "{name}");
    }
}

#[test]
fn an_id_token_names_the_user_to_the_client() {
    let emulator = people();
    let before = now();
    let body = tokens(&emulator);
    let token = text(&body, "id_token");
    let (header, claims) = decode(&token);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("RS256"), &json!("JWT"))
    );
    let (message, signature) = token.rsplit_once('.').unwrap();
    assert!(is_signed_by(&published_key(&emulator), message, signature));
    subset(
        &claims,
        &json!({
            "aud": CLIENT_ID,
            "iss": format!("{}/v2.0", emulator.authority(TENANT)),
            "name": "Ada Lovelace",
            "nonce": "a nonce",
            "preferred_username": ADA,
            "tid": TENANT,
            "ver": "2.0",
        }),
    );
    assert!(claims["exp"].as_i64().unwrap() >= before + 3600);
    assert!(claims.get("email").is_none());
    let home = json!({ "uid": claims["oid"], "utid": TENANT });
    let sent = URL_SAFE_NO_PAD.decode(text(&body, "client_info")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&sent).unwrap(), home);
}

#[test]
fn without_profile_the_id_token_names_nobody() {
    let emulator = people();
    let (_, claims) = decode(&text(
        &signed_in(&emulator, ADA, "openid email"),
        "id_token",
    ));
    for name in ["name", "oid", "preferred_username"] {
        assert!(claims.get(name).is_none(), "{name}");
    }
    assert_eq!(claims["email"], ADA);
}

#[test]
fn a_v1_token_has_the_claims_of_a_user() {
    let emulator = people();
    let body = signed_in(&emulator, GRACE, "User.Read openid");
    let (_, claims) = decode(&text(&body, "access_token"));
    subset(
        &claims,
        &json!({
            "acct": 0,
            "acr": "1",
            "amr": ["pwd", "mfa"],
            "app_displayname": "desktop app",
            "appid": CLIENT_ID,
            "appidacr": "0",
            "aud": "https://graph.microsoft.com",
            "idtyp": "user",
            "iss": format!("https://sts.windows.net/{TENANT}/"),
            "name": "Grace Hopper",
            "scp": "User.Read openid",
            "tid": TENANT,
            "unique_name": GRACE,
            "upn": GRACE,
            "ver": "1.0",
        }),
    );
    assert!(claims.get("idp").is_none() && claims.get("roles").is_none());
    assert_ne!(claims["sub"], claims["oid"]);
}

#[test]
fn a_v2_token_has_the_claims_of_a_user() {
    let emulator = people();
    let body = signed_in(&emulator, ADA, "api://orders/Orders.Read openid");
    assert_eq!(body["scope"], "api://orders/Orders.Read");
    let (_, claims) = decode(&text(&body, "access_token"));
    subset(
        &claims,
        &json!({
            "aud": ORDERS_ID,
            "azp": CLIENT_ID,
            "azpacr": "0",
            "iss": format!("{}/v2.0", emulator.authority(TENANT)),
            "name": "Ada Lovelace",
            "preferred_username": ADA,
            "scp": "Orders.Read",
            "ver": "2.0",
        }),
    );
    assert!(claims.get("upn").is_none());
}

#[test]
fn a_guest_comes_from_elsewhere() {
    let emulator = people();
    let body = signed_in(&emulator, GUEST, SCOPE);
    let (_, access) = decode(&text(&body, "access_token"));
    let (_, id) = decode(&text(&body, "id_token"));
    assert_eq!(
        (&access["acct"], &access["tid"]),
        (&json!(1), &json!(TENANT))
    );
    assert_eq!(access["idp"], id["idp"]);
    assert_eq!(access["email"], GUEST);
    assert!(access.get("upn").is_none());
    let home = URL_SAFE_NO_PAD.decode(text(&body, "client_info")).unwrap();
    let home: Value = serde_json::from_slice(&home).unwrap();
    let home_tenant = home["utid"].as_str().unwrap();
    assert_ne!(home_tenant, TENANT);
    assert_eq!(
        access["idp"],
        format!("https://sts.windows.net/{home_tenant}/")
    );
}

#[test]
fn a_subject_is_another_for_each_audience() {
    let emulator = people();
    let body = tokens(&emulator);
    let orders = refresh(
        &emulator,
        &text(&body, "refresh_token"),
        "api://orders/.default",
    )
    .json();
    let subjects: HashSet<String> = [
        text(&body, "id_token"),
        text(&body, "access_token"),
        text(&orders, "access_token"),
    ]
    .iter()
    .map(|token| text(&decode(token).1, "sub"))
    .collect();
    assert_eq!(subjects.len(), 3);
}

#[test]
fn consent_adds_up_and_default_takes_what_is_there() {
    let listing = "66667777-aaaa-8888-bbbb-9999cccc0000";
    let emulator = people_builder()
        .app(
            emulator::App::public(listing)
                .redirect_uri(Platform::PublicClient, "http://localhost")
                .delegated(
                    "https://graph.microsoft.com",
                    Consent::User,
                    ["User.Read", "Mail.Read"],
                ),
        )
        .start()
        .unwrap();
    let client = ("client_id", listing);
    let scopes_of = |scope: &'static str| {
        let code = code_for(&emulator, &[client, ("scope", scope)]);
        let body = redeem_but(&emulator, &code, &[client, ("scope", scope)]).json();
        text(&body, "scope")
    };
    assert_eq!(scopes_of("User.Read"), "User.Read");
    assert_eq!(
        scopes_of("https://graph.microsoft.com/.default"),
        "https://graph.microsoft.com/User.Read https://graph.microsoft.com/.default",
        "something was granted before"
    );
    assert_eq!(scopes_of("mail.send"), "User.Read Mail.Send");
    emulator.withdraw_consent(listing, ADA);
    assert_eq!(
        scopes_of("https://graph.microsoft.com/.default openid"),
        "https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Read \
         https://graph.microsoft.com/.default openid",
        "everything listed is asked for"
    );
}

#[test]
fn a_declared_capability_shows() {
    let emulator = people();
    let code = code_for(&emulator, &[]);
    let declares = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    let body = redeem_but(&emulator, &code, &[("claims", declares)]).json();
    let (_, claims) = decode(&text(&body, "access_token"));
    assert_eq!(claims["xms_cc"], json!(["CP1"]));
}
