//! The network: `ureq` behind [`HttpClient`].

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use model::Timestamp;
use protocol::HttpClient;
use protocol::HttpRequest;
use protocol::HttpResponse;
use protocol::TransportError;
use protocol::TransportErrorKind;
use protocol::http::Form;
use protocol::http::Method;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::UnixTime;
use rustls_pki_types::pem::PemObject;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::Certificate;
use ureq::tls::RootCerts;
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::resolver::ResolvedSocketAddrs;
use ureq::unversioned::resolver::Resolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::unversioned::transport::NextTimeout;
use url::Url;

use crate::proxy::ProxySettings;
use crate::reference;

const LARGEST_REPLY: u64 = protocol::http::MAX_BODY_LENGTH as u64;

/// A connection that is not made in this time will not be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// No reply is waited for longer, whatever is allowed: the HTTP library cannot add it to
/// the clock without an overflow.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// How this machine reaches the network.
#[derive(Debug, Clone, Default)]
pub struct NetworkSettings {
    /// The proxy, if any.
    pub proxy: ProxySettings,
    /// Certificate authorities (PEM) to trust in place of the operating system's.
    pub ca_file: Option<PathBuf>,
}

impl NetworkSettings {
    /// The certificate authorities of the file, if one is named.
    ///
    /// # Errors
    /// [`TransportErrorKind::Tls`] if the file cannot be read, or holds none.
    pub fn authorities(
        &self,
        timeout: Duration,
    ) -> Result<Option<Vec<CertificateDer<'static>>>, TransportError> {
        let Some(path) = &self.ca_file else {
            return Ok(None);
        };
        let unusable = |why: String| TransportError {
            kind: TransportErrorKind::Tls,
            detail: format!("the CA file {} {why}", path.display()),
        };
        let bytes = reference::bytes_of(path, timeout)
            .map_err(|_| unusable("cannot be read".to_owned()))?;
        let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&bytes)
            .collect::<Result<_, _>>()
            .map_err(|error| unusable(format!("is no PEM file: {error}")))?;
        if certificates.is_empty() {
            return Err(unusable("holds no certificate".to_owned()));
        }
        Ok(Some(certificates))
    }

    /// The proxy for a request to that address.
    pub(crate) fn proxy_for(&self, url: &Url) -> Result<Option<ureq::Proxy>, TransportError> {
        let Some(address) = self.proxy.for_url(url) else {
            return Ok(None);
        };
        ureq::Proxy::new(address)
            .map(Some)
            .map_err(|_| TransportError {
                kind: TransportErrorKind::Connect,
                detail: "the proxy's address is no URL".to_owned(),
            })
    }
}

/// Resolves names as the HTTP library does, and says so when that fails: its own error is the
/// operating system's, which tells names from connections in words alone.
#[derive(Debug, Default)]
pub(crate) struct Names(DefaultResolver);

/// What the operating system says of a name that it cannot resolve.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Unresolved(io::Error);

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let resolved = self.0.resolve(uri, config, timeout);
        resolved.map_err(|error| match error {
            ureq::Error::Io(cause) => ureq::Error::Other(Box::new(Unresolved(cause))),
            other => other,
        })
    }
}

/// Sends requests. Made cheaply; trust store and connections come with the first request.
pub struct Transport {
    settings: NetworkSettings,
    agent: OnceLock<Result<ureq::Agent, TransportError>>,
}

impl Transport {
    /// A transport that has not yet done anything.
    pub fn new(settings: NetworkSettings) -> Self {
        Self {
            settings,
            agent: OnceLock::new(),
        }
    }

    fn agent(&self, timeout: Duration) -> Result<&ureq::Agent, TransportError> {
        self.agent
            .get_or_init(|| self.built(timeout))
            .as_ref()
            .map_err(TransportError::clone)
    }

    fn built(&self, timeout: Duration) -> Result<ureq::Agent, TransportError> {
        let roots = match self.settings.authorities(timeout)? {
            Some(authorities) => {
                let certificates: Vec<Certificate<'static>> = authorities
                    .iter()
                    .map(|der| Certificate::from_der(der).to_owned())
                    .collect();
                RootCerts::new_with_certs(&certificates)
            }
            None => RootCerts::PlatformVerifier,
        };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(roots)
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .user_agent(concat!("entra-auth-cli/", env!("CARGO_PKG_VERSION")))
            .build();
        let connector = DefaultConnector::default();
        Ok(ureq::Agent::with_parts(config, connector, Names::default()))
    }
}

