//! Client credentials with an assertion: each wrong one is refused with its code.

use crate::support::*;
use emulator::{App, Emulator, FederatedCredential, Strictness};
use serde_json::{Value, json};

fn ps256_header() -> Value {
    json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": OWN.sha256() })
}

fn rs256_header() -> Value {
    json!({ "alg": "RS256", "typ": "JWT", "x5t": OWN.sha1() })
}

/// The value with one member changed, or taken out by null.
fn but(mut object: Value, name: &str, value: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    members.remove(name);
    if !value.is_null() {
        members.insert(name.to_owned(), value);
    }
    object
}

#[track_caller]
fn assert_refused(emulator: &Emulator, assertion: &str, code: u64) {
    let reply = post_assertion(emulator, assertion);
    assert_eq!((reply.status, reply.code()), (401, code), "{}", reply.body);
    assert_eq!(reply.json()["error"], "invalid_client");
}

#[test]
fn ps256_and_rs256_are_accepted_with_and_without_the_certificate() {
    let emulator = emulator();
    let chain = json!([OWN.certificate_base64(), STRANGER.certificate_base64()]);
    for assertion in [
        OWN.ps256(&ps256_header(), &claims(&emulator, now())),
        OWN.rs256(&rs256_header(), &claims(&emulator, now())),
        OWN.ps256(
            &but(ps256_header(), "x5c", chain),
            &claims(&emulator, now()),
        ),
    ] {
        let reply = post_assertion(&emulator, &assertion);
        assert_eq!(reply.status, 200, "{}", reply.body);
        let (_, claims) = decode(reply.json()["access_token"].as_str().unwrap());
        assert_eq!(claims["azpacr"], "2");
    }
}

#[test]
fn an_assertion_works_once() {
    let emulator = emulator();
    let assertion = OWN.ps256(&ps256_header(), &claims(&emulator, now()));
    assert_eq!(post_assertion(&emulator, &assertion).status, 200);
    assert_refused(&emulator, &assertion, 50027);
}

#[test]
fn a_refused_assertion_does_not_use_up_its_id() {
    let emulator = emulator();
    let good = claims(&emulator, now());
    let wrong_audience = but(good.clone(), "aud", json!("https://elsewhere.example"));
    assert_refused(
        &emulator,
        &OWN.ps256(&ps256_header(), &wrong_audience),
        700_023,
    );
    assert_eq!(
        post_assertion(&emulator, &OWN.ps256(&ps256_header(), &good)).status,
        200
    );
}

#[test]
fn each_wrong_claim_has_its_code() {
    let emulator = emulator();
    let now = now();
    let endpoint = emulator.token_endpoint(TENANT);
    let other_id = "00000000-0000-0000-0000-000000000001";
    let cases = [
        ("aud", json!(emulator.authority(TENANT)), 700_023),
        (
            "aud",
            json!(emulator.token_endpoint("contoso.onmicrosoft.com")),
            700_023,
        ),
        ("aud", json!(format!("{endpoint}/")), 700_023),
        (
            "aud",
            json!(format!(
                "https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
            )),
            700_023,
        ),
        ("aud", Value::Null, 700_023),
        ("aud", json!([]), 700_023),
        ("iss", json!(other_id), 50048),
        ("sub", json!(other_id), 50048),
        ("sub", Value::Null, 50027),
        ("exp", json!(now - 301), 700_024),
        ("exp", json!(now + 3600), 700_024),
        ("exp", json!(format!("{}", now + 600)), 50027),
        ("exp", Value::Null, 50027),
        ("nbf", json!(now + 400), 700_024),
        ("iat", json!(now + 400), 700_024),
        ("nbf", json!("now"), 50027),
        ("jti", Value::Null, 50027),
        ("jti", json!(""), 50027),
    ];
    for (claim, value, code) in cases {
        let wrong = but(claims(&emulator, now), claim, value.clone());
        let reply = post_assertion(&emulator, &OWN.ps256(&ps256_header(), &wrong));
        assert_eq!(reply.code(), code, "{claim}: {value}: {}", reply.body);
    }

    let mut impostor = claims(&emulator, now);
    impostor["iss"] = json!(other_id);
    impostor["sub"] = json!(other_id);
    assert_refused(&emulator, &OWN.ps256(&ps256_header(), &impostor), 700_021);
}

#[test]
fn clocks_may_differ_by_five_minutes() {
    let emulator = emulator();
    let now = now();
    for (claim, value) in [("exp", now - 290), ("nbf", now + 290), ("exp", now + 890)] {
        let assertion = but(claims(&emulator, now), claim, json!(value));
        let reply = post_assertion(&emulator, &OWN.ps256(&ps256_header(), &assertion));
        assert_eq!(reply.status, 200, "{claim}: {}", reply.body);
    }
}

