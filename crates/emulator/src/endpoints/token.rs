//! The token endpoint (RFC 6749 §3.2).

use serde_json::{Value, json};

use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::form::Form;
use crate::grants::client_credentials;
use crate::reply::Reply;
use crate::routes::Authority;

pub(crate) fn answer(exchange: &Exchange<'_>, authority: Authority<'_>) -> Reply {
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
    let method = &exchange.request.method;
    if method != "POST" {
        return Err(EntraError::invalid_request(
            900_561,
            format!("The endpoint only accepts POST requests. Received a {method} request."),
        ));
    }
    let form = Form::read(exchange.request)?;
    let grant_type = form.required("grant_type")?;
    if form.get("resource").is_some() && matches!(authority, Authority::Entra(_)) {
        return Err(EntraError::invalid_request(
            901_002,
            "The 'resource' request parameter isn't supported.",
        ));
    }
    match grant_type {
        "client_credentials" => client_credentials::answer(exchange, authority, &form),
        other => Err(EntraError::unsupported_grant_type(
            70003,
            format!("The app requested an unsupported grant type '{other}'."),
        )),
    }
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
