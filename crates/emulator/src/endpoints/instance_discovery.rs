//! Instance discovery: which hosts belong to the cloud of an authority.

use serde_json::json;

use crate::endpoints::{document, require_method};
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::reply::Reply;

pub(crate) fn answer(exchange: &Exchange<'_>) -> Result<Reply, EntraError> {
    require_method(exchange, "GET")?;
    let parameter = |name: &str| {
        exchange.request.query_parameter(name).ok_or_else(|| {
            EntraError::invalid_request(
                900_144,
                format!("The request query must contain the following parameter: '{name}'."),
            )
        })
    };
    let version = parameter("api-version")?;
    let authorize = parameter("authorization_endpoint")?;
    let origin = exchange.origin();
    let tenant = url::Url::parse(&authorize)
        .ok()
        .filter(|url| url.origin().ascii_serialization() == origin)
        .and_then(|url| Some(url.path_segments()?.next()?.to_owned()))
        .ok_or_else(unknown_instance)?;
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    Ok(document(&json!({
        "tenant_discovery_endpoint": format!("{origin}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": version,
        "metadata": [{
            "preferred_network": host,
            "preferred_cache": host,
            "aliases": [host],
        }],
    })))
}

/// AADSTS50049: the authority is no cloud instance known here.
pub(crate) fn unknown_instance() -> EntraError {
    EntraError::other(
        400,
        "invalid_instance",
        50049,
        "Unknown or invalid instance.",
    )
}
