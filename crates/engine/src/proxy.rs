//! Which proxy a request goes through.

use url::Url;

/// Proxy addresses by the usual variables, as values.
#[derive(Clone, Default)]
pub struct ProxySettings {
    /// `HTTPS_PROXY`, or else `ALL_PROXY`: an address, which may hold a user name and password.
    pub address: Option<String>,
    /// `NO_PROXY`: host names, domains, addresses or `*`, separated by commas.
    pub exceptions: Option<String>,
}

/// The address may hold a password, so it is not shown.
impl std::fmt::Debug for ProxySettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ProxySettings")
            .field("address", &self.address.as_ref().map(|_| "[REDACTED]"))
            .field("exceptions", &self.exceptions)
            .finish()
    }
}

impl ProxySettings {
    /// The proxy for a request to that URL; never one for an address on this machine.
    pub fn for_url(&self, url: &Url) -> Option<&str> {
        let address = self
            .address
            .as_deref()
            .filter(|text| !text.trim().is_empty())?;
        if model::uri::is_loopback(url) || self.excepts(url) {
            return None;
        }
        Some(address)
    }

    /// As curl reads `NO_PROXY`: `example.com` and `.example.com` stand for the domain and all
    /// below it, an entry with a port for that port only.
    fn excepts(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else {
            return false;
        };
        let host = host
            .trim_matches(['[', ']'])
            .trim_end_matches('.')
            .to_ascii_lowercase();
        let port = url.port_or_known_default();
        let exceptions = self.exceptions.as_deref().unwrap_or_default();
        exceptions
            .split([',', ' '])
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .any(|entry| {
                let entry = entry.to_ascii_lowercase();
                let (name, wanted_port) = match entry.rsplit_once(':') {
                    Some((name, digits)) if !name.contains(':') => match digits.parse::<u16>() {
                        Ok(number) => (name.to_owned(), Some(number)),
                        Err(_) => (entry.clone(), None),
                    },
                    _ => (entry.clone(), None),
                };
                let domain = name
                    .trim_start_matches("*.")
                    .trim_start_matches('.')
                    .trim_end_matches('.');
                let port_fits = wanted_port.is_none() || wanted_port == port;
                name == "*"
                    || port_fits
                        && !domain.is_empty()
                        && (host == domain || host.ends_with(&format!(".{domain}")))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxied(exceptions: &str, url: &str) -> bool {
        let settings = ProxySettings {
            address: Some("http://proxy.example:3128".to_owned()),
            exceptions: Some(exceptions.to_owned()),
        };
        settings.for_url(&Url::parse(url).unwrap()).is_some()
    }

    #[test]
    fn loopback_never_goes_through_a_proxy() {
        for here in [
            "http://127.0.0.1:9/x",
            "https://localhost/x",
            "http://[::1]:9/",
        ] {
            assert!(!proxied("", here), "{here}");
        }
        assert!(proxied("", "https://login.microsoftonline.com/x"));
    }

    #[test]
    fn exceptions_are_read_as_curl_reads_them() {
        let url = "https://login.example.com/x";
        for matching in [
            "example.com",
            ".example.com",
            "*.example.com",
            "other, LOGIN.example.com",
            "*",
            "example.com:443",
            "a b example.com.",
        ] {
            assert!(!proxied(matching, url), "{matching}");
        }
        for other in [
            "ample.com",
            "login.example.com.evil",
            "example.com:8443",
            "",
            ",",
        ] {
            assert!(proxied(other, url), "{other}");
        }
    }

    #[test]
    fn debug_does_not_show_the_proxy_password() {
        let settings = ProxySettings {
            address: Some("http://user:pl4nted@proxy".to_owned()),
            exceptions: None,
        };
        assert!(!format!("{settings:?}").contains("pl4nted"));
    }
}
