use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
use aws_lc_rs::signature::EcdsaKeyPair;
use aws_lc_rs::signature::KeyPair as _;
use proptest::prelude::*;
use rcgen::KeyPair;
use rcgen::PKCS_RSA_SHA256;
use rcgen::PublicKeyData as _;
use rcgen::RsaKeySize;
use rcgen::SigningKey as _;
use serde_json::Value;
use serde_json::json;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::*;
use crate::fixtures::NOW;
use crate::fixtures::entra;

const TID: &str = "00000000-0000-0000-0000-000000000002";
const OTHER: &str = "00000000-0000-0000-0000-000000000009";

static RSA: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap());
static STRANGER: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap());

fn jwk(pair: &KeyPair, id: &str) -> Value {
    let der = pair.subject_public_key_info();
    let (_, info) = SubjectPublicKeyInfo::from_der(&der).unwrap();
    let Ok(PublicKey::RSA(key)) = info.parsed() else {
        panic!("an RSA key");
    };
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    // A leading zero is what some publishers write.
    json!({"kty": "RSA", "use": "sig", "kid": id, "n": number(key.modulus), "e": number(key.exponent)})
}

fn keys(all: &[Value]) -> Keys {
    Keys::read(json!({"keys": all}).to_string().as_bytes()).unwrap()
}

fn entra_keys() -> Keys {
    let mut key = jwk(&RSA, "k1");
    key["issuer"] = json!("https://login.microsoftonline.com/{tenantid}/v2.0");
    keys(&[key, jwk(&STRANGER, "k2")])
}

fn claims() -> Value {
    let now = NOW.unix_seconds();
    json!({
        "iss": format!("https://login.microsoftonline.com/{TID}/v2.0"), "tid": TID,
        "aud": "api://a", "scp": "Files.Read Mail.Read", "roles": ["Reader"], "level": 3,
        "iat": now - 60, "nbf": now - 60, "exp": now + 600,
    })
}

fn signed(header: &str, claims: &str, pair: &KeyPair) -> String {
    let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let signature = pair.sign(message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

const HEADER: &str = r#"{"alg":"RS256","typ":"JWT","kid":"k1"}"#;

fn of<'a>(
    authority: &'a Authority,
    endpoints: &'a Endpoints,
    directory: Option<&'a str>,
) -> ExpectedIssuer<'a> {
    ExpectedIssuer::Authority {
        authority,
        endpoints,
        directory,
    }
}

fn verdict_of(token: &str, keys: &Keys) -> Verdict {
    let (authority, endpoints) = entra(TID);
    let expected = Expected {
        issuer: of(&authority, &endpoints, None),
        audiences: &["api://a".to_owned()],
        required: &[],
        now: NOW,
    };
    verify(token, keys, &expected)
}

fn codes(verdict: &Verdict) -> Vec<&'static str> {
    match verdict {
        Verdict::Genuine => Vec::new(),
        Verdict::Refused(refused) => refused.iter().map(|refusal| refusal.code).collect(),
        Verdict::Undecided(_) => vec!["undecided"],
    }
}

fn codes_with(name: &str, value: Value) -> Vec<&'static str> {
    let mut claims = claims();
    claims[name] = value;
    codes(&verdict_of(
        &signed(HEADER, &claims.to_string(), &RSA),
        &entra_keys(),
    ))
}

