//! The device authorization endpoint (RFC 8628 §3.1, §3.2).

use serde_json::json;

use crate::authorization::{RequestedScopes, asks_for_step_up, claims};
use crate::endpoints::require_method;
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::form::Form;
use crate::issued::DeviceCode;
use crate::reply::Reply;
use crate::routes::DEVICE_LOGIN_PATH;

pub(crate) fn answer(exchange: &Exchange<'_>, segment: &str) -> Result<Reply, EntraError> {
    require_method(exchange, "POST")?;
    let state = exchange.state;
    let form = Form::read(exchange.request)?;
    let path = state.directory.tenant(segment)?;
    let client_id = form.required("client_id")?;
    let app = &state.directory.app(client_id, path.tenant())?.app;
    let scope = form.required("scope")?;
    RequestedScopes::read(scope, app, &state.directory)?;
    let timing = state.device_codes.timing();
    let (device_code, user_code) = state.device_codes.issue(DeviceCode {
        client_id: app.client_id.clone(),
        tenant_key: path.key().to_owned(),
        scope: scope.to_owned(),
        needs_step_up: asks_for_step_up(&claims(&form)?),
        expires_at: exchange.now.saturating_add(timing.lifetime_seconds),
    })?;
    let verification_uri = format!("{}{DEVICE_LOGIN_PATH}", exchange.origin());
    Ok(Reply::json(
        200,
        &json!({
            "user_code": user_code,
            "device_code": device_code,
            "verification_uri": verification_uri,
            "expires_in": timing.lifetime_seconds,
            "interval": timing.interval_seconds,
            "message": format!(
                "To sign in, use a web browser to open the page {verification_uri} and enter the code {user_code} to \
                 authenticate."
            ),
        }),
    ))
}