impl HttpClient for Transport {
    fn send(
        &self,
        request: &HttpRequest,
        timeout: Duration,
    ) -> Result<HttpResponse, TransportError> {
        let agent = self.agent(timeout)?;
        let proxy = self.settings.proxy_for(&request.url)?;
        tracing::debug!(target: "http", "{}", request.redacted());
        let mut builder = ureq::http::Request::builder()
            .method(match request.method {
                Method::Get => ureq::http::Method::GET,
                Method::Post => ureq::http::Method::POST,
            })
            .uri(request.url.as_str());
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let body = request.body.as_ref().map(Form::encode).unwrap_or_default();
        let outgoing = builder
            .body(body.as_bytes().to_vec())
            .map_err(|error| TransportError {
                kind: TransportErrorKind::Other,
                detail: error.to_string(),
            })?;
        let through = proxy
            .as_ref()
            .map(|proxy| format!("{}:{}", proxy.host(), proxy.port()));
        let outgoing = agent
            .configure_request(outgoing)
            .proxy(proxy)
            .timeout_global(Some(timeout.min(LONGEST_WAIT)))
            .build();
        let mut incoming = agent.run(outgoing).map_err(|error| {
            let error = explained(&error);
            match (through, error.kind) {
                (Some(proxy), TransportErrorKind::Connect | TransportErrorKind::Dns) => {
                    TransportError {
                        detail: format!("the proxy {proxy} cannot be reached: {}", error.detail),
                        ..error
                    }
                }
                _ => error,
            }
        })?;
        let headers = incoming
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let status = incoming.status().as_u16();
        let body = incoming
            .body_mut()
            .with_config()
            .limit(LARGEST_REPLY)
            .read_to_vec()
            .map_err(|error| explained(&error))?;
        let response = HttpResponse {
            status,
            headers,
            body,
        };
        tracing::debug!(target: "http", "{}", response.clone().scrubbed_of(request).redacted());
        Ok(response)
    }
}

/// What became of a request, in words for people.
pub(crate) fn explained(error: &ureq::Error) -> TransportError {
    use ureq::Error;
    let (kind, detail) = match error {
        Error::Timeout(_) => (
            TransportErrorKind::Timeout,
            "nothing came within the time allowed".to_owned(),
        ),
        Error::HostNotFound => (TransportErrorKind::Dns, "there is no such host".to_owned()),
        Error::Other(cause) if let Some(unresolved) = cause.downcast_ref::<Unresolved>() => {
            (TransportErrorKind::Dns, unresolved.to_string())
        }
        Error::BodyExceedsLimit(limit) => (
            TransportErrorKind::BodyTooLarge,
            format!("the reply is longer than {limit} bytes"),
        ),
        Error::Rustls(cause) => (TransportErrorKind::Tls, explained_tls(cause)),
        Error::Tls(cause) => (TransportErrorKind::Tls, (*cause).to_owned()),
        Error::Pem(cause) => (TransportErrorKind::Tls, cause.to_string()),
        Error::ConnectProxyFailed(answer) => match status_in(answer) {
            Some(status) => (
                TransportErrorKind::Proxy { status },
                format!("it answered with status {status}"),
            ),
            None => (
                TransportErrorKind::Connect,
                format!("the proxy refused: {}", answer.trim()),
            ),
        },
        Error::InvalidProxyUrl => (
            TransportErrorKind::Connect,
            "the proxy's address is no URL".to_owned(),
        ),
        Error::Io(cause) => explained_io(cause),
        Error::ConnectionFailed => (TransportErrorKind::Connect, "no connection".to_owned()),
        other => (TransportErrorKind::Other, other.to_string()),
    };
    TransportError { kind, detail }
}

fn explained_io(error: &io::Error) -> (TransportErrorKind, String) {
    // rustls reports a failed handshake as an I/O error that carries its own.
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if let Some(cause) = inner {
        return (TransportErrorKind::Tls, explained_tls(cause));
    }
    let kind = match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => TransportErrorKind::Timeout,
        io::ErrorKind::Interrupted => TransportErrorKind::Interrupted,
        _ => TransportErrorKind::Connect,
    };
    (kind, error.to_string())
}

