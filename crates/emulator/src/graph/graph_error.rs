//! Errors in Graph's form: `{"error": {"code", "message", "innerError"}}`.

use serde_json::json;

use crate::exchange::Exchange;
use crate::reply::Reply;

/// An error of Graph.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct GraphError {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// The claims a new token has to meet, JSON.
    pub(crate) claims: Option<String>,
}

impl GraphError {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            claims: None,
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// An advanced query without its header and `$count=true`, or where there are none.
    pub(crate) fn unsupported_query(message: impl Into<String>) -> Self {
        Self::new(400, "Request_UnsupportedQuery", message)
    }

    pub(crate) fn expired_page_token() -> Self {
        Self::new(
            400,
            "Directory_ExpiredPageToken",
            "The specified page token value has expired and can no longer be included in your \
             request.",
        )
    }

    pub(crate) fn invalid_token(message: &str) -> Self {
        Self::new(401, "InvalidAuthenticationToken", message)
    }

    /// A token that has to meet these claims first.
    pub(crate) fn challenge(claims: String) -> Self {
        Self {
            claims: Some(claims),
            ..Self::invalid_token("Continuous access evaluation resulted in challenge.")
        }
    }

    pub(crate) fn denied() -> Self {
        Self::new(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    }

    pub(crate) fn reply(&self, exchange: &Exchange<'_>) -> Reply {
        use base64::Engine as _;
        let body = json!({"error": {
            "code": self.code,
            "message": self.message,
            "innerError": {
                "date": jiff::Timestamp::from_second(exchange.now)
                    .unwrap_or_default()
                    .strftime("%Y-%m-%dT%H:%M:%S")
                    .to_string(),
                "request-id": exchange.trace_id,
                "client-request-id": exchange.correlation_id,
            },
        }});
        let reply = Reply::json(self.status, &body);
        match &self.claims {
            _ if self.status != 401 => reply,
            None => reply.with_header("www-authenticate", "Bearer realm=\"\""),
            Some(claims) => {
                let claims = base64::engine::general_purpose::STANDARD.encode(claims);
                reply.with_header(
                    "www-authenticate",
                    format!(
                        "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", \
                         error=\"insufficient_claims\", claims=\"{claims}\"",
                        exchange.origin()
                    ),
                )
            }
        }
    }
}
