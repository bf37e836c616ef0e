//! The end session endpoint (OpenID Connect RP-Initiated Logout §2).

use url::Url;

use crate::authorization::redirect;
use crate::directory::matching;
use crate::endpoints::require_method;
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::pages::signed_out;
use crate::reply::Reply;

/// Ends the browser's session. The browser is sent on only to an address that is registered.
pub(crate) fn answer(exchange: &Exchange<'_>, segment: &str) -> Result<Reply, EntraError> {
    require_method(exchange, "GET")?;
    let directory = &exchange.state.directory;
    directory.tenant(segment)?;
    let cookie = exchange.state.sessions.end(exchange);
    let target = exchange
        .request
        .query_parameter("post_logout_redirect_uri")
        .and_then(|uri| Url::parse(&uri).ok())
        .filter(|uri| {
            directory
                .apps()
                .any(|app| matching(&app.redirects, uri).is_some())
        });
    let reply = match target {
        None => signed_out().reply(),
        Some(mut target) => {
            if let Some(state) = exchange.request.query_parameter("state") {
                target.query_pairs_mut().append_pair("state", &state);
            }
            redirect(exchange, target.as_str())
        }
    };
    Ok(reply.with_header("set-cookie", cookie))
}
