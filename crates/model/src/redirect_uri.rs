//! Where the browser goes with the answer.

use std::fmt;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

use thiserror::Error;
use url::Host;
use url::Url;

use crate::uri;

/// Longer ones cannot be registered at Entra.
const LONGEST: usize = 256;

/// A redirect URI as it was registered, character by character: it goes to the authorization and
/// to the token endpoint unchanged (RFC 6749 §4.1.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    url: Url,
}

/// Text that no answer can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RedirectUriError {
    /// No absolute URI.
    #[error("it is no absolute address")]
    NotAbsolute,
    /// The answer would go over the network in the clear (RFC 8252 §7.3, RFC 9700 §2.6).
    #[error("it is http, which is for this machine (http://localhost) only")]
    NotEncrypted,
    /// A fragment (RFC 6749 §3.1.2), or a user name.
    #[error("it holds a fragment or a user name")]
    Forbidden,
    /// Entra's limit.
    #[error("it is longer than 256 characters")]
    TooLong,
}

/// Where a redirect URI of this machine is listened for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoopbackAddress {
    /// The addresses; all of them, where the name stands for several.
    pub addresses: Vec<IpAddr>,
    /// The port, if the URI names one.
    pub port: Option<u16>,
    /// The path, at least `/`.
    pub path: String,
}

impl RedirectUri {
    /// Takes a redirect URI as it was registered.
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(RedirectUriError::TooLong);
        }
        let url = Url::parse(text).map_err(|_| RedirectUriError::NotAbsolute)?;
        if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectUriError::Forbidden);
        }
        if url.scheme() == "http" && !uri::is_loopback(&url) {
            return Err(RedirectUriError::NotEncrypted);
        }
        Ok(Self {
            text: text.to_owned(),
            url,
        })
    }

    /// The text as it was registered.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the browser lands on that address when it is sent here: scheme, host, port and path
    /// are the same. A missing path is `/`; query and fragment, which hold the answer, do not count.
    pub fn leads_to(&self, address: &Url) -> bool {
        let path = |url: &Url| match url.path() {
            "" => "/".to_owned(),
            path => path.to_owned(),
        };
        self.url.scheme() == address.scheme()
            && self.url.host() == address.host()
            && self.url.port_or_known_default() == address.port_or_known_default()
            && path(&self.url) == path(address)
    }

    /// Where to listen; `None` if the browser takes the answer elsewhere, and the person has to
    /// bring it back.
    pub fn loopback(&self) -> Option<LoopbackAddress> {
        if self.url.scheme() != "http" {
            return None;
        }
        let addresses = match self.url.host()? {
            Host::Domain(_) => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            Host::Ipv4(address) => vec![address.into()],
            Host::Ipv6(address) => vec![address.into()],
        };
        Some(LoopbackAddress {
            addresses,
            port: self.url.port().or_else(|| self.names_port_80()),
            path: self.url.path().to_owned(),
        })
    }

    /// `:80` is in the text, and gone from the parsed address: it is what http means anyway.
    fn names_port_80(&self) -> Option<u16> {
        let authority = self.text.split("://").nth(1)?.split(['/', '?']).next()?;
        authority.ends_with(":80").then_some(80)
    }

    /// The same address at that port, everything else untouched. Nothing happens to an address
    /// that is not of this machine.
    #[must_use]
    pub fn at_port(&self, port: u16) -> Self {
        let Some(rest) = self
            .loopback()
            .and_then(|_| self.text.split_once("://").map(|(_, rest)| rest))
        else {
            return self.clone();
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let host_end = authority.find(']').map_or(0, |bracket| bracket + 1);
        let host = authority[host_end..]
            .find(':')
            .map_or(authority, |colon| &authority[..host_end + colon]);
        let text = format!("{}://{host}:{port}{tail}", self.url.scheme());
        Self::parse(&text).unwrap_or_else(|_| self.clone())
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap()
    }

    #[test]
    fn the_text_stays_as_it_was_registered() {
        for text in [
            "http://localhost",
            "http://localhost/",
            "http://localhost:8080",
            "http://LOCALHOST:80/Callback",
            "https://app.example/cb?x=1",
            "urn:ietf:wg:oauth:2.0:oob",
            "msal1234://auth",
        ] {
            assert_eq!(parsed(text).as_str(), text);
        }
    }

    #[test]
    fn a_port_is_added_and_nothing_else_changed() {
        for (registered, sent) in [
            ("http://localhost", "http://localhost:5000"),
            ("http://localhost/", "http://localhost:5000/"),
            ("http://localhost:1/cb?x=1", "http://localhost:5000/cb?x=1"),
            ("http://127.0.0.1", "http://127.0.0.1:5000"),
            ("http://[::1]:7/a", "http://[::1]:5000/a"),
            ("https://app.example", "https://app.example"),
        ] {
            assert_eq!(parsed(registered).at_port(5000).as_str(), sent);
        }
    }

    #[test]
    fn what_is_of_this_machine_is_listened_for() {
        let both = parsed("http://localhost:8080/cb").loopback().unwrap();
        assert_eq!(both.addresses.len(), 2);
        assert_eq!((both.port, both.path.as_str()), (Some(8080), "/cb"));
        let named = parsed("http://localhost:80/cb").loopback().unwrap();
        assert_eq!(named.port, Some(80));
        let four = parsed("http://127.0.0.1").loopback().unwrap();
        assert_eq!(four.addresses, [IpAddr::V4(Ipv4Addr::LOCALHOST)]);
        assert_eq!((four.port, four.path.as_str()), (None, "/"));
        for elsewhere in ["https://localhost:8080", "https://app.example", "app://x"] {
            assert_eq!(parsed(elsewhere).loopback(), None, "{elsewhere}");
        }
    }

    #[test]
    fn an_answer_is_known_by_the_address_it_came_to() {
        for (registered, landed_on, same) in [
            ("http://localhost:1", "http://localhost:1/?code=x", true),
            ("http://LOCALHOST:1/", "http://localhost:1?code=x", true),
            (
                "https://app.example/cb?a=1",
                "https://app.example:443/cb#code=x",
                true,
            ),
            ("app://auth", "app://auth/?code=x", true),
            ("http://localhost:1", "http://localhost:2/", false),
            ("http://localhost:1", "http://127.0.0.1:1/", false),
            ("https://app.example/cb", "https://app.example/CB", false),
            ("https://app.example/cb", "https://app.example/cb/", false),
            ("https://app.example/cb", "http://app.example/cb", false),
            (
                "https://app.example/cb",
                "https://app.example.evil.example/cb",
                false,
            ),
        ] {
            let address = Url::parse(landed_on).unwrap();
            assert_eq!(parsed(registered).leads_to(&address), same, "{landed_on}");
        }
    }

    #[test]
    fn unfit_addresses_are_refused() {
        for (text, error) in [
            ("/callback", RedirectUriError::NotAbsolute),
            ("http://app.example", RedirectUriError::NotEncrypted),
            (
                "http://localhost.evil.example",
                RedirectUriError::NotEncrypted,
            ),
            ("https://app.example/#x", RedirectUriError::Forbidden),
            ("https://user@app.example/", RedirectUriError::Forbidden),
        ] {
            assert_eq!(RedirectUri::parse(text), Err(error), "{text}");
        }
    }
}
