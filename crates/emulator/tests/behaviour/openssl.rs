//! Signatures made and verified by OpenSSL, so that no library judges itself.

use std::io::Write as _;
use std::process::{Command, Stdio};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use emulator::App;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::support::*;

fn file(contents: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(contents).unwrap();
    file
}

fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the openssl command is installed");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// An assertion signed by OpenSSL; with a salt length it is PSS, without one PKCS #1 v1.5.
fn sign(key_pem: &[u8], header: &Value, claims: &Value, salt_length: Option<&str>) -> String {
    let key = file(key_pem);
    let mut arguments = vec!["dgst", "-sha256", "-sign", key.path().to_str().unwrap()];
    let salt = salt_length.map(|length| format!("rsa_pss_saltlen:{length}"));
    if let Some(salt) = &salt {
        arguments.extend(["-sigopt", "rsa_padding_mode:pss", "-sigopt", salt]);
    }
    let message = message(header, claims);
    let signature = openssl(&arguments, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn assertions_of_openssl_are_accepted() {
    let emulator = emulator();
    let ps256 = json!({ "alg": "PS256", "x5t#S256": OWN.sha256() });
    let rs256 = json!({ "alg": "RS256", "x5t": OWN.sha1() });
    for (header, salt_length) in [(&ps256, Some("32")), (&rs256, None)] {
        let assertion = sign(
            OWN.key_pem.as_bytes(),
            header,
            &claims(&emulator, now()),
            salt_length,
        );
        let reply = post_assertion(&emulator, &assertion);
        assert_eq!(reply.status, 200, "{header}: {}", reply.body);
    }
}

#[test]
fn a_salt_of_another_length_is_refused() {
    let emulator = emulator();
    let header = json!({ "alg": "PS256", "x5t#S256": OWN.sha256() });
    for salt_length in ["0", "20", "max"] {
        let assertion = sign(
            OWN.key_pem.as_bytes(),
            &header,
            &claims(&emulator, now()),
            Some(salt_length),
        );
        assert_eq!(
            post_assertion(&emulator, &assertion).code(),
            700_027,
            "{salt_length}"
        );
    }
}

#[test]
fn a_weak_key_is_refused() {
    let key_pem = openssl(&["genrsa", "1024"], b"");
    let key = file(&key_pem);
    let certificate = openssl(
        &[
            "req",
            "-x509",
            "-subj",
            "/CN=weak",
            "-outform",
            "DER",
            "-key",
            key.path().to_str().unwrap(),
        ],
        b"",
    );
    let header = json!({
        "alg": "PS256",
        "x5t#S256": URL_SAFE_NO_PAD.encode(digest(&SHA256, &certificate)),
    });
    let emulator = builder(App::confidential(CLIENT_ID).certificate(certificate))
        .start()
        .unwrap();
    let assertion = sign(&key_pem, &header, &claims(&emulator, now()), Some("32"));
    assert_eq!(post_assertion(&emulator, &assertion).code(), 50032);
}

#[test]
fn openssl_verifies_a_token_by_the_published_certificate() {
    let emulator = emulator();
    let reply = post(&emulator.token_endpoint(TENANT), &with_secret()).json();
    let token = reply["access_token"].as_str().unwrap();
    let keys = get(&format!(
        "{}/discovery/v2.0/keys",
        emulator.authority(TENANT)
    ))
    .json();
    let certificate = STANDARD
        .decode(keys["keys"][0]["x5c"][0].as_str().unwrap())
        .unwrap();
    let public_key = file(&openssl(
        &["x509", "-inform", "DER", "-pubkey", "-noout"],
        &certificate,
    ));
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = file(&URL_SAFE_NO_PAD.decode(signature).unwrap());
    let verdict = openssl(
        &[
            "dgst",
            "-sha256",
            "-verify",
            public_key.path().to_str().unwrap(),
            "-signature",
            signature.path().to_str().unwrap(),
        ],
        message.as_bytes(),
    );
    assert_eq!(String::from_utf8_lossy(&verdict).trim(), "Verified OK");
}
