//! Authorization requests: what comes back, and what is refused where.

use emulator::{App, PlayedError, SignIn};
use serde_json::json;

use crate::browser::{alert, forms};
use crate::person::*;
use crate::support::*;

/// What a test changes in the good request.
type Changes = &'static [(&'static str, &'static str)];

#[test]
fn a_code_comes_back_with_the_state_and_where_the_account_is_at_home() {
    let emulator = people();
    emulator.sign_in_automatically(ADA);
    let reply = authorize(&emulator, &[]);
    assert_eq!(reply.status, 302);
    assert!(
        reply
            .header("location")
            .unwrap()
            .starts_with("http://localhost:49152/?code="),
        "an address without a path gets its slash"
    );
    assert_eq!(reply.header("cache-control"), Some("no-store, no-cache"));
    let carried = carried(&reply, REDIRECT_URI);
    assert_eq!(carried["state"], "a state");
    assert_eq!(
        carried.keys().collect::<Vec<_>>(),
        ["client_info", "code", "session_state", "state"]
    );
}

#[test]
fn the_answer_travels_as_the_client_wants() {
    let emulator = people();
    emulator.sign_in_automatically(ADA);
    let fragment = authorize(&emulator, &[("response_mode", "fragment")]);
    let location = fragment.header("location").unwrap();
    assert!(location.starts_with("http://localhost:49152/#code="));

    let hostile = "\"><script>alert(1)</script>&amp;'\r\n";
    let page = authorize(
        &emulator,
        &[("response_mode", "form_post"), ("state", hostile)],
    );
    assert_eq!(page.status, 200);
    let form = &forms(&page.body)[0];
    assert_eq!(form.action, "http://localhost:49152/");
    let names: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "client_info", "session_state", "state"]);
    assert_eq!(form.fields[3].1, hostile);
    assert_eq!(form.buttons[0].label, "Continue");
    assert_eq!(page.body.matches("<script>").count(), 1);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("form-action 'self' http://localhost:49152;"));
    assert!(!policy.contains("unsafe"));
}

#[test]
fn what_is_wrong_with_client_or_redirect_uri_is_told_in_the_browser() {
    let emulator = people_builder()
        .app(App::public("44445555-eeee-6666-ffff-7777aaaa8888"))
        .start()
        .unwrap();
    emulator.sign_in_automatically(ADA);
    let cases: [(Changes, u32); 10] = [
        (&[("redirect_uri", "http://localhost:1/callback")], 50011),
        (&[("redirect_uri", "http://127.0.0.1:49152")], 50011),
        (&[("redirect_uri", "https://localhost:49152")], 50011),
        (&[("redirect_uri", "https://evil.example/")], 50011),
        (&[("redirect_uri", "http://localhost:1/#x")], 50011),
        (&[("redirect_uri", "localhost")], 90102),
        (&[("redirect_uri", "")], 900_144),
        (&[("client_id", "")], 900_144),
        (
            &[("client_id", "00000000-0000-0000-0000-000000000001")],
            700_016,
        ),
        (
            &[("client_id", "44445555-eeee-6666-ffff-7777aaaa8888")],
            500_113,
        ),
    ];
    for (changes, code) in cases {
        let reply = authorize(&emulator, changes);
        assert_eq!(reply.status, 400, "{changes:?}");
        assert_eq!(reply.header("location"), None);
        let message = alert(&reply.body).unwrap();
        assert!(
            message.starts_with(&format!("AADSTS{code}: ")),
            "{changes:?}: {message}"
        );
    }
    let unknown = get(&authorize_url(&emulator, "northwind.example", &[]));
    assert!(alert(&unknown.body).unwrap().starts_with("AADSTS90002: "));
    let twice = get(&format!(
        "{}&state=b",
        authorize_url(&emulator, TENANT, &[])
    ));
    assert!(alert(&twice.body).unwrap().starts_with("AADSTS9000411: "));
}

