//! The three flows in which a person signs in: what they print, what they say, what they send.

use std::net::Ipv4Addr;
use std::net::TcpListener;

use emulator::App;
use emulator::Endpoint;
use emulator::Platform;
use emulator::Request;
use serde_json::Value;

use crate::support::Browser;
use crate::support::CLIENT_ID;
use crate::support::Identity;
use crate::support::Outcome;
use crate::support::SECRET;
use crate::support::World;
use crate::support::assert_is_token;
use crate::support::named_in_snapshots;
use crate::support::people::ADA;
use crate::support::people::GRACE;
use crate::support::people::PUBLIC_PROFILE;
use crate::support::people::SCOPES;
use crate::support::people::agreed;
use crate::support::people::desktop_app;

/// The token that the one token request of a sign-in led to, and that request.
#[track_caller]
fn redeemed(world: &World, outcome: Outcome) -> (String, Request) {
    let (token, _) = outcome.answer_and_words();
    assert_is_token(&token);
    let mut sent = world.emulator.requests_to(Endpoint::Token);
    assert_eq!(sent.len(), 1);
    (token, sent.remove(0))
}

/// A port of this machine that nobody listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// A web application with its profile `webapp`: the redirect URI and how the application proves
/// itself are its own.
fn web_app(app: App, redirect_uri: &str, flags: &[&str], input: &str) -> (World, Browser) {
    let world = World::of_people_with(agreed(app));
    let own = ["--redirect-uri", redirect_uri, "--scope", SCOPES[0]];
    let flow = ["--default-flow", "AuthorizationCode"];
    world.create("webapp", &[&own[..], &flow, flags].concat(), input);
    let browser = Browser::by_hand(&world.home);
    (world, browser)
}

