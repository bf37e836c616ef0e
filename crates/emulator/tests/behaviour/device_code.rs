//! Signing in on another device.

use std::time::Duration;

use emulator::{App, ConditionalAccess, DeviceAnswerError, Emulator, Endpoint};
use serde_json::Value;

use crate::browser::{Browser, alert, forms};
use crate::person::*;
use crate::support::*;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn ask(emulator: &Emulator, tenant: &str, fields: &[(&str, &str)]) -> Reply {
    post(
        &format!("{}/oauth2/v2.0/devicecode", emulator.authority(tenant)),
        fields,
    )
}

fn begin(emulator: &Emulator) -> Value {
    let reply = ask(
        emulator,
        TENANT,
        &[("client_id", CLIENT_ID), ("scope", SCOPE)],
    );
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

fn poll_at(emulator: &Emulator, tenant: &str, client_id: &str, device_code: &str) -> Reply {
    post(
        &emulator.token_endpoint(tenant),
        &[
            ("grant_type", GRANT),
            ("client_id", client_id),
            ("device_code", device_code),
        ],
    )
}

fn poll(emulator: &Emulator, code: &Value) -> Reply {
    poll_at(
        emulator,
        TENANT,
        CLIENT_ID,
        code["device_code"].as_str().unwrap(),
    )
}

fn refusal(reply: &Reply) -> (String, u64) {
    assert_eq!(reply.status, 400, "{}", reply.body);
    (text(&reply.json(), "error"), reply.code())
}

#[test]
fn the_reply_says_where_to_go_with_what() {
    let emulator = people_builder()
        .device_code_interval(Duration::from_secs(7))
        .device_code_lifetime(Duration::from_mins(2))
        .start()
        .unwrap();
    let code = begin(&emulator);
    assert_eq!(
        (&code["interval"], &code["expires_in"]),
        (&7.into(), &120.into())
    );
    assert_eq!(code["verification_uri"], emulator.device_login_page());
    let user_code = text(&code, "user_code");
    assert_eq!(user_code.len(), 9);
    let message = text(&code, "message");
    assert!(message.contains(&user_code) && message.contains(&emulator.device_login_page()));
    assert!(code.get("verification_uri_complete").is_none());
    assert_eq!(emulator.requests_to(Endpoint::DeviceAuthorization).len(), 1);
}

#[test]
fn each_wrong_request_has_its_code() {
    let emulator = people();
    let stranger = "00000000-0000-0000-0000-000000000001";
    for (fields, code) in [
        (&[("scope", SCOPE)][..], 900_144),
        (&[("client_id", CLIENT_ID)], 900_144),
        (&[("client_id", stranger), ("scope", SCOPE)], 700_016),
        (
            &[("client_id", CLIENT_ID), ("scope", "Nothing.Read")],
            650_053,
        ),
        (
            &[("client_id", CLIENT_ID), ("scope", SCOPE), ("claims", "1")],
            9_002_313,
        ),
    ] {
        assert_eq!(ask(&emulator, TENANT, fields).code(), code, "{fields:?}");
    }
    let url = format!("{}/oauth2/v2.0/devicecode", emulator.authority(TENANT));
    assert_eq!(get(&url).code(), 900_561);
}

#[test]
fn a_device_waits_until_the_code_is_approved() {
    let emulator = people();
    let code = begin(&emulator);
    let user_code = text(&code, "user_code");
    let pending = ("authorization_pending".to_owned(), 70016);
    assert_eq!(refusal(&poll(&emulator, &code)), pending);
    emulator.set_clock_offset(5);
    assert_eq!(refusal(&poll(&emulator, &code)), pending);
    let typed = format!("{} - {}", &user_code[..4], user_code[4..].to_lowercase());
    emulator.approve_device_code(&typed, ADA).unwrap();
    emulator.set_clock_offset(10);
    let reply = poll(&emulator, &code);
    assert_eq!(reply.status, 200, "{}", reply.body);
    let body = reply.json();
    assert_eq!(body["scope"], "User.Read openid profile");
    let (_, claims) = decode(&text(&body, "id_token"));
    assert_eq!(claims["preferred_username"], ADA);
    let next = refresh(&emulator, &text(&body, "refresh_token"), SCOPE);
    assert_eq!(next.status, 200, "{}", next.body);

    assert_eq!(
        refusal(&poll(&emulator, &code)),
        ("bad_verification_code".to_owned(), 70018),
        "it works once"
    );
    assert_eq!(
        emulator.approve_device_code(&user_code, ADA),
        Err(DeviceAnswerError::NotWaiting)
    );
}

#[test]
fn polling_too_fast_lengthens_the_interval_for_good() {
    let emulator = people();
    let code = begin(&emulator);
    let mut errors = Vec::new();
    // Seconds since the code was issued; the interval is 5, then 10.
    for second in [0, 5, 7, 14, 34, 49] {
        emulator.set_clock_offset(second);
        errors.push(refusal(&poll(&emulator, &code)).0);
    }
    assert_eq!(
        errors,
        [
            "authorization_pending",
            "authorization_pending",
            "slow_down",
            "slow_down",
            "authorization_pending",
            "authorization_pending",
        ]
    );
    emulator
        .approve_device_code(&text(&code, "user_code"), ADA)
        .unwrap();
    assert_eq!(
        poll(&emulator, &code).status,
        200,
        "an answer is not held back"
    );
}

#[test]
fn a_code_is_declined_or_expires() {
    let emulator = people();
    let declined = begin(&emulator);
    emulator
        .decline_device_code(&text(&declined, "user_code"))
        .unwrap();
    assert_eq!(
        refusal(&poll(&emulator, &declined)),
        ("authorization_declined".to_owned(), 65004)
    );
    let expired = begin(&emulator);
    emulator.set_clock_offset(901);
    assert_eq!(
        refusal(&poll(&emulator, &expired)),
        ("expired_token".to_owned(), 70020)
    );
    assert_eq!(
        emulator.decline_device_code(&text(&expired, "user_code")),
        Err(DeviceAnswerError::NotWaiting)
    );
    assert_eq!(
        emulator.decline_device_code("ABCDEFGHI"),
        Err(DeviceAnswerError::UnknownUserCode)
    );
}

#[test]
fn a_code_is_bound_to_client_and_tenant_path() {
    let emulator = people();
    let code = begin(&emulator);
    let device_code = text(&code, "device_code");
    let bad = ("bad_verification_code".to_owned(), 70018);
    assert_eq!(refusal(&poll_at(&emulator, TENANT, CLIENT_ID, "junk")), bad);
    assert_eq!(
        refusal(&poll_at(&emulator, "common", CLIENT_ID, &device_code)),
        bad
    );
    let at_domain = poll_at(
        &emulator,
        "contoso.onmicrosoft.com",
        CLIENT_ID,
        &device_code,
    );
    assert_eq!(refusal(&at_domain).0, "authorization_pending");
}

#[test]
fn only_apps_that_allow_public_client_flows_get_tokens_and_none_with_a_secret() {
    let allowed = "55556666-ffff-7777-aaaa-8888bbbb9999";
    let emulator = people_builder()
        .app(
            App::confidential(allowed)
                .secret(SECRET)
                .allow_public_client_flows(),
        )
        .start()
        .unwrap();
    let begin = |client_id: &str| {
        let reply = ask(
            &emulator,
            TENANT,
            &[("client_id", client_id), ("scope", SCOPE)],
        );
        text(&reply.json(), "device_code")
    };
    let refused = poll_at(&emulator, TENANT, WEB_ID, &begin(WEB_ID));
    assert_eq!((refused.status, refused.code()), (401, 7_000_218));
    let device_code = begin(allowed);
    let with_secret = post(
        &emulator.token_endpoint(TENANT),
        &[
            ("grant_type", GRANT),
            ("client_id", allowed),
            ("client_secret", SECRET),
            ("device_code", &device_code),
        ],
    );
    assert_eq!(with_secret.code(), 700_025);
    let pending = poll_at(&emulator, TENANT, allowed, &device_code);
    assert_eq!(refusal(&pending).0, "authorization_pending");
}

#[test]
fn who_cannot_sign_in_cannot_approve() {
    let emulator = people();
    let code = begin(&emulator);
    let user_code = text(&code, "user_code");
    assert_eq!(
        emulator.approve_device_code(&user_code, "nobody@contoso.onmicrosoft.com"),
        Err(DeviceAnswerError::Refused(50034))
    );
    emulator.set_conditional_access("https://graph.microsoft.com", ConditionalAccess::Block);
    assert_eq!(
        emulator.approve_device_code(&user_code, ADA),
        Err(DeviceAnswerError::Refused(53003))
    );
    assert_eq!(refusal(&poll(&emulator, &code)).0, "authorization_pending");
}

#[test]
fn a_person_types_the_code_and_confirms() {
    let emulator = people();
    emulator.sign_in_automatically(ADA);
    let origin = emulator.base_url();
    let code = begin(&emulator);
    let mut browser = Browser::default();
    let entry = browser.get(&text(&code, "verification_uri"));
    let wrong = browser.fill_and_press(origin, &entry, &[("user_code", "<i>WRONG")], "Next");
    assert!(alert(&wrong.body).unwrap().contains("AADSTS70018"));
    assert!(!wrong.body.contains("<i>"));

    let user_code = text(&code, "user_code").to_lowercase();
    let picker = browser.fill_and_press(origin, &wrong, &[("user_code", &user_code)], "Next");
    let factor = browser.press(origin, &picker, "Grace");
    let question = browser.press(origin, &factor, "Approve");
    assert!(question.body.contains("desktop app"));
    assert!(question.body.contains("Are you trying to sign in"));
    assert_eq!(refusal(&poll(&emulator, &code)).0, "authorization_pending");
    let done = browser.press(origin, &question, "Continue");
    assert!(done.body.contains("You have signed in to"));
    let body = poll(&emulator, &code).json();
    let (_, claims) = decode(&text(&body, "access_token"));
    assert_eq!(claims["amr"], serde_json::json!(["pwd", "mfa"]));

    let used = browser.fill_and_press(origin, &entry, &[("user_code", &user_code)], "Next");
    assert!(alert(&used.body).unwrap().contains("used before"));
}

#[test]
fn a_person_declines_on_any_page() {
    let emulator = people();
    let origin = emulator.base_url();
    for step in ["picker", "question"] {
        let code = begin(&emulator);
        let mut browser = Browser::default();
        let entry = browser.get(&emulator.device_login_page());
        let user_code = text(&code, "user_code");
        let mut page = browser.fill_and_press(origin, &entry, &[("user_code", &user_code)], "Next");
        if step == "question" {
            page = browser.press(origin, &page, "Ada");
        }
        assert!(forms(&page.body).len() >= 2);
        let done = browser.press(origin, &page, "Cancel");
        assert!(done.body.contains("You have not signed in"));
        assert_eq!(refusal(&poll(&emulator, &code)).0, "authorization_declined");
    }
}