/// What is wrong with a certificate, in words for people; of other failures, what rustls says.
fn explained_tls(error: &rustls::Error) -> String {
    use rustls::CertificateError;
    let rustls::Error::InvalidCertificate(why) = error else {
        return error.to_string();
    };
    match why {
        CertificateError::Expired => "the server's certificate has expired".to_owned(),
        CertificateError::ExpiredContext { time, not_after } => format!(
            "the server's certificate expired at {}; this machine's clock says {}",
            written(*not_after),
            written(*time)
        ),
        CertificateError::NotValidYet => "the server's certificate is not yet valid".to_owned(),
        CertificateError::NotValidYetContext { time, not_before } => format!(
            "the server's certificate is not valid before {}; this machine's clock says {}",
            written(*not_before),
            written(*time)
        ),
        CertificateError::NotValidForName => {
            "the server's certificate is for another name".to_owned()
        }
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => format!(
            "the server's certificate is not for {} but for {}",
            expected.to_str(),
            names(presented)
        ),
        CertificateError::UnknownIssuer => {
            "the server's certificate comes from an authority that is not trusted here".to_owned()
        }
        // rustls hands on what its certificate library says, which it names no variant for.
        CertificateError::Other(cause) if cause.to_string() == "CaUsedAsEndEntity" => {
            "the server presents a CA certificate as its own; it needs a certificate of its own \
             signed by that CA"
                .to_owned()
        }
        _ => error.to_string(),
    }
}

fn written(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_unix_seconds(seconds).to_string()
}

/// The first names of a certificate; each comes as `DnsName("login.example")`.
fn names(presented: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = presented
        .iter()
        .take(SHOWN)
        .map(|name| name.split('"').nth(1).unwrap_or(name))
        .collect();
    match presented.len() {
        0 => "no name at all".to_owned(),
        all if all > SHOWN => format!("{} and {} more", shown.join(", "), all - SHOWN),
        _ => shown.join(", "),
    }
}

/// The status in a proxy's answer such as `HTTP/1.1 407 Proxy Authentication Required`.
fn status_in(answer: &str) -> Option<u16> {
    answer
        .split(|character: char| !character.is_ascii_digit())
        .filter(|digits| digits.len() == 3)
        .find_map(|digits| digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_certificate_is_said_in_words() {
        use rustls::CertificateError;
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let expected = || rustls_pki_types::ServerName::try_from("login.example").unwrap();
        let presented = |count| {
            let name = |number| format!("DnsName(\"{number}.example\")");
            (0..count).map(name).collect()
        };
        let ca = webpki::Error::CaUsedAsEndEntity;
        for (error, words) in [
            (
                CertificateError::ExpiredContext {
                    time: at(86_400),
                    not_after: at(0),
                },
                "the server's certificate expired at 1970-01-01T00:00:00Z; this machine's clock \
                 says 1970-01-02T00:00:00Z",
            ),
            (
                CertificateError::NotValidYetContext {
                    time: at(0),
                    not_before: at(86_400),
                },
                "the server's certificate is not valid before 1970-01-02T00:00:00Z; this \
                 machine's clock says 1970-01-01T00:00:00Z",
            ),
            (
                CertificateError::NotValidForNameContext {
                    expected: expected(),
                    presented: presented(2),
                },
                "the server's certificate is not for login.example but for 0.example, 1.example",
            ),
            (
                CertificateError::NotValidForNameContext {
                    expected: expected(),
                    presented: presented(7),
                },
                "the server's certificate is not for login.example but for 0.example, 1.example, \
                 2.example, 3.example, 4.example and 2 more",
            ),
            (
                CertificateError::NotValidForNameContext {
                    expected: expected(),
                    presented: Vec::new(),
                },
                "the server's certificate is not for login.example but for no name at all",
            ),
            (
                CertificateError::UnknownIssuer,
                "the server's certificate comes from an authority that is not trusted here",
            ),
            (
                CertificateError::Other(rustls::OtherError(Arc::new(ca))),
                "the server presents a CA certificate as its own; it needs a certificate of its \
                 own signed by that CA",
            ),
            (
                CertificateError::Revoked,
                "invalid peer certificate: Revoked",
            ),
        ] {
            assert_eq!(
                explained_tls(&rustls::Error::InvalidCertificate(error)),
                words
            );
        }
    }

    #[test]
    fn any_length_of_time_is_taken() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let request = HttpRequest {
            method: Method::Get,
            url: Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap(),
            headers: Vec::new(),
            body: None,
        };
        let transport = Transport::new(NetworkSettings::default());
        let error = transport.send(&request, Duration::MAX).unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::Connect);
    }
}
