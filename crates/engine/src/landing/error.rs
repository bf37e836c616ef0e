//! Why nothing can be listened for.

use std::io;
use std::net::IpAddr;

use model::RedirectUri;
use thiserror::Error;

/// Why the redirect URI's addresses cannot be listened on.
#[derive(Debug, Error)]
pub enum ListenError {
    /// The redirect URI leads elsewhere ([`RedirectUri::loopback`]).
    #[error("{0} is no address of this machine")]
    NotThisMachine(RedirectUri),
    /// Somebody else listens there.
    #[error("port {port} of {address} is in use by {}", holder.as_deref().unwrap_or("another program"))]
    InUse {
        /// The address that is taken.
        address: IpAddr,
        /// The port.
        port: u16,
        /// The process that holds it, such as `node (process 4242)`, as far as this user may see
        /// it ([`command_that_names_holder`](super::command_that_names_holder)). Harmless to
        /// print.
        holder: Option<String>,
    },
    /// The system keeps this port from this user: it is below 1024, or reserved (Windows).
    #[error("this user may not listen on port {port}")]
    NotPermitted {
        /// The port.
        port: u16,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// One free port after the other was taken on the other address family.
    #[error("no port is free on both 127.0.0.1 and [::1]")]
    NoFreePort,
    /// The system refuses the address for another reason, such as not having it.
    #[error("{address} cannot be listened on")]
    Address {
        /// The address.
        address: IpAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// There is no thread or event loop to answer with.
    #[error("the listener cannot be started")]
    NotServed(#[source] io::Error),
}
