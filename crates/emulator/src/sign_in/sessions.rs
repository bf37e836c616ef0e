//! Who is signed in at which browser: single sign-on by a cookie.

use std::collections::HashMap;
use std::sync::Mutex;

use aws_lc_rs::error::Unspecified;

use crate::directory::{Account, AccountId};
use crate::exchange::Exchange;
use crate::identifiers::{random_guid, random_text};
use crate::state::lock;

/// When and how a person proved who they are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Authentication {
    /// Epoch seconds.
    pub(crate) at: i64,
    pub(crate) has_second_factor: bool,
}

/// A finished sign-in.
#[derive(Debug)]
pub(crate) struct SignedIn<'a> {
    pub(crate) account: &'a Account,
    pub(crate) authentication: Authentication,
    /// The browser's session, where there is one.
    pub(crate) session_id: Option<String>,
}

/// One browser.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// `session_state` of authorization responses.
    pub(crate) id: String,
    pub(crate) accounts: Vec<(AccountId, Authentication)>,
}

/// The sessions by the secret in their cookie.
#[derive(Default)]
pub(crate) struct Sessions {
    by_cookie: Mutex<HashMap<String, Session>>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Sessions")
            .field("count", &lock(&self.by_cookie).len())
            .finish()
    }
}

impl Sessions {
    /// The session of the browser that sent a request.
    pub(crate) fn find(&self, exchange: &Exchange<'_>) -> Option<Session> {
        let cookie = cookie_sent(exchange)?;
        lock(&self.by_cookie).get(cookie).cloned()
    }

    /// Signs an account in at the browser that sent a request. A browser without a session gets
    /// one: the `Set-Cookie` header is the second value.
    pub(crate) fn sign_in(
        &self,
        exchange: &Exchange<'_>,
        account: &AccountId,
        authentication: Authentication,
    ) -> Result<(Session, Option<String>), Unspecified> {
        let mut by_cookie = lock(&self.by_cookie);
        let known = cookie_sent(exchange).filter(|cookie| by_cookie.contains_key(*cookie));
        let (cookie, header) = if let Some(cookie) = known {
            (cookie.to_owned(), None)
        } else {
            let cookie = random_text(32)?;
            let header = set_cookie(exchange, &cookie);
            (cookie, Some(header))
        };
        let fresh = Session {
            id: random_guid()?,
            accounts: Vec::new(),
        };
        let session = by_cookie.entry(cookie).or_insert(fresh);
        session.accounts.retain(|(id, _)| id != account);
        session.accounts.push((account.clone(), authentication));
        Ok((session.clone(), header))
    }

    /// Ends the session of the browser that sent a request; gives the `Set-Cookie` header that
    /// clears the cookie.
    pub(crate) fn end(&self, exchange: &Exchange<'_>) -> String {
        if let Some(cookie) = cookie_sent(exchange) {
            lock(&self.by_cookie).remove(cookie);
        }
        format!("{}; Max-Age=0", set_cookie(exchange, ""))
    }

    /// Signs an account out everywhere.
    pub(crate) fn forget(&self, account: &AccountId) {
        for session in lock(&self.by_cookie).values_mut() {
            session.accounts.retain(|(id, _)| id != account);
        }
    }
}

/// Browsers share cookies between the ports of a host (RFC 6265 §8.5): the port is in the name, so
/// that two emulators do not take each other's.
fn cookie_name(exchange: &Exchange<'_>) -> String {
    let port = exchange
        .origin()
        .rsplit_once(':')
        .map_or("", |(_, port)| port)
        .chars()
        .filter(char::is_ascii_digit)
        .collect::<String>();
    format!("entra-emulator-{port}")
}

fn cookie_sent<'a>(exchange: &Exchange<'a>) -> Option<&'a str> {
    let name = cookie_name(exchange);
    exchange
        .request
        .header("cookie")?
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(sent, value)| (sent == name).then_some(value))
}

fn set_cookie(exchange: &Exchange<'_>, value: &str) -> String {
    let secure = if exchange.origin().starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}",
        cookie_name(exchange)
    )
}
