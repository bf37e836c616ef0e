//! The emulator as a program: starts, says how to point a tool at it, runs until it is stopped.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use emulator::{App, Consent, Emulator, Platform, Strictness, Tenant, User};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

const EXAMPLE_CLIENT_ID: &str = "11112222-bbbb-3333-cccc-4444dddd5555";
const EXAMPLE_SECRET: &str = "emulated~secret";
const EXAMPLE_WEB_REDIRECT_URI: &str = "http://localhost:8080";
const EXAMPLE_PUBLIC_CLIENT_ID: &str = "22223333-cccc-4444-dddd-5555eeee6666";
/// "Microsoft Graph Command Line Tools", which every tenant has (Microsoft Graph PowerShell,
/// "authentication commands").
const GRAPH_COMMAND_LINE_TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
/// The identifier of Microsoft Graph.
const GRAPH: &str = "https://graph.microsoft.com";
/// What native apps register: any port of this machine.
const NATIVE_REDIRECT_URI: &str = "http://localhost";

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
    /// Register a public client, for sign-in by browser and device code; may be repeated
    #[arg(long, value_name = "CLIENT_ID")]
    public_client: Vec<String>,
    /// Register a redirect URI: under "Mobile and desktop" for a public client, which has that of
    /// localhost unless one is given, under "Web" for any other app; may be repeated
    #[arg(long, value_name = "CLIENT_ID:URI", value_parser = pair)]
    redirect_uri: Vec<(String, String)>,
    /// A user who can sign in, by user principal name; may be repeated
    #[arg(long, value_name = "NAME@DOMAIN", value_parser = user_principal_name)]
    user: Vec<String>,
    /// How many made-up applications Microsoft Graph (/v1.0/applications) lists beside those
    /// registered, all of which may then list them, and Microsoft Graph Command Line Tools too
    #[arg(
        long,
        value_name = "COUNT",
        default_value_t = 0,
        hide_default_value = true
    )]
    apps: usize,
    /// How long tokens live
    #[arg(long, value_name = "SECONDS", default_value_t = 3599)]
    token_lifetime: u64,
}

impl Arguments {
    /// Whether an app of this client id is asked for.
    fn names(&self, client_id: &str) -> bool {
        let confidential = self.app.iter().chain(&self.certificate);
        let mut ids = confidential.map(|(id, _)| id).chain(&self.public_client);
        ids.any(|id| id == client_id)
    }

