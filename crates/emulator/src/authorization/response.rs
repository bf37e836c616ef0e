//! The way back to the client from the authorization endpoint (RFC 6749 §4.1.2; OAuth 2.0 Multiple
//! Response Type Encoding Practices; OAuth 2.0 Form Post Response Mode).

use url::Url;

use crate::clock::error_timestamp;
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::pages;
use crate::reply::Reply;

/// How the answer travels.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum ResponseMode {
    #[default]
    Query,
    Fragment,
    FormPost,
}

/// Where the answer goes, once the redirect URI has been found good.
#[derive(Clone, Debug)]
pub(crate) struct ReturnAddress {
    pub(crate) redirect_uri: Url,
    pub(crate) mode: ResponseMode,
    pub(crate) state: Option<String>,
}

impl ResponseMode {
    pub(crate) fn read(value: Option<&str>) -> Result<Self, EntraError> {
        match value {
            None | Some("query") => Ok(Self::Query),
            Some("fragment") => Ok(Self::Fragment),
            Some("form_post") => Ok(Self::FormPost),
            Some(other) => Err(EntraError::other(
                400,
                "unsupported_response_mode",
                70007,
                format!(
                    "'{other}' is not a supported value of 'response_mode' when requesting a code."
                ),
            )),
        }
    }
}

impl ReturnAddress {
    /// Sends these parameters and the state back.
    pub(crate) fn send(
        &self,
        exchange: &Exchange<'_>,
        mut parameters: Vec<(&str, String)>,
    ) -> Reply {
        if let Some(state) = &self.state {
            parameters.push(("state", state.clone()));
        }
        let mut target = self.redirect_uri.clone();
        match self.mode {
            ResponseMode::FormPost => {
                return pages::form_post(self.redirect_uri.as_str(), &parameters);
            }
            ResponseMode::Query => {
                target.query_pairs_mut().extend_pairs(parameters);
            }
            ResponseMode::Fragment => {
                let encoded = url::form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(parameters)
                    .finish();
                target.set_fragment(Some(&encoded));
            }
        }
        redirect(exchange, target.as_str())
    }

    /// Sends an error back (RFC 6749 §4.1.2.1).
    pub(crate) fn refuse(&self, exchange: &Exchange<'_>, error: &EntraError) -> Reply {
        let mut parameters = vec![
            ("error", error.error.clone()),
            (
                "error_description",
                error.description(exchange, &error_timestamp(exchange.now)),
            ),
            ("error_uri", error.look_up_page()),
        ];
        if let Some(suberror) = &error.suberror {
            parameters.push(("error_subcode", suberror.clone()));
        }
        if let Some(claims) = &error.claims {
            parameters.push(("claims", claims.clone()));
        }
        self.send(exchange, parameters)
    }
}

/// A redirect that the browser follows with GET: 303 after a form, 302 otherwise.
pub(crate) fn redirect(exchange: &Exchange<'_>, location: &str) -> Reply {
    let status = if exchange.request.method == "POST" {
        303
    } else {
        302
    };
    Reply::new(status, "text/html; charset=utf-8", "").with_header("location", location)
}
