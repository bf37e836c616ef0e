//! What counts as an address of this machine, and which addresses requests may go to.

use std::net::IpAddr;

use url::Host;
use url::Url;

/// Whether the URL's host is exactly `localhost`, in `127.0.0.0/8`, or `::1`, without userinfo.
///
/// Names that merely resolve to this machine do not count (RFC 8252 §8.3).
pub fn is_loopback(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    };
    here && url.username().is_empty() && url.password().is_none()
}

/// Whether a request may be sent there: https anywhere, http to this machine only, no userinfo.
pub fn is_permitted(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host() && url.username().is_empty() && url.password().is_none(),
        "http" => is_loopback(url),
        _ => false,
    }
}

/// A text that was meant for an address and is none, without what may be a secret in it: query and
/// fragment (RFC 3986 §3), and all of it where it holds a user, who may have a password.
pub fn unreadable_without_extras(text: &str) -> &str {
    if text.contains('@') {
        return "[REDACTED]";
    }
    text.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn what_is_no_address_is_told_without_what_may_be_a_secret() {
        for (text, told) in [
            ("idp example", "idp example"),
            ("idp example/t?key=s3cr3t#s3cr3t", "idp example/t"),
            ("https://ada:s3/cr?3t@idp", "[REDACTED]"),
            ("", ""),
        ] {
            assert_eq!(unreadable_without_extras(text), told);
        }
    }

    #[test]
    fn loopback_is_judged_after_parsing() {
        for here in [
            "http://localhost:8080/x",
            "http://127.0.0.1",
            "http://127.9.9.9:1",
            "http://2130706433/",
            "http://[::1]:5/",
            "http://LOCALHOST/",
        ] {
            assert!(is_loopback(&url(here)), "{here}");
            assert!(is_permitted(&url(here)), "{here}");
        }
        for elsewhere in [
            "http://localhost.evil.example/",
            "http://localhost@evil.example/",
            "http://evil.example@localhost/",
            "http://user:pw@127.0.0.1/",
            "http://128.0.0.1/",
            "http://[::2]/",
            "http://0.0.0.0/",
            "http://localhost./",
        ] {
            assert!(!is_loopback(&url(elsewhere)), "{elsewhere}");
            assert!(!is_permitted(&url(elsewhere)), "{elsewhere}");
        }
        assert!(is_permitted(&url("https://login.microsoftonline.com/")));
        assert!(!is_permitted(&url(
            "https://user@login.microsoftonline.com/"
        )));
        assert!(!is_permitted(&url("file:///etc/passwd")));
    }
}
