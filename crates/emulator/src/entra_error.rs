//! Errors in Entra's shape.

use aws_lc_rs::error::Unspecified;
use serde_json::{Map, Value, json};

use crate::clock::error_timestamp;
use crate::directory::App;
use crate::exchange::Exchange;
use crate::reply::Reply;

/// A refusal: the OAuth error of RFC 6749 §5.2 with Entra's AADSTS code.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct EntraError {
    pub(crate) status: u16,
    pub(crate) error: String,
    pub(crate) code: u32,
    pub(crate) message: String,
    pub(crate) suberror: Option<String>,
    pub(crate) claims: Option<String>,
}

impl EntraError {
    fn new(status: u16, error: &str, code: u32, message: impl Into<String>) -> Self {
        Self {
            status,
            error: error.to_owned(),
            code,
            message: message.into(),
            suberror: None,
            claims: None,
        }
    }

    pub(crate) fn invalid_request(code: u32, message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request", code, message)
    }

    /// The client failed to prove itself: status 401.
    pub(crate) fn invalid_client(code: u32, message: impl Into<String>) -> Self {
        Self::new(401, "invalid_client", code, message)
    }

    pub(crate) fn unauthorized_client(code: u32, message: impl Into<String>) -> Self {
        Self::new(400, "unauthorized_client", code, message)
    }

    pub(crate) fn invalid_scope(code: u32, message: impl Into<String>) -> Self {
        Self::new(400, "invalid_scope", code, message)
    }

    pub(crate) fn invalid_resource(code: u32, message: impl Into<String>) -> Self {
        Self::new(400, "invalid_resource", code, message)
    }

    pub(crate) fn invalid_grant(code: u32, message: impl Into<String>) -> Self {
        Self::new(400, "invalid_grant", code, message)
    }

    pub(crate) fn unsupported_grant_type(code: u32, message: impl Into<String>) -> Self {
        Self::new(400, "unsupported_grant_type", code, message)
    }

    pub(crate) fn server_error(code: u32, message: impl Into<String>) -> Self {
        Self::new(500, "server_error", code, message)
    }

    pub(crate) fn temporarily_unavailable(
        status: u16,
        code: u32,
        message: impl Into<String>,
    ) -> Self {
        Self::new(status, "temporarily_unavailable", code, message)
    }

    /// An error of any status and name.
    pub(crate) fn other(status: u16, error: &str, code: u32, message: impl Into<String>) -> Self {
        Self::new(status, error, code, message)
    }

    /// AADSTS900144: a parameter is not in the body.
    pub(crate) fn missing_parameter(name: &str) -> Self {
        Self::invalid_request(
            900_144,
            format!("The request body must contain the following parameter: '{name}'."),
        )
    }

    /// AADSTS70011: `.default` together with permissions by name.
    pub(crate) fn mixed_scopes(scope: &str) -> Self {
        Self::invalid_scope(
            70011,
            format!(
                "The provided request must include a 'scope' input parameter. The provided value for the input \
                 parameter 'scope' is not valid. The scope {scope} is not valid. .default scope can't be combined with \
                 resource-specific scopes."
            ),
        )
    }

    /// AADSTS500011: no such resource in the directory of this name.
    pub(crate) fn resource_not_found(resource: &str, directory: &str) -> Self {
        Self::invalid_resource(
            500_011,
            format!(
                "The resource principal named {resource} was not found in the tenant named {directory}. This can happen \
                 if the application has not been installed by the administrator of the tenant or consented to by any \
                 user in the tenant. You might have sent your authentication request to the wrong tenant."
            ),
        )
    }

    /// AADSTS65001, which the token endpoint calls `invalid_grant` and the authorization endpoint
    /// `consent_required`.
    pub(crate) fn consent_required(error: &str, app: &App) -> Self {
        Self {
            suberror: Some("consent_required".to_owned()),
            ..Self::new(
                400,
                error,
                65001,
                format!(
                    "The user or administrator has not consented to use the application with ID '{}' named '{}'. Send \
                     an interactive authorization request for this user and resource.",
                    app.client_id, app.display_name
                ),
            )
        }
    }

    /// AADSTS50057: the user may not sign in.
    pub(crate) fn account_disabled() -> Self {
        Self::invalid_grant(50057, "The user account is disabled.")
    }

    /// AADSTS9002313: a code or token that was never issued here.
    pub(crate) fn malformed_grant() -> Self {
        Self::invalid_grant(
            9_002_313,
            "Invalid request. Request is malformed or invalid.",
        )
    }

    /// AADSTS70000: a code or token that was issued to another client.
    pub(crate) fn grant_of_another_client() -> Self {
        Self::invalid_grant(
            70000,
            "Provided grant is invalid or malformed: it was issued to another client.",
        )
    }

    /// `error_description`: the code, the message and the identifiers of the exchange.
    pub(crate) fn description(&self, exchange: &Exchange<'_>, timestamp: &str) -> String {
        format!(
            "AADSTS{}: {}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {timestamp}",
            self.code, self.message, exchange.trace_id, exchange.correlation_id
        )
    }

    /// `error_uri`: the public page that explains the code, as Entra's does.
    pub(crate) fn look_up_page(&self) -> String {
        format!("https://login.microsoftonline.com/error?code={}", self.code)
    }

    /// The reply, with the identifiers and the time of the exchange.
    pub(crate) fn reply(&self, exchange: &Exchange<'_>) -> Reply {
        let timestamp = error_timestamp(exchange.now);
        let mut body = Map::new();
        body.insert("error".to_owned(), json!(self.error));
        body.insert(
            "error_description".to_owned(),
            json!(self.description(exchange, &timestamp)),
        );
        body.insert("error_codes".to_owned(), json!([self.code]));
        body.insert("timestamp".to_owned(), json!(timestamp));
        body.insert("trace_id".to_owned(), json!(exchange.trace_id));
        body.insert("correlation_id".to_owned(), json!(exchange.correlation_id));
        body.insert("error_uri".to_owned(), json!(self.look_up_page()));
        if let Some(suberror) = &self.suberror {
            body.insert("suberror".to_owned(), json!(suberror));
        }
        if let Some(claims) = &self.claims {
            body.insert("claims".to_owned(), json!(claims));
        }
        Reply::json(self.status, &Value::Object(body))
    }
}

impl From<Unspecified> for EntraError {
    fn from(_: Unspecified) -> Self {
        Self::server_error(50000, "There was an issue with the token-signing service.")
    }
}

impl From<rcgen::Error> for EntraError {
    fn from(_: rcgen::Error) -> Self {
        Self::from(Unspecified)
    }
}