#[test]
fn an_offset_clock_makes_a_good_assertion_late() {
    let emulator = emulator();
    emulator.set_clock_offset(3600);
    let assertion = OWN.ps256(&ps256_header(), &claims(&emulator, now()));
    assert_refused(&emulator, &assertion, 700_024);
    let shifted = OWN.ps256(&ps256_header(), &claims(&emulator, now() + 3600));
    assert_eq!(post_assertion(&emulator, &shifted).status, 200);
}

#[test]
fn each_wrong_header_has_its_code() {
    let emulator = emulator();
    let sha256_padded = format!("{}=", OWN.sha256());
    let cases = [
        // The algorithm and its thumbprint change together.
        (but(ps256_header(), "x5t#S256", Value::Null), 700_027),
        (json!({ "alg": "PS256", "x5t": OWN.sha1() }), 700_027),
        (
            but(ps256_header(), "x5t#S256", json!(STRANGER.sha256())),
            700_027,
        ),
        (but(ps256_header(), "x5t#S256", json!(OWN.sha1())), 700_027),
        (
            but(ps256_header(), "x5t#S256", json!(sha256_padded)),
            700_027,
        ),
        (but(ps256_header(), "crit", json!(["exp"])), 50027),
        (but(ps256_header(), "alg", Value::Null), 50027),
        (but(ps256_header(), "alg", json!("PS512")), 50027),
        (
            but(
                ps256_header(),
                "x5c",
                json!([STRANGER.certificate_base64(), OWN.certificate_base64()]),
            ),
            700_027,
        ),
        (
            but(ps256_header(), "x5c", json!(OWN.certificate_base64())),
            50012,
        ),
        (but(ps256_header(), "x5c", json!([])), 50012),
        (
            but(ps256_header(), "x5c", json!(["LS0tLS1CRUdJTg=="])),
            50012,
        ),
    ];
    for (header, code) in cases {
        let reply = post_assertion(&emulator, &OWN.ps256(&header, &claims(&emulator, now())));
        assert_eq!(reply.code(), code, "{header}: {}", reply.body);
    }
}

#[test]
fn what_msal_sends_is_accepted_only_where_entra_is_imitated() {
    let lenient = builder(app())
        .strictness(Strictness::AsEntra)
        .start()
        .unwrap();
    let strict = emulator();
    let standard_alphabet = OWN.sha256().replace('-', "+").replace('_', "/");
    let padded = but(
        ps256_header(),
        "x5t#S256",
        json!(format!("{standard_alphabet}=")),
    );
    let single = but(ps256_header(), "x5c", json!(OWN.certificate_base64()));
    let mut lines = OWN.certificate_base64();
    lines.insert(64, '\n');
    let broken_lines = but(ps256_header(), "x5c", json!([lines]));
    let text = |emulator: &Emulator| {
        let now = now();
        let claims = but(claims(emulator, now), "exp", json!((now + 600).to_string()));
        but(claims, "nbf", json!(now.to_string()))
    };
    for (emulator, statuses) in [(&lenient, [200; 4]), (&strict, [401; 4])] {
        let found = [
            OWN.ps256(&padded, &claims(emulator, now())),
            OWN.ps256(&single, &claims(emulator, now())),
            OWN.ps256(&broken_lines, &claims(emulator, now())),
            OWN.ps256(&ps256_header(), &text(emulator)),
        ]
        .map(|assertion| post_assertion(emulator, &assertion).status);
        assert_eq!(found, statuses);
    }
    // Lenient about the form, not about the content.
    let stranger = but(ps256_header(), "x5t#S256", json!(STRANGER.sha256()));
    assert_refused(
        &lenient,
        &OWN.ps256(&stranger, &claims(&lenient, now())),
        700_027,
    );
    let late = but(
        claims(&lenient, now()),
        "exp",
        json!((now() - 301).to_string()),
    );
    assert_refused(&lenient, &OWN.ps256(&ps256_header(), &late), 700_024);
}

#[test]
fn signatures_by_other_keys_and_algorithms_are_refused() {
    let emulator = emulator();
    let fresh = || claims(&emulator, now());
    // The right thumbprint over another key's signature.
    assert_refused(
        &emulator,
        &STRANGER.ps256(&ps256_header(), &fresh()),
        700_027,
    );
    // A PKCS #1 signature under a PS256 header, and the reverse.
    assert_refused(&emulator, &OWN.rs256(&ps256_header(), &fresh()), 700_027);
    assert_refused(&emulator, &OWN.ps256(&rs256_header(), &fresh()), 700_027);
    // Claims changed after signing.
    let good = OWN.ps256(&ps256_header(), &fresh());
    let signature = good.rsplit_once('.').unwrap().1;
    let forged = format!("{}.{signature}", message(&ps256_header(), &fresh()));
    assert_refused(&emulator, &forged, 700_027);
    // No signature at all.
    for (algorithm, signature) in [("none", ""), ("HS256", "AAAA"), ("ES256", "AAAA")] {
        let header = json!({ "alg": algorithm, "x5t#S256": OWN.sha256(), "x5t": OWN.sha1() });
        let unsigned = format!("{}.{signature}", message(&header, &fresh()));
        assert_refused(&emulator, &unsigned, 50027);
    }
    for nonsense in ["nonsense", "a.b.c", "..", &good[1..]] {
        assert_refused(&emulator, nonsense, 50027);
    }
}

