//! What can be told of the way to an authority, without asking it for a token.
//!
//! Nothing here is secret, nothing is kept, and each function takes no longer than its caller
//! gives it: name resolution alone has no deadline, and is for the caller to give up.

mod chain;
mod metadata;

use std::io;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::TcpListener;
use std::net::ToSocketAddrs as _;

pub use chain::Presented;
pub use chain::presented;
pub use metadata::Metadata;
pub use metadata::MetadataError;
pub use metadata::metadata;

/// The addresses of a host, as the operating system resolves its name.
///
/// # Errors
/// What the operating system says where it knows none.
pub fn addresses(host: &str) -> io::Result<Vec<IpAddr>> {
    let host = host.trim_matches(['[', ']']);
    let mut found: Vec<IpAddr> = (host, 0).to_socket_addrs()?.map(|at| at.ip()).collect();
    found.dedup();
    Ok(found)
}

/// Whether this machine lets a program listen on its loopback of IPv4, and of IPv6, as a sign-in
/// by browser does (RFC 8252 §7.3).
pub fn loopback() -> [(IpAddr, io::Result<()>); 2] {
    [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
        .map(|address: IpAddr| (address, listen(address, 0)))
}

/// Listens for a moment.
///
/// # Errors
/// What the operating system says; [`io::ErrorKind::AddrInUse`] if another program listens there.
pub fn listen(address: IpAddr, port: u16) -> io::Result<()> {
    TcpListener::bind((address, port)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_told_from_a_free_one() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let refused = listen(Ipv4Addr::LOCALHOST.into(), port).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AddrInUse);
        drop(taken);
        listen(Ipv4Addr::LOCALHOST.into(), port).unwrap();
    }

    #[test]
    fn names_and_numbers_are_resolved() {
        assert_eq!(
            addresses("127.0.0.1").unwrap(),
            [IpAddr::from(Ipv4Addr::LOCALHOST)]
        );
        assert_eq!(
            addresses("[::1]").unwrap(),
            [IpAddr::from(Ipv6Addr::LOCALHOST)]
        );
        assert!(addresses("nowhere.invalid").is_err());
    }
}
