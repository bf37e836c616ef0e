//! The way to an authority, looked at: its certificates, its metadata, its clock.

use std::net::IpAddr;
use std::time::Duration;

use emulator::Emulator;
use engine::NetworkSettings;
use engine::SystemClock;
use engine::Transport;
use engine::diagnosis;
use engine::diagnosis::MetadataError;
use model::Authority;
use model::AuthorityInput;
use protocol::TransportErrorKind;
use protocol::discovery::DiscoveryError;
use url::Url;

const MINUTE: Duration = Duration::from_mins(1);

fn authority(address: &str) -> Authority {
    let input = AuthorityInput {
        authority: Some(address),
        kind: None,
        tenant: Some(emulator::DEFAULT_TENANT_ID),
        cloud: None,
    };
    input.resolve().unwrap()
}

fn metadata(address: &str) -> diagnosis::Metadata {
    let http = Transport::new(NetworkSettings::default());
    diagnosis::metadata(&authority(address), &http, &SystemClock::start(), MINUTE)
}

#[test]
fn metadata_is_read_and_both_clocks_compared() {
    let emulator = Emulator::builder().start().unwrap();
    let found = metadata(emulator.base_url());
    let endpoints = found.endpoints.unwrap();
    assert!(endpoints.issuer.contains(emulator::DEFAULT_TENANT_ID));
    let ahead = found.clock_ahead.unwrap();
    assert!(ahead.abs() < 30, "{ahead}");
    emulator.set_clock_offset(3600);
    let ahead = metadata(emulator.base_url()).clock_ahead.unwrap();
    assert!((-3630..-3570).contains(&ahead), "{ahead}");
}

#[test]
fn an_authority_that_is_not_there_or_is_no_authority_is_told() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let nobody = metadata(&address);
    assert!(nobody.clock_ahead.is_none());
    assert!(matches!(nobody.endpoints, Err(MetadataError::Transport(_))));
    let emulator = Emulator::builder().start().unwrap();
    let input = AuthorityInput {
        authority: Some(&format!("{}/no/such/place", emulator.base_url())),
        kind: Some(model::AuthorityKind::Oidc),
        tenant: None,
        cloud: None,
    };
    let http = Transport::new(NetworkSettings::default());
    let elsewhere = input.resolve().unwrap();
    let found = diagnosis::metadata(&elsewhere, &http, &SystemClock::start(), MINUTE);
    assert!(matches!(
        found.endpoints,
        Err(MetadataError::Discovery(DiscoveryError::Status {
            status: 404,
            ..
        }))
    ));
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test puts the file there that it names"
)]
fn a_chain_is_named_whether_or_not_it_is_trusted() {
    let emulator = Emulator::builder().tls(true).start().unwrap();
    let url = Url::parse(emulator.base_url()).unwrap();
    let untrusted = diagnosis::presented(&url, &NetworkSettings::default(), MINUTE);
    let refusal = untrusted.refusal.unwrap();
    assert_eq!(refusal.kind, TransportErrorKind::Tls, "{refusal}");
    assert_eq!(untrusted.certificates[0].subject, "CN=localhost");
    assert_eq!(
        untrusted.certificates[0].issuer,
        "CN=entra-emulator, loopback only"
    );

    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    std::fs::write(&file, emulator.ca_pem().unwrap()).unwrap();
    let settings = NetworkSettings {
        ca_file: Some(file),
        ..NetworkSettings::default()
    };
    let trusted = diagnosis::presented(&url, &settings, MINUTE);
    assert_eq!(trusted.refusal, None);
    assert_eq!(trusted.certificates, untrusted.certificates);
    assert_eq!(emulator.requests().len(), 0, "nothing is sent after it");
}

#[test]
fn the_loopback_can_be_listened_on() {
    let [(four, heard), (six, _)] = diagnosis::loopback();
    assert!(matches!((four, six), (IpAddr::V4(_), IpAddr::V6(_))));
    heard.unwrap();
}
