//! Why an emulator did not start.

use std::io;

/// A reason for which no emulator could be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// No loopback port could be had, or the one asked for is taken.
    #[error("cannot listen on loopback")]
    Listen(#[source] io::Error),
    /// The operating system refused the thread or the event loop.
    #[error("cannot start the server thread")]
    Thread(#[source] io::Error),
    /// The certificates for https could not be made.
    #[error("cannot make the certificates for https")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library refused the certificates just made.
    #[error("cannot set up https")]
    Tls(#[from] tokio_rustls::rustls::Error),
    /// A tenant's id is not a GUID.
    #[error("the tenant id {0:?} is not a GUID")]
    TenantIsNoGuid(String),
    /// A user is put into a tenant that is not configured.
    #[error("a user belongs to the tenant {0:?}, which is not configured")]
    UnknownTenant(String),
    /// A certificate registered on an app is not one X.509 certificate in DER form.
    #[error("a certificate of app {0} is not an X.509 certificate in DER form")]
    UnreadableCertificate(String),
}
