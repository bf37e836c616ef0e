//! What is told in the browser because it can be told nowhere else.

use super::{Html, Page};
use crate::clock::error_timestamp;
use crate::entra_error::EntraError;
use crate::exchange::Exchange;

/// "Sorry, but we're having trouble signing you in", with the code and the identifiers.
pub(crate) fn problem(exchange: &Exchange<'_>, error: &EntraError) -> Page {
    let mut html = Html::new();
    html.markup("<h1>We could not sign you in</h1>\n<p role=\"alert\">AADSTS")
        .text(&error.code.to_string())
        .markup(": ")
        .text(&error.message)
        .markup("</p>\n<dl>\n");
    let timestamp = error_timestamp(exchange.now);
    for (term, value) in [
        ("Error", error.error.as_str()),
        ("Request", &exchange.trace_id),
        ("Correlation", &exchange.correlation_id),
        ("Time", &timestamp),
    ] {
        html.markup("<dt>")
            .text(term)
            .markup("</dt><dd>")
            .text(value)
            .markup("</dd>\n");
    }
    html.markup("</dl>");
    Page::new("Sign in: error", html).with_status(error.status)
}

/// The end of a session.
pub(crate) fn signed_out() -> Page {
    let mut html = Html::new();
    html.markup("<h1>You signed out of your account</h1>\n<p>You may close this window.</p>");
    Page::new("Signed out", html)
}
