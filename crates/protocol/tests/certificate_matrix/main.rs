//! Certificate files as OpenSSL writes them: each kind that can be used opens, each kind that
//! cannot says why.
// Windows has no OpenSSL to write them with.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests end where something is not as expected"
)]

mod workshop;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::CertificatePassword;
use proptest::prelude::*;
use protocol::certificate;
use protocol::certificate::CertificateError;
use protocol::certificate::SigningCertificate;

use crate::workshop::WORKSHOP;

const PASSWORD: &str = "pässwörd +/=&%~";

fn load(bytes: &[u8], password: Option<&str>) -> Result<SigningCertificate, CertificateError> {
    let password = password.map(|text| CertificatePassword::from(text.to_owned()));
    certificate::load(bytes, password.as_ref(), WORKSHOP.now)
}

#[track_caller]
fn opens(bytes: &[u8], password: Option<&str>) -> SigningCertificate {
    let certificate = load(bytes, password).unwrap();
    assert_eq!(certificate.subject(), "O=Contoso, CN=leaf");
    certificate
}

/// What it says, and that it says what to do.
#[track_caller]
fn refused(bytes: &[u8], password: Option<&str>, message: &str) -> CertificateError {
    let error = load(bytes, password).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert!(error.next_step().len() > 20, "{}", error.next_step());
    error
}

#[test]
fn pem_in_any_order() {
    let workshop = &*WORKSHOP;
    for order in [
        ["leaf.key", "leaf.crt", "root.crt"],
        ["leaf.crt", "root.crt", "leaf.key"],
        ["root.crt", "leaf.key", "leaf.crt"],
    ] {
        let certificate = opens(&workshop.joined(&order), None);
        assert_eq!(certificate.chain().count(), 2, "{order:?}");
    }
}

#[test]
fn the_chain_is_leaf_first_and_holds_nothing_else() {
    let workshop = &*WORKSHOP;
    let file = workshop.joined(&["other.crt", "root.crt", "leaf.key", "leaf.crt"]);
    let certificate = opens(&file, None);
    let expected: Vec<Vec<u8>> = ["leaf.crt", "root.crt"]
        .iter()
        .map(|name| {
            let der = format!("chain-{name}.der");
            workshop.made(&der, &["x509", "-in", name, "-outform", "DER"])
        })
        .collect();
    assert_eq!(certificate.chain().collect::<Vec<_>>(), expected);
}

#[test]
fn thumbprints_are_those_that_openssl_shows() {
    let workshop = &*WORKSHOP;
    let certificate = opens(&workshop.joined(&["leaf.key", "leaf.crt"]), None);
    for (algorithm, thumbprint) in [
        ("-sha1", certificate.thumbprint_sha1()),
        ("-sha256", certificate.thumbprint_sha256()),
    ] {
        let shown = workshop.run(&[
            "x509",
            "-in",
            "leaf.crt",
            "-noout",
            "-fingerprint",
            algorithm,
        ]);
        let expected = shown.trim().split_once('=').unwrap().1.replace(':', "");
        assert_eq!(thumbprint, expected);
    }
    assert_eq!(
        certificate
            .not_after()
            .seconds_since(certificate.not_before()),
        30 * 86_400
    );
}

#[test]
fn pem_with_a_pkcs1_key() {
    let workshop = &*WORKSHOP;
    let key = workshop.made("pkcs1.key", &["rsa", "-in", "leaf.key", "-traditional"]);
    assert!(key.starts_with(b"-----BEGIN RSA PRIVATE KEY-----"));
    opens(&[key, workshop.read("leaf.crt")].concat(), None);
}

#[test]
fn pem_with_an_encrypted_key() {
    let workshop = &*WORKSHOP;
    let pass = format!("pass:{PASSWORD}");
    for (name, cipher) in [
        ("aes256", vec!["-v2", "aes-256-cbc"]),
        (
            "aes128",
            vec!["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"],
        ),
        ("sha1", vec!["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1"]),
        ("3des", vec!["-v2", "des3"]),
        ("scrypt", vec!["-scrypt"]),
    ] {
        let mut arguments = vec!["pkcs8", "-topk8", "-in", "leaf.key", "-passout", &pass];
        arguments.extend(cipher);
        let key = workshop.made(&format!("{name}.enc"), &arguments);
        let file = [key, workshop.read("leaf.crt")].concat();
        opens(&file, Some(PASSWORD));
        refused(
            &file,
            Some("wrong"),
            "the password does not open the certificate file",
        );
        refused(
            &file,
            None,
            "the certificate file is protected by a password, and none was given",
        );
    }
}