#[test]
fn a_genuine_token_is_accepted_and_each_change_is_named() {
    let now = NOW.unix_seconds();
    let v1 = format!("https://sts.windows.net/{TID}/");
    for (name, value, expected) in [
        ("x", json!(1), &[][..]),
        ("iss", json!(v1), &[]),
        ("exp", json!(now - 299), &[]),
        ("exp", json!(now - 300), &["expired"]),
        ("exp", json!(null), &["time_malformed"]),
        ("exp", json!("9999999999"), &["time_malformed"]),
        ("nbf", json!(now + 300), &[]),
        ("nbf", json!(now + 301), &["not_yet_valid"]),
        ("iat", json!(now + 301), &["not_yet_valid"]),
        ("aud", json!(["x", "api://a"]), &[]),
        ("aud", json!("api://A"), &["audience_wrong"]),
        (
            "aud",
            json!({"a": "api://a"}),
            &["claim_malformed", "audience_wrong"],
        ),
        ("aud", json!(["api://a", 5]), &["claim_malformed"]),
        ("sub", json!("ada"), &[]),
        ("sub", json!(5), &["claim_malformed"]),
        ("sub", json!(null), &["claim_malformed"]),
        ("jti", json!(["x"]), &["claim_malformed"]),
        ("iat", json!(true), &["time_malformed"]),
        (
            "iss",
            json!("https://evil.example"),
            &["key_of_another_issuer", "issuer_wrong"],
        ),
        (
            "iss",
            json!(null),
            &["claim_malformed", "key_of_another_issuer", "issuer_wrong"],
        ),
        (
            "tid",
            json!(OTHER),
            &["key_of_another_issuer", "issuer_wrong"],
        ),
        (
            "tid",
            json!("../x"),
            &["key_of_another_issuer", "issuer_wrong"],
        ),
    ] {
        assert_eq!(codes_with(name, value.clone()), expected, "{name}: {value}");
    }
}

