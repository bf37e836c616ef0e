//! https with the emulator's own authority.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::support::*;

fn agent_trusting(pem: &str) -> ureq::Agent {
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&[Certificate::from_pem(
            pem.as_bytes(),
        )
        .unwrap()]))
        .unversioned_rustls_crypto_provider(Arc::new(default_provider()))
        .build();
    ureq::Agent::config_builder()
        .proxy(None)
        .tls_config(tls)
        .build()
        .into()
}

#[test]
fn whoever_trusts_the_authority_reaches_every_loopback_name() {
    let emulator = builder(app()).tls(true).start().unwrap();
    assert!(emulator.base_url().starts_with("https://localhost:"));
    let agent = agent_trusting(emulator.ca_pem().unwrap());
    for host in ["localhost", "127.0.0.1"] {
        let url = format!(
            "https://{host}:{}/{TENANT}/oauth2/v2.0/token",
            emulator.port()
        );
        let reply = agent.post(&url).send_form(with_secret()).unwrap();
        assert_eq!(reply.status(), 200);
    }
    let metadata = agent
        .get(&format!(
            "{}/v2.0/.well-known/openid-configuration",
            emulator.authority(TENANT)
        ))
        .call()
        .unwrap()
        .body_mut()
        .read_to_string()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    assert_eq!(metadata["token_endpoint"], emulator.token_endpoint(TENANT));
}

#[test]
fn whoever_trusts_another_authority_sends_nothing() {
    let emulator = builder(app()).tls(true).start().unwrap();
    let other = builder(app()).tls(true).start().unwrap();
    let agent = agent_trusting(other.ca_pem().unwrap());
    let result = agent
        .post(&emulator.token_endpoint(TENANT))
        .send_form(with_secret());
    assert!(result.is_err());
    assert_eq!(emulator.connections(), 1);
    assert!(emulator.requests().is_empty());
}

#[test]
fn plain_http_has_no_authority() {
    assert!(emulator().ca_pem().is_none());
}
