//! The endpoints, one file each.

pub(crate) mod authorize;
pub(crate) mod device_authorization;
pub(crate) mod device_login;
pub(crate) mod instance_discovery;
pub(crate) mod keys;
pub(crate) mod logout;
pub(crate) mod openid_configuration;
pub(crate) mod token;

use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::form::Form;
use crate::reply::Reply;

/// AADSTS900561 for any other method.
fn require_method(exchange: &Exchange<'_>, expected: &str) -> Result<(), EntraError> {
    let method = &exchange.request.method;
    if method == expected {
        return Ok(());
    }
    Err(EntraError::invalid_request(
        900_561,
        format!("The endpoint only accepts {expected} requests. Received a {method} request."),
    ))
}

/// The form that a person has sent from one of the pages; `None` when a page is asked for.
///
/// AADSTS165000 for a form that another site has sent.
fn answer_of_a_person(exchange: &Exchange<'_>) -> Result<Option<Form>, EntraError> {
    if exchange.request.method == "GET" {
        return Ok(None);
    }
    require_method(exchange, "POST")?;
    let origin = exchange.request.header("origin");
    if origin.is_some_and(|origin| origin != exchange.origin()) {
        return Err(EntraError::invalid_request(
            165_000,
            "Invalid Request: the form was not sent from a page of this server.",
        ));
    }
    Form::read(exchange.request).map(Some)
}

/// Adds a `Set-Cookie` header.
fn with_cookie(reply: Reply, cookie: Option<String>) -> Reply {
    match cookie {
        Some(cookie) => reply.with_header("set-cookie", cookie),
        None => reply,
    }
}

/// A public document, readable from any page as Entra's are.
fn document(body: &serde_json::Value) -> Reply {
    Reply::json(200, body).with_header("access-control-allow-origin", "*")
}
