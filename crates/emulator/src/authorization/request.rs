//! An authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1).

use serde_json::Value;
use url::Url;

use super::{RequestedScopes, ResponseMode, ReturnAddress};
use crate::directory::{App, Directory, Platform, TenantPath, matching};
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::form::Form;

/// The length of base64url of a SHA-256 (RFC 7636 §4.2).
const CHALLENGE_LENGTH: usize = 43;

/// Who asks and where the answer goes: all that has to be sound before anything is sent there.
#[derive(Debug)]
pub(crate) struct AuthorizingClient<'a> {
    pub(crate) path: TenantPath<'a>,
    pub(crate) app: &'a App,
    pub(crate) platform: Platform,
    /// The redirect URI to the letter, for the comparison at the token endpoint.
    pub(crate) redirect_uri: &'a str,
    pub(crate) address: ReturnAddress,
}

/// A request that a person can be asked about.
#[derive(Debug)]
pub(crate) struct AuthorizationRequest<'a> {
    pub(crate) scope: &'a str,
    pub(crate) scopes: RequestedScopes<'a>,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) code_challenge: Option<&'a str>,
    pub(crate) prompt: Prompt,
    pub(crate) login_hint: Option<&'a str>,
    pub(crate) domain_hint: Option<&'a str>,
    pub(crate) wants_client_info: bool,
    /// Whether the claims asked for need a second factor.
    pub(crate) needs_step_up: bool,
}

/// What the client wants the person to be shown (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Prompt {
    /// Whatever is needed.
    #[default]
    WhenNeeded,
    /// Nothing.
    Nothing,
    /// Signing in anew.
    Login,
    SelectAccount,
    Consent,
}

impl<'a> AuthorizingClient<'a> {
    /// Finds app and redirect URI; an error here is shown in the browser, never sent anywhere.
    pub(crate) fn find(
        exchange: &'a Exchange<'_>,
        segment: &str,
        parameters: &'a Form,
    ) -> Result<Self, EntraError> {
        let directory = &exchange.state.directory;
        let path = directory.tenant(segment)?;
        let client_id = parameters.required("client_id")?;
        let app = &directory.app(client_id, path.tenant())?.app;
        if app.redirects.is_empty() {
            return Err(EntraError::invalid_request(
                500_113,
                "No reply address is registered for the application.",
            ));
        }
        let redirect_uri = parameters.required("redirect_uri")?;
        let address = Url::parse(redirect_uri).map_err(|_| {
            EntraError::invalid_request(90102, "'redirect_uri' value must be a valid absolute URI.")
        })?;
        let registered = matching(&app.redirects, &address).ok_or_else(|| {
            EntraError::invalid_request(
                50011,
                format!(
                    "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs \
                     configured for the application '{}'. Make sure the redirect URI sent in the request matches one \
                     added to your application in the Azure portal. Navigate to \
                     https://aka.ms/redirectUriMismatchError to learn more about how to troubleshoot this.",
                    app.client_id
                ),
            )
        })?;
        Ok(Self {
            path,
            app,
            platform: registered.platform,
            redirect_uri,
            address: ReturnAddress {
                redirect_uri: address,
                // One that cannot be read is refused by the way that is usual.
                mode: ResponseMode::read(parameters.get("response_mode")).unwrap_or_default(),
                state: parameters.get("state").map(str::to_owned),
            },
        })
    }
}

impl<'a> AuthorizationRequest<'a> {
    /// Reads the rest of the request; an error here goes back to the client.
    pub(crate) fn read(
        client: &AuthorizingClient<'a>,
        parameters: &'a Form,
        directory: &'a Directory,
    ) -> Result<Self, EntraError> {
        match parameters.required("response_type")? {
            "code" => {}
            other => {
                return Err(EntraError::other(
                    400,
                    "unsupported_response_type",
                    700_054,
                    format!("response_type '{other}' is not enabled for the application."),
                ));
            }
        }
        ResponseMode::read(parameters.get("response_mode"))?;
        let scope = parameters.required("scope")?;
        Ok(Self {
            scope,
            scopes: RequestedScopes::read(scope, client.app, directory)?,
            nonce: parameters.get("nonce"),
            code_challenge: code_challenge(client.platform, parameters)?,
            prompt: Prompt::read(parameters.get("prompt"))?,
            login_hint: parameters.get("login_hint"),
            domain_hint: parameters.get("domain_hint"),
            wants_client_info: parameters.get("client_info") == Some("1"),
            needs_step_up: asks_for_step_up(&claims(parameters)?),
        })
    }
}

impl Prompt {
    fn read(value: Option<&str>) -> Result<Self, EntraError> {
        Ok(match value {
            None => Self::WhenNeeded,
            Some("none") => Self::Nothing,
            Some("login") => Self::Login,
            Some("select_account") => Self::SelectAccount,
            Some("consent") => Self::Consent,
            Some(other) => return Err(unsupported("prompt", other)),
        })
    }
}

/// The PKCE challenge. Only S256 is accepted; a method left out means `plain` (RFC 7636 §4.3).
fn code_challenge(platform: Platform, parameters: &Form) -> Result<Option<&str>, EntraError> {
    let method = parameters.get("code_challenge_method");
    let Some(challenge) = parameters.get("code_challenge") else {
        if platform == Platform::SinglePageApplication {
            return Err(EntraError::invalid_request(
                9_002_325,
                "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
            ));
        }
        return match method {
            None => Ok(None),
            Some(_) => Err(EntraError::missing_parameter("code_challenge")),
        };
    };
    match method.unwrap_or("plain") {
        "S256" => {}
        other => return Err(unsupported("code_challenge_method", other)),
    }
    let is_base64url = challenge
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if challenge.len() != CHALLENGE_LENGTH || !is_base64url {
        return Err(EntraError::invalid_request(
            501_491,
            "Invalid size of Code_Challenge parameter.",
        ));
    }
    Ok(Some(challenge))
}

/// The `claims` parameter (OpenID Connect Core §5.5), `null` if there is none.
pub(crate) fn claims(parameters: &Form) -> Result<Value, EntraError> {
    let Some(claims) = parameters.get("claims") else {
        return Ok(Value::Null);
    };
    serde_json::from_str(claims)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| {
            EntraError::invalid_request(
                9_002_313,
                "Invalid request. Request is malformed or invalid: 'claims' is not a JSON object.",
            )
        })
}

/// Whether claims declare the capability `cp1` (continuous access evaluation).
pub(crate) fn declares_cp1(claims: &Value) -> bool {
    let values = claims["access_token"]["xms_cc"]["values"].as_array();
    values.is_some_and(|values| {
        values.iter().any(|value| {
            value
                .as_str()
                .is_some_and(|value| value.eq_ignore_ascii_case("cp1"))
        })
    })
}

/// Whether claims answer a Conditional Access challenge: a policy's id or an authentication
/// context.
pub(crate) fn asks_for_step_up(claims: &Value) -> bool {
    ["capolids", "acrs"]
        .iter()
        .any(|name| !claims["access_token"][*name].is_null())
}

fn unsupported(name: &str, value: &str) -> EntraError {
    EntraError::invalid_request(90023, format!("Unsupported '{name}' value '{value}'."))
}
