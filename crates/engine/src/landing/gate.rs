//! Which requests may bring an answer at all, judged by what stands above their body.

use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

use hyper::HeaderMap;
use hyper::Method;
use hyper::header;
use hyper::http::request::Parts;

use super::stray::Stray;

/// What the requests have to be addressed to.
pub(super) struct Gate {
    path: String,
    port: u16,
}

/// A request that may come in.
pub(super) enum Visit<'head> {
    /// `GET` with this query, which may be the answer; where to send the browser then.
    Query {
        /// As it stands in the address.
        query: &'head str,
        /// The same address without the query.
        clean: String,
    },
    /// `POST` with a form, which may be the answer.
    Form,
    /// `GET` without anything.
    Bare,
}

impl Gate {
    pub(super) fn new(path: String, port: u16) -> Self {
        Self { path, port }
    }

    /// Lets a request in, or says what it is instead.
    pub(super) fn admit<'head>(&self, head: &'head Parts) -> Result<Visit<'head>, Stray> {
        let host = self.host(head).ok_or(Stray::ForeignHost)?;
        if head.uri.path() != self.path {
            return Err(Stray::OtherPath);
        }
        match head.method {
            Method::OPTIONS => Err(Stray::Preflight),
            Method::GET | Method::POST if is_prefetch(&head.headers) => Err(Stray::Prefetch),
            Method::POST if is_form(&head.headers) => Ok(Visit::Form),
            Method::POST => Err(Stray::NotAForm),
            Method::GET => Ok(match head.uri.query() {
                None | Some("") => Visit::Bare,
                // The whole address: a path that begins with `//` would be taken for a host.
                Some(query) => Visit::Query {
                    query,
                    clean: format!("http://{host}{}", self.path),
                },
            }),
            _ => Err(Stray::Method),
        }
    }

    /// The request's host, if it is said once and is this listener. A name that merely leads to
    /// this machine is not: a page may have had it rebound (RFC 8252 §8.3).
    fn host<'head>(&self, head: &'head Parts) -> Option<&'head str> {
        // `GET http://…`: such a request was meant for a proxy.
        if head.uri.authority().is_some() {
            return None;
        }
        let mut hosts = head.headers.get_all(header::HOST).iter();
        let host = hosts.next()?.to_str().ok()?;
        (hosts.next().is_none() && self.is_here(host)).then_some(host)
    }

    fn is_here(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
            _ => (host, Some(80)),
        };
        port == Some(self.port) && is_loopback_name(name)
    }
}

fn is_loopback_name(name: &str) -> bool {
    if let Some(address) = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return address.parse() == Ok(Ipv6Addr::LOCALHOST);
    }
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Whether the browser only looks ahead (Nav Speculation `Sec-Purpose`, and its older names).
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .into_iter()
        .flat_map(|name| headers.get_all(name))
        .any(|value| {
            let value = value.as_bytes().to_ascii_lowercase();
            ["prefetch", "preview", "prerender"]
                .into_iter()
                .any(|word| value.starts_with(word.as_bytes()))
        })
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| {
            kind.trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
}
