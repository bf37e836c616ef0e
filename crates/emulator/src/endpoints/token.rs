//! The token endpoint (RFC 6749 §3.2).

use serde_json::{Value, json};

use crate::endpoints::require_method;
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::form::Form;
use crate::grants::{authorization_code, client_credentials, device_code, refresh_token};
use crate::reply::Reply;
use crate::routes::Authority;

/// The grant type of RFC 8628 §3.4; Entra takes the short form of its drafts as well.
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub(crate) fn answer(exchange: &Exchange<'_>, authority: Authority<'_>) -> Reply {
    if exchange.request.method == "OPTIONS"
        && let Some(origin) = exchange.request.header("origin")
    {
        return preflight(origin);
    }
    match (grant(exchange, authority), authority) {
        (Ok(reply), Authority::Entra(_)) => reply,
        (Ok(reply), Authority::Adfs) => with_numeric_strings(reply),
        (Err(error), Authority::Entra(_)) => error.reply(exchange),
        (Err(error), Authority::Adfs) => Reply::json(
            error.status,
            &json!({ "error": error.error, "error_description": error.message }),
        ),
    }
}

fn grant(exchange: &Exchange<'_>, authority: Authority<'_>) -> Result<Reply, EntraError> {
    require_method(exchange, "POST")?;
    let form = Form::read(exchange.request)?;
    let grant_type = form.required("grant_type")?;
    if form.get("resource").is_some() && matches!(authority, Authority::Entra(_)) {
        return Err(EntraError::invalid_request(
            901_002,
            "The 'resource' request parameter isn't supported.",
        ));
    }
    match (grant_type, authority) {
        ("client_credentials", _) => client_credentials::answer(exchange, authority, &form),
        ("authorization_code", Authority::Entra(segment)) => {
            authorization_code::answer(exchange, segment, &form)
        }
        ("refresh_token", Authority::Entra(segment)) => {
            refresh_token::answer(exchange, segment, &form)
        }
        (DEVICE_CODE | "device_code", Authority::Entra(segment)) => {
            device_code::answer(exchange, segment, &form)
        }
        (other, _) => Err(EntraError::unsupported_grant_type(
            70003,
            format!("The app requested an unsupported grant type '{other}'."),
        )),
    }
}

/// The answer to a browser that asks whether a page may send a token request.
fn preflight(origin: &str) -> Reply {
    Reply::new(200, "text/plain", "")
        .with_header("access-control-allow-origin", origin)
        .with_header("access-control-allow-methods", "POST, OPTIONS")
        .with_header("access-control-allow-headers", "content-type")
}

/// ADFS writes lifetimes as strings.
pub(crate) fn with_numeric_strings(mut reply: Reply) -> Reply {
    let Some(mut body) = reply.json_object() else {
        return reply;
    };
    for value in body.values_mut() {
        if value.is_number() {
            *value = Value::String(value.to_string());
        }
    }
    reply.body = crate::reply::ReplyBody::Whole(Value::Object(body).to_string().into());
    reply
}