#[test]
fn a_header_decides_nothing() {
    let claims = claims().to_string();
    for (header, expected) in [
        (r#"{"alg":"none","kid":"k1"}"#, "unsecured"),
        (r#"{"alg":"HS256","kid":"k1"}"#, "algorithm_not_of_key"),
        (r#"{"alg":"PS256","kid":"k1"}"#, "signature_wrong"),
        (r#"{"alg":"ES256","kid":"k1"}"#, "algorithm_not_of_key"),
        (r#"{"alg":"XX","kid":"k1"}"#, "algorithm_not_of_key"),
        (r#"{"kid":"k1"}"#, "algorithm_not_of_key"),
        (r#"{"alg":"RS256","kid":"k2"}"#, "signature_wrong"),
        (r#"{"alg":"RS256","kid":"k9"}"#, "unknown_key"),
        (
            r#"{"alg":"RS256","kid":"k1","crit":["exp"]}"#,
            "unknown_critical_header",
        ),
        (
            r#"{"alg":"RS256","kid":"k1","alg":"RS256"}"#,
            "repeated_members",
        ),
        (r#"{"alg":"RS256"}"#, "undecided"),
        (r#"{"alg":"RS256","kid":"k1","nonce":"n"}"#, "undecided"),
    ] {
        let token = signed(header, &claims, &RSA);
        assert_eq!(
            codes(&verdict_of(&token, &entra_keys())),
            [expected],
            "{header}"
        );
    }
    let own_key = json!({"alg": "RS256", "kid": "k1", "jwk": jwk(&STRANGER, "k1")});
    let forged = signed(&own_key.to_string(), &claims, &STRANGER);
    assert_eq!(
        codes(&verdict_of(&forged, &entra_keys())),
        ["signature_wrong"]
    );
}

#[test]
fn the_public_key_is_no_shared_secret() {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","kid":"k1"}"#);
    let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims().to_string()));
    let pem = RSA.public_key_pem();
    for secret in [pem.as_bytes(), &RSA.subject_public_key_info()] {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
        let tag = aws_lc_rs::hmac::sign(&key, message.as_bytes());
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag));
        assert_eq!(
            codes(&verdict_of(&token, &entra_keys())),
            ["algorithm_not_of_key"]
        );
    }
}

#[test]
fn a_claim_that_stands_twice_is_refused() {
    let twice = claims()
        .to_string()
        .replacen('{', r#"{"aud":"api://b","#, 1);
    let token = signed(HEADER, &twice, &RSA);
    assert_eq!(
        codes(&verdict_of(&token, &entra_keys())),
        ["repeated_members"]
    );
}

#[test]
fn one_key_needs_no_name_and_a_curve_serves_too() {
    let header = r#"{"alg":"RS256"}"#;
    let token = signed(header, &claims().to_string(), &RSA);
    assert_eq!(
        verdict_of(&token, &keys(&[jwk(&RSA, "k1")])),
        Verdict::Genuine
    );

    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = pair.public_key().as_ref();
    let coordinate = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let key = json!({"kty": "EC", "crv": "P-256", "x": coordinate(&point[1..33]), "y": coordinate(&point[33..])});
    let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!(
        "{}.{}",
        encoded(r#"{"alg":"ES256"}"#),
        encoded(&claims().to_string())
    );
    let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
    assert_eq!(
        verdict_of(&token, &keys(std::slice::from_ref(&key))),
        Verdict::Genuine
    );
    let changed = token.replacen(
        &encoded(r#"{"alg":"ES256"}"#),
        &encoded(r#"{"alg":"ES256" }"#),
        1,
    );
    assert_eq!(
        codes(&verdict_of(&changed, &keys(&[key]))),
        ["signature_wrong"]
    );
}

#[test]
fn a_domain_stands_for_one_directory() {
    let (authority, endpoints) = entra("contoso.com");
    let verdict = |claims: &Value, directory| {
        let expected = Expected {
            issuer: of(&authority, &endpoints, directory),
            audiences: &[],
            required: &[],
            now: NOW,
        };
        let token = signed(HEADER, &claims.to_string(), &RSA);
        verify(&token, &entra_keys(), &expected)
    };
    let version_2 = claims();
    let mut version_1 = claims();
    version_1["iss"] = json!(format!("https://sts.windows.net/{TID}/"));
    for claims in [&version_2, &version_1] {
        assert_eq!(verdict(claims, Some(TID)), Verdict::Genuine);
        assert_eq!(codes(&verdict(claims, Some(OTHER))), ["issuer_wrong"]);
        assert_eq!(
            verdict(claims, None),
            Verdict::Undecided(Undecided::DirectoryUnknown)
        );
    }
    let mut expired = claims();
    expired["exp"] = json!(NOW.unix_seconds() - 600);
    assert_eq!(codes(&verdict(&expired, None)), ["expired"]);
}

#[test]
fn a_list_in_a_list_holds_nothing() {
    let held = |roles| {
        let Json::Object(claims) = serde_json::from_value(json!({ "roles": roles })).unwrap()
        else {
            panic!("an object");
        };
        required(&claims, &[("roles".to_owned(), "admin".to_owned())]).is_empty()
    };
    assert!(held(json!(["reader", "admin"])));
    assert!(!held(json!([["admin"]])));
}

#[test]
fn claims_can_be_required() {
    let (authority, endpoints) = entra(TID);
    let token = signed(HEADER, &claims().to_string(), &RSA);
    let with = |name: &str, value: &str| {
        let required = [(name.to_owned(), value.to_owned())];
        let expected = Expected {
            issuer: of(&authority, &endpoints, None),
            audiences: &[],
            required: &required,
            now: NOW,
        };
        verify(&token, &entra_keys(), &expected)
    };
    for (name, value) in [
        ("scp", "Mail.Read"),
        ("roles", "Reader"),
        ("level", "3"),
        ("tid", TID),
    ] {
        assert_eq!(with(name, value), Verdict::Genuine, "{name}={value}");
    }
    for (name, value) in [
        ("scp", "Mail"),
        ("roles", "Read"),
        ("level", "4"),
        ("absent", ""),
    ] {
        assert_eq!(codes(&with(name, value)), ["claim_wrong"], "{name}={value}");
    }
}

#[test]
fn what_has_no_signature_to_be_seen_is_undecided() {
    for token in ["opaque", "eyJlbmMiOiJBMjU2R0NNIn0.a.b.c.d"] {
        assert_eq!(
            codes(&verdict_of(token, &entra_keys())),
            ["undecided"],
            "{token}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_changed_token_is_accepted(at in any::<prop::sample::Index>(), with in any::<char>(), how in 0..3u8) {
        static TOKEN: LazyLock<(String, Keys)> =
            LazyLock::new(|| (signed(HEADER, &claims().to_string(), &RSA), entra_keys()));
        let (token, keys) = &*TOKEN;
        let index = at.index(token.len());
        let letter = URL_SAFE_NO_PAD.encode(u32::from(with).to_le_bytes()).chars().next().unwrap();
        let mut changed = token.clone();
        match how {
            0 => changed.replace_range(index..=index, &letter.to_string()),
            1 => changed.insert(index, letter),
            _ => changed.replace_range(index..=index, ""),
        }
        if changed == *token {
            prop_assert_eq!(verdict_of(&changed, keys), Verdict::Genuine);
        } else {
            prop_assert_ne!(verdict_of(&changed, keys), Verdict::Genuine);
        }
    }
}
