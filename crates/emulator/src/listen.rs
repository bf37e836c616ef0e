//! Binding the loopback addresses.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

/// How often to try for a port that is free on both address families.
const ATTEMPTS: usize = 20;

/// Listeners on 127.0.0.1 and, where the machine has it, on `[::1]` at the same port.
///
/// With `port` 0 any free port is taken. A port that is taken on `[::1]` is not used: `localhost`
/// would lead some clients to whoever holds it.
pub(crate) fn loopback(port: u16) -> io::Result<(Vec<TcpListener>, u16)> {
    let mut failure = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..ATTEMPTS {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let chosen = v4.local_addr()?.port();
        match TcpListener::bind((Ipv6Addr::LOCALHOST, chosen)) {
            Ok(v6) => return nonblocking(vec![v4, v6]).map(|listeners| (listeners, chosen)),
            Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
                return nonblocking(vec![v4]).map(|listeners| (listeners, chosen));
            }
            Err(error) if port != 0 => return Err(error),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

fn nonblocking(listeners: Vec<TcpListener>) -> io::Result<Vec<TcpListener>> {
    for listener in &listeners {
        listener.set_nonblocking(true)?;
    }
    Ok(listeners)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_share_a_port() {
        let (listeners, port) = loopback(0).unwrap();
        assert_ne!(port, 0);
        for listener in &listeners {
            let address = listener.local_addr().unwrap();
            assert!(address.ip().is_loopback());
            assert_eq!(address.port(), port);
        }
    }

    #[test]
    fn a_port_that_is_taken_is_an_error() {
        let (_listeners, port) = loopback(0).unwrap();
        assert_eq!(loopback(port).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }
}