#[test]
fn by_the_browser() {
    let _names = named_in_snapshots();
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    let running = browser
        .call(&world, &["get-token", "-f", "InteractiveBrowser"])
        .start();
    let page = browser.next_page();
    let landed = page.visit();
    assert_eq!(landed.status, 200);
    assert!(landed.text.contains(ADA), "{}", landed.text);
    let outcome = running.finish();
    let said = outcome.stderr().replace(&page.address, "[page]");
    insta::assert_snapshot!(said, @"
    Signing in at http://127.0.0.1:[port], tenant contoso.onmicrosoft.com
    Application [guid] asks for: User.Read
    The sign-in page opens in your browser. If it does not, open:
    [page]
    Signed in as ada@contoso.onmicrosoft.com (tenant [guid])
    ");
    let (token, sent) = redeemed(&world, outcome);

    for (name, expected) in [
        ("response_type", "code"),
        ("response_mode", "form_post"),
        ("code_challenge_method", "S256"),
        ("client_id", CLIENT_ID),
        ("scope", "User.Read openid profile offline_access"),
    ] {
        assert_eq!(page.parameter(name).as_deref(), Some(expected), "{name}");
    }
    assert_eq!(sent.field("redirect_uri"), page.parameter("redirect_uri"));
    assert_eq!(sent.field("client_secret"), None);
    assert_eq!(sent.field("client_assertion"), None);
    assert_ne!(sent.field("code_verifier"), None);

    // From now on it is silent.
    assert_eq!(world.call(&["get-token"]).run().answer(), token);
    assert_eq!((browser.pages(), world.emulator.token_requests()), (1, 1));
}

#[test]
fn by_a_device_code() {
    let _names = named_in_snapshots();
    let world = World::of_people();
    let (running, code) = world.device_code();
    world.emulator.approve_device_code(&code, ADA).unwrap();
    let outcome = running.finish();
    let said = outcome.stderr().replace(&code, "[code]");
    insta::assert_snapshot!(said, @"
    Signing in at http://127.0.0.1:[port], tenant contoso.onmicrosoft.com
    Application [guid] asks for: User.Read
    Device Code Authentication
    To sign in, use a web browser to open the page http://127.0.0.1:[port]/devicelogin and enter the code [code] to authenticate.
    Code: [code]
    URL: http://127.0.0.1:[port]/devicelogin
    Signed in as ada@contoso.onmicrosoft.com (tenant [guid])
    ");
    let (token, _) = outcome.answer_and_words();
    let again = ["get-token", "-f", "DeviceCode"];
    assert_eq!(world.call(&again).run().answer(), token);
    let sent = world.emulator.requests_to(Endpoint::DeviceAuthorization);
    assert_eq!(sent.len(), 1);
    assert_eq!(
        sent[0].field("scope").as_deref(),
        Some("User.Read openid profile offline_access")
    );
}

#[test]
fn by_a_device_code_no_secret_is_sent() {
    let app = App::confidential(CLIENT_ID).secret(SECRET);
    let world = World::of_people_with(agreed(app.allow_public_client_flows()));
    let flags = ["--client-secret-stdin", "--scope", SCOPES[0]];
    world.create("iot-device", &flags, SECRET);
    let (running, code) = world.device_code();
    world.emulator.approve_device_code(&code, ADA).unwrap();
    assert_is_token(&running.finish().answer_and_words().0);
    for sent in world.emulator.requests() {
        assert_eq!(sent.field("client_secret"), None, "{sent:?}");
    }
}

#[test]
fn a_web_app_redeems_the_code_with_its_secret() {
    let redirect_uri = format!("http://localhost:{}/callback", free_port());
    let app = App::confidential(CLIENT_ID)
        .secret(SECRET)
        .redirect_uri(Platform::Web, &redirect_uri);
    let (world, browser) = web_app(app, &redirect_uri, &["--client-secret-stdin"], SECRET);
    let running = browser.call(&world, &["get-token"]).start();
    let page = browser.next_page();
    page.visit();
    let (_, sent) = redeemed(&world, running.finish());
    assert_eq!(sent.field("client_secret").as_deref(), Some(SECRET));
    assert_ne!(sent.field("code_verifier"), None);
    assert_eq!(sent.field("redirect_uri"), Some(redirect_uri.clone()));
    assert_eq!(page.parameter("redirect_uri"), Some(redirect_uri));
    // The refresh token is the application's, too.
    world.call(&["refresh"]).run().answer();
    let sent = world.emulator.requests_to(Endpoint::Token);
    assert_eq!(sent[1].field("client_secret").as_deref(), Some(SECRET));
}

#[test]
fn a_web_app_redeems_the_code_with_its_certificate() {
    let redirect_uri = format!("http://localhost:{}", free_port());
    let identity = Identity::shared();
    let app = App::confidential(CLIENT_ID)
        .certificate(identity.certificate.clone())
        .redirect_uri(Platform::Web, &redirect_uri);
    let directory = tempfile::tempdir().unwrap();
    let pem = directory.path().join("app.pem");
    std::fs::write(&pem, &identity.pem).unwrap();
    let flags = ["--certificate-path", pem.to_str().unwrap()];
    let (world, browser) = web_app(app, &redirect_uri, &flags, "");
    let running = browser.call(&world, &["get-token"]).start();
    browser.next_page().visit();
    let (_, sent) = redeemed(&world, running.finish());
    assert_ne!(sent.field("client_assertion"), None);
    assert_eq!(sent.field("client_secret"), None);
    world.call(&["refresh"]).run().answer();
}

#[test]
fn a_web_app_without_a_credential_redeems_the_code_as_a_public_client() {
    let redirect_uri = format!("http://localhost:{}", free_port());
    let app = App::public(CLIENT_ID).redirect_uri(Platform::PublicClient, &redirect_uri);
    let (world, browser) = web_app(app, &redirect_uri, &["--auth-method", "Public"], "");
    let running = browser.call(&world, &["get-token"]).start();
    browser.next_page().visit();
    let (_, sent) = redeemed(&world, running.finish());
    assert_eq!(sent.field("client_secret"), None);
    assert_eq!(sent.field("client_assertion"), None);
}

#[test]
fn what_was_asked_for_reaches_the_sign_in_page() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    let port = free_port().to_string();
    let flags = ["--prompt", "login", "--response-mode", "query"];
    let hints = ["--login-hint", GRACE, "--domain-hint", "contoso.com"];
    let call = browser.call(&world, &["get-token", "--port", &port]);
    let running = call.args(flags).args(hints).start();
    let page = browser.next_page();
    for (name, expected) in [
        ("prompt", "login"),
        ("response_mode", "query"),
        ("login_hint", GRACE),
        ("domain_hint", "contoso.com"),
        ("redirect_uri", &format!("http://localhost:{port}")),
    ] {
        assert_eq!(page.parameter(name).as_deref(), Some(expected), "{name}");
    }
    let landed = page.visit();
    assert!(landed.text.contains(ADA), "{}", landed.text);
    assert_is_token(&running.finish().answer_and_words().0);
}

#[test]
fn a_redirect_uri_of_this_call_goes_to_both_endpoints() {
    let app = desktop_app().redirect_uri(Platform::PublicClient, "http://localhost/desk");
    let world = World::of_people_with(agreed(app));
    world.create("desktop", &PUBLIC_PROFILE, "");
    let browser = Browser::by_hand(&world.home);
    let flags = ["--redirect-uri", "http://localhost/desk"];
    let running = browser.call(&world, &["get-token"]).args(flags).start();
    let page = browser.next_page();
    let redirect_uri = page.parameter("redirect_uri").unwrap();
    assert!(redirect_uri.ends_with("/desk"), "{redirect_uri}");
    page.visit();
    let (_, sent) = redeemed(&world, running.finish());
    assert_eq!(sent.field("redirect_uri"), Some(redirect_uri));
}

#[test]
fn documents_name_who_signed_in() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    let token = world.sign_in_by(&browser, &["get-token"]);
    let output = |format| world.call(&["get-token", "-o", format]).run().answer();
    let json: Value = serde_json::from_str(&output("json")).unwrap();
    for (name, expected) in [
        ("access_token", token.trim()),
        ("account", ADA),
        ("flow", "InteractiveBrowser"),
        ("token_kind", "user"),
        ("tenant_id", emulator::DEFAULT_TENANT_ID),
        ("client_id", CLIENT_ID),
    ] {
        assert_eq!(json[name], expected, "{name}");
    }
    assert_eq!(json["from_cache"], true);
    assert_eq!(json.get("refresh_token"), None);
    let yaml: Value = serde_saphyr::from_str(&output("yaml")).unwrap();
    assert_eq!(yaml["account_id"], json["account_id"]);
    let env = output("env");
    let line = format!("ENTRA_ACCESS_TOKEN='{}'", token.trim());
    assert!(env.contains(&line), "{env}");
    let flags = ["get-token", "-o", "json", "--include-refresh-token"];
    let json: Value = serde_json::from_str(&world.call(&flags).run().answer()).unwrap();
    assert!(json["refresh_token"].as_str().unwrap().len() > 1000);
}

