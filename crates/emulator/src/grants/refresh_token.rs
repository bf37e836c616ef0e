//! The refresh token grant (RFC 6749 §6). A token is good for every resource of its user and
//! client, and for every tenant that knows the user.

use super::user_tokens::{TokenClient, UserGrant, account_at};
use crate::authorization::RequestedScopes;
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::form::Form;
use crate::reply::Reply;

pub(crate) fn answer(
    exchange: &Exchange<'_>,
    segment: &str,
    form: &Form,
) -> Result<Reply, EntraError> {
    let state = exchange.state;
    let client = TokenClient::find(exchange, segment, form)?;
    let app = client.app;
    let text = form.required("refresh_token")?;
    let token = state
        .refresh_tokens
        .find(text, &app.client_id, exchange.now)?;
    let proof = client.prove(exchange, token.platform)?;
    if state
        .policies
        .is_too_old(token.authentication, exchange.now)
    {
        return Err(EntraError {
            suberror: Some("bad_token".to_owned()),
            ..EntraError::invalid_grant(
                70043,
                "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.",
            )
        });
    }
    let scope = form.get("scope").unwrap_or(&token.scope);
    let scopes = RequestedScopes::read(scope, app, &state.directory)?;
    let grant = UserGrant {
        segment,
        app,
        platform: token.platform,
        proof,
        account: account_at(exchange, segment, &token.account)?,
        authentication: token.authentication,
        nonce: None,
        openid_scopes: &scopes,
        asked: scopes.first_resource(&state.directory)?,
        scope: &token.scope,
        family: Some((token.family.clone(), token.signed_in_at)),
    };
    let reply = grant.issue(exchange, form)?;
    state.refresh_tokens.mark_used(text);
    Ok(reply)
}
