//! Binding every address that the browser may try, at one port.

use std::io;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::net::TcpListener;

use super::ListenError;
use super::holder;

/// How often to look for a port that is free on all addresses.
const ATTEMPTS: usize = 20;

/// What the system says to an address of a family that it was built without (`EAFNOSUPPORT`),
/// which the standard library has no name for.
const FAMILY_NOT_SUPPORTED: i32 = if cfg!(windows) {
    10047
} else if cfg!(any(target_os = "linux", target_os = "android")) {
    97
} else {
    47
};

/// An address that could not be bound.
struct Refused {
    at: SocketAddr,
    source: io::Error,
}

/// Listens on all addresses at that port, or at one that is free if it is 0; also says which.
pub(super) fn bind(
    addresses: &[IpAddr],
    port: u16,
) -> Result<(Vec<TcpListener>, u16), ListenError> {
    bind_by(addresses, port, TcpListener::bind)
}

fn bind_by(
    addresses: &[IpAddr],
    port: u16,
    bind_one: impl Fn(SocketAddr) -> io::Result<TcpListener>,
) -> Result<(Vec<TcpListener>, u16), ListenError> {
    for _ in 0..ATTEMPTS {
        match bind_all(addresses, port, &bind_one) {
            Ok(bound) => return Ok(bound),
            Err(refused) if port == 0 && refused.source.kind() == ErrorKind::AddrInUse => {}
            Err(refused) => return Err(refused.into()),
        }
    }
    Err(ListenError::NoFreePort)
}

fn bind_all(
    addresses: &[IpAddr],
    port: u16,
    bind_one: impl Fn(SocketAddr) -> io::Result<TcpListener>,
) -> Result<(Vec<TcpListener>, u16), Refused> {
    let mut bound = Vec::with_capacity(addresses.len());
    let mut port = port;
    let mut missing = None;
    for address in addresses {
        let at = SocketAddr::new(*address, port);
        let refused = |source| Refused { at, source };
        match bind_one(at) {
            Ok(socket) => {
                port = socket.local_addr().map_err(refused)?.port();
                bound.push(socket);
            }
            Err(error) if is_missing(&error) => missing = Some(refused(error)),
            Err(error) => return Err(refused(error)),
        }
    }
    match missing {
        Some(refused) if bound.is_empty() => Err(refused),
        _ => Ok((bound, port)),
    }
}

/// Whether this machine does not have the address.
fn is_missing(error: &io::Error) -> bool {
    error.kind() == ErrorKind::AddrNotAvailable
        || error.raw_os_error() == Some(FAMILY_NOT_SUPPORTED)
}

impl From<Refused> for ListenError {
    fn from(Refused { at, source }: Refused) -> Self {
        let (address, port) = (at.ip(), at.port());
        match source.kind() {
            ErrorKind::AddrInUse => Self::InUse {
                address,
                port,
                holder: holder::of(at),
            },
            ErrorKind::PermissionDenied => Self::NotPermitted { port, source },
            _ => Self::Address { address, source },
        }
    }
}
