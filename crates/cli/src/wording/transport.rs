//! Failures of the network.

use model::uri;
use protocol::TransportError;
use protocol::TransportErrorKind;
use url::Url;

use crate::command_error::CommandError;
use crate::command_error::Kind;

/// Whether the host, with or without a port, is this machine.
fn is_here(host: &str) -> bool {
    Url::parse(&format!("http://{host}")).is_ok_and(|url| uri::is_loopback(&url))
}

/// Words a request that got no answer.
pub(crate) fn transport(host: &str, error: &TransportError) -> CommandError {
    let detail = &error.detail;
    let network = |code, message: String| CommandError::new(Kind::Network, code, message);
    match error.kind {
        TransportErrorKind::Dns | TransportErrorKind::Connect
            if detail.starts_with("the proxy ") =>
        {
            network("proxy_unreachable", format!("no connection to {host}: {detail}"))
                .hint("Check HTTPS_PROXY, or leave it out: HTTPS_PROXY= entra-auth-cli …")
        }
        TransportErrorKind::Dns => {
            network("dns_failed", format!("the name `{host}` could not be resolved: {detail}"))
                .hint("Check the spelling of the authority, and this machine's DNS and network.")
                .hint("Behind a proxy: set HTTPS_PROXY; the proxy then resolves the name.")
        }
        TransportErrorKind::Connect if is_here(host) => {
            network("connection_failed", format!("no connection to {host}: {detail}"))
                .hint("That is this machine: does the program run that should answer there?")
        }
        TransportErrorKind::Connect => {
            network("connection_failed", format!("no connection to {host}: {detail}"))
                .hint("Check the network and whether a firewall lets port 443 through.")
                .hint("Behind a proxy: set HTTPS_PROXY (and NO_PROXY for what it must not see).")
        }
        TransportErrorKind::Tls => {
            network("tls_failed", format!("no secure connection to {host}: {detail}"))
                .hint(
                    "If your company inspects TLS, add its root certificate to the system's store, \
                     or name it: --ca-file FILE or SSL_CERT_FILE",
                )
                .hint("In a container without any: install the package ca-certificates.")
        }
        TransportErrorKind::Proxy { status: 407 } => {
            network("proxy_authentication", format!("the proxy wants to know who you are: {detail}"))
                .hint("Put user and password in the variable: HTTPS_PROXY=http://user:password@host:port")
                .hint("Only Basic authentication works; for NTLM or Kerberos, run a local relay such as cntlm.")
        }
        TransportErrorKind::Proxy { .. } => {
            network("proxy_failed", format!("the proxy did not let the request through: {detail}"))
                .hint("Check HTTPS_PROXY, or add the host to NO_PROXY.")
        }
        TransportErrorKind::Timeout => CommandError::new(
            Kind::TimedOut,
            "timed_out",
            format!("{host} did not answer in time"),
        )
        .hint("Check the network, or allow more time: --timeout 120s"),
        TransportErrorKind::BodyTooLarge => {
            network("reply_too_large", format!("{host} sent more than any reply holds: {detail}"))
                .hint("Something between here and the identity provider answers in its place.")
        }
        TransportErrorKind::Interrupted => CommandError::interrupted(),
        _ => network("request_failed", format!("the request to {host} failed: {detail}"))
            .hint("Run it again with -vv to see what was sent and received."),
    }
}