#[test]
fn quiet_says_only_what_a_person_needs_to_sign_in() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    let running = browser.call(&world, &["get-token", "-q"]).start();
    let page = browser.next_page();
    page.visit();
    let (token, said) = running.finish().answer_and_words();
    assert_is_token(&token);
    let begins: Vec<&str> = said.lines().map(|line| &line[..10]).collect();
    assert_eq!(
        begins,
        [
            "Signing in",
            "Applicatio",
            "The sign-i",
            "http://127",
            "Signed in "
        ]
    );
    world.clear_cache();
    world.call(&["get-token", "-q"]).run().answer();
}

#[test]
fn a_launcher_that_talks_is_not_heard() {
    let world = World::of_people();
    let loud = world.home.put_script(
        "loud",
        "echo noise; echo noise >&2; curl -sSL \"$1\" | cat; exit 0",
    );
    let flags = ["get-token", "--response-mode", "query"];
    let call = world.call(&flags).env("BROWSER", loud);
    let (token, said) = call.run().answer_and_words();
    assert_is_token(&token);
    assert!(!said.contains("noise") && !said.contains("<html"), "{said}");
}

#[test]
fn without_a_launcher_that_works_the_address_is_shown() {
    let world = World::of_people();
    let browser = Browser::by_hand(&world.home);
    let failing = world.home.put_script("failing", "exit 3");
    let call = browser
        .call(&world, &["get-token"])
        .env("BROWSER", &failing);
    let running = call.start();
    running.wait_to_say("No browser is opened here: none worked");
    running.wait_to_say("To sign in, open this page in a browser:");
    let address = running.wait_to_say("http://");
    let page = crate::support::Page {
        address: address.trim().to_owned(),
    };
    assert_eq!(page.parameter("response_mode").as_deref(), Some("query"));
    page.visit();
    assert_is_token(&running.finish().answer_and_words().0);
}

#[test]
fn without_a_cache_nobody_is_remembered() {
    let world = World::of_people();
    let browser = Browser::automatic(&world.home);
    let first = browser.call(&world, &["get-token", "--no-cache"]).run();
    let (first, _) = first.answer_and_words();
    let second = browser.call(&world, &["get-token", "--no-cache"]).run();
    assert_ne!(second.answer_and_words().0, first);
    assert_eq!(browser.pages(), 2);
    assert!(world.refresh_tokens().is_empty());
    assert!(world.home.token_files().is_empty());
}

#[test]
fn without_a_profile_flags_are_enough() {
    let world = World::of_people();
    world
        .call(&["config", "delete", "desktop", "--yes"])
        .run()
        .answer_and_words();
    let browser = Browser::automatic(&world.home);
    let call = || {
        let call = browser.call(&world, &["get-token", "-f", "InteractiveBrowser"]);
        call.args(world.target())
    };
    let (token, _) = call().run().answer_and_words();
    assert_eq!(call().run().answer(), token);
    assert_eq!(browser.pages(), 1);
}

#[test]
fn at_any_openid_provider() {
    let world = World::of_people();
    let issuer = format!(
        "{}/v2.0",
        world.emulator.authority(emulator::DEFAULT_TENANT_ID)
    );
    let place = ["--authority-type", "oidc", "--authority", &issuer];
    let creation = world.call(&["config", "create", "--name", "oidc"]);
    let creation = creation.args(place).args(["--client-id", CLIENT_ID]);
    creation.args(PUBLIC_PROFILE).run().answer_and_words();
    let browser = Browser::by_hand(&world.home);
    let running = browser.call(&world, &["get-token", "-p", "oidc"]).start();
    let page = browser.next_page();
    // OIDC Core §11: a refresh token takes consent.
    assert_eq!(page.parameter("prompt").as_deref(), Some("consent"));
    assert_eq!(page.parameter("client_info"), None);
    page.visit();
    assert_is_token(&running.finish().answer_and_words().0);
    let flags = ["get-token", "-p", "oidc", "-o", "json"];
    let json: Value = serde_json::from_str(&world.call(&flags).run().answer()).unwrap();
    assert_eq!(json["account"], ADA);
    let id = json["account_id"].as_str().unwrap();
    assert!(id.ends_with(&format!("@{issuer}")), "{id}");
    world.call(&["refresh", "-p", "oidc"]).run().answer();
    assert_eq!(browser.pages(), 1);
}
