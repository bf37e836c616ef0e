//! The page that carries an answer to the client (OAuth 2.0 Form Post Response Mode).

use url::Url;

use super::{Html, Page};
use crate::reply::Reply;

const SUBMIT: &str = "document.forms[0].submit()";

/// A form that sends itself, and has a button for where scripts do not run.
pub(crate) fn form_post(target: &str, parameters: &[(&str, String)]) -> Reply {
    let mut html = Html::new();
    html.markup("<h1>Signing in</h1>\n<form method=\"post\" action=\"")
        .text(target)
        .markup("\">\n");
    for (name, value) in parameters {
        html.hidden(name, value).markup("\n");
    }
    html.markup("<p>If this page stays, continue by hand.</p>\n")
        .markup("<button class=\"main\">Continue</button>\n</form>");
    Page::new("Signing in", html)
        .with_form_target(Url::parse(target).ok().map(|url| policy_source(&url)))
        .with_script(SUBMIT)
        .reply()
}

/// The address of a redirect URI as a source of a content security policy: its origin, or its
/// scheme where that has none.
pub(crate) fn policy_source(url: &Url) -> String {
    if url.origin().is_tuple() {
        url.origin().ascii_serialization()
    } else {
        format!("{}:", url.scheme())
    }
}
