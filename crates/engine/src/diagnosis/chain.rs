//! The certificates that a server, or whoever answers in its place, presents.

use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use protocol::TransportError;
use protocol::TransportErrorKind;
use protocol::certificate::PeerCertificate;
use rustls::ClientConfig;
use rustls::ClientConnection;
use rustls::DigitallySignedStruct;
use rustls::SignatureScheme;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::danger::ServerCertVerified;
use rustls::client::danger::ServerCertVerifier;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::ServerName;
use rustls_pki_types::UnixTime;
use ureq::unversioned::transport::ConnectProxyConnector;
use ureq::unversioned::transport::ConnectionDetails;
use ureq::unversioned::transport::Connector;
use ureq::unversioned::transport::SocksConnector;
use ureq::unversioned::transport::TcpConnector;
use ureq::unversioned::transport::Transport;
use ureq::unversioned::transport::TransportAdapter;
use url::Url;

use crate::transport::Names;
use crate::transport::NetworkSettings;
use crate::transport::explained;

/// What a server presents in the handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// Its certificates, its own first; empty if the handshake ended before.
    pub certificates: Vec<PeerCertificate>,
    /// Why they are not trusted here, or why there was no handshake.
    pub refusal: Option<TransportError>,
}

/// Shakes hands with the server of an https address, by the way that requests go, and sends
/// nothing after it.
pub fn presented(url: &Url, settings: &NetworkSettings, timeout: Duration) -> Presented {
    let seen = Arc::new(Seen::default());
    let refusal = handshake(url, settings, timeout, &seen).err();
    let chain = seen.chain();
    // An error that ends the call is how the connector says that it has seen enough.
    let is_done = seen.is_done();
    Presented {
        certificates: chain
            .iter()
            .filter_map(|der| PeerCertificate::read(der).ok())
            .collect(),
        refusal: refusal.filter(|_| !is_done),
    }
}

fn handshake(
    url: &Url,
    settings: &NetworkSettings,
    timeout: Duration,
    seen: &Arc<Seen>,
) -> Result<(), TransportError> {
    let proxy = settings.proxy_for(url)?;
    let connector =
        ().chain(SocksConnector::default())
            .chain(ConnectProxyConnector::default())
            .chain(TcpConnector::default())
            .chain(Handshake {
                host: url.host_str().unwrap_or_default().to_owned(),
                config: Arc::new(client_config(settings, timeout, seen)?),
                seen: Arc::clone(seen),
            });
    let config = ureq::Agent::config_builder()
        .proxy(proxy)
        .timeout_global(Some(timeout))
        .build();
    let agent = ureq::Agent::with_parts(config, connector, Names::default());
    agent
        .head(url.as_str())
        .call()
        .map(drop)
        .map_err(|error| explained(&error))
}

fn client_config(
    settings: &NetworkSettings,
    timeout: Duration,
    seen: &Arc<Seen>,
) -> Result<ClientConfig, TransportError> {
    let failed = |error: rustls::Error| TransportError {
        kind: TransportErrorKind::Tls,
        detail: error.to_string(),
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match settings.authorities(timeout)? {
        Some(certificates) => {
            let mut roots = rustls::RootCertStore::empty();
            roots.add_parsable_certificates(certificates);
            let builder = rustls::client::WebPkiServerVerifier::builder_with_provider(
                Arc::new(roots),
                Arc::clone(&provider),
            );
            builder.build().map_err(|error| TransportError {
                kind: TransportErrorKind::Tls,
                detail: error.to_string(),
            })?
        }
        None => Arc::new(
            rustls_platform_verifier::Verifier::new(Arc::clone(&provider)).map_err(failed)?,
        ),
    };
    let witness = Witness {
        verifier,
        seen: Arc::clone(seen),
    };
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(witness))
        .with_no_client_auth())
}

/// What was seen of a handshake.
#[derive(Debug, Default)]
struct Seen(Mutex<(Vec<CertificateDer<'static>>, bool)>);

impl Seen {
    fn note(&self, chain: Vec<CertificateDer<'static>>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = chain;
    }

    fn finish(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
    }

    fn chain(&self) -> Vec<CertificateDer<'static>> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.0.clone()
    }

    fn is_done(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

/// Notes the certificates, and leaves the judgement to another verifier.
#[derive(Debug)]
struct Witness {
    verifier: Arc<dyn ServerCertVerifier>,
    seen: Arc<Seen>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let chain = std::iter::once(end_entity).chain(intermediates);
        self.seen
            .note(chain.map(|der| der.clone().into_owned()).collect());
        self.verifier
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

/// Shakes hands and ends the call.
struct Handshake {
    /// Whose certificates are looked at: a proxy may present its own before.
    host: String,
    config: Arc<ClientConfig>,
    seen: Arc<Seen>,
}

impl fmt::Debug for Handshake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Handshake").finish_non_exhaustive()
    }
}

impl<In: Transport> Connector<In> for Handshake {
    type Out = In;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<In>, ureq::Error> {
        let Some(transport) = chained else {
            return Err(ureq::Error::ConnectionFailed);
        };
        if !details.needs_tls() {
            return Ok(Some(transport));
        }
        let host = details.uri.host().unwrap_or_default();
        if host != self.host {
            return Err(ureq::Error::Tls(
                "the way leads through an https proxy, which is not looked through",
            ));
        }
        let name = ServerName::try_from(host.trim_matches(['[', ']']))
            .map_err(|_| ureq::Error::Tls("the host is no name for a certificate"))?
            .to_owned();
        let mut connection = ClientConnection::new(Arc::clone(&self.config), name)?;
        let mut socket =
            TransportAdapter::new(transport.boxed(), Arc::clone(&details.current_time));
        socket.set_timeout(details.timeout);
        while connection.is_handshaking() {
            connection.complete_io(&mut socket)?;
        }
        self.seen.finish();
        Err(ureq::Error::ConnectionFailed)
    }
}
