//! Client credentials with a secret, and every shape of request that Entra refuses.

use crate::support::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use emulator::{App, Resource};

#[test]
fn a_good_secret_gets_a_token() {
    let emulator = emulator();
    let reply = post(&emulator.token_endpoint(TENANT), &with_secret());
    assert_eq!(reply.status, 200, "{}", reply.body);
    let body = reply.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3599);
    assert_eq!(body["ext_expires_in"], 3599);
    assert!(body.get("refresh_token").is_none() && body.get("scope").is_none());
    assert_eq!(reply.header("cache-control"), Some("no-store, no-cache"));
}

#[test]
fn a_secret_may_come_by_http_basic() {
    let emulator = emulator();
    let encode =
        |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let header = format!(
        "Basic {}",
        STANDARD.encode(format!("{}:{}", encode(CLIENT_ID), encode(SECRET)))
    );
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", ORDERS_SCOPE),
    ];
    let url = emulator.token_endpoint(TENANT);
    let reply = post_with(&url, &fields, &[("authorization", &header)]);
    assert_eq!(reply.status, 200, "{}", reply.body);

    let both = post_with(&url, &with_secret(), &[("authorization", &header)]);
    assert_eq!((both.status, both.code()), (400, 9_002_313));
}

#[test]
fn each_wrong_field_has_its_code() {
    let emulator = emulator();
    let url = emulator.token_endpoint(TENANT);
    let cases = [
        ("client_secret", "wrong", 401, "invalid_client", 7_000_215),
        // Encoded twice: what arrives is the encoding, not the secret.
        (
            "client_secret",
            "%2B%2F%3D%26%25%7E%20a%20secret",
            401,
            "invalid_client",
            7_000_215,
        ),
        ("client_secret", "", 401, "invalid_client", 7_000_216),
        ("client_id", "", 400, "invalid_request", 900_144),
        (
            "client_id",
            "00000000-0000-0000-0000-000000000001",
            400,
            "unauthorized_client",
            700_016,
        ),
        ("grant_type", "", 400, "invalid_request", 900_144),
        (
            "grant_type",
            "client_credential",
            400,
            "unsupported_grant_type",
            70003,
        ),
        ("scope", "", 400, "invalid_request", 900_144),
        ("scope", "User.Read", 400, "invalid_scope", 1_002_012),
        (
            "scope",
            "api%3A%2F%2Forders%2F.default",
            400,
            "invalid_scope",
            1_002_012,
        ),
        (
            "scope",
            "api://orders/.default api://orders/Read",
            400,
            "invalid_scope",
            70011,
        ),
        (
            "scope",
            "api://orders/.default https://vault.azure.net/.default",
            400,
            "invalid_scope",
            700_022,
        ),
        (
            "scope",
            "api://unknown/.default",
            400,
            "invalid_resource",
            500_011,
        ),
        ("resource", "api://orders", 400, "invalid_request", 901_002),
        ("claims", "{not json", 400, "invalid_request", 9_002_313),
        (
            "client_assertion_type",
            JWT_BEARER,
            401,
            "invalid_client",
            7_000_218,
        ),
    ];
    for (name, value, status, error, code) in cases {
        let reply = post(&url, &with_secret_but(name, value));
        assert_eq!(
            (reply.status, reply.code()),
            (status, code),
            "{name}={value}: {}",
            reply.body
        );
        assert_eq!(reply.json()["error"], error, "{name}={value}");
        assert!(reply.json().get("access_token").is_none());
    }
}

#[test]
fn each_wrong_tenant_has_its_code() {
    let emulator = emulator();
    for (tenant, code) in [
        ("northwind.example", 90002),
        ("00000000-0000-0000-0000-000000000001", 90002),
        ("nonsense", 900_023),
        ("common", 9_001_023),
        ("organizations", 9_001_023),
        ("consumers", 9_001_023),
    ] {
        let reply = post(&emulator.token_endpoint(tenant), &with_secret());
        assert_eq!((reply.status, reply.code()), (400, code), "{tenant}");
    }
    let by_domain = post(
        &emulator.token_endpoint("contoso.onmicrosoft.com"),
        &with_secret(),
    );
    assert_eq!(by_domain.status, 200);
}

#[test]
fn a_request_of_another_shape_is_refused() {
    let emulator = emulator();
    let url = emulator.token_endpoint(TENANT);

    assert_eq!(get(&url).code(), 900_561);

    let json = r#"{"grant_type":"client_credentials"}"#;
    let reply = read(
        agent()
            .post(&url)
            .header("content-type", "application/json")
            .send(json),
    );
    assert_eq!(reply.code(), 900_144);
    assert!(reply.body.contains("grant_type"));

    let mut twice = with_secret();
    twice.push(("scope", ORDERS_SCOPE));
    assert_eq!(post(&url, &twice).code(), 9_000_411);

    let cross_origin = post_with(&url, &with_secret(), &[("origin", "http://localhost:1")]);
    assert_eq!(cross_origin.code(), 9_002_326);

    let huge = "a".repeat(1024 * 1024 + 1);
    assert_eq!(post(&url, &[("client_secret", huge.as_str())]).status, 413);
}

#[test]
fn expired_secrets_public_clients_and_assignment_have_their_codes() {
    let expired = builder(App::confidential(CLIENT_ID).expired_secret(SECRET))
        .start()
        .unwrap();
    assert_eq!(
        post(&expired.token_endpoint(TENANT), &with_secret()).code(),
        7_000_222
    );

    let public = builder(App::public(CLIENT_ID)).start().unwrap();
    assert_eq!(
        post(&public.token_endpoint(TENANT), &with_secret()).code(),
        700_025
    );

    let closed = Resource::new(ORDERS_ID, "api://closed").assignment_required();
    let unassigned = builder(App::confidential(CLIENT_ID).secret(SECRET))
        .resource(closed)
        .start()
        .unwrap();
    let reply = post(
        &unassigned.token_endpoint(TENANT),
        &with_secret_but("scope", "api://closed/.default"),
    );
    assert_eq!(reply.code(), 501_051);
}

#[test]
fn an_error_repeats_the_ids_of_its_request() {
    let emulator = emulator();
    let correlation_id = "cccccccc-2222-3333-4444-dddddddddddd";
    let reply = post_with(
        &emulator.token_endpoint(TENANT),
        &with_secret_but("client_secret", "wrong"),
        &[
            ("client-request-id", correlation_id),
            ("return-client-request-id", "true"),
        ],
    );
    let body = reply.json();
    assert_eq!(body["correlation_id"], correlation_id);
    assert_eq!(reply.header("client-request-id"), Some(correlation_id));
    assert_eq!(reply.header("x-ms-request-id"), body["trace_id"].as_str());
}
