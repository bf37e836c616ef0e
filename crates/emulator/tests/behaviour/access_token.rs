//! What stands in the tokens.

use std::collections::HashSet;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use emulator::{App, Emulator, Resource, Tenant};
use serde_json::{Value, json};

use crate::support::*;

fn token(emulator: &Emulator, tenant: &str, scope: &'static str) -> String {
    let reply = post(
        &emulator.token_endpoint(tenant),
        &with_secret_but("scope", scope),
    );
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["access_token"].as_str().unwrap().to_owned()
}

/// Verifies with `n` and `e` of a published key.
pub(crate) fn is_signed_by(key: &Value, message: &str, signature: &str) -> bool {
    let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    RsaPublicKeyComponents {
        n: number("n"),
        e: number("e"),
    }
    .verify(
        &RSA_PKCS1_2048_8192_SHA256,
        message.as_bytes(),
        &URL_SAFE_NO_PAD.decode(signature).unwrap(),
    )
    .is_ok()
}

pub(crate) fn published_key(emulator: &Emulator) -> Value {
    let keys = get(&format!(
        "{}/discovery/v2.0/keys",
        emulator.authority(TENANT)
    ))
    .json();
    keys["keys"][0].clone()
}

#[test]
fn a_v2_token_has_the_claims_of_an_app() {
    let emulator = emulator();
    let before = now();
    let token = token(&emulator, TENANT, ORDERS_SCOPE);
    let (header, claims) = decode(&token);

    let key = published_key(&emulator);
    assert_eq!(
        header,
        json!({ "typ": "JWT", "alg": "RS256", "kid": key["kid"] })
    );
    let (message, signature) = token.rsplit_once('.').unwrap();
    assert!(is_signed_by(&key, message, signature));

    let expected = json!({
        "aud": ORDERS_ID,
        "iss": format!("{}/v2.0", emulator.authority(TENANT)),
        "azp": CLIENT_ID,
        "azpacr": "1",
        "idtyp": "app",
        "roles": ["Orders.Read.All"],
        "tid": TENANT,
        "ver": "2.0",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&claims[name], value, "{name}");
    }
    assert_eq!(claims["oid"], claims["sub"]);
    assert!(claims.get("scp").is_none() && claims.get("xms_cc").is_none());
    let expiry = claims["exp"].as_i64().unwrap();
    assert!((before + 3599..=now() + 3599).contains(&expiry));
    assert_eq!(claims["nbf"], claims["iat"]);
    assert!(claims["nbf"].as_i64().unwrap() < before);
}

#[test]
fn a_v1_token_repeats_the_resource_as_it_was_asked_for() {
    let emulator = emulator();
    for (scope, audience) in [
        (
            "https://management.azure.com/.default",
            "https://management.azure.com",
        ),
        (
            "https://management.azure.com//.default",
            "https://management.azure.com/",
        ),
        (
            "797f4846-ba00-4fd7-ba43-dac1f8f63013/.default",
            "797f4846-ba00-4fd7-ba43-dac1f8f63013",
        ),
    ] {
        let (header, claims) = decode(&token(&emulator, TENANT, scope));
        assert_eq!(header["x5t"], header["kid"]);
        assert_eq!(claims["aud"], audience);
        assert_eq!(claims["iss"], format!("https://sts.windows.net/{TENANT}/"));
        assert_eq!(claims["appid"], CLIENT_ID);
        assert_eq!(claims["appidacr"], "1");
        assert_eq!(claims["app_displayname"], "order robot");
        assert_eq!(claims["ver"], "1.0");
        assert!(claims.get("roles").is_none(), "no role was granted");
    }
}

#[test]
fn a_graph_token_can_be_verified_only_with_the_hashed_nonce() {
    let emulator = emulator();
    let token = token(&emulator, TENANT, "https://graph.microsoft.com/.default");
    let (mut header, claims) = decode(&token);
    let (sent, signature) = token.rsplit_once('.').unwrap();
    let key = published_key(&emulator);
    assert!(!is_signed_by(&key, sent, signature));

    let nonce = digest(&SHA256, header["nonce"].as_str().unwrap().as_bytes());
    header["nonce"] = json!(URL_SAFE_NO_PAD.encode(nonce));
    assert!(is_signed_by(&key, &message(&header, &claims), signature));
}

#[test]
fn no_two_tokens_share_an_identifier() {
    let emulator = emulator();
    let tokens: Vec<Value> = (0..5)
        .map(|_| decode(&token(&emulator, TENANT, ORDERS_SCOPE)).1)
        .collect();
    for claim in ["uti", "aio", "rh"] {
        let values: HashSet<&str> = tokens
            .iter()
            .map(|claims| claims[claim].as_str().unwrap())
            .collect();
        assert_eq!(values.len(), 5, "{claim}");
    }
}

#[test]
fn lifetime_clock_and_capability_show_in_the_token() {
    let emulator = builder(app())
        .token_lifetime(Duration::from_mins(1))
        .clock_offset(-7200)
        .start()
        .unwrap();
    let url = emulator.token_endpoint(TENANT);
    let declares = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    let reply = post(&url, &with_secret_but("claims", declares));
    assert_eq!(reply.json()["expires_in"], 60);
    assert!(reply.json().get("refresh_in").is_none());
    let (_, claims) = decode(reply.json()["access_token"].as_str().unwrap());
    assert_eq!(claims["xms_cc"], json!(["CP1"]));
    let offset = claims["exp"].as_i64().unwrap() - 60 - now();
    assert!((-7205..=-7200).contains(&offset), "{offset}");

    emulator.set_token_lifetime(Duration::from_hours(24));
    let long = post(&url, &with_secret()).json();
    assert_eq!(
        (&long["expires_in"], &long["refresh_in"]),
        (&json!(86_400), &json!(43_200))
    );
}

#[test]
fn an_app_has_another_object_in_each_tenant() {
    let other = "bbbbcccc-1111-dddd-2222-eeee3333ffff";
    let emulator = builder(App::confidential(CLIENT_ID).secret(SECRET))
        .tenant(Tenant::default())
        .tenant(Tenant::new(other, "fabrikam.onmicrosoft.com"))
        .resource(Resource::new(
            "44445555-eeee-6666-ffff-7777aaaa8888",
            "api://more",
        ))
        .start()
        .unwrap();
    let (_, first) = decode(&token(&emulator, TENANT, ORDERS_SCOPE));
    let (_, second) = decode(&token(&emulator, "Fabrikam.onmicrosoft.com", ORDERS_SCOPE));
    assert_eq!(second["tid"], other);
    assert_eq!(second["iss"], format!("{}/v2.0", emulator.authority(other)));
    assert_ne!(first["oid"], second["oid"]);
}
