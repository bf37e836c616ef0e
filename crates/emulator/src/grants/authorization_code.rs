//! The authorization code grant (RFC 6749 §4.1.3) with PKCE (RFC 7636 §4.5, §4.6).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::user_tokens::{TokenClient, UserGrant, account_at};
use crate::authorization::RequestedScopes;
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::form::Form;
use crate::issued::AuthorizationCode;
use crate::reply::Reply;

pub(crate) fn answer(
    exchange: &Exchange<'_>,
    segment: &str,
    form: &Form,
) -> Result<Reply, EntraError> {
    let state = exchange.state;
    let client = TokenClient::find(exchange, segment, form)?;
    let app = client.app;
    let text = form.required("code")?;
    let redirect_uri = form.required("redirect_uri")?;
    let code = state
        .authorization_codes
        .find(text, &app.client_id, exchange.now)?;
    if code.tenant_key != client.path.key() {
        return Err(EntraError::invalid_grant(
            700_005,
            "Provided Authorization Code is intended to be used against other tenant, thus rejected. OAuth2 \
             Authorization Code must be redeemed against same tenant it was acquired for (/common or \
             /{tenant-ID} as appropriate).",
        ));
    }
    let proof = client.prove(exchange, code.platform)?;
    if code.redirect_uri != redirect_uri {
        return Err(EntraError::invalid_grant(
            50011,
            format!(
                "The reply address '{redirect_uri}' does not match the reply address '{}' provided when requesting \
                 Authorization code.",
                code.redirect_uri
            ),
        ));
    }
    check_verifier(&code, form.get("code_verifier"))?;
    let authorized = RequestedScopes::read(&code.scope, app, &state.directory)?;
    let asked = match form.get("scope") {
        None => authorized.single_resource(&state.directory)?,
        Some(scope) => RequestedScopes::read(scope, app, &state.directory)?
            .single_resource(&state.directory)?,
    };
    let grant = UserGrant {
        segment,
        app,
        platform: code.platform,
        proof,
        account: account_at(exchange, segment, &code.account)?,
        authentication: code.authentication,
        nonce: code.nonce.as_deref(),
        openid_scopes: &authorized,
        asked,
        scope: &code.scope,
        family: None,
    };
    let reply = grant.issue(exchange, form)?;
    state.authorization_codes.redeem(text);
    Ok(reply)
}

fn check_verifier(code: &AuthorizationCode, verifier: Option<&str>) -> Result<(), EntraError> {
    match (&code.code_challenge, verifier) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(EntraError::invalid_grant(
            50148,
            "The code_verifier is missing, although a code_challenge was supplied in the authorization request.",
        )),
        (Some(challenge), Some(verifier))
            if URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) == *challenge =>
        {
            Ok(())
        }
        // A verifier without a challenge is refused as well (RFC 9700 §2.1.1).
        (_, Some(_)) => Err(EntraError::invalid_grant(
            501_481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        )),
    }
}
