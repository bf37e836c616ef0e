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

/// The algorithm to sign with where nobody chose one: PS256 for Entra, whose page asks for it, and
/// RS256 for ADFS, which takes nothing else. An OpenID provider gets PS256 if it lists it, and
/// otherwise RS256, which every one should take (OpenID Connect Discovery 1.0 §3).
pub fn default_algorithm(kind: AuthorityKind, endpoints: &Endpoints) -> AssertionAlgorithm {
    let lists_ps256 = || {
        let listed = &endpoints.token_auth_signing_algorithms;
        listed.iter().any(|algorithm| algorithm == "PS256")
    };
    match kind {
        AuthorityKind::Entra | AuthorityKind::ExternalId | AuthorityKind::B2c => {
            AssertionAlgorithm::PS256
        }
        AuthorityKind::Oidc if lists_ps256() => AssertionAlgorithm::PS256,
        AuthorityKind::Oidc | AuthorityKind::Adfs => AssertionAlgorithm::RS256,
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

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
    use aws_lc_rs::signature::RSA_PSS_2048_8192_SHA256;
    use aws_lc_rs::signature::UnparsedPublicKey;
    use rcgen::CertificateParams;
    use rcgen::KeyPair;
    use rcgen::PublicKeyData as _;
    use rcgen::RsaKeySize;
    use serde_json::Value;
    use serde_json::json;

    use super::*;
    use crate::certificate;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);
    const AUDIENCE: &str = "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token";

    struct Fixture {
        certificate: SigningCertificate,
        public_key: Vec<u8>,
        der: Vec<u8>,
    }

    static FIXTURE: LazyLock<Fixture> = LazyLock::new(|| {
        let algorithm = &rcgen::PKCS_RSA_SHA256;
        let key = KeyPair::generate_rsa_for(algorithm, RsaKeySize::_2048).unwrap();
        let certificate = CertificateParams::default().self_signed(&key).unwrap();
        let pem = format!("{}{}", key.serialize_pem(), certificate.pem());
        Fixture {
            certificate: certificate::load(pem.as_bytes(), None, NOW).unwrap(),
            public_key: key.der_bytes().to_vec(),
            der: certificate.der().to_vec(),
        }
    });

    fn minted(algorithm: AssertionAlgorithm, send_chain: bool) -> ClientAssertion {
        mint(
            &FIXTURE.certificate,
            &ClientId::parse("6731de76-14a6-49ae-97bc-6eba6914391e").unwrap(),
            &Url::parse(AUDIENCE).unwrap(),
            NOW,
            "one-time",
            algorithm,
            send_chain,
        )
        .unwrap()
    }

    fn part(assertion: &ClientAssertion, index: usize) -> Value {
        let part = assertion.expose_secret().split('.').nth(index).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn the_claims_are_those_that_entra_asks_for() {
        let claims = part(&minted(AssertionAlgorithm::PS256, false), 1);
        assert_eq!(
            claims,
            json!({
                "aud": AUDIENCE,
                "iss": "6731de76-14a6-49ae-97bc-6eba6914391e",
                "sub": "6731de76-14a6-49ae-97bc-6eba6914391e",
                "jti": "one-time",
                "nbf": 1_767_225_540,
                "iat": 1_767_225_600,
                "exp": 1_767_226_200,
            })
        );
    }

    #[test]
    fn the_header_names_the_certificate_in_the_algorithms_own_way() {
        let sha256 = URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(
            &aws_lc_rs::digest::SHA256,
            &FIXTURE.der,
        ));
        let sha1 = URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(
            &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY,
            &FIXTURE.der,
        ));
        assert_eq!(
            part(&minted(AssertionAlgorithm::PS256, false), 0),
            json!({"alg": "PS256", "typ": "JWT", "x5t#S256": sha256})
        );
        assert_eq!(
            part(&minted(AssertionAlgorithm::RS256, true), 0),
            json!({
                "alg": "RS256",
                "typ": "JWT",
                "x5t": sha1,
                "x5c": [STANDARD.encode(&FIXTURE.der)],
            })
        );
    }

    #[test]
    fn the_signature_holds_under_the_public_key_alone() {
        for algorithm in [AssertionAlgorithm::PS256, AssertionAlgorithm::RS256] {
            let assertion = minted(algorithm, false);
            let (input, signature) = assertion.expose_secret().rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            let verified = |verification| {
                UnparsedPublicKey::new(verification, &FIXTURE.public_key)
                    .verify(input.as_bytes(), &signature)
                    .is_ok()
            };
            let is_pss = algorithm == AssertionAlgorithm::PS256;
            assert_eq!(verified(&RSA_PSS_2048_8192_SHA256), is_pss);
            assert_eq!(verified(&RSA_PKCS1_2048_8192_SHA256), !is_pss);
        }
    }

    #[test]
    fn the_algorithm_follows_the_authority() {
        let listing = |algorithms: &[&str]| Endpoints {
            token: Url::parse(AUDIENCE).unwrap(),
            authorize: None,
            device_authorization: None,
            jwks: None,
            issuer: String::new(),
            token_auth_methods: Vec::new(),
            token_auth_signing_algorithms: algorithms.iter().map(ToString::to_string).collect(),
            authorization_response_iss_parameter_supported: false,
        };
        for (kind, algorithms, expected) in [
            (AuthorityKind::Entra, &[][..], AssertionAlgorithm::PS256),
            (AuthorityKind::Entra, &["RS256"], AssertionAlgorithm::PS256),
            (AuthorityKind::ExternalId, &[], AssertionAlgorithm::PS256),
            (AuthorityKind::B2c, &[], AssertionAlgorithm::PS256),
            (AuthorityKind::Adfs, &["PS256"], AssertionAlgorithm::RS256),
            (AuthorityKind::Oidc, &[], AssertionAlgorithm::RS256),
            (
                AuthorityKind::Oidc,
                &["RS256", "ES256"],
                AssertionAlgorithm::RS256,
            ),
            (
                AuthorityKind::Oidc,
                &["RS256", "PS256"],
                AssertionAlgorithm::PS256,
            ),
        ] {
            assert_eq!(
                default_algorithm(kind, &listing(algorithms)),
                expected,
                "{kind:?} {algorithms:?}"
            );
        }
    }
}
