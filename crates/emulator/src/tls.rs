//! Certificates for https, made at each start.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CidrSubnet, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
    date_time_ymd,
};
use rustls_pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;

use crate::error::StartError;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// https on loopback: the acceptor, and the authority that a client has to trust.
pub(crate) struct Https {
    pub(crate) acceptor: TlsAcceptor,
    /// The certificate of the authority, PEM.
    pub(crate) authority_pem: String,
}

impl Https {
    /// Makes an authority that can sign for loopback only, and a certificate from it. The
    /// authority's key is forgotten at once, so that whoever comes to trust the authority trusts
    /// this one server.
    pub(crate) fn new(now: i64) -> Result<Self, StartError> {
        let mut authority = CertificateParams::default();
        authority
            .distinguished_name
            .push(DnType::CommonName, "entra-emulator, loopback only");
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        authority.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![
                GeneralSubtree::DnsName("localhost".to_owned()),
                GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8)),
                GeneralSubtree::IpAddress(CidrSubnet::from_v6_prefix(
                    std::net::Ipv6Addr::LOCALHOST.octets(),
                    128,
                )),
            ],
            excluded_subtrees: Vec::new(),
        });
        limit_validity(&mut authority, now);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let mut server = CertificateParams::new(names)?;
        server
            .distinguished_name
            .push(DnType::CommonName, "localhost");
        server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        server.use_authority_key_identifier_extension = true;
        limit_validity(&mut server, now);
        let server_key = KeyPair::generate()?;
        let server = server.signed_by(&server_key, &authority)?;

        let configuration = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![server.der().clone()],
                PrivatePkcs8KeyDer::from(server_key.serialize_der()).into(),
            )?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(configuration)),
            authority_pem: authority.pem(),
        })
    }
}

/// From yesterday for a year: some platforms refuse certificates that live longer than 825 days.
pub(crate) fn limit_validity(certificate: &mut CertificateParams, now: i64) {
    let day = |seconds: i64| {
        let date = Timestamp::from_second(seconds)
            .unwrap_or(Timestamp::UNIX_EPOCH)
            .to_zoned(TimeZone::UTC)
            .date();
        date_time_ymd(
            date.year().into(),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        )
    };
    certificate.not_before = day(now - DAY_SECONDS);
    certificate.not_after = day(now + 365 * DAY_SECONDS);
}
