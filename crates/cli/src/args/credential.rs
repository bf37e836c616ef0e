//! How an application proves itself, as flags: the same for a token and for a profile.

use std::path::PathBuf;

use clap::Args;
use model::AssertionAlgorithm;
use zeroize::Zeroizing;

/// Where the application's secret, certificate or assertion is.
#[derive(Default, Args)]
#[command(next_help_heading = "Credential")]
pub struct CredentialArgs {
    /// The client secret itself; other users of the machine can read it in the process list
    #[arg(long, value_name = "VALUE", group = "client_secret_source", value_parser = secret)]
    pub client_secret: Option<Zeroizing<String>>,

    /// Read the client secret from stdin
    #[arg(long, group = "client_secret_source", group = "stdin_use")]
    pub client_secret_stdin: bool,

    /// Read the client secret from this file
    #[arg(long, value_name = "FILE", group = "client_secret_source")]
    pub client_secret_file: Option<PathBuf>,

    /// Read the client secret from this environment variable
    #[arg(long, value_name = "NAME", group = "client_secret_source")]
    pub client_secret_env: Option<String>,

    /// Run this command and read the client secret from its output; quotes group words, no shell
    #[arg(long, value_name = "COMMAND", group = "client_secret_source")]
    pub client_secret_command: Option<String>,

    /// PFX or PEM file with the private key and its certificate
    #[arg(long, value_name = "FILE", conflicts_with = "client_secret_source")]
    pub certificate_path: Option<PathBuf>,

    /// The certificate file's password; other users of the machine can read it in the process list
    #[arg(long, value_name = "VALUE", group = "certificate_password_source", value_parser = secret)]
    pub certificate_password: Option<Zeroizing<String>>,

    /// Read the certificate's password from stdin
    #[arg(long, group = "certificate_password_source", group = "stdin_use")]
    pub certificate_password_stdin: bool,

    /// Read the certificate's password from this file
    #[arg(long, value_name = "FILE", group = "certificate_password_source")]
    pub certificate_password_file: Option<PathBuf>,

    /// Read the certificate's password from this environment variable
    #[arg(long, value_name = "NAME", group = "certificate_password_source")]
    pub certificate_password_env: Option<String>,

    /// Run this command and read the certificate's password from its output
    #[arg(long, value_name = "COMMAND", group = "certificate_password_source")]
    pub certificate_password_command: Option<String>,

    /// Keep the certificate's password, encrypted, once it was entered
    #[arg(long, visible_alias = "cache-certificate-password")]
    pub cache_cert_password: bool,

    /// Send the certificate chain along (x5c), for subject name and issuer trust
    #[arg(long)]
    pub send_certificate_chain: bool,

    /// Sign assertions with PS256 (Entra's guidance) or RS256 (AD FS, old key stores)
    #[arg(long, value_name = "ALG", value_parser = algorithm, ignore_case = true)]
    pub assertion_algorithm: Option<AssertionAlgorithm>,

    /// Read a client assertion (JWT), such as a federated token, from this file at each request
    #[arg(long, value_name = "FILE", group = "client_assertion_source", conflicts_with_all = ["client_secret_source", "certificate_path"])]
    pub client_assertion_file: Option<PathBuf>,

    /// Read a client assertion (JWT) from this environment variable at each request
    #[arg(long, value_name = "NAME", group = "client_assertion_source", conflicts_with_all = ["client_secret_source", "certificate_path"])]
    pub client_assertion_env: Option<String>,

    /// Run this command at each request and read a client assertion (JWT) from its output
    #[arg(long, value_name = "COMMAND", group = "client_assertion_source", conflicts_with_all = ["client_secret_source", "certificate_path"])]
    pub client_assertion_command: Option<String>,
}

impl std::fmt::Debug for CredentialArgs {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CredentialArgs")
            .finish_non_exhaustive()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "clap's value parsers may fail")]
fn secret(text: &str) -> Result<Zeroizing<String>, String> {
    Ok(Zeroizing::new(text.to_owned()))
}

fn algorithm(text: &str) -> Result<AssertionAlgorithm, String> {
    match text.to_ascii_uppercase().as_str() {
        "PS256" => Ok(AssertionAlgorithm::PS256),
        "RS256" => Ok(AssertionAlgorithm::RS256),
        _ => Err("the valid ones are PS256 and RS256".to_owned()),
    }
}
