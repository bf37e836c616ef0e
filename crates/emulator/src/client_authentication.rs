//! How a client proves itself at the token endpoint (RFC 6749 §2.3, RFC 7521 §4.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::client_assertion::AssertionCheck;
use crate::directory::{Platform, RegisteredApp};
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::form::Form;
use crate::request::Request;

/// The `client_assertion_type` of a JWT (RFC 7523 §2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The client id and the credential that a request presents.
pub(crate) struct PresentedClient {
    pub(crate) client_id: String,
    credential: Option<Credential>,
}

enum Credential {
    Secret(String),
    Assertion(String),
}

/// What a client has proved itself with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ClientProof {
    Secret,
    Certificate,
    FederatedToken,
}

impl ClientProof {
    /// The value of `appidacr` and `azpacr`.
    pub(crate) fn class_reference(self) -> &'static str {
        match self {
            Self::Secret => "1",
            Self::Certificate | Self::FederatedToken => "2",
        }
    }
}

impl PresentedClient {
    /// Reads client id and credential from the body or from HTTP Basic, never from both.
    pub(crate) fn read(request: &Request, form: &Form) -> Result<Self, EntraError> {
        let basic = request.header("authorization").and_then(|value| {
            let (scheme, credentials) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("basic").then_some(credentials)
        });
        let secret = form.get("client_secret");
        let assertion = form.get("client_assertion");
        let assertion_type = form.get("client_assertion_type");

        if let Some(basic) = basic {
            let (client_id, secret_sent) = decode_basic(basic).ok_or_else(|| {
                malformed_request(
                    "The Authorization header is not HTTP Basic of a form-encoded id and secret.",
                )
            })?;
            if secret.is_some() || assertion.is_some() {
                return Err(malformed_request(
                    "The client presents more than one credential (RFC 6749 section 2.3).",
                ));
            }
            if form.get("client_id").is_some_and(|id| id != client_id) {
                return Err(malformed_request(
                    "'client_id' and the Authorization header name different clients.",
                ));
            }
            return Ok(Self {
                client_id,
                credential: Some(Credential::Secret(secret_sent)),
            });
        }

        let client_id = form.required("client_id")?.to_owned();
        let credential = match (secret, assertion, assertion_type) {
            (Some(_), Some(_), _) => {
                return Err(malformed_request(
                    "The client presents more than one credential (RFC 6749 section 2.3).",
                ));
            }
            (Some(secret), None, None) => Some(Credential::Secret(secret.to_owned())),
            (None, Some(assertion), Some(JWT_BEARER)) => {
                Some(Credential::Assertion(assertion.to_owned()))
            }
            (None, Some(_), Some(_)) => {
                return Err(malformed_request(
                    "The value of 'client_assertion_type' is not supported.",
                ));
            }
            (None, Some(_), None) => {
                return Err(EntraError::missing_parameter("client_assertion_type"));
            }
            (_, None, Some(_)) => {
                return Err(credential_missing());
            }
            (None, None, None) => None,
        };
        Ok(Self {
            client_id,
            credential,
        })
    }

    /// Holds the client to the kind of client that a platform makes it: with a credential from the
    /// web, without one from everywhere else (AADSTS7000218, 700025), and with an `Origin` header
    /// from a single-page application alone (AADSTS9002327, 9002326).
    pub(crate) fn authenticate_as(
        &self,
        platform: Platform,
        exchange: &Exchange<'_>,
        check: &AssertionCheck<'_>,
    ) -> Result<Option<ClientProof>, EntraError> {
        match platform {
            Platform::SinglePageApplication => {
                if exchange.request.header("origin").is_none() {
                    return Err(EntraError::invalid_request(
                        9_002_327,
                        "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via \
                         cross-origin requests.",
                    ));
                }
            }
            Platform::PublicClient | Platform::Web => refuse_origin(exchange)?,
        }
        match (platform, &self.credential) {
            (Platform::Web, None) => Err(credential_missing()),
            (Platform::Web, Some(_)) => self.authenticate(check.registered, check),
            (_, Some(_)) => Err(credential_of_public_client()),
            (_, None) => Ok(None),
        }
    }

    /// Checks the credential against what is registered; `check` is for assertions.
    ///
    /// `None` when nothing was presented, which only some grants allow.
    pub(crate) fn authenticate(
        &self,
        registered: &RegisteredApp,
        check: &AssertionCheck<'_>,
    ) -> Result<Option<ClientProof>, EntraError> {
        let Some(credential) = &self.credential else {
            return Ok(None);
        };
        if registered.app.is_public {
            return Err(credential_of_public_client());
        }
        match credential {
            Credential::Secret(secret) => {
                check_secret(registered, secret).map(|()| Some(ClientProof::Secret))
            }
            Credential::Assertion(assertion) => check.verify(assertion).map(Some),
        }
    }
}

