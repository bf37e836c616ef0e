//! What goes wrong at Graph (Microsoft Graph, "Error responses and resource types").

use serde::Deserialize;
use thiserror::Error;

use crate::HttpResponse;
use crate::claims;
use crate::text;

/// Why Graph brought no page.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GraphError {
    /// It said no.
    #[error("Microsoft Graph refused: {0}")]
    Refused(Box<GraphRefusal>),
    /// Its answer is no page of applications.
    #[error("Microsoft Graph answered with something else than applications (status {status})")]
    Malformed {
        /// The status of the answer.
        status: u16,
        /// How its body begins, escaped.
        excerpt: String,
    },
    /// It names a next page that the token must not follow to.
    #[error(
        "Microsoft Graph names a next page that {fault}: {}",
        text::escaped(link)
    )]
    Link {
        /// The page's address as it was sent.
        link: String,
        /// What is wrong with it.
        fault: LinkFault,
    },
}

/// What is wrong with the address of a next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LinkFault {
    /// It cannot be read.
    #[error("is no address")]
    NoAddress,
    /// Another scheme, host or port, or a user name in it.
    #[error("is elsewhere")]
    Elsewhere,
    /// A path outside the version that is spoken.
    #[error("has another path")]
    OtherPath,
    /// It was followed before.
    #[error("was there before")]
    Loop,
    /// It comes after many pages with nothing on them.
    #[error("follows too many empty ones")]
    Endless,
}

/// A refusal in Graph's own words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {}", text::escaped(code), text::escaped(message))]
pub struct GraphRefusal {
    /// The HTTP status.
    pub status: u16,
    /// Graph's code, such as `Authorization_RequestDenied`.
    pub code: String,
    /// Graph's message. Text from outside.
    pub message: String,
    /// Graph's id of the request, for support.
    pub request_id: Option<String>,
    /// Claims that a new token has to meet, as JSON (continuous access evaluation, step-up).
    pub claims: Option<String>,
}

#[derive(Deserialize)]
struct Envelope {
    error: Body,
}

#[derive(Deserialize)]
struct Body {
    code: Option<String>,
    message: Option<String>,
    #[serde(rename = "innerError", alias = "innererror")]
    inner: Option<Inner>,
}

#[derive(Deserialize)]
struct Inner {
    #[serde(rename = "request-id")]
    request_id: Option<String>,
}

impl GraphError {
    /// Whether the same request may go well a moment later.
    pub fn is_transient(&self) -> bool {
        let status = match self {
            Self::Refused(refusal) => refusal.status,
            Self::Malformed { status, .. } => *status,
            Self::Link { .. } => return false,
        };
        crate::retry::is_transient(status)
    }
}

/// An answer that is not a page, as what it says is wrong.
pub(super) fn of(response: &HttpResponse) -> GraphError {
    let header = |name| response.header(name).map(str::to_owned);
    let Ok(envelope) = serde_json::from_slice::<Envelope>(&response.body) else {
        // A gateway in front of Graph refuses a token without Graph's own words.
        if response.status == 401 {
            return GraphError::Refused(Box::new(GraphRefusal {
                status: 401,
                code: "Unauthorized".to_owned(),
                message: text::excerpt(&response.body),
                request_id: header("request-id"),
                claims: challenged(response),
            }));
        }
        return malformed(response);
    };
    if response.status < 400 {
        return malformed(response);
    }
    let body = envelope.error;
    GraphError::Refused(Box::new(GraphRefusal {
        status: response.status,
        code: body.code.unwrap_or_default(),
        message: body.message.unwrap_or_default(),
        request_id: body
            .inner
            .and_then(|inner| inner.request_id)
            .or_else(|| header("request-id")),
        claims: challenged(response),
    }))
}

pub(super) fn malformed(response: &HttpResponse) -> GraphError {
    GraphError::Malformed {
        status: response.status,
        excerpt: text::excerpt(&response.body),
    }
}

/// The claims of a 401's challenges, as JSON. What else a challenge says is not heeded.
fn challenged(response: &HttpResponse) -> Option<String> {
    if response.status != 401 {
        return None;
    }
    response
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"))
        .find_map(|(_, value)| claims::parse(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
        HttpResponse {
            status,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn refusal(response: &HttpResponse) -> GraphRefusal {
        match of(response) {
            GraphError::Refused(refusal) => *refusal,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn graphs_own_words_are_read() {
        let denied = response(
            403,
            &[],
            r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges",
                "innerError":{"request-id":"r-1","date":"2026-01-01"}}}"#,
        );
        let refusal = refusal(&denied);
        assert_eq!(refusal.code, "Authorization_RequestDenied");
        assert_eq!(refusal.request_id.as_deref(), Some("r-1"));
        assert_eq!(refusal.claims, None);
        assert!(!of(&denied).is_transient());
    }

    #[test]
    fn a_challenge_is_read_of_a_401_and_of_nothing_else() {
        let challenge = "Bearer realm=\"\", authorization_uri=\"https://evil.example/authorize\", \
                         error=\"insufficient_claims\", \
                         claims=\"eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ==\"";
        let body = r#"{"error":{"code":"InvalidAuthenticationToken","message":"x"}}"#;
        let challenged = response(401, &[("WWW-Authenticate", challenge)], body);
        assert_eq!(
            refusal(&challenged).claims.as_deref(),
            Some(r#"{"access_token":{"nbf":{"essential":true}}}"#)
        );
        let bare = response(401, &[("www-authenticate", "Bearer")], "<html>");
        assert_eq!(refusal(&bare).claims, None);
        let forbidden = response(403, &[("www-authenticate", challenge)], body);
        assert_eq!(refusal(&forbidden).claims, None);
    }

    #[test]
    fn anything_else_is_malformed_and_harmless() {
        for (status, transient) in [(200, false), (302, false), (404, false), (502, true)] {
            let error = of(&response(status, &[], "<html>\u{1b}[2J</html>"));
            assert!(matches!(error, GraphError::Malformed { .. }), "{status}");
            assert_eq!(error.is_transient(), transient, "{status}");
            assert!(!text::acts_on_a_terminal(&format!("{error} {error:?}")));
        }
        let hostile = response(
            400,
            &[],
            "{\"error\":{\"code\":\"\\u001b\",\"message\":\"\\u202e\"}}",
        );
        assert!(!text::acts_on_a_terminal(&of(&hostile).to_string()));
    }
}