#[test]
fn pem_with_old_encryption_names_the_way_out() {
    let workshop = &*WORKSHOP;
    let key = workshop.made(
        "old.key",
        &[
            "rsa",
            "-in",
            "leaf.key",
            "-traditional",
            "-aes256",
            "-passout",
            "pass:word",
        ],
    );
    let error = refused(
        &[key, workshop.read("leaf.crt")].concat(),
        Some("word"),
        "the private key is encrypted in the old PEM way (Proc-Type: 4,ENCRYPTED)",
    );
    assert!(error.next_step().contains("openssl pkcs8 -topk8"));
}

#[test]
fn pem_with_key_derivation_of_the_old_standard() {
    let workshop = &*WORKSHOP;
    let key = workshop.made(
        "pbes1.key",
        &[
            "pkcs8",
            "-topk8",
            "-in",
            "leaf.key",
            "-v1",
            "PBE-SHA1-3DES",
            "-passout",
            "pass:word",
        ],
    );
    refused(
        &[key, workshop.read("leaf.crt")].concat(),
        Some("word"),
        "the certificate file is encrypted in a way that is not supported",
    );
}

#[test]
fn modern_and_legacy_pfx() {
    let workshop = &*WORKSHOP;
    for (name, further) in [
        ("modern.pfx", vec![]),
        ("sha512.pfx", vec!["-macalg", "sha512"]),
        ("legacy.pfx", vec!["-legacy"]),
        (
            "3des.pfx",
            vec![
                "-certpbe",
                "PBE-SHA1-3DES",
                "-keypbe",
                "PBE-SHA1-3DES",
                "-macalg",
                "sha1",
            ],
        ),
        ("nomac.pfx", vec!["-nomac"]),
        ("plain-certificates.pfx", vec!["-certpbe", "NONE"]),
        ("chain.pfx", vec!["-certfile", "root.crt"]),
        ("named.pfx", vec!["-name", "Zertifikat für Contoso"]),
    ] {
        let file = workshop.pfx(name, PASSWORD, &further);
        let certificate = opens(&file, Some(PASSWORD));
        let expected = if name == "chain.pfx" { 2 } else { 1 };
        assert_eq!(certificate.chain().count(), expected, "{name}");
        refused(
            &file,
            Some("wrong"),
            "the password does not open the certificate file",
        );
        refused(
            &file,
            None,
            "the certificate file is protected by a password, and none was given",
        );
    }
}

#[test]
fn pfx_with_an_empty_password() {
    let workshop = &*WORKSHOP;
    let file = workshop.pfx("empty.pfx", "", &[]);
    opens(&file, None);
    opens(&file, Some(""));
    let file = workshop.pfx("empty-legacy.pfx", "", &["-legacy"]);
    opens(&file, None);
    let bare = ["-keypbe", "NONE", "-certpbe", "NONE", "-nomac"];
    opens(&workshop.pfx("bare.pfx", "", &bare), None);
}

#[test]
fn base64_of_a_pfx_as_key_vault_has_it() {
    let workshop = &*WORKSHOP;
    workshop.pfx("vault.pfx", "", &[]);
    let text = workshop.made("vault.txt", &["base64", "-in", "vault.pfx"]);
    opens(&text, None);
}

