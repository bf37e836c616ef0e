//! Faults: replies that go wrong on purpose.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::http_date;
use crate::endpoints::instance_discovery::unknown_instance;
use crate::endpoints::token::with_numeric_strings;
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::graph::GraphError;
use crate::reply::{Reply, ReplyBody};
use crate::routes::Endpoint;
use crate::state::lock;

/// Something that goes wrong with a reply.
///
/// The first group replaces the reply, so that the request is not judged at all; the second alters
/// the honest one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// 429 or 503 in plain text, as a gateway in front of Entra answers.
    Throttle {
        /// The HTTP status.
        status: u16,
        /// What the `Retry-After` header says.
        retry_after: RetryAfter,
    },
    /// This status (5xx) with Entra's AADSTS90033, a transient failure.
    ServerError(u16),
    /// An HTML page with this status, as a captive portal or proxy answers.
    Html(u16),
    /// Status 200 and nothing else.
    EmptyBody,
    /// Status 200 and a JSON string of this many bytes that never ends.
    HugeBody(u64),
    /// The connection is closed without a reply.
    DropConnection,
    /// A redirect that keeps the method (307).
    Redirect(String),
    /// An error of Entra's shape.
    Error(PlayedError),
    /// An error whose every field holds terminal escapes, bidirectional overrides, zero-width
    /// characters and line breaks.
    HostileText,
    /// AADSTS50049 `invalid_instance`, instance discovery's answer to a host it does not know.
    InvalidInstance,
    /// Graph's 401 that asks for a token with these claims, a JSON object.
    ClaimsChallenge(String),

    /// The honest reply, its body cut in half; the message itself is complete.
    TruncatedJson,
    /// The honest reply, its connection broken halfway through the body.
    BrokenBody,
    /// The honest reply after this time.
    SlowReply(Duration),
    /// The honest reply with every number as a string.
    NumericStrings,
    /// The honest reply with an access token that holds shell syntax and a line break.
    TokenWithIllegalCharacters,
    /// The honest reply without this field.
    MissingField(String),
    /// The honest reply with this field set to this value.
    Field(String, Value),
}

/// The `Retry-After` header of a throttled reply (RFC 9110 §10.2.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RetryAfter {
    /// No header.
    Absent,
    /// Seconds.
    Seconds(u64),
    /// An HTTP date, this many seconds after the emulator's time.
    DateIn(i64),
}

/// An error to play, for instance
/// `PlayedError { code: 65001, suberror: Some("consent_required".into()), ..Default::default() }`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PlayedError {
    /// The HTTP status.
    pub status: u16,
    /// The OAuth error (RFC 6749 §5.2).
    pub error: String,
    /// The AADSTS code.
    pub code: u32,
    /// The text after the code.
    pub message: String,
    /// Entra's `suberror`.
    pub suberror: Option<String>,
    /// Entra's `claims`: a JSON object as text.
    pub claims: Option<String>,
}

impl Default for PlayedError {
    /// `invalid_grant`, status 400, AADSTS70000.
    fn default() -> Self {
        Self {
            status: 400,
            error: "invalid_grant".to_owned(),
            code: 70000,
            message: "The provided value is not valid.".to_owned(),
            suberror: None,
            claims: None,
        }
    }
}

/// Text that must not reach a terminal or a shell as it is.
pub const HOSTILE_TEXT: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{8}\r\nForged line\u{202e}desrever\u{200b}\u{2066}\u{feff}\0$(touch /tmp/owned)`id`\";'";

/// The faults to come, in the order they were planned.
#[derive(Debug, Default)]
pub(crate) struct FaultQueue {
    planned: Mutex<VecDeque<(Endpoint, Fault)>>,
}

impl FaultQueue {
    pub(crate) fn plan(&self, endpoint: Endpoint, times: usize, fault: &Fault) {
        lock(&self.planned).extend(std::iter::repeat_n((endpoint, fault.clone()), times));
    }

    /// The next fault for an endpoint.
    pub(crate) fn take(&self, endpoint: Endpoint) -> Option<Fault> {
        let mut planned = lock(&self.planned);
        let index = planned.iter().position(|(at, _)| *at == endpoint)?;
        planned.remove(index).map(|(_, fault)| fault)
    }

    pub(crate) fn clear(&self) {
        lock(&self.planned).clear();
    }
}