fn credential_of_public_client() -> EntraError {
    EntraError::invalid_client(
        700_025,
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    )
}

/// AADSTS7000218: the client has to prove itself.
pub(crate) fn credential_missing() -> EntraError {
    EntraError::invalid_client(
        7_000_218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    )
}

/// AADSTS9002326: only pages of a single-page application may ask the token endpoint.
pub(crate) fn refuse_origin(exchange: &Exchange<'_>) -> Result<(), EntraError> {
    if exchange.request.header("origin").is_some() {
        return Err(EntraError::invalid_request(
            9_002_326,
            "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.",
        ));
    }
    Ok(())
}

fn check_secret(registered: &RegisteredApp, sent: &str) -> Result<(), EntraError> {
    let app = &registered.app;
    match app.secrets.iter().find(|secret| secret.value == sent) {
        Some(secret) if secret.has_expired => Err(EntraError::invalid_client(
            7_000_222,
            format!(
                "The provided client secret keys for app '{}' are expired. Visit the Azure portal to create new keys \
                 for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added \
                 security: https://aka.ms/certCreds.",
                app.client_id
            ),
        )),
        Some(_) => Ok(()),
        None => Err(EntraError::invalid_client(
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret \
                 value, not the client secret ID, for a secret added to app '{}'.",
                app.client_id
            ),
        )),
    }
}

/// Base64 of `id:secret`, each form-encoded first (RFC 6749 §2.3.1).
fn decode_basic(credentials: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (client_id, secret) = text.split_once(':')?;
    Some((form_decode(client_id)?, form_decode(secret)?))
}

/// Undoes form encoding; `None` for text that holds a bare `&`, which encoding never leaves.
fn form_decode(text: &str) -> Option<String> {
    if text.contains('&') {
        return None;
    }
    url::form_urlencoded::parse(format!("value={text}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
}

fn malformed_request(message: &str) -> EntraError {
    EntraError::invalid_request(9_002_313, format!("Invalid request. {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::tests::form_post;

    fn read(body: &str, authorization: Option<&str>) -> Result<PresentedClient, EntraError> {
        let mut request = form_post("/t/oauth2/v2.0/token", body);
        if let Some(value) = authorization {
            request
                .headers
                .push(("authorization".to_owned(), value.to_owned()));
        }
        PresentedClient::read(&request, &Form::read(&request)?)
    }

    fn secret(client: PresentedClient) -> String {
        match client.credential {
            Some(Credential::Secret(secret)) => secret,
            _ => panic!("no secret was read"),
        }
    }

    #[test]
    fn basic_is_decoded_from_base64_and_then_from_form_encoding() {
        let header = format!("basic {}", STANDARD.encode("an+id:a%2Bb%25%3D~%3A"));
        let client = read("grant_type=x", Some(&header)).unwrap();
        assert_eq!(client.client_id, "an id");
        assert_eq!(secret(client), "a+b%=~:");
    }

    #[test]
    fn a_secret_in_the_body_is_decoded_once() {
        let client = read("client_id=id&client_secret=%2B%2F%3D%26%25%7E", None).unwrap();
        assert_eq!(secret(client), "+/=&%~");
    }

    #[test]
    fn two_credentials_or_a_half_one_are_refused() {
        let basic = format!("Basic {}", STANDARD.encode("id:secret"));
        let jwt = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        let cases = [
            (
                "client_secret=a".to_owned(),
                Some(basic.as_str()),
                9_002_313,
            ),
            (
                "client_id=other".to_owned(),
                Some(basic.as_str()),
                9_002_313,
            ),
            (String::new(), Some("Basic ***"), 9_002_313),
            (
                format!(
                    "client_id=id&client_secret=a&client_assertion=b&client_assertion_type={jwt}"
                ),
                None,
                9_002_313,
            ),
            (
                "client_id=id&client_assertion=b&client_assertion_type=saml".to_owned(),
                None,
                9_002_313,
            ),
            ("client_id=id&client_assertion=b".to_owned(), None, 900_144),
            (
                format!("client_id=id&client_assertion_type={jwt}"),
                None,
                7_000_218,
            ),
            ("client_secret=a".to_owned(), None, 900_144),
        ];
        for (body, authorization, code) in cases {
            let error = read(&body, authorization).err().expect(&body);
            assert_eq!(error.code, code, "{body}");
        }
    }
}
