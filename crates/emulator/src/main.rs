//! The emulator as a program: starts, says how to point a tool at it, runs until it is stopped.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use emulator::{App, Emulator, Strictness, Tenant};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

const EXAMPLE_CLIENT_ID: &str = "11112222-bbbb-3333-cccc-4444dddd5555";
const EXAMPLE_SECRET: &str = "emulated~secret";

/// An Entra look-alike on loopback that checks what it is sent.
///
/// Nothing it knows is secret and nothing it issues is worth anything: use made-up credentials.
#[derive(Debug, Parser)]
#[command(name = "entra-emulator", version)]
struct Arguments {
    /// The port on loopback; any free one unless given
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Serve https; the certificate to trust is printed
    #[arg(long)]
    tls: bool,
    /// Refuse client assertions that bend the standards as the MSAL libraries do
    #[arg(long)]
    strict: bool,
    /// The tenant; contoso.onmicrosoft.com unless given
    #[arg(long, value_name = "GUID:DOMAIN", value_parser = pair)]
    tenant: Option<(String, String)>,
    /// Register an app with a client secret; may be repeated
    #[arg(long, value_name = "CLIENT_ID:SECRET", value_parser = pair)]
    app: Vec<(String, String)>,
    /// Register an app with a certificate, a PEM file; may be repeated
    #[arg(long, value_name = "CLIENT_ID:FILE", value_parser = pair)]
    certificate: Vec<(String, String)>,
    /// How long tokens live
    #[arg(long, value_name = "SECONDS", default_value_t = 3599)]
    token_lifetime: u64,
}

impl Arguments {
    fn registers_nothing(&self) -> bool {
        self.app.is_empty() && self.certificate.is_empty()
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With stderr gone there is nobody left to tell.
            let _ = complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

/// Writes an error with its causes.
fn complain(error: &dyn Error) -> io::Result<()> {
    let mut out = io::stderr().lock();
    write!(out, "error: {error}")?;
    let mut source = error.source();
    while let Some(cause) = source {
        write!(out, ": {cause}")?;
        source = cause.source();
    }
    writeln!(out)
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut builder = Emulator::builder()
        .port(arguments.port)
        .tls(arguments.tls)
        .strictness(if arguments.strict {
            Strictness::Standards
        } else {
            Strictness::AsEntra
        })
        .token_lifetime(Duration::from_secs(arguments.token_lifetime));
    if let Some((id, domain)) = &arguments.tenant {
        builder = builder.tenant(Tenant::new(id, domain));
    }
    for app in apps(arguments)? {
        builder = builder.app(app);
    }
    let emulator = builder.start()?;
    introduce(&emulator, arguments.registers_nothing())?;
    loop {
        std::thread::park();
    }
}

/// The apps asked for, one for each client id, or the example if none was.
fn apps(arguments: &Arguments) -> Result<Vec<App>, Box<dyn Error>> {
    let mut apps: Vec<App> = Vec::new();
    let mut register = |client_id: &str, add: &dyn Fn(App) -> App| match apps
        .iter_mut()
        .find(|app| app.client_id() == client_id)
    {
        Some(app) => *app = add(app.clone()),
        None => apps.push(add(App::confidential(client_id))),
    };
    for (client_id, secret) in &arguments.app {
        register(client_id, &|app| app.secret(secret));
    }
    for (client_id, path) in &arguments.certificate {
        let path = PathBuf::from(path);
        let certificate = CertificateDer::from_pem_file(&path)
            .map_err(|error| format!("no certificate in {}: {error}", path.display()))?;
        register(client_id, &|app| app.certificate(certificate.to_vec()));
    }
    if arguments.registers_nothing() {
        apps.push(App::confidential(EXAMPLE_CLIENT_ID).secret(EXAMPLE_SECRET));
    }
    Ok(apps)
}

/// Says where the emulator is and whom it knows; the example's secret, but none that was given.
fn introduce(emulator: &Emulator, is_example: bool) -> io::Result<()> {
    let tenant = emulator.tenant();
    let authority = emulator.authority(&tenant.id);
    let mut out = io::stdout().lock();
    writeln!(out, "authority       {authority}")?;
    writeln!(
        out,
        "token endpoint  {}",
        emulator.token_endpoint(&tenant.id)
    )?;
    writeln!(out, "tenant          {} ({})", tenant.id, tenant.domain)?;
    for app in emulator.apps() {
        write!(out, "app             {}", app.client_id())?;
        if is_example {
            write!(out, ", secret {EXAMPLE_SECRET}")?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "\nPoint a tool at it with AZURE_AUTHORITY_HOST={} AZURE_TENANT_ID={}\nStop it with Ctrl-C.",
        emulator.base_url(),
        tenant.id
    )?;
    if let Some(pem) = emulator.ca_pem() {
        writeln!(
            out,
            "\nTrust this certificate, for instance through SSL_CERT_FILE:\n{pem}"
        )?;
    }
    out.flush()
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((first, second)) if !first.is_empty() && !second.is_empty() => {
            Ok((first.to_owned(), second.to_owned()))
        }
        _ => Err("expected two values with a colon between them".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(arguments: &[&str]) -> Vec<String> {
        let arguments =
            Arguments::try_parse_from([&["entra-emulator"], arguments].concat()).unwrap();
        apps(&arguments)
            .unwrap()
            .iter()
            .map(|app| format!("{app:?}"))
            .collect()
    }

    #[test]
    fn an_app_named_twice_is_one_app_with_two_secrets() {
        let apps = registered(&["--app", "a:one", "--app", "a:two:three", "--app", "b:x"]);
        assert_eq!(apps.len(), 2);
        assert!(apps[0].contains("secrets: 2"), "{}", apps[0]);
    }

    #[test]
    fn without_an_app_there_is_the_example() {
        assert!(registered(&[])[0].contains(EXAMPLE_CLIENT_ID));
    }

    #[test]
    fn half_a_pair_and_a_missing_file_are_errors() {
        assert!(Arguments::try_parse_from(["entra-emulator", "--app", "only-an-id"]).is_err());
        let arguments =
            Arguments::try_parse_from(["entra-emulator", "--certificate", "a:/no/such.pem"])
                .unwrap();
        let error = apps(&arguments).unwrap_err().to_string();
        assert!(error.contains("/no/such.pem"), "{error}");
    }
}
