//! Client assertions (RFC 7523 §2.2): signed by a registered certificate or by a trusted issuer.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::client_authentication::ClientProof;
use crate::directory::{FederatedCredential, RegisteredApp, RegisteredCertificate};
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::jws::{Algorithm, CompactJws};
use crate::routes::Authority;
use crate::state::UsedAssertions;

/// How far the clocks of client and server may differ.
const SKEW_SECONDS: i64 = 5 * 60;
/// How far ahead `exp` may lie, the skew apart.
const MAXIMUM_LIFETIME_SECONDS: i64 = 10 * 60;

/// How closely a client assertion has to follow the standards.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Strictness {
    /// To the letter: thumbprints in base64url without padding (RFC 7515 §4.1.7), `x5c` an array
    /// (§4.1.6), dates as numbers (RFC 7519 §2).
    #[default]
    Standards,
    /// As Entra does, which also takes what the MSAL libraries send: thumbprints in any base64,
    /// padded or not; `x5c` as a single text or with line breaks; dates as numeric texts.
    AsEntra,
}

/// What an assertion is checked against.
#[derive(Clone, Debug)]
pub(crate) struct AssertionCheck<'a> {
    pub(crate) registered: &'a RegisteredApp,
    /// The address the assertion was posted to.
    pub(crate) token_endpoint: String,
    /// Which algorithms a certificate's assertion may use.
    pub(crate) algorithms: &'a [Algorithm],
    pub(crate) strictness: Strictness,
    pub(crate) used_assertions: &'a UsedAssertions,
    pub(crate) now: i64,
}

impl<'a> AssertionCheck<'a> {
    /// The check of an assertion sent with this exchange for this app.
    pub(crate) fn new(
        exchange: &Exchange<'a>,
        authority: Authority<'_>,
        registered: &'a RegisteredApp,
    ) -> Self {
        Self {
            registered,
            token_endpoint: exchange.request.url(),
            algorithms: match authority {
                Authority::Entra(_) => &[Algorithm::Ps256, Algorithm::Rs256],
                Authority::Adfs => &[Algorithm::Rs256],
            },
            strictness: exchange.state.strictness,
            used_assertions: &exchange.state.used_assertions,
            now: exchange.now,
        }
    }

    /// Verifies a client assertion.
    ///
    /// One with a certificate thumbprint in its header, or issued by the app itself, is the app's
    /// own; any other is a federated token.
    pub(crate) fn verify(&self, assertion: &str) -> Result<ClientProof, EntraError> {
        let jws = CompactJws::parse(assertion).map_err(|defect| {
            malformed(&format!("The client assertion cannot be read: {defect}."))
        })?;
        let client_id = &self.registered.app.client_id;
        let is_own = jws.header.contains_key("x5t")
            || jws.header.contains_key("x5t#S256")
            || jws.claim_text("iss") == Some(client_id);
        if is_own {
            self.verify_own(&jws)?;
            Ok(ClientProof::Certificate)
        } else {
            self.verify_federated(&jws)?;
            Ok(ClientProof::FederatedToken)
        }
    }

    fn verify_own(&self, jws: &CompactJws<'_>) -> Result<(), EntraError> {
        let algorithm = jws
            .algorithm()
            .filter(|algorithm| self.algorithms.contains(algorithm))
            .ok_or_else(|| unsupported_algorithm(jws))?;
        let certificate = self.certificate(jws, algorithm)?;
        self.check_chain(jws, certificate)?;
        if certificate.rsa_bits.is_some_and(|bits| bits < 2048) {
            return Err(EntraError::invalid_client(
                50032,
                "Developer error - the app is using a weak RSA key.",
            ));
        }
        if !jws.is_signed_by(algorithm, &certificate.public_key) {
            return Err(self.key_refused("Client assertion failed signature validation."));
        }
        if certificate.not_after < self.now {
            return Err(self.key_refused("The key used is expired."));
        }
        self.check_own_claims(jws)
    }

    /// The registered certificate that the header's thumbprint names: `x5t#S256` for PS256, `x5t`
    /// for RS256.
    fn certificate(
        &self,
        jws: &CompactJws<'_>,
        algorithm: Algorithm,
    ) -> Result<&RegisteredCertificate, EntraError> {
        let (parameter, thumbprint): (_, fn(&RegisteredCertificate) -> &str) = match algorithm {
            Algorithm::Ps256 => ("x5t#S256", |certificate| &certificate.sha256_thumbprint),
            Algorithm::Rs256 => ("x5t", |certificate| &certificate.sha1_thumbprint),
        };
        let sent = jws.header_text(parameter).ok_or_else(|| {
            self.key_refused(&format!(
                "The header has no '{parameter}' to find the key by."
            ))
        })?;
        self.registered
            .certificates
            .iter()
            .find(|certificate| thumbprint(certificate) == self.in_base64url(sent))
            .ok_or_else(|| {
                self.key_refused(&format!(
                    "The key was not found., Thumbprint of key used by client: '{sent}'"
                ))
            })
    }

