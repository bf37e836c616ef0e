//! Authority metadata, keys and instance discovery.

use serde_json::{Value, json};

use crate::support::*;

#[test]
fn a_tenants_metadata_names_its_guid_whatever_the_path_says() {
    let emulator = emulator();
    let by_domain = get(&format!(
        "{}/v2.0/.well-known/openid-configuration",
        emulator.authority("contoso.onmicrosoft.com")
    ));
    assert_eq!(by_domain.status, 200);
    let body = by_domain.json();
    assert_eq!(
        body["issuer"],
        format!("{}/v2.0", emulator.authority(TENANT))
    );
    assert_eq!(body["token_endpoint"], emulator.token_endpoint(TENANT));
    assert_eq!(body["tenant_region_scope"], "EU");
    assert!(body.get("code_challenge_methods_supported").is_none());

    let keys = get(body["jwks_uri"].as_str().unwrap()).json();
    assert_eq!(keys["keys"][0]["issuer"], body["issuer"]);
    assert_eq!(keys["keys"][0]["kid"], keys["keys"][0]["x5t"]);
    assert_eq!(keys.to_string(), emulator.jwks_json().unwrap());
}

#[test]
fn common_and_organizations_have_a_template_for_an_issuer() {
    let emulator = emulator();
    for word in ["common", "organizations"] {
        let authority = emulator.authority(word);
        let body = get(&format!(
            "{authority}/v2.0/.well-known/openid-configuration"
        ))
        .json();
        assert_eq!(
            body["issuer"],
            format!("{}/{{tenantid}}/v2.0", emulator.base_url())
        );
        assert_eq!(
            body["token_endpoint"],
            format!("{authority}/oauth2/v2.0/token")
        );
        assert_eq!(body["tenant_region_scope"], Value::Null);
    }
}

#[test]
fn version_one_metadata_names_the_old_issuer_and_endpoints() {
    let emulator = emulator();
    let authority = emulator.authority(TENANT);
    let body = get(&format!("{authority}/.well-known/openid-configuration")).json();
    assert_eq!(body["issuer"], format!("https://sts.windows.net/{TENANT}/"));
    assert_eq!(body["token_endpoint"], format!("{authority}/oauth2/token"));
    let keys = body["jwks_uri"].as_str().unwrap();
    assert_eq!(keys, format!("{authority}/discovery/keys"));
    assert_eq!(get(keys).status, 200);
}

#[test]
fn addresses_repeat_the_host_that_was_asked() {
    let emulator = emulator();
    let origin = format!("http://localhost:{}", emulator.port());
    let body = get(&format!(
        "{origin}/{TENANT}/v2.0/.well-known/openid-configuration"
    ))
    .json();
    assert_eq!(body["issuer"], format!("{origin}/{TENANT}/v2.0"));
}

#[test]
fn unknown_tenants_have_no_metadata() {
    let emulator = emulator();
    for path in [
        "v2.0/.well-known/openid-configuration",
        "discovery/v2.0/keys",
    ] {
        let reply = get(&format!(
            "{}/{path}",
            emulator.authority("northwind.example")
        ));
        assert_eq!((reply.status, reply.code()), (400, 90002));
    }
}

#[test]
fn instance_discovery_knows_its_own_host_only() {
    let emulator = emulator();
    let ask = |authorize: &str| {
        let endpoint: String = url::form_urlencoded::byte_serialize(authorize.as_bytes()).collect();
        get(&format!(
            "{}/common/discovery/instance?api-version=1.1&authorization_endpoint={endpoint}",
            emulator.base_url()
        ))
    };
    let authority = emulator.authority(TENANT);
    let host = format!("127.0.0.1:{}", emulator.port());
    assert_eq!(
        ask(&format!("{authority}/oauth2/v2.0/authorize")).json(),
        json!({
            "tenant_discovery_endpoint": format!("{authority}/v2.0/.well-known/openid-configuration"),
            "api-version": "1.1",
            "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
        })
    );

    let unknown = ask("https://login.example/common/oauth2/v2.0/authorize");
    assert_eq!(unknown.code(), 50049);
    assert_eq!(unknown.json()["error"], "invalid_instance");
    let incomplete = get(&format!(
        "{}/common/discovery/instance",
        emulator.base_url()
    ));
    assert_eq!(incomplete.code(), 900_144);
}

#[test]
fn adfs_speaks_its_own_dialect() {
    let emulator = emulator();
    let adfs = format!("{}/adfs", emulator.base_url());
    let metadata = get(&format!("{adfs}/.well-known/openid-configuration")).json();
    assert_eq!(metadata["issuer"], adfs);
    let endpoint = metadata["token_endpoint"].as_str().unwrap();

    let good = post(endpoint, &with_secret()).json();
    assert_eq!(good["expires_in"], "3599");
    let (_, issued) = decode(good["access_token"].as_str().unwrap());
    assert_eq!(issued["iss"], metadata["access_token_issuer"]);

    let refused = post(endpoint, &with_secret_but("client_secret", "wrong"));
    assert_eq!(refused.status, 401);
    let error = refused.json();
    assert_eq!(error["error"], "invalid_client");
    assert!(error.get("error_codes").is_none());

    let assert_with = |assertion: String| {
        post(
            endpoint,
            &[
                ("grant_type", "client_credentials"),
                ("client_id", CLIENT_ID),
                ("scope", ORDERS_SCOPE),
                ("client_assertion_type", JWT_BEARER),
                ("client_assertion", &assertion),
            ],
        )
        .status
    };
    let mut claims = claims(&emulator, now());
    claims["aud"] = json!(endpoint);
    let ps256 = json!({ "alg": "PS256", "x5t#S256": OWN.sha256() });
    assert_eq!(assert_with(OWN.ps256(&ps256, &claims)), 401);
    let rs256 = json!({ "alg": "RS256", "x5t": OWN.sha1() });
    assert_eq!(assert_with(OWN.rs256(&rs256, &claims)), 200);
}
