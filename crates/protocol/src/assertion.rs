//! Client assertions signed with a certificate's key (RFC 7523 §3; Microsoft identity platform,
//! "Application authentication certificate credentials").

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::AssertionAlgorithm;
use model::AuthorityKind;
use model::ClientAssertion;
use model::ClientId;
use model::Timestamp;
use serde::Serialize;
use thiserror::Error;
use url::Url;

use crate::Endpoints;
use crate::certificate::SigningCertificate;
use crate::identifier::RandomnessError;

/// How long an assertion is valid: Entra's page suggests five to ten minutes.
pub const LIFETIME: Duration = Duration::from_mins(10);

/// How far the beginning of its validity lies in the past, for clocks that are a little ahead.
pub const CLOCK_TOLERANCE: Duration = Duration::from_mins(1);

/// Why no assertion could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AssertionError {
    /// The system gave no random numbers.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The key did not sign.
    #[error("the certificate's key could not sign the assertion")]
    Signing,
    /// Header or claims did not become JSON.
    #[error("the assertion could not be written as JSON")]
    Encoding,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    thumbprint_sha256: Option<String>,
    #[serde(rename = "x5t", skip_serializing_if = "Option::is_none")]
    thumbprint_sha1: Option<String>,
    #[serde(rename = "x5c", skip_serializing_if = "Option::is_none")]
    chain: Option<&'a [String]>,
}

#[derive(Serialize)]
struct Claims<'a> {
    #[serde(rename = "aud")]
    audience: &'a str,
    #[serde(rename = "iss")]
    issuer: &'a str,
    #[serde(rename = "sub")]
    subject: &'a str,
    #[serde(rename = "jti")]
    identifier: &'a str,
    #[serde(rename = "nbf")]
    not_before: i64,
    #[serde(rename = "iat")]
    issued_at: i64,
    #[serde(rename = "exp")]
    expires: i64,
}

/// The algorithm to sign with where nobody chose one.
///
/// PS256 is what Entra's page asks for, and what every kind of authority gets that is not known to
/// want otherwise; ADFS takes nothing but RS256. An OpenID provider that lists what it takes, and
/// lists RS256 but not PS256, gets RS256.
pub fn default_algorithm(kind: AuthorityKind, endpoints: &Endpoints) -> AssertionAlgorithm {
    let listed = &endpoints.token_auth_signing_algorithms;
    let takes = |name: &str| listed.iter().any(|known| known == name);
    match kind {
        AuthorityKind::Adfs => AssertionAlgorithm::RS256,
        AuthorityKind::Oidc if takes("RS256") && !takes("PS256") => AssertionAlgorithm::RS256,
        AuthorityKind::Entra
        | AuthorityKind::ExternalId
        | AuthorityKind::B2c
        | AuthorityKind::Oidc => AssertionAlgorithm::PS256,
    }
}

/// Signs an assertion that this client is `client_id`, for the endpoint `audience` alone.
///
/// `identifier` becomes `jti` and must never be used twice. The assertion is valid from a minute
/// before `now` until ten minutes after it. Design and rejected alternatives:
/// `docs/design/client-assertions.md`.
pub fn mint(
    certificate: &SigningCertificate,
    client_id: &ClientId,
    audience: &Url,
    now: Timestamp,
    identifier: &str,
    algorithm: AssertionAlgorithm,
    send_chain: bool,
) -> Result<ClientAssertion, AssertionError> {
    let chain: Option<Vec<String>> = send_chain.then(|| {
        certificate
            .chain()
            .map(|der| STANDARD.encode(der))
            .collect()
    });
    let (name, sha256, sha1) = match algorithm {
        AssertionAlgorithm::PS256 => (
            "PS256",
            Some(URL_SAFE_NO_PAD.encode(certificate.sha256())),
            None,
        ),
        AssertionAlgorithm::RS256 => (
            "RS256",
            None,
            Some(URL_SAFE_NO_PAD.encode(certificate.sha1())),
        ),
    };
    let header = Header {
        alg: name,
        typ: "JWT",
        thumbprint_sha256: sha256,
        thumbprint_sha1: sha1,
        chain: chain.as_deref(),
    };
    let claims = Claims {
        audience: audience.as_str(),
        issuer: client_id.as_str(),
        subject: client_id.as_str(),
        identifier,
        not_before: now.minus(CLOCK_TOLERANCE).unix_seconds(),
        issued_at: now.unix_seconds(),
        expires: now.plus(LIFETIME).unix_seconds(),
    };
    let signing_input = format!("{}.{}", encoded(&header)?, encoded(&claims)?);
    let signature = certificate
        .sign(algorithm, &SystemRandom::new(), signing_input.as_bytes())
        .map_err(|_| AssertionError::Signing)?;
    let signature = URL_SAFE_NO_PAD.encode(signature);
    Ok(ClientAssertion::from(format!(
        "{signing_input}.{signature}"
    )))
}

fn encoded(part: &impl Serialize) -> Result<String, AssertionError> {
    let json = serde_json::to_vec(part).map_err(|_| AssertionError::Encoding)?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}