#[test]
fn what_else_is_wrong_goes_back_to_the_client() {
    let emulator = people();
    emulator.sign_in_automatically(ADA);
    let cases: [(Changes, &str, u64); 17] = [
        (&[("response_type", "")], "invalid_request", 900_144),
        (
            &[("response_type", "id_token")],
            "unsupported_response_type",
            700_054,
        ),
        (
            &[("response_mode", "post")],
            "unsupported_response_mode",
            70007,
        ),
        (&[("scope", "")], "invalid_request", 900_144),
        (
            &[("scope", "User.Read api://orders/.default")],
            "invalid_scope",
            70011,
        ),
        (
            &[("scope", "api://unknown/Read")],
            "invalid_resource",
            500_011,
        ),
        (&[("scope", "Groups.Reed")], "invalid_client", 650_053),
        (&[("prompt", "always")], "invalid_request", 90023),
        (&[("claims", "{nonsense")], "invalid_request", 9_002_313),
        (
            &[("code_challenge_method", "plain")],
            "invalid_request",
            90023,
        ),
        (&[("code_challenge_method", "")], "invalid_request", 90023),
        (&[("code_challenge", "short")], "invalid_request", 501_491),
        (
            &[(
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
            )],
            "invalid_request",
            501_491,
        ),
        (&[("code_challenge", "")], "invalid_request", 900_144),
        (&[("prompt", "none")], "login_required", 50058),
        (
            &[("response_mode", "query"), ("prompt", "login none")],
            "invalid_request",
            90023,
        ),
        (
            &[("redirect_uri", "http://LOCALHOST:7/"), ("scope", " ")],
            "invalid_request",
            900_144,
        ),
    ];
    for (changes, error, code) in cases {
        let redirect_uri = parameters_but(changes)["redirect_uri"].clone();
        let carried = carried(&authorize(&emulator, changes), &redirect_uri);
        assert_eq!(carried["error"], error, "{changes:?}");
        assert_eq!(carried_code(&carried), code, "{changes:?}");
        assert_eq!(carried["state"], "a state");
        assert!(!carried.contains_key("code"));
    }
}

#[test]
fn a_single_page_application_needs_pkce_and_others_may_do_without() {
    let emulator = people();
    emulator.sign_in_automatically(ADA);
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let single_page = [
        ("client_id", SINGLE_PAGE_ID),
        ("redirect_uri", SINGLE_PAGE_URI),
    ];
    let refused = authorize(&emulator, &[&without[..], &single_page].concat());
    assert_eq!(carried_code(&carried(&refused, SINGLE_PAGE_URI)), 9_002_325);
    let public = authorize(&emulator, &without);
    assert!(carried(&public, REDIRECT_URI).contains_key("code"));
}

#[test]
fn answers_can_be_given_in_place_of_a_person() {
    let emulator = people();
    emulator.sign_in_automatically(ADA);
    emulator.answer_sign_in(SignIn::Cancel);
    emulator.answer_sign_in(SignIn::Error(PlayedError {
        error: "access_denied".to_owned(),
        code: 53003,
        claims: Some(r#"{"access_token":{}}"#.to_owned()),
        ..PlayedError::default()
    }));
    emulator.answer_sign_in(SignIn::Mfa(ADA.to_owned()));
    emulator.answer_sign_in(SignIn::Approve("nobody@contoso.onmicrosoft.com".to_owned()));

    let cancelled = carried(&authorize(&emulator, &[]), REDIRECT_URI);
    assert_eq!(cancelled["error"], "access_denied");
    assert_eq!(cancelled["error_subcode"], "cancel");
    let refused = carried(&authorize(&emulator, &[]), REDIRECT_URI);
    assert_eq!(carried_code(&refused), 53003);
    assert_eq!(refused["claims"], r#"{"access_token":{}}"#);
    let interrupted = authorize(&emulator, &[]);
    assert_eq!(forms(&interrupted.body)[0].buttons[0].label, "Approve");
    let unknown = alert(&authorize(&emulator, &[]).body).unwrap();
    assert!(unknown.starts_with("AADSTS50034: "), "{unknown}");
    assert!(carried(&authorize(&emulator, &[]), REDIRECT_URI).contains_key("code"));

    emulator.sign_in_by_hand();
    assert_eq!(authorize(&emulator, &[]).status, 200);
}

#[test]
fn what_only_an_administrator_may_agree_to_is_told_in_the_browser() {
    let emulator = people();
    emulator.sign_in_automatically(ADA);
    let reply = authorize(&emulator, &[("scope", "Directory.Read.All")]);
    assert!(alert(&reply.body).unwrap().starts_with("AADSTS90094: "));
    let nothing_listed = authorize(
        &emulator,
        &[("scope", "https://management.azure.com/.default")],
    );
    assert!(
        alert(&nothing_listed.body)
            .unwrap()
            .starts_with("AADSTS650057: ")
    );
}

#[test]
fn nothing_of_a_sign_in_shows_in_debug() {
    let emulator = people();
    let code = code_for(&emulator, &[]);
    let body = redeem_but(&emulator, &code, &[]).json();
    refresh(&emulator, &text(&body, "refresh_token"), "User.Read");
    let printed = format!("{emulator:?}");
    assert!(printed.contains("code_verifier") && printed.contains("refresh_token"));
    for secret in [
        code.as_str(),
        VERIFIER,
        &challenge(),
        &text(&body, "refresh_token"),
    ] {
        assert!(!printed.contains(secret));
    }
    let sent = emulator.requests_to(emulator::Endpoint::Authorize);
    assert_eq!(sent[0].query_parameter("nonce").as_deref(), Some("a nonce"));
    assert_eq!(
        json!(emulator.requests()[1].field("code_verifier")),
        VERIFIER
    );
}
