//! The endpoints, one file each.

pub(crate) mod instance_discovery;
pub(crate) mod keys;
pub(crate) mod openid_configuration;
pub(crate) mod token;

use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::reply::Reply;

/// Refuses all but GET on a public document.
fn require_get(exchange: &Exchange<'_>) -> Result<(), EntraError> {
    if exchange.request.method == "GET" {
        return Ok(());
    }
    Err(EntraError::invalid_request(
        900_561,
        format!(
            "The endpoint only accepts GET requests. Received a {} request.",
            exchange.request.method
        ),
    ))
}

/// A public document, readable from any page as Entra's are.
fn document(body: &serde_json::Value) -> Reply {
    Reply::json(200, body).with_header("access-control-allow-origin", "*")
}
