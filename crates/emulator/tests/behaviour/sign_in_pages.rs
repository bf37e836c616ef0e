//! The pages, as a person with a browser walks through them.

use emulator::{ConditionalAccess, User};

use crate::browser::{Browser, alert, forms};
use crate::person::*;
use crate::support::*;

fn labels(page: &Reply) -> Vec<String> {
    forms(&page.body)
        .into_iter()
        .flat_map(|form| form.buttons)
        .map(|button| button.label)
        .collect()
}

fn title(page: &Reply) -> &str {
    let (_, rest) = page.body.split_once("<title>").unwrap();
    rest.split_once("</title>").unwrap().0
}

#[test]
fn a_person_picks_an_account_agrees_and_is_not_asked_again() {
    let emulator = people();
    let origin = emulator.base_url();
    let url = authorize_url(&emulator, TENANT, &[]);
    let mut browser = Browser::default();
    let picker = browser.get(&url);
    assert_eq!(title(&picker), "Pick an account");
    assert_eq!(
        labels(&picker),
        [
            format!("Ada Lovelace{ADA}\n").trim(),
            &format!("Grace Hopper{GRACE}"),
            &format!("Lin Guest{GUEST}"),
            "Use another account",
            "Cancel"
        ]
    );
    let consent = browser.press(origin, &picker, "Ada");
    assert_eq!(title(&consent), "Permissions requested");
    assert!(
        consent
            .body
            .contains("User.Read (https://graph.microsoft.com)")
    );
    let done = browser.press(origin, &consent, "Accept");
    assert_eq!(done.status, 303);
    assert!(carried(&done, REDIRECT_URI).contains_key("code"));

    let again = carried(&browser.get(&url), REDIRECT_URI);
    assert!(again.contains_key("code"));
    let silent = authorize_url(&emulator, TENANT, &[("prompt", "none")]);
    assert_eq!(
        carried(&browser.get(&silent), REDIRECT_URI)["session_state"],
        again["session_state"]
    );
    for prompt in ["login", "select_account"] {
        let url = authorize_url(&emulator, TENANT, &[("prompt", prompt)]);
        assert_eq!(title(&browser.get(&url)), "Pick an account");
    }
    let url = authorize_url(&emulator, TENANT, &[("prompt", "consent")]);
    let asked = browser.get(&url);
    assert_eq!(title(&asked), "Permissions requested");
    let done = browser.press(origin, &asked, "Accept");
    assert!(carried(&done, REDIRECT_URI).contains_key("code"));
}

#[test]
fn cancel_is_on_every_page() {
    let emulator = people();
    let origin = emulator.base_url();
    let url = authorize_url(&emulator, TENANT, &[("prompt", "select_account")]);
    let mut browser = Browser::default();
    let picker = browser.get(&url);
    let pages = [
        browser.press(origin, &picker, "Use another account"),
        browser.press(origin, &picker, "Grace"),
        browser.press(origin, &picker, "Ada"),
        picker,
    ];
    for page in pages {
        let refused = carried(&browser.press(origin, &page, "Cancel"), REDIRECT_URI);
        assert_eq!(refused["error"], "access_denied", "{}", page.body);
        assert_eq!(refused["error_subcode"], "cancel");
        assert_eq!(refused["state"], "a state");
        assert_eq!(carried_code(&refused), 65004);
    }
}

#[test]
fn a_second_factor_is_asked_for_once_in_a_session() {
    let emulator = people();
    let origin = emulator.base_url();
    let url = authorize_url(&emulator, TENANT, &[]);
    let mut browser = Browser::default();
    let picker = browser.get(&url);
    let interruption = browser.press(origin, &picker, "Grace");
    assert_eq!(title(&interruption), "Approve the sign-in request");
    let silent = authorize_url(&emulator, TENANT, &[("prompt", "none")]);
    let refused = carried(&browser.get(&silent), REDIRECT_URI);
    assert_eq!(refused["error"], "interaction_required");
    assert_eq!(carried_code(&refused), 50076);

    let consent = browser.press(origin, &interruption, "Approve");
    let refused = carried(&browser.get(&silent), REDIRECT_URI);
    assert_eq!(refused["error"], "consent_required");
    assert_eq!(carried_code(&refused), 65001);
    let done = browser.press(origin, &consent, "Accept");
    assert!(carried(&done, REDIRECT_URI).contains_key("code"));
    assert!(carried(&browser.get(&silent), REDIRECT_URI).contains_key("code"));
}