impl Fault {
    /// The reply gone wrong; `None` drops the connection.
    pub(crate) fn play(
        self,
        exchange: &Exchange<'_>,
        honest: impl FnOnce() -> Reply,
    ) -> Option<Reply> {
        Some(match self {
            Self::Throttle {
                status,
                retry_after,
            } => throttled(status, retry_after, exchange.now),
            Self::ServerError(status) => EntraError::temporarily_unavailable(
                status,
                90033,
                "A transient error has occurred. Please try again.",
            )
            .reply(exchange),
            Self::Html(status) => Reply::new(
                status,
                "text/html; charset=utf-8",
                "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head>\n<body><h1>Please accept \
                 the terms of use</h1></body></html>\n",
            ),
            Self::EmptyBody => Reply::new(200, "application/json; charset=utf-8", ""),
            Self::HugeBody(bytes) => Reply {
                body: ReplyBody::Filler { remaining: bytes },
                ..Reply::new(200, "application/json; charset=utf-8", "")
            },
            Self::DropConnection => return None,
            Self::Redirect(location) => {
                Reply::new(307, "text/plain", "").with_header("location", location)
            }
            Self::Error(played) => played.into_entra_error().reply(exchange),
            Self::HostileText => hostile(),
            Self::ClaimsChallenge(claims) => GraphError::challenge(claims).reply(exchange),
            Self::InvalidInstance => unknown_instance().reply(exchange),
            Self::TruncatedJson => halved(honest(), false),
            Self::BrokenBody => halved(honest(), true),
            Self::SlowReply(delay) => Reply { delay, ..honest() },
            Self::NumericStrings => with_numeric_strings(honest()),
            Self::TokenWithIllegalCharacters => altered(honest(), |body| {
                body.insert(
                    "access_token".to_owned(),
                    json!("eyJ.$(touch /tmp/owned)\";'`id`\n.sig"),
                );
            }),
            Self::MissingField(name) => altered(honest(), |body| {
                body.remove(&name);
            }),
            Self::Field(name, value) => altered(honest(), |body| {
                body.insert(name, value);
            }),
        })
    }
}

impl PlayedError {
    pub(crate) fn into_entra_error(self) -> EntraError {
        EntraError {
            suberror: self.suberror,
            claims: self.claims,
            ..EntraError::other(self.status, &self.error, self.code, self.message)
        }
    }
}

fn throttled(status: u16, retry_after: RetryAfter, now: i64) -> Reply {
    let reply = Reply::new(status, "text/plain; charset=utf-8", "Too many requests.");
    match retry_after {
        RetryAfter::Absent => reply,
        RetryAfter::Seconds(seconds) => reply.with_header("retry-after", seconds.to_string()),
        RetryAfter::DateIn(seconds) => {
            reply.with_header("retry-after", http_date(now.saturating_add(seconds)))
        }
    }
}

fn hostile() -> Reply {
    Reply::json(
        400,
        &json!({
            "error": format!("invalid_client{HOSTILE_TEXT}"),
            "error_description": format!("AADSTS7000215: {HOSTILE_TEXT}"),
            "error_codes": [7_000_215],
            "timestamp": HOSTILE_TEXT,
            "trace_id": HOSTILE_TEXT,
            "correlation_id": HOSTILE_TEXT,
            "error_uri": format!("https://login.microsoftonline.com/error?code={HOSTILE_TEXT}"),
            "suberror": HOSTILE_TEXT,
            "claims": HOSTILE_TEXT,
        }),
    )
}

fn halved(mut reply: Reply, breaks_connection: bool) -> Reply {
    if let ReplyBody::Whole(bytes) = &mut reply.body {
        let sent = bytes.split_to(bytes.len() / 2);
        let missing = bytes.len() as u64;
        reply.body = if breaks_connection {
            ReplyBody::Cut {
                sent,
                missing,
                was_flushed: false,
            }
        } else {
            ReplyBody::Whole(sent)
        };
    }
    reply
}

fn altered(mut reply: Reply, alter: impl FnOnce(&mut serde_json::Map<String, Value>)) -> Reply {
    if let Some(mut body) = reply.json_object() {
        alter(&mut body);
        reply.body = ReplyBody::Whole(Value::Object(body).to_string().into());
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_wait_for_their_endpoint_and_come_in_order() {
        let queue = FaultQueue::default();
        queue.plan(Endpoint::Token, 2, &Fault::EmptyBody);
        queue.plan(Endpoint::Keys, 1, &Fault::DropConnection);
        queue.plan(Endpoint::Token, 1, &Fault::Html(502));
        assert_eq!(queue.take(Endpoint::Keys), Some(Fault::DropConnection));
        assert_eq!(queue.take(Endpoint::Keys), None);
        let token: Vec<_> = std::iter::from_fn(|| queue.take(Endpoint::Token)).collect();
        assert_eq!(
            token,
            [Fault::EmptyBody, Fault::EmptyBody, Fault::Html(502)]
        );
    }

    #[test]
    fn cleared_faults_do_not_come() {
        let queue = FaultQueue::default();
        queue.plan(Endpoint::Token, 3, &Fault::EmptyBody);
        queue.clear();
        assert_eq!(queue.take(Endpoint::Token), None);
    }

    #[test]
    fn half_a_body_is_cut_or_broken() {
        let whole = || Reply::new(200, "application/json", "0123456789");
        match halved(whole(), false).body {
            ReplyBody::Whole(bytes) => assert_eq!(bytes, "01234"),
            other => panic!("{other:?}"),
        }
        match halved(whole(), true).body {
            ReplyBody::Cut { sent, missing, .. } => {
                assert_eq!((&sent[..], missing), (&b"01234"[..], 5));
            }
            other => panic!("{other:?}"),
        }
    }
}