    fn registers_nothing(&self) -> bool {
        self.app.is_empty() && self.certificate.is_empty() && self.public_client.is_empty()
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
        .generated_applications(arguments.apps)
        .token_lifetime(Duration::from_secs(arguments.token_lifetime));
    if let Some((id, domain)) = &arguments.tenant {
        builder = builder.tenant(Tenant::new(id, domain));
    }
    for name in &arguments.user {
        builder = builder.user(User::new(name));
    }
    for app in apps(arguments)? {
        builder = builder.app(if arguments.apps > 0 {
            may_list(app)
        } else {
            app
        });
    }
    if arguments.apps > 0 && !arguments.names(GRAPH_COMMAND_LINE_TOOLS) {
        let app = App::public(GRAPH_COMMAND_LINE_TOOLS);
        builder = builder.app(may_list(
            app.redirect_uri(Platform::PublicClient, NATIVE_REDIRECT_URI),
        ));
    }
    let emulator = builder.start()?;
    introduce(&emulator, arguments.registers_nothing())?;
    loop {
        std::thread::park();
    }
}

/// The app with an administrator's consent to list applications, for itself and for people.
fn may_list(app: App) -> App {
    let permission = ["Application.Read.All"];
    let app = app.delegated(GRAPH, Consent::Granted, permission);
    if app.is_public_client() {
        app
    } else {
        app.roles(GRAPH, permission)
    }
}

/// The apps asked for, one for each client id, or the examples if none was.
fn apps(arguments: &Arguments) -> Result<Vec<App>, Box<dyn Error>> {
    if arguments.registers_nothing() {
        if let Some((client_id, _)) = arguments.redirect_uri.first() {
            return Err(unknown_client(client_id));
        }
        return Ok(vec![
            App::confidential(EXAMPLE_CLIENT_ID)
                .secret(EXAMPLE_SECRET)
                .redirect_uri(Platform::Web, EXAMPLE_WEB_REDIRECT_URI),
            App::public(EXAMPLE_PUBLIC_CLIENT_ID)
                .redirect_uri(Platform::PublicClient, NATIVE_REDIRECT_URI),
        ]);
    }
    let mut apps: Vec<App> = Vec::new();
    for client_id in &arguments.public_client {
        if is_known(&apps, client_id) {
            return Err(format!("the public client {client_id} is given twice").into());
        }
        let has_redirect_uri = arguments
            .redirect_uri
            .iter()
            .any(|(owner, _)| owner == client_id);
        let app = App::public(client_id);
        apps.push(if has_redirect_uri {
            app
        } else {
            app.redirect_uri(Platform::PublicClient, NATIVE_REDIRECT_URI)
        });
    }
    for (client_id, secret) in &arguments.app {
        register(&mut apps, arguments, client_id, |app| app.secret(secret))?;
    }
    for (client_id, path) in &arguments.certificate {
        let path = PathBuf::from(path);
        let certificate = CertificateDer::from_pem_file(&path)
            .map_err(|error| format!("no certificate in {}: {error}", path.display()))?;
        register(&mut apps, arguments, client_id, |app| {
            app.certificate(certificate.to_vec())
        })?;
    }
    for (client_id, uri) in &arguments.redirect_uri {
        let platform = if arguments.public_client.contains(client_id) {
            Platform::PublicClient
        } else {
            Platform::Web
        };
        let app = apps
            .iter_mut()
            .find(|app| app.client_id() == client_id)
            .ok_or_else(|| unknown_client(client_id))?;
        *app = app.clone().redirect_uri(platform, uri);
    }
    Ok(apps)
}

/// Adds a credential to the app of this client id, which it registers if need be.
fn register(
    apps: &mut Vec<App>,
    arguments: &Arguments,
    client_id: &str,
    add: impl FnOnce(App) -> App,
) -> Result<(), Box<dyn Error>> {
    if arguments.public_client.iter().any(|id| id == client_id) {
        return Err(format!("the public client {client_id} can have no credential").into());
    }
    match apps.iter_mut().find(|app| app.client_id() == client_id) {
        Some(app) => *app = add(app.clone()),
        None => apps.push(add(App::confidential(client_id))),
    }
    Ok(())
}

fn is_known(apps: &[App], client_id: &str) -> bool {
    apps.iter().any(|app| app.client_id() == client_id)
}

fn unknown_client(client_id: &str) -> Box<dyn Error> {
    format!("a redirect URI is given for {client_id}, but no app of that client id").into()
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
        if is_example && app.client_id() == EXAMPLE_CLIENT_ID {
            write!(out, ", secret {EXAMPLE_SECRET}")?;
        }
        if app.is_public_client() {
            write!(out, ", public client")?;
        }
        for uri in app.redirect_uris() {
            write!(out, ", {uri}")?;
        }
        writeln!(out)?;
    }
    for name in emulator.user_names() {
        writeln!(out, "user            {name}")?;
    }
    writeln!(out, "sign-in page    {authority}/oauth2/v2.0/authorize")?;
    writeln!(out, "device page     {}", emulator.device_login_page())?;
    writeln!(
        out,
        "\nA tool opens the sign-in page in a browser, or shows a code to type in at the device page. There are no \
         passwords: pick a user."
    )?;
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

fn user_principal_name(text: &str) -> Result<String, String> {
    match text.split_once('@') {
        Some((name, domain)) if !name.is_empty() && !domain.is_empty() => Ok(text.to_owned()),
        _ => Err("expected a user principal name such as ada@contoso.onmicrosoft.com".to_owned()),
    }
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

    fn refused(arguments: &[&str]) -> String {
        let arguments =
            Arguments::try_parse_from([&["entra-emulator"], arguments].concat()).unwrap();
        apps(&arguments).unwrap_err().to_string()
    }

    #[test]
    fn without_an_app_there_are_the_examples() {
        let apps = registered(&[]);
        assert!(apps[0].contains(EXAMPLE_CLIENT_ID));
        assert!(apps[1].contains(EXAMPLE_PUBLIC_CLIENT_ID));
        assert!(apps[1].contains(NATIVE_REDIRECT_URI));
    }

    #[test]
    fn a_redirect_uri_is_registered_under_the_platform_of_its_app() {
        let apps = registered(&[
            "--public-client",
            "a",
            "--public-client",
            "b",
            "--app",
            "c:secret",
            "--redirect-uri",
            "b:http://localhost/b",
            "--redirect-uri",
            "c:https://app.example/c",
        ]);
        assert!(apps[0].contains(r#"PublicClient, uri: "http://localhost" }"#));
        assert!(apps[1].contains(
            r#"[RegisteredRedirect { platform: PublicClient, uri: "http://localhost/b" }]"#
        ));
        assert!(apps[2].contains(r#"platform: Web, uri: "https://app.example/c""#));
    }

    #[test]
    fn registrations_that_contradict_each_other_are_errors() {
        for (arguments, message) in [
            (
                &["--public-client", "a", "--app", "a:s"][..],
                "can have no credential",
            ),
            (
                &["--public-client", "a", "--public-client", "a"],
                "given twice",
            ),
            (
                &["--redirect-uri", "a:http://localhost"],
                "no app of that client id",
            ),
            (
                &["--app", "b:s", "--redirect-uri", "a:http://localhost"],
                "no app of that client id",
            ),
        ] {
            let error = refused(arguments);
            assert!(error.contains(message), "{error}");
        }
        assert!(Arguments::try_parse_from(["entra-emulator", "--user", "ada"]).is_err());
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