#[test]
fn an_hmac_with_the_public_key_is_refused() {
    use aws_lc_rs::hmac;
    use base64::Engine as _;
    let emulator = emulator();
    let header = json!({ "alg": "HS256", "x5t": OWN.sha1() });
    let message = message(&header, &claims(&emulator, now()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, &OWN.public_key());
    let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .encode(hmac::sign(&key, message.as_bytes()));
    assert_refused(&emulator, &format!("{message}.{signature}"), 50027);
}

#[test]
fn an_expired_certificate_is_refused() {
    let expired = Identity::new(Some(2020));
    let emulator = builder(App::confidential(CLIENT_ID).certificate(expired.certificate.clone()))
        .start()
        .unwrap();
    let header = json!({ "alg": "PS256", "x5t#S256": expired.sha256() });
    let reply = post_assertion(
        &emulator,
        &expired.ps256(&header, &claims(&emulator, now())),
    );
    assert_eq!(reply.code(), 700_027);
    assert!(reply.body.contains("expired"), "{}", reply.body);
}

#[test]
fn the_request_around_an_assertion_is_checked() {
    let emulator = emulator();
    let assertion = OWN.ps256(&ps256_header(), &claims(&emulator, now()));
    let url = emulator.token_endpoint(TENANT);
    let base = [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT_ID),
        ("scope", ORDERS_SCOPE),
        ("client_assertion", assertion.as_str()),
    ];
    let with = |more: &[(&'static str, &'static str)]| {
        let fields: Vec<(&str, &str)> = base.iter().chain(more).copied().collect();
        post(&url, &fields).code()
    };
    assert_eq!(with(&[]), 900_144);
    assert_eq!(with(&[("client_assertion_type", "jwt-bearer")]), 9_002_313);
    assert_eq!(
        with(&[
            ("client_assertion_type", JWT_BEARER),
            ("client_secret", SECRET)
        ]),
        9_002_313
    );
}

const ISSUER: &str = "https://token.actions.example";
const SUBJECT: &str = "repo:contoso/orders:ref:refs/heads/main";
const EXCHANGE: &str = "api://AzureADTokenExchange";

fn federated() -> Emulator {
    let credential = FederatedCredential {
        issuer: ISSUER.to_owned(),
        subject: SUBJECT.to_owned(),
        audience: EXCHANGE.to_owned(),
        public_key: STRANGER.public_key(),
    };
    builder(app().federated_credential(credential))
        .start()
        .unwrap()
}

fn external_claims(now: i64) -> Value {
    json!({ "iss": ISSUER, "sub": SUBJECT, "aud": EXCHANGE, "exp": now + 3600, "iat": now })
}

#[test]
fn a_token_of_a_trusted_issuer_is_accepted_more_than_once() {
    let emulator = federated();
    let header = json!({ "alg": "RS256", "kid": "1" });
    let token = STRANGER.rs256(&header, &external_claims(now()));
    for _ in 0..2 {
        let reply = post_assertion(&emulator, &token);
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
}

#[test]
fn each_wrong_external_token_has_its_code() {
    let emulator = federated();
    let header = json!({ "alg": "RS256", "kid": "1" });
    let good = external_claims(now());
    for (claim, value, code) in [
        ("iss", json!("https://token.actions.example/"), 700_211),
        ("aud", json!("api://AzureADTokenExchangeUSGov"), 700_212),
        ("sub", json!("repo:contoso/orders:pull_request"), 700_213),
        ("sub", json!(SUBJECT.to_uppercase()), 700_213),
        ("exp", json!(now() - 301), 700_024),
    ] {
        let wrong = but(good.clone(), claim, value.clone());
        let reply = post_assertion(&emulator, &STRANGER.rs256(&header, &wrong));
        assert_eq!(reply.code(), code, "{claim}: {value}");
    }
    assert_refused(&emulator, &OWN.rs256(&header, &good), 700_027);
    let ps256 = json!({ "alg": "PS256", "kid": "1" });
    assert_refused(&emulator, &STRANGER.ps256(&ps256, &good), 50027);

    let untrusting = crate::support::emulator();
    assert_refused(&untrusting, &STRANGER.rs256(&header, &good), 70025);
}