#[test]
fn policies_and_claims_ask_for_a_second_factor_too() {
    let emulator = people();
    emulator.set_conditional_access("https://graph.microsoft.com", ConditionalAccess::RequireMfa);
    let origin = emulator.base_url();
    let mut browser = Browser::default();
    let picker = browser.get(&authorize_url(&emulator, TENANT, &[]));
    let interruption = browser.press(origin, &picker, "Ada");
    assert_eq!(title(&interruption), "Approve the sign-in request");

    emulator.clear_conditional_access();
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    let stepped_up = browser.get(&authorize_url(&emulator, TENANT, &[("claims", claims)]));
    assert_eq!(title(&stepped_up), "Approve the sign-in request");

    emulator.set_conditional_access("https://graph.microsoft.com", ConditionalAccess::Block);
    let blocked = browser.press(origin, &picker, "Ada");
    assert!(alert(&blocked.body).unwrap().starts_with("AADSTS53003: "));
}

#[test]
fn an_account_is_typed_in_and_mistakes_are_told() {
    let emulator = with_user(User::new("old@contoso.onmicrosoft.com").disabled())
        .start()
        .unwrap();
    let origin = emulator.base_url();
    let mut browser = Browser::default();
    let picker = browser.get(&authorize_url(&emulator, TENANT, &[]));
    let entry = browser.press(origin, &picker, "Use another account");
    let hostile = "<b>\"'&@contoso.onmicrosoft.com";
    let unknown = browser.fill_and_press(origin, &entry, &[("account", hostile)], "Next");
    let message = alert(&unknown.body).unwrap();
    assert!(message.contains(hostile) && message.contains("(AADSTS50034)"));
    assert!(!unknown.body.contains("<b>"));
    assert_eq!(
        forms(&unknown.body)[0].fields.last().unwrap(),
        &("account".to_owned(), hostile.to_owned())
    );
    let disabled = browser.press(origin, &picker, "Old");
    assert!(alert(&disabled.body).unwrap().contains("(AADSTS50057)"));
    assert!(!browser.has_cookies(), "nobody has signed in so far");
    let consent = browser.fill_and_press(
        origin,
        &unknown,
        &[("account", "ADA@contoso.onmicrosoft.com ")],
        "Next",
    );
    assert_eq!(title(&consent), "Permissions requested");
}

#[test]
fn hints_narrow_the_choice() {
    let emulator = people();
    let origin = emulator.base_url();
    let choices = |name: &'static str, value: &str| {
        labels(&get(&authorize_url(&emulator, TENANT, &[(name, value)])))
    };
    assert_eq!(
        choices("login_hint", GRACE)[0],
        format!("Grace Hopper{GRACE}")
    );
    assert_eq!(choices("login_hint", GRACE).len(), 3);
    assert_eq!(choices("domain_hint", "fabrikam.example").len(), 3);
    assert_eq!(choices("domain_hint", "organizations").len(), 5);
    let unknown = get(&authorize_url(
        &emulator,
        TENANT,
        &[("login_hint", "\"><i>@x.example")],
    ));
    assert_eq!(title(&unknown), "Sign in");
    assert!(!unknown.body.contains("<i>"));

    let mut browser = Browser::default();
    for name in ["Ada", "Grace"] {
        let picker = browser.get(&authorize_url(
            &emulator,
            TENANT,
            &[("prompt", "select_account")],
        ));
        browser.press(origin, &picker, name);
    }
    let picker = browser.get(&authorize_url(&emulator, TENANT, &[]));
    assert_eq!(picker.body.matches("signed in").count(), 2);
    let silent = authorize_url(&emulator, TENANT, &[("prompt", "none")]);
    let refused = carried(&browser.get(&silent), REDIRECT_URI);
    assert_eq!(carried_code(&refused), 16000);
    let hinted = authorize_url(&emulator, TENANT, &[("login_hint", ADA)]);
    assert_eq!(title(&browser.get(&hinted)), "Permissions requested");
}

#[test]
fn an_administrators_permission_leads_back_without_consent() {
    let emulator = people();
    let origin = emulator.base_url();
    let mut browser = Browser::default();
    let url = authorize_url(&emulator, TENANT, &[("scope", "Directory.Read.All openid")]);
    let picker = browser.get(&url);
    let page = browser.press(origin, &picker, "Ada");
    assert_eq!(title(&page), "Need admin approval");
    let back = browser.press(origin, &page, "Return to the application");
    assert_eq!(carried(&back, REDIRECT_URI)["error"], "access_denied");
}