    fn check_own_claims(&self, jws: &CompactJws<'_>) -> Result<(), EntraError> {
        let client_id = self.registered.app.client_id.as_str();
        let issuer = required_text(jws, "iss")?;
        let subject = required_text(jws, "sub")?;
        if issuer != subject {
            return Err(EntraError::invalid_client(
                50048,
                "Subject must match Issuer claim in the client assertion.",
            ));
        }
        if issuer != client_id {
            return Err(EntraError::invalid_client(
                700_021,
                "Client assertion application identifier doesn't match 'client_id' parameter.",
            ));
        }
        if !audience_is(jws, &self.token_endpoint) {
            return Err(EntraError::invalid_client(
                700_023,
                format!(
                    "Client assertion audience claim does not match Realm issuer. Review the documentation at \
                     https://aka.ms/entra/certificate-credentials. Expected '{}'.",
                    self.token_endpoint
                ),
            ));
        }
        let expires_at = self.check_times(jws)?;
        if expires_at > self.now + MAXIMUM_LIFETIME_SECONDS + SKEW_SECONDS {
            return Err(outside_validity(&format!(
                "'exp' lies more than {} minutes ahead",
                MAXIMUM_LIFETIME_SECONDS / 60
            )));
        }
        let token_id = required_text(jws, "jti")?;
        if self
            .used_assertions
            .remember(client_id, token_id, expires_at + SKEW_SECONDS, self.now)
        {
            Ok(())
        } else {
            Err(malformed(
                "The client assertion has been used before: its 'jti' must be fresh.",
            ))
        }
    }

    fn verify_federated(&self, jws: &CompactJws<'_>) -> Result<(), EntraError> {
        let credential = self.federated_credential(jws)?;
        match jws.algorithm() {
            Some(Algorithm::Rs256) => {}
            _ => return Err(unsupported_algorithm(jws)),
        }
        if !jws.is_signed_by(Algorithm::Rs256, &credential.public_key) {
            return Err(self.key_refused("Client assertion failed signature validation."));
        }
        self.check_times(jws).map(drop)
    }

    /// The federated credential that matches issuer, audience and subject, in Entra's order of
    /// complaint.
    fn federated_credential(
        &self,
        jws: &CompactJws<'_>,
    ) -> Result<&FederatedCredential, EntraError> {
        let app = &self.registered.app;
        let issuer = required_text(jws, "iss")?;
        let subject = required_text(jws, "sub")?;
        let no_match = |code, what: &str, value: &str| {
            EntraError::invalid_client(
                code,
                format!(
                    "No matching federated identity record found for presented assertion {what} '{value}'. Check your \
                     federated identity credential Subject, Audience and Issuer against the presented assertion."
                ),
            )
        };
        if app.federated_credentials.is_empty() {
            return Err(EntraError::invalid_client(
                70025,
                format!(
                    "The client '{}'({}) has no configured federated identity credentials.",
                    app.client_id, app.display_name
                ),
            ));
        }
        let mut candidates: Vec<_> = app
            .federated_credentials
            .iter()
            .filter(|credential| credential.issuer == issuer)
            .collect();
        if candidates.is_empty() {
            return Err(no_match(700_211, "issuer", issuer));
        }
        candidates.retain(|credential| audience_is(jws, &credential.audience));
        if candidates.is_empty() {
            let audience = jws.claims.get("aud").map(Value::to_string);
            return Err(no_match(
                700_212,
                "audience",
                audience.as_deref().unwrap_or_default(),
            ));
        }
        candidates
            .into_iter()
            .find(|credential| credential.subject == subject)
            .ok_or_else(|| no_match(700_213, "subject", subject))
    }

    /// Checks `exp` and, where present, `nbf` and `iat`; gives `exp`.
    fn check_times(&self, jws: &CompactJws<'_>) -> Result<i64, EntraError> {
        let expires_at = self.time(jws, "exp")?.ok_or_else(|| missing("exp"))?;
        if expires_at < self.now - SKEW_SECONDS {
            return Err(outside_validity(&format!(
                "'exp' is {expires_at}, the server's time is {}",
                self.now
            )));
        }
        for claim in ["nbf", "iat"] {
            if let Some(start) = self.time(jws, claim)?
                && start > self.now + SKEW_SECONDS
            {
                return Err(outside_validity(&format!(
                    "'{claim}' is {start}, the server's time is {}",
                    self.now
                )));
            }
        }
        Ok(expires_at)
    }

