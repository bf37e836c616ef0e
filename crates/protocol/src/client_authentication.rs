//! How a client proves who it is at the token endpoint (RFC 6749 §2.3, RFC 7521 §4.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::AssertionAlgorithm;
use model::AuthorityKind;
use model::ClientAssertion;
use model::ClientId;
use model::ClientSecret;
use model::Timestamp;
use zeroize::Zeroizing;

use crate::Endpoints;
use crate::HttpRequest;
use crate::assertion;
use crate::assertion::AssertionError;
use crate::certificate::SigningCertificate;
use crate::http::percent_encoded;

/// `client_assertion_type` of a JWT (RFC 7523 §2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a client proves itself with.
#[derive(Debug)]
pub enum ClientAuthentication {
    /// A shared secret.
    Secret(ClientSecret),
    /// A certificate: an assertion is signed with its key for each request.
    Certificate {
        /// The certificate and its key.
        certificate: Box<SigningCertificate>,
        /// How the assertion is signed; see [`assertion::default_algorithm`].
        algorithm: AssertionAlgorithm,
        /// Whether the certificate and its chain are sent along (`x5c`), for apps that trust a
        /// subject name and issuer rather than a thumbprint.
        send_chain: bool,
    },
    /// A JWT made by someone else.
    Assertion(ClientAssertion),
    /// Nothing: a public client.
    None,
}

impl ClientAuthentication {
    /// Whether there is nothing to prove anything with.
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Adds `client_id` and the proof to a request for the token endpoint.
    ///
    /// A secret goes into the form (`client_secret_post`); into an `Authorization` header only
    /// where an OpenID provider takes it nowhere else. Never both.
    pub(crate) fn apply(
        &self,
        request: &mut HttpRequest,
        kind: AuthorityKind,
        endpoints: &Endpoints,
        client_id: &ClientId,
        now: Timestamp,
    ) -> Result<(), AssertionError> {
        if let Self::Secret(secret) = self
            && only_basic(kind, endpoints)
        {
            request
                .headers
                .push(("authorization", basic(client_id, secret)));
            return Ok(());
        }
        let form = request.body.get_or_insert_default();
        form.push("client_id", client_id.as_str());
        match self {
            Self::Secret(secret) => form.push("client_secret", secret.expose_secret()),
            Self::Certificate {
                certificate,
                algorithm,
                send_chain,
            } => {
                let identifier = crate::identifier::random_guid()?;
                let signed = assertion::mint(
                    certificate,
                    client_id,
                    &endpoints.token,
                    now,
                    &identifier,
                    *algorithm,
                    *send_chain,
                )?;
                form.push("client_assertion_type", JWT_BEARER);
                form.push("client_assertion", signed.expose_secret());
            }
            Self::Assertion(assertion) => {
                form.push("client_assertion_type", JWT_BEARER);
                form.push("client_assertion", assertion.expose_secret());
            }
            Self::None => {}
        }
        Ok(())
    }
}

fn only_basic(kind: AuthorityKind, endpoints: &Endpoints) -> bool {
    let supports = |method: &str| {
        endpoints
            .token_auth_methods
            .iter()
            .any(|known| known == method)
    };
    kind == AuthorityKind::Oidc
        && supports("client_secret_basic")
        && !supports("client_secret_post")
}

/// Both parts form-encoded before they are joined (RFC 6749 §2.3.1).
fn basic(client_id: &ClientId, secret: &ClientSecret) -> String {
    let name = percent_encoded(client_id.as_str());
    let password = percent_encoded(secret.expose_secret());
    let pair = Zeroizing::new(format!("{}:{}", *name, *password));
    let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
    format!("Basic {}", *encoded)
}
