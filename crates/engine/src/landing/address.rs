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

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::cell::RefCell;
    use std::net::Ipv4Addr;
    use std::net::Ipv6Addr;

    use super::*;

    const BOTH: [IpAddr; 2] = [
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    ];

    #[test]
    fn a_free_port_that_is_squatted_on_the_other_family_is_given_up_for_another() {
        let squatters = RefCell::new(Vec::new());
        let (sockets, port) = bind_by(&BOTH, 0, |at| {
            if at.is_ipv6() && squatters.borrow().len() < 3 {
                squatters.borrow_mut().push(TcpListener::bind(at)?);
            }
            TcpListener::bind(at)
        })
        .unwrap();
        assert_eq!(sockets.len(), 2);
        for socket in &sockets {
            assert_eq!(socket.local_addr().unwrap().port(), port);
        }
        let squatted: Vec<_> = squatters
            .borrow()
            .iter()
            .map(|squatter| squatter.local_addr().unwrap().port())
            .collect();
        assert_eq!(squatted.len(), 3);
        assert!(!squatted.contains(&port));
    }

    #[test]
    fn looking_for_a_free_port_comes_to_an_end() {
        let tries = Cell::new(0);
        let error = bind_by(&BOTH, 0, |at| {
            if at.is_ipv4() {
                return TcpListener::bind(at);
            }
            tries.set(tries.get() + 1);
            Err(ErrorKind::AddrInUse.into())
        })
        .unwrap_err();
        assert!(matches!(error, ListenError::NoFreePort), "{error:?}");
        assert_eq!(tries.get(), ATTEMPTS);
    }

    #[test]
    fn a_family_that_the_machine_lacks_is_done_without() {
        let unsupported = || io::Error::from_raw_os_error(FAMILY_NOT_SUPPORTED);
        let unavailable = || io::Error::from(ErrorKind::AddrNotAvailable);
        let reasons: [fn() -> io::Error; 2] = [unsupported, unavailable];
        for (lacks_ipv4, reason) in [true, false].into_iter().zip(reasons) {
            let (sockets, port) = bind_by(&BOTH, 0, |at| {
                if at.is_ipv4() == lacks_ipv4 {
                    return Err(reason());
                }
                TcpListener::bind(at)
            })
            .unwrap();
            let [socket] = &sockets[..] else {
                panic!("{sockets:?}");
            };
            let bound = socket.local_addr().unwrap();
            assert_eq!((bound.is_ipv6(), bound.port()), (lacks_ipv4, port));
        }
    }

    #[test]
    fn no_address_at_all_is_an_error() {
        let error = bind_by(&BOTH, 0, |_| Err(ErrorKind::AddrNotAvailable.into())).unwrap_err();
        assert!(matches!(error, ListenError::Address { .. }), "{error:?}");
    }

    #[test]
    fn a_port_that_is_kept_from_this_user_is_told_apart() {
        let error = bind_by(&BOTH, 80, |_| Err(ErrorKind::PermissionDenied.into())).unwrap_err();
        assert!(
            matches!(error, ListenError::NotPermitted { port: 80, .. }),
            "{error:?}"
        );
    }
}