    /// `x5c` (RFC 7515 §4.1.6), if sent: an array of base64 DER certificates, the signing one first.
    fn check_chain(
        &self,
        jws: &CompactJws<'_>,
        leaf: &RegisteredCertificate,
    ) -> Result<(), EntraError> {
        let Some(value) = jws.header.get("x5c") else {
            return Ok(());
        };
        let broken = |what: &str| {
            EntraError::invalid_client(
                50012,
                format!("Authentication failed: 'x5c' of the client assertion {what}."),
            )
        };
        let certificates = match value {
            Value::Array(certificates) if !certificates.is_empty() => certificates.as_slice(),
            Value::String(_) if self.strictness == Strictness::AsEntra => {
                std::slice::from_ref(value)
            }
            _ => return Err(broken("is not an array of certificates")),
        };
        let chain = certificates
            .iter()
            .map(|certificate| {
                let mut text = certificate.as_str()?.to_owned();
                if self.strictness == Strictness::AsEntra {
                    text.retain(|character| !character.is_ascii_whitespace());
                }
                let der = STANDARD.decode(text).ok()?;
                RegisteredCertificate::parse(&der)
            })
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| broken("holds something other than base64 of a DER certificate"))?;
        if chain[0].der == leaf.der {
            Ok(())
        } else {
            Err(self.key_refused("The first certificate of 'x5c' is not the one that signed."))
        }
    }

    /// A `NumericDate` (RFC 7519 §2), fractions dropped.
    fn time(&self, jws: &CompactJws<'_>, claim: &str) -> Result<Option<i64>, EntraError> {
        let Some(value) = jws.claims.get(claim) else {
            return Ok(None);
        };
        let seconds = match value {
            Value::Number(number) => number
                .as_i64()
                .or_else(|| number.as_f64().map(whole_seconds)),
            Value::String(text) if self.strictness == Strictness::AsEntra => text.parse().ok(),
            _ => None,
        };
        seconds.map(Some).ok_or_else(|| {
            malformed(&format!(
                "'{claim}' of the client assertion is not a number."
            ))
        })
    }

    /// A thumbprint as it should have been sent.
    fn in_base64url<'t>(&self, sent: &'t str) -> Cow<'t, str> {
        match self.strictness {
            Strictness::Standards => Cow::Borrowed(sent),
            Strictness::AsEntra => {
                let unpadded = sent.trim_end_matches('=');
                Cow::Owned(unpadded.replace('+', "-").replace('/', "_"))
            }
        }
    }

    fn key_refused(&self, reason: &str) -> EntraError {
        EntraError::invalid_client(
            700_027,
            format!(
                "The certificate with identifier used to sign the client assertion is not registered on application. \
                 [Reason - {reason}] Client app ID: {}({}).",
                self.registered.app.client_id, self.registered.app.display_name
            ),
        )
    }
}

/// `aud`: a text or an array of texts that holds the expected one (RFC 7519 §4.1.3).
fn audience_is(jws: &CompactJws<'_>, expected: &str) -> bool {
    match jws.claims.get("aud") {
        Some(Value::String(audience)) => audience == expected,
        Some(Value::Array(audiences)) => audiences
            .iter()
            .any(|audience| audience.as_str() == Some(expected)),
        _ => false,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, and dates that large are refused as too far ahead"
)]
fn whole_seconds(seconds: f64) -> i64 {
    seconds as i64
}

fn required_text<'a>(jws: &'a CompactJws<'_>, claim: &str) -> Result<&'a str, EntraError> {
    jws.claim_text(claim)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| missing(claim))
}

fn missing(claim: &str) -> EntraError {
    malformed(&format!("The client assertion has no '{claim}'."))
}

fn malformed(message: &str) -> EntraError {
    EntraError::invalid_client(
        50027,
        format!("JWT token is invalid or malformed. {message}"),
    )
}

fn unsupported_algorithm(jws: &CompactJws<'_>) -> EntraError {
    let algorithm = jws
        .header
        .get("alg")
        .map_or_else(String::new, Value::to_string);
    malformed(&format!(
        "{algorithm} is not a supported signature algorithm here."
    ))
}

fn outside_validity(detail: &str) -> EntraError {
    EntraError::invalid_client(
        700_024,
        format!("Client assertion is not within its valid time range: {detail}."),
    )
}