#[test]
fn everyone_is_at_home_at_common_and_guests_only_where_invited() {
    let emulator = people();
    let at_common = labels(&get(&authorize_url(&emulator, "common", &[])));
    assert_eq!(at_common.len(), 4, "{at_common:?}");
    assert_eq!(
        title(&get(&authorize_url(&emulator, "consumers", &[]))),
        "Sign in"
    );
}

#[test]
fn every_page_is_strict_escaped_and_whole() {
    let name = "<script>\"O'Hara\" & \u{202e}Söhne</script>";
    let emulator = with_user(
        User::new("hara@contoso.onmicrosoft.com")
            .display_name(name)
            .needs_mfa(),
    )
    .app(
        emulator::App::public(WEB_ID.replace('2', "9"))
            .display_name(name)
            .redirect_uri(emulator::Platform::PublicClient, "http://localhost"),
    )
    .start()
    .unwrap();
    let client_id = WEB_ID.replace('2', "9");
    let origin = emulator.base_url();
    let mut browser = Browser::default();
    let url = authorize_url(
        &emulator,
        TENANT,
        &[("client_id", &client_id), ("state", name)],
    );
    let picker = browser.get(&url);
    let entry = browser.press(origin, &picker, "Use another account");
    let factor = browser.press(origin, &picker, "<script>");
    let consent = browser.press(origin, &factor, "Approve");
    let problem = get(&authorize_url(&emulator, TENANT, &[("client_id", name)]));
    let device = get(&emulator.device_login_page());
    for page in [&picker, &entry, &factor, &consent, &problem, &device] {
        forms(&page.body);
        assert!(!page.body.contains("<script"), "{}", page.body);
        assert!(page.body.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
        assert_eq!(page.body.matches("<h1>").count(), 1);
        assert_eq!(page.body.matches("<main>").count(), 1);
        for foreign in ["src=", "href=", "url(", "@import", "onclick", "style=\""] {
            assert!(!page.body.contains(foreign), "{foreign} in {}", page.body);
        }
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!policy.contains("script-src") && !policy.contains("unsafe"));
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        assert_eq!(page.header("cache-control"), Some("no-store, no-cache"));
    }
    assert!(
        picker
            .body
            .contains("<bdi>&lt;script&gt;&quot;O&#39;Hara&quot; &amp; ")
    );
    let done = browser.press(origin, &consent, "Accept");
    assert_eq!(carried(&done, REDIRECT_URI)["state"], name);
}

#[test]
fn forms_of_other_sites_and_answers_without_a_session_go_nowhere() {
    let emulator = people();
    let url = authorize_url(&emulator, TENANT, &[]);
    let fields = [("step", "account"), ("account", ADA)];
    for origin in ["https://evil.example", "null"] {
        let refused = post_with(&url, &fields, &[("origin", origin)]);
        assert!(alert(&refused.body).unwrap().starts_with("AADSTS165000: "));
        assert_eq!(refused.header("set-cookie"), None);
    }
    for step in ["approve", "accept"] {
        let page = post(&url, &[("step", step), ("account", ADA)]);
        assert_eq!(title(&page), "Pick an account", "{step}");
    }
    let unknown = post(&url, &[("step", "jump")]);
    assert!(alert(&unknown.body).unwrap().starts_with("AADSTS90100: "));
    let cookie = post(&url, &fields);
    let cookie = cookie.header("set-cookie").unwrap();
    assert!(
        cookie.contains("; HttpOnly; SameSite=Lax")
            && cookie.starts_with(&format!("entra-emulator-{}=", emulator.port()))
    );
}

#[test]
fn signing_out_ends_the_session_and_leads_only_to_registered_addresses() {
    let emulator = people();
    let origin = emulator.base_url();
    let silent = authorize_url(
        &emulator,
        TENANT,
        &[("prompt", "none"), ("scope", "api://orders/Orders.Read")],
    );
    let logout = format!("{}/oauth2/v2.0/logout", emulator.authority(TENANT));
    let mut browser = Browser::default();
    let picker = browser.get(&authorize_url(&emulator, TENANT, &[]));
    browser.press(origin, &picker, "Ada");
    assert!(carried(&browser.get(&silent), REDIRECT_URI).contains_key("code"));

    let away = browser.get(&format!(
        "{logout}?post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F"
    ));
    assert_eq!(title(&away), "Signed out");
    assert!(!browser.has_cookies());
    let refused = carried(&browser.get(&silent), REDIRECT_URI);
    assert_eq!(refused["error"], "login_required");
    let back = browser.get(&format!(
        "{logout}?post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fsignin&state=s"
    ));
    assert_eq!(carried(&back, WEB_REDIRECT_URI)["state"], "s");
}
