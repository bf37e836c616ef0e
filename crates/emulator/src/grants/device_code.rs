//! The device code grant (RFC 8628 §3.4).

use super::user_tokens::{TokenClient, UserGrant, account_at};
use crate::authorization::RequestedScopes;
use crate::client_authentication::credential_missing;
use crate::directory::Platform;
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
    let device_code = form.required("device_code")?;
    let proof = client.prove(exchange, Platform::PublicClient)?;
    if !app.allows_public_client_flows {
        return Err(credential_missing());
    }
    let (code, account, authentication) =
        state
            .device_codes
            .poll(device_code, &app.client_id, client.path.key(), exchange.now)?;
    let scopes = RequestedScopes::read(&code.scope, app, &state.directory)?;
    let grant = UserGrant {
        segment,
        app,
        platform: Platform::PublicClient,
        proof,
        account: account_at(exchange, segment, &account)?,
        authentication,
        nonce: None,
        openid_scopes: &scopes,
        asked: scopes.single_resource(&state.directory)?,
        scope: &code.scope,
        family: None,
    };
    let reply = grant.issue(exchange, form)?;
    state.device_codes.redeem(device_code);
    Ok(reply)
}
