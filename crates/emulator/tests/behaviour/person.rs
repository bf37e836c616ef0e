//! Signing in: the requests of a client that does it right, to be changed by the tests.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use emulator::{App, Consent, Emulator, EmulatorBuilder, Platform, Resource, User};
use serde_json::Value;
use url::Url;

use crate::support::{CLIENT_ID, ORDERS, ORDERS_ID, Reply, SECRET, TENANT, get, post, post_with};

pub(crate) const WEB_ID: &str = "22223333-cccc-4444-dddd-5555eeee6666";
pub(crate) const SINGLE_PAGE_ID: &str = "33334444-dddd-5555-eeee-6666ffff7778";
pub(crate) const ADA: &str = "ada@contoso.onmicrosoft.com";
pub(crate) const GRACE: &str = "grace@contoso.onmicrosoft.com";
pub(crate) const GUEST: &str = "lin@fabrikam.example";
pub(crate) const REDIRECT_URI: &str = "http://localhost:49152";
pub(crate) const WEB_REDIRECT_URI: &str = "http://localhost:8080/signin";
pub(crate) const SINGLE_PAGE_URI: &str = "https://app.example/";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const SCOPE: &str = "User.Read openid profile offline_access";

/// An emulator with a public client, a web app and a single-page application.
pub(crate) fn people_builder() -> EmulatorBuilder {
    Emulator::builder()
        .app(
            App::public(CLIENT_ID)
                .display_name("desktop app")
                .redirect_uri(Platform::PublicClient, "http://localhost")
                .delegated(ORDERS, Consent::Granted, ["Orders.Read"]),
        )
        .app(
            App::confidential(WEB_ID)
                .secret(SECRET)
                .redirect_uri(Platform::Web, WEB_REDIRECT_URI),
        )
        .app(
            App::confidential(SINGLE_PAGE_ID)
                .redirect_uri(Platform::SinglePageApplication, SINGLE_PAGE_URI),
        )
        .resource(Resource::new(ORDERS_ID, ORDERS).token_version(emulator::TokenVersion::V2))
}

pub(crate) fn people() -> Emulator {
    people_builder().start().unwrap()
}

/// The default users, plus one.
pub(crate) fn with_user(user: User) -> EmulatorBuilder {
    people_builder().user(User::new(ADA)).user(user)
}

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()))
}

/// The parameters of a good authorization request.
pub(crate) fn parameters() -> BTreeMap<&'static str, String> {
    [
        ("client_id", CLIENT_ID),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", SCOPE),
        ("state", "a state"),
        ("nonce", "a nonce"),
        ("client_info", "1"),
        ("code_challenge", &challenge()),
        ("code_challenge_method", "S256"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

/// The good parameters with some changed, or taken out by an empty value.
pub(crate) fn parameters_but(changes: &[(&'static str, &str)]) -> BTreeMap<&'static str, String> {
    let mut parameters = parameters();
    for (name, value) in changes {
        parameters.insert(name, (*value).to_owned());
    }
    parameters.retain(|_, value| !value.is_empty());
    parameters
}

pub(crate) fn authorize_url(
    emulator: &Emulator,
    tenant: &str,
    changes: &[(&'static str, &str)],
) -> String {
    let mut url = Url::parse(&format!(
        "{}/oauth2/v2.0/authorize",
        emulator.authority(tenant)
    ))
    .unwrap();
    url.query_pairs_mut().extend_pairs(parameters_but(changes));
    url.into()
}

/// An authorization request without a browser's cookies.
pub(crate) fn authorize(emulator: &Emulator, changes: &[(&'static str, &str)]) -> Reply {
    get(&authorize_url(emulator, TENANT, changes))
}

/// The parameters that a redirect carries, having checked where it leads.
pub(crate) fn carried(reply: &Reply, redirect_uri: &str) -> BTreeMap<String, String> {
    assert!(matches!(reply.status, 302 | 303), "{}", reply.body);
    let location = Url::parse(reply.header("location").unwrap()).unwrap();
    let expected = Url::parse(redirect_uri).unwrap();
    assert_eq!(
        (location.origin(), location.path()),
        (expected.origin(), expected.path())
    );
    location.query_pairs().into_owned().collect()
}

/// The AADSTS code of an error that a redirect carries.
pub(crate) fn carried_code(parameters: &BTreeMap<String, String>) -> u64 {
    let description = &parameters["error_description"];
    let code = description
        .strip_prefix("AADSTS")
        .and_then(|rest| rest.split(':').next())
        .and_then(|code| code.parse().ok());
    let code = code.unwrap_or_else(|| panic!("{description}"));
    assert!(parameters["error_uri"].ends_with(&format!("code={code}")));
    code
}

/// A code for Ada and these changes to the good request.
pub(crate) fn code_for(emulator: &Emulator, changes: &[(&'static str, &str)]) -> String {
    emulator.sign_in_automatically(ADA);
    let redirect_uri = parameters_but(changes)["redirect_uri"].clone();
    let mut carried = carried(&authorize(emulator, changes), &redirect_uri);
    carried
        .remove("code")
        .unwrap_or_else(|| panic!("{carried:?}"))
}

/// Redeems a code as the public client, with some fields changed or taken out.
pub(crate) fn redeem_but(emulator: &Emulator, code: &str, changes: &[(&str, &str)]) -> Reply {
    redeem_with(emulator, code, changes, &[])
}

pub(crate) fn redeem_with(
    emulator: &Emulator,
    code: &str,
    changes: &[(&str, &str)],
    headers: &[(&str, &str)],
) -> Reply {
    let mut fields = BTreeMap::from([
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
        ("scope", SCOPE),
        ("client_info", "1"),
    ]);
    fields.extend(changes.iter().copied());
    let fields: Vec<_> = fields
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    post_with(&emulator.token_endpoint(TENANT), &fields, headers)
}

/// The tokens of Ada's sign-in at the public client.
pub(crate) fn tokens(emulator: &Emulator) -> Value {
    let code = code_for(emulator, &[]);
    let reply = redeem_but(emulator, &code, &[]);
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

pub(crate) fn refresh_token(emulator: &Emulator) -> String {
    text(&tokens(emulator), "refresh_token")
}

/// Refreshes as the public client.
pub(crate) fn refresh(emulator: &Emulator, token: &str, scope: &str) -> Reply {
    post(
        &emulator.token_endpoint(TENANT),
        &[
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT_ID),
            ("refresh_token", token),
            ("scope", scope),
        ],
    )
}

pub(crate) fn text(body: &Value, name: &str) -> String {
    let value = body[name].as_str();
    value
        .unwrap_or_else(|| panic!("no {name} in {body}"))
        .to_owned()
}
