//! The program `entra-emulator`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::support::*;

/// A started program, ended with the test.
struct Program {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_entra-emulator"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The last word of the next line that begins with this text.
    fn value(&mut self, name: &str) -> String {
        let line = self
            .lines
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.starts_with(name))
            .unwrap_or_else(|| panic!("no line begins with {name:?}"));
        line.split_whitespace().last().unwrap().to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn it_says_where_it_is_and_serves_there() {
    let app = format!("{CLIENT_ID}:{SECRET}");
    let mut program = Program::start(&["--app", &app, "--token-lifetime", "120"]);
    let authority = program.value("authority");
    let endpoint = program.value("token endpoint");
    assert_eq!(endpoint, format!("{authority}/oauth2/v2.0/token"));
    assert_eq!(
        program.value("app"),
        CLIENT_ID,
        "a secret given is not repeated"
    );
    let fields = with_secret_but("scope", "https://vault.azure.net/.default");
    let reply = post(&endpoint, &fields);
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.json()["expires_in"], 120);
}

#[test]
fn with_tls_it_prints_the_certificate_to_trust() {
    let mut program = Program::start(&["--tls"]);
    assert!(program.value("authority").starts_with("https://localhost:"));
    let mut pem = String::new();
    for line in program.lines.by_ref().map(Result::unwrap) {
        let is_last = line.starts_with("-----END");
        pem.push_str(&line);
        pem.push('\n');
        if is_last {
            break;
        }
    }
    assert!(
        CertificateDer::from_pem_slice(pem.as_bytes()).is_ok(),
        "{pem}"
    );
}

#[test]
fn it_says_how_to_sign_in() {
    let mut program = Program::start(&[
        "--public-client",
        CLIENT_ID,
        "--user",
        "mary@contoso.onmicrosoft.com",
    ]);
    assert_eq!(program.value("app"), "http://localhost");
    assert_eq!(program.value("user"), "mary@contoso.onmicrosoft.com");
    let sign_in_page = program.value("sign-in page");
    let query = format!(
        "client_id={CLIENT_ID}&response_type=code&scope=User.Read&redirect_uri=http%3A%2F%2Flocalhost%3A7"
    );
    let page = get(&format!("{sign_in_page}?{query}"));
    assert!(page.body.contains("mary@contoso.onmicrosoft.com"));
    assert_eq!(get(&program.value("device page")).status, 200);
}

#[test]
fn it_does_not_start_with_a_broken_registration() {
    let output = Command::new(env!("CARGO_BIN_EXE_entra-emulator"))
        .args(["--tenant", "contoso:contoso.com"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message, "error: the tenant id \"contoso\" is not a GUID\n");
}
