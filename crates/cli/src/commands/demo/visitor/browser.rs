//! As much of a browser as the look-alike's pages need: no scripts, one host's cookies.

use std::collections::BTreeMap;
use std::time::Duration;

use ureq::Agent;
use ureq::Body;
use ureq::http::Response;
use url::Host;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::command_error::CommandError;
use crate::commands::demo::failed;

/// A page takes this long at most: the one where a sign-in ends waits until the code was redeemed.
const LIMIT: Duration = Duration::from_secs(20);

/// A browser.
pub(super) struct Browser {
    agent: Agent,
    cookies: BTreeMap<String, String>,
}

/// What came back.
pub(super) struct Page {
    pub(super) status: u16,
    /// Where a redirect leads.
    pub(super) location: Option<String>,
    pub(super) body: String,
}

impl Browser {
    pub(super) fn new() -> Self {
        let config = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(LIMIT))
            .build();
        Self {
            agent: config.new_agent(),
            cookies: BTreeMap::new(),
        }
    }

    pub(super) fn get(&mut self, at: &Url) -> Result<Page, CommandError> {
        on_this_machine(at)?;
        let mut request = self.agent.get(at.as_str());
        if !self.cookies.is_empty() {
            request = request.header("cookie", self.cookie_header());
        }
        let reply = request.call();
        self.read(reply)
    }

    /// Sends a form that stands on the page `from`.
    pub(super) fn post(
        &mut self,
        from: &Url,
        to: &Url,
        fields: &[(String, String)],
    ) -> Result<Page, CommandError> {
        on_this_machine(to)?;
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = self
            .agent
            .post(to.as_str())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", from.origin().ascii_serialization());
        if !self.cookies.is_empty() {
            request = request.header("cookie", self.cookie_header());
        }
        let reply = request.send(body);
        self.read(reply)
    }

    fn cookie_header(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn read(&mut self, reply: Result<Response<Body>, ureq::Error>) -> Result<Page, CommandError> {
        let unreadable = |error| failed(format!("a page cannot be opened: {error}"));
        let mut reply = reply.map_err(unreadable)?;
        let header = |name| {
            let value = reply.headers().get(name)?;
            value.to_str().ok().map(ToOwned::to_owned)
        };
        let cookie = header("set-cookie");
        let cookie = cookie
            .as_deref()
            .and_then(|cookie| cookie.split(';').next());
        if let Some((name, value)) = cookie.and_then(|cookie| cookie.split_once('=')) {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(Page {
            status: reply.status().as_u16(),
            location: header("location"),
            body: reply.body_mut().read_to_string().map_err(unreadable)?,
        })
    }
}

/// Whether an address is of this machine: a look-alike is nowhere else.
fn on_this_machine(address: &Url) -> Result<(), CommandError> {
    let is_loopback = match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if is_loopback && address.scheme() == "http" && address.username().is_empty() {
        Ok(())
    } else {
        Err(failed(format!("{address} is no page of this machine")))
    }
}
