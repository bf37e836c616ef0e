//! A client of the emulator that can do things right and wrong.

use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use emulator::{App, Emulator, EmulatorBuilder, Resource, TokenVersion};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};

pub(crate) const CLIENT_ID: &str = "11112222-bbbb-3333-cccc-4444dddd5555";
pub(crate) const SECRET: &str = "+/=&%~ a secret";
pub(crate) const TENANT: &str = emulator::DEFAULT_TENANT_ID;
pub(crate) const ORDERS: &str = "api://orders";
pub(crate) const ORDERS_ID: &str = "33334444-dddd-5555-eeee-6666ffff7777";
pub(crate) const ORDERS_SCOPE: &str = "api://orders/.default";
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A key with its certificate. Made once for each test program: RSA keys take time.
pub(crate) struct Identity {
    pub(crate) certificate: Vec<u8>,
    #[cfg_attr(not(unix), expect(dead_code, reason = "OpenSSL alone reads it"))]
    pub(crate) key_pem: String,
    key: RsaKeyPair,
}

pub(crate) static OWN: LazyLock<Identity> = LazyLock::new(|| Identity::new(None));
pub(crate) static STRANGER: LazyLock<Identity> = LazyLock::new(|| Identity::new(None));

impl Identity {
    /// An identity whose certificate ends in the given year, far ahead if none is given.
    pub(crate) fn new(ends_in: Option<i32>) -> Self {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let mut parameters = CertificateParams::default();
        if let Some(year) = ends_in {
            parameters.not_after = rcgen::date_time_ymd(year, 1, 1);
        }
        Self {
            certificate: parameters.self_signed(&pair).unwrap().der().to_vec(),
            key: RsaKeyPair::from_pkcs8(pair.serialized_der()).unwrap(),
            key_pem: pair.serialize_pem(),
        }
    }

    pub(crate) fn sha1(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.certificate))
    }

    pub(crate) fn sha256(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.certificate))
    }

    pub(crate) fn certificate_base64(&self) -> String {
        STANDARD.encode(&self.certificate)
    }

    /// The public key as a federated credential wants it.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        use aws_lc_rs::signature::KeyPair as _;
        self.key.public_key().as_ref().to_vec()
    }

    pub(crate) fn ps256(&self, header: &Value, claims: &Value) -> String {
        self.sign(&RSA_PSS_SHA256, header, claims)
    }

    pub(crate) fn rs256(&self, header: &Value, claims: &Value) -> String {
        self.sign(&RSA_PKCS1_SHA256, header, claims)
    }

    fn sign(&self, encoding: &'static dyn RsaEncoding, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                encoding,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Header and claims of a JWT, ready to be signed.
pub(crate) fn message(header: &Value, claims: &Value) -> String {
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    )
}

/// Header and claims of a JWT, decoded without a look at the signature.
pub(crate) fn decode(token: &str) -> (Value, Value) {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    (part(parts[0]), part(parts[1]))
}

/// An emulator with one app that has a secret and a certificate, and one resource.
pub(crate) fn emulator() -> Emulator {
    builder(app()).start().unwrap()
}

pub(crate) fn app() -> App {
    App::confidential(CLIENT_ID)
        .display_name("order robot")
        .secret(SECRET)
        .certificate(OWN.certificate.clone())
        .roles(ORDERS, ["Orders.Read.All"])
}

pub(crate) fn builder(app: App) -> EmulatorBuilder {
    Emulator::builder()
        .app(app)
        .resource(Resource::new(ORDERS_ID, ORDERS).token_version(TokenVersion::V2))
}

/// A reply: its status, headers and body.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The AADSTS code, having checked that the error has Entra's shape throughout.
    pub(crate) fn code(&self) -> u64 {
        let body = self.json();
        let code = body["error_codes"][0]
            .as_u64()
            .unwrap_or_else(|| panic!("{body}"));
        let description = body["error_description"].as_str().unwrap();
        let lines: Vec<&str> = description.split("\r\n").collect();
        assert!(
            lines[0].starts_with(&format!("AADSTS{code}: ")),
            "{description}"
        );
        assert_eq!(
            lines[1],
            format!("Trace ID: {}", body["trace_id"].as_str().unwrap())
        );
        assert_eq!(
            lines[2],
            format!(
                "Correlation ID: {}",
                body["correlation_id"].as_str().unwrap()
            )
        );
        assert_eq!(
            lines[3],
            format!("Timestamp: {}", body["timestamp"].as_str().unwrap())
        );
        assert!(body["error"].is_string());
        let uri = body["error_uri"].as_str().unwrap();
        assert!(uri.ends_with(&format!("?code={code}")), "{uri}");
        code
    }
}

/// An agent that follows nothing and takes every status as a reply.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .build()
        .into()
}

/// An agent that gives up after a fifth of a second.
pub(crate) fn impatient_agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .proxy(None)
        .timeout_global(Some(Duration::from_millis(200)))
        .build()
        .into()
}

pub(crate) fn read(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Reply {
    let (head, mut body) = response.unwrap().into_parts();
    Reply {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.read_to_string().unwrap(),
    }
}

pub(crate) fn get(url: &str) -> Reply {
    read(agent().get(url).call())
}

/// Posts a form whose fields are encoded here.
pub(crate) fn post(url: &str, fields: &[(&str, &str)]) -> Reply {
    post_with(url, fields, &[])
}

pub(crate) fn post_with(url: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let mut request = agent()
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    read(request.send(body))
}

/// The fields of a good request with the secret.
pub(crate) fn with_secret() -> Vec<(&'static str, &'static str)> {
    vec![
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT_ID),
        ("client_secret", SECRET),
        ("scope", ORDERS_SCOPE),
    ]
}

/// The good request with one field changed, or taken out by an empty value.
pub(crate) fn with_secret_but(
    name: &'static str,
    value: &'static str,
) -> Vec<(&'static str, &'static str)> {
    let mut fields = with_secret();
    fields.retain(|(field, _)| *field != name);
    if !value.is_empty() {
        fields.push((name, value));
    }
    fields
}

pub(crate) fn post_assertion(emulator: &Emulator, assertion: &str) -> Reply {
    post(
        &emulator.token_endpoint(TENANT),
        &[
            ("grant_type", "client_credentials"),
            ("client_id", CLIENT_ID),
            ("scope", ORDERS_SCOPE),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
        ],
    )
}

/// The claims of a good assertion at this time.
pub(crate) fn claims(emulator: &Emulator, now: i64) -> Value {
    json!({
        "aud": emulator.token_endpoint(TENANT),
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "jti": fresh_id(),
        "nbf": now,
        "exp": now + 600,
    })
}

pub(crate) fn fresh_id() -> String {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The machine's time, epoch seconds.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
