//! The signing keys of an authority (RFC 7517 §5).

use serde_json::json;

use crate::access_token::v2_issuer;
use crate::endpoints::openid_configuration::issuer_tenant;
use crate::endpoints::{document, require_method};
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::reply::Reply;
use crate::routes::Authority;

pub(crate) fn answer(
    exchange: &Exchange<'_>,
    authority: Authority<'_>,
) -> Result<Reply, EntraError> {
    require_method(exchange, "GET")?;
    let issuer = match authority {
        Authority::Entra(segment) => {
            let path = exchange.state.directory.tenant(segment)?;
            v2_issuer(exchange.origin(), issuer_tenant(path))
        }
        Authority::Adfs => format!("{}/adfs", exchange.origin()),
    };
    let key = exchange.state.signing_keys.current()?;
    Ok(document(&json!({ "keys": [key.jwk(&issuer)] })))
}