#[test]
fn pem_as_windows_and_other_programs_write_it() {
    let workshop = &*WORKSHOP;
    let text = String::from_utf8(workshop.joined(&["leaf.key", "leaf.crt"])).unwrap();
    let windows = text.replace('\n', "\r\n");
    opens(windows.as_bytes(), None);
    opens(format!("\u{feff}{windows}").as_bytes(), None);
    let powershell: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(windows.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    opens(&powershell, None);
    workshop.pfx("attributes.pfx", "", &["-name", "friendly"]);
    let with_attributes = workshop.made(
        "attributes.pem",
        &[
            "pkcs12",
            "-in",
            "attributes.pfx",
            "-passin",
            "pass:",
            "-nodes",
        ],
    );
    assert!(String::from_utf8_lossy(&with_attributes).contains("Bag Attributes"));
    opens(&with_attributes, None);
}

#[test]
fn a_renewal_that_kept_the_key_is_chosen_by_its_end() {
    let workshop = &*WORKSHOP;
    workshop.run(&[
        "req",
        "-x509",
        "-new",
        "-key",
        "leaf.key",
        "-subj",
        "/CN=renewed",
        "-days",
        "60",
        "-out",
        "renewed.crt",
    ]);
    for order in [
        ["leaf.key", "leaf.crt", "renewed.crt"],
        ["leaf.key", "renewed.crt", "leaf.crt"],
    ] {
        let certificate = load(&workshop.joined(&order), None).unwrap();
        assert_eq!(certificate.subject(), "CN=renewed");
    }
}

#[test]
fn times_are_judged_by_the_clock_handed_in() {
    let workshop = &*WORKSHOP;
    let file = workshop.joined(&["leaf.key", "leaf.crt"]);
    let valid = opens(&file, None);
    let (begin, end) = (valid.not_before(), valid.not_after());
    let second = Duration::from_secs(1);
    assert!(certificate::load(&file, None, begin).is_ok());
    assert!(certificate::load(&file, None, end).is_ok());
    let early = certificate::load(&file, None, begin.minus(second)).unwrap_err();
    assert_eq!(
        early.to_string(),
        format!("the certificate O=Contoso, CN=leaf is not valid before {begin}")
    );
    let late = certificate::load(&file, None, end.plus(second)).unwrap_err();
    assert_eq!(
        late.to_string(),
        format!("the certificate O=Contoso, CN=leaf expired on {end}")
    );
}

#[test]
fn keys_that_entra_does_not_take() {
    let workshop = &*WORKSHOP;
    refused(
        &workshop.joined(&["ec.key", "ec.crt"]),
        None,
        "the private key is an elliptic-curve (EC) key, and Entra accepts RSA keys only",
    );
    let old_form = workshop.made("sec1.key", &["ec", "-in", "ec.key"]);
    refused(
        &[old_form, workshop.read("ec.crt")].concat(),
        None,
        "the private key is an elliptic-curve (EC) key, and Entra accepts RSA keys only",
    );
    let pfx = workshop.made(
        "ec.pfx",
        &[
            "pkcs12", "-export", "-inkey", "ec.key", "-in", "ec.crt", "-passout", "pass:",
        ],
    );
    refused(
        &pfx,
        None,
        "the private key is an elliptic-curve (EC) key, and Entra accepts RSA keys only",
    );
    refused(
        &workshop.joined(&["weak.key", "weak.crt"]),
        None,
        "the RSA key has 1024 bits, and Entra accepts none under 2048",
    );
    workshop.run(&["genpkey", "-algorithm", "ED25519", "-out", "edwards.key"]);
    workshop.self_signed("edwards.key", "/CN=edwards", "edwards.crt");
    refused(
        &workshop.joined(&["edwards.key", "edwards.crt"]),
        None,
        "the private key is of a kind that cannot be used (Ed25519): RSA is needed",
    );
}

#[test]
fn keys_and_certificates_that_do_not_belong_together() {
    let workshop = &*WORKSHOP;
    refused(
        &workshop.joined(&["leaf.key", "other.crt", "root.crt"]),
        None,
        "the private key belongs to none of the certificates in the file (CN=other; CN=root)",
    );
    refused(
        &workshop.joined(&["leaf.key", "other.key", "leaf.crt"]),
        None,
        "the certificate file holds 2 private keys",
    );
    opens(
        &workshop.joined(&["leaf.key", "leaf.key", "leaf.crt"]),
        None,
    );
    refused(
        &workshop.read("leaf.key"),
        None,
        "the certificate file holds a private key but no certificate",
    );
    refused(
        &workshop.joined(&["leaf.crt", "root.crt"]),
        None,
        "the certificate file holds a certificate but no private key",
    );
    let without_key = workshop.made(
        "nokey.pfx",
        &[
            "pkcs12", "-export", "-nokeys", "-in", "leaf.crt", "-passout", "pass:",
        ],
    );
    refused(
        &without_key,
        None,
        "the certificate file holds a certificate but no private key",
    );
}

#[test]
fn files_that_are_something_else() {
    let workshop = &*WORKSHOP;
    let der = workshop.made("leaf.der", &["x509", "-in", "leaf.crt", "-outform", "DER"]);
    refused(
        &der,
        None,
        "the certificate file is a certificate alone (.cer, .der), without its private key",
    );
    let pkcs7 = "the certificate file is PKCS#7 (.p7b), which holds certificates but never a key";
    let bundle = ["crl2pkcs7", "-nocrl", "-certfile", "leaf.crt"];
    refused(&workshop.made("leaf.p7b", &bundle), None, pkcs7);
    let binary: Vec<&str> = bundle.iter().copied().chain(["-outform", "DER"]).collect();
    refused(&workshop.made("leaf-der.p7b", &binary), None, pkcs7);
    let key = workshop.made(
        "key.der",
        &[
            "pkcs8", "-topk8", "-nocrypt", "-in", "leaf.key", "-outform", "DER",
        ],
    );
    refused(
        &key,
        None,
        "the certificate file holds a private key but no certificate",
    );
    refused(
        &workshop.read("leaf.csr"),
        None,
        "the certificate file is a certificate signing request, not a certificate",
    );
    let public = workshop.made("public.pem", &["rsa", "-in", "leaf.key", "-pubout"]);
    refused(
        &public,
        None,
        "the certificate file holds neither a private key nor a certificate",
    );
    for (bytes, message) in [
        (&b""[..], "the certificate file is empty"),
        (b" \r\n", "the certificate file is empty"),
        (
            b"<!DOCTYPE html><html>",
            "the certificate file is a web page (HTML)",
        ),
        (b"{\"value\": \"x\"}", "the certificate file is JSON"),
        (
            b"ssh-rsa AAAAB3NzaC1yc2E= me@here",
            "the certificate file is an SSH key",
        ),
        (
            b"-----BEGIN OPENSSH PRIVATE KEY-----\nYQ==\n-----END OPENSSH PRIVATE KEY-----\n",
            "the certificate file is an SSH key",
        ),
        (
            b"PuTTY-User-Key-File-3: ssh-rsa",
            "the certificate file is an SSH key",
        ),
        (b"hello", "the certificate file is neither PEM nor PFX"),
        (
            b"\x89PNG\r\n\x1a\n\xff",
            "the certificate file is neither PEM nor PFX",
        ),
        (
            b"\x30\x82\x01\x00garbage",
            "the certificate file is neither PEM nor PFX",
        ),
    ] {
        refused(bytes, None, message);
    }
}

#[test]
fn damaged_files() {
    let workshop = &*WORKSHOP;
    let pem = workshop.joined(&["leaf.key", "leaf.crt"]);
    let cut = &pem[..pem.len() - 40];
    refused(
        cut,
        None,
        "the PEM file is damaged: a block has no END line",
    );
    let text = String::from_utf8(pem).unwrap();
    refused(
        text.replace("-----END CERTIFICATE-----", "-----END PRIVATE KEY-----")
            .as_bytes(),
        None,
        "the PEM file is damaged: BEGIN and END lines do not match",
    );
    refused(
        text.replacen("MII", "M*I", 1).as_bytes(),
        None,
        "the PEM file is damaged: a block is no base64",
    );
    refused(
        b"-----BEGIN PRIVATE KEY",
        None,
        "the PEM file is damaged: a BEGIN line is cut off",
    );
    let key = String::from_utf8(workshop.read("leaf.key")).unwrap();
    refused(
        format!("{key}-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n").as_bytes(),
        None,
        "a certificate in the file is damaged",
    );
    let certificate = String::from_utf8(workshop.read("leaf.crt")).unwrap();
    refused(
        format!("{certificate}-----BEGIN PRIVATE KEY-----\nYQ==\n-----END PRIVATE KEY-----\n")
            .as_bytes(),
        None,
        "the private key is damaged",
    );
    let pfx = workshop.pfx("cut.pfx", "word", &[]);
    refused(
        &pfx[..pfx.len() / 2],
        Some("word"),
        "the PFX file is damaged, or is written in a way that is not understood",
    );
}

#[test]
fn a_key_derivation_without_end_is_not_begun() {
    let workshop = &*WORKSHOP;
    let key = workshop.made(
        "endless.der",
        &[
            "pkcs8",
            "-topk8",
            "-in",
            "leaf.key",
            "-iter",
            "65537",
            "-passout",
            "pass:word",
            "-outform",
            "DER",
        ],
    );
    // INTEGER 65537, which becomes INTEGER 0x7fffff01.
    let at = key
        .windows(5)
        .position(|window| window == [2, 3, 1, 0, 1])
        .unwrap();
    let mut endless = key.clone();
    endless.splice(at..at + 5, [2, 4, 0x7f, 0xff, 0xff, 1]);
    // One byte more in each of the five values around it.
    let grown = lengthened(&endless, at);
    let pem = format!(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n{}\n-----END ENCRYPTED PRIVATE KEY-----\n",
        STANDARD.encode(&grown)
    );
    refused(
        &[pem.into_bytes(), workshop.read("leaf.crt")].concat(),
        Some("word"),
        "opening the certificate file would take far more work than any real file needs",
    );
}

/// The DER with the length of every SEQUENCE that holds the byte at `inside` raised by one.
fn lengthened(der: &[u8], inside: usize) -> Vec<u8> {
    let mut grown = der.to_vec();
    let mut at = 0;
    while at < inside {
        let (header, length) = match der[at + 1] {
            0x82 => (4, usize::from(der[at + 2]) << 8 | usize::from(der[at + 3])),
            0x81 => (3, usize::from(der[at + 2])),
            short => (2, usize::from(short)),
        };
        if der[at] != 0x30 || at + header + length <= inside {
            at += header + length;
            continue;
        }
        let last = at + header - 1;
        assert!(
            grown[last] < 0x7f || header > 2 && grown[last] < 0xff,
            "no carry needed"
        );
        grown[last] += 1;
        at += header;
    }
    grown
}

#[test]
fn nothing_of_the_key_is_shown() {
    let workshop = &*WORKSHOP;
    let certificate = opens(&workshop.joined(&["leaf.key", "leaf.crt"]), None);
    let shown = format!("{certificate:?}");
    assert!(
        shown.starts_with("SigningCertificate { subject: \"O=Contoso, CN=leaf\""),
        "{shown}"
    );
    assert!(shown.len() < 300, "{shown}");
}

#[test]
fn no_change_to_a_file_makes_it_panic() {
    let workshop = &*WORKSHOP;
    let files = [
        workshop.joined(&["leaf.key", "leaf.crt"]),
        workshop.pfx("changed.pfx", "word", &["-iter", "1"]),
        workshop.made(
            "changed.der",
            &["x509", "-in", "leaf.crt", "-outform", "DER"],
        ),
    ];
    let changes = proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4);
    proptest!(ProptestConfig::with_cases(300), |(
        which in 0..files.len(),
        changes in changes,
        end in any::<proptest::sample::Index>(),
        whole in any::<bool>(),
    )| {
        let mut file = files[which].clone();
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if !whole {
            file.truncate(end.index(file.len()));
        }
        if let Err(error) = load(&file, Some("word")) {
            prop_assert!(!error.to_string().contains(char::is_control));
        }
    });
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(certificate::load(&bytes, None, model::Timestamp::from_unix_seconds(0)).is_err());
    }

    #[test]
    fn no_text_makes_it_panic(text in "(-----(BEGIN|END) (PRIVATE KEY|CERTIFICATE)-----\n|[A-Za-z0-9+/=:\n ]{0,9}){0,8}") {
        prop_assert!(certificate::load(text.as_bytes(), None, model::Timestamp::from_unix_seconds(0)).is_err());
    }
}
