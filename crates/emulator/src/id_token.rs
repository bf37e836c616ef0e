//! ID tokens ("ID token claims reference", OpenID Connect Core §2).

use serde_json::{Map, Value, json};

use crate::access_token::{BACKDATED_SECONDS, pairwise_subject, sign, v1_issuer, v2_issuer};
use crate::authorization::{OpenIdScope, RequestedScopes};
use crate::directory::{Account, App};
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::identifiers::random_text;

/// ID tokens live as long as usual, however long access tokens are made to.
const LIFETIME_SECONDS: i64 = 60 * 60;

/// Signs an ID token, always of version 2.0.
pub(crate) fn id_token(
    exchange: &Exchange<'_>,
    app: &App,
    account: &Account,
    scopes: &RequestedScopes<'_>,
    nonce: Option<&str>,
) -> Result<String, EntraError> {
    let key = exchange.state.signing_keys.current()?;
    let issued_at = exchange.now - BACKDATED_SECONDS;
    let user = &account.user;
    let mut claims = Map::new();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("aud", json!(app.client_id));
    set(
        "iss",
        json!(v2_issuer(exchange.origin(), &account.tenant.id)),
    );
    set("iat", json!(issued_at));
    set("nbf", json!(issued_at));
    set("exp", json!(exchange.now + LIFETIME_SECONDS));
    set("aio", json!(random_text(48)?));
    set("rh", json!(format!("1.{}.", random_text(30)?)));
    set("sub", json!(pairwise_subject(account, &app.client_id)));
    set("tid", json!(account.tenant.id));
    set("uti", json!(random_text(16)?));
    set("ver", json!("2.0"));
    if let Some(nonce) = nonce {
        set("nonce", json!(nonce));
    }
    if scopes.has(OpenIdScope::Profile) {
        set("name", json!(user.display_name));
        set("oid", json!(user.object_id));
        set("preferred_username", json!(user.principal_name));
    }
    if scopes.has(OpenIdScope::Email) {
        set("email", json!(user.principal_name));
    }
    if user.is_guest {
        set("idp", json!(v1_issuer(&account.home.tenant_id)));
    }
    let header = json!({ "typ": "JWT", "alg": "RS256", "kid": key.key_id() });
    Ok(sign(&key, &header, &Value::Object(claims))?)
}
