//! Replies of the token endpoint (RFC 6749 §5), and what all replies have in common.

use std::time::Duration;

use model::AccessToken;
use model::IdToken;
use model::RefreshToken;
use model::Scopes;
use model::Timestamp;
use model::TokenSet;
use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use thiserror::Error;
use url::Url;
use zeroize::Zeroizing;

use crate::HttpResponse;
pub use crate::refusal::Refusal;
use crate::retry;
use crate::retry_after;
use crate::text;

/// How a token is used where the reply does not say.
const DEFAULT_TOKEN_TYPE: &str = "Bearer";

/// No token is taken to live longer, whatever the reply says, so that its end is a date that
/// RFC 3339 can write. Entra's live a day at most.
const LONGEST_LIFETIME: Duration = Duration::from_hours(24 * 3650);

/// Why a reply does not give what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReplyError {
    /// The identity provider refused, in due form.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The reply is neither a token nor a refusal: a proxy's page, half a body, something else.
    #[error("the reply (status {status}) cannot be understood: {why}{}", quoted(.excerpt))]
    Malformed {
        /// The HTTP status.
        status: u16,
        /// What the server calls the body, safe to show.
        content_type: Option<String>,
        /// The beginning of the body, safe to show.
        excerpt: String,
        /// What is wrong with it.
        why: &'static str,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// The token holds characters that no bearer token may hold (RFC 6750 §2.1).
    #[error("the server sent an access token with characters that no bearer token may hold")]
    IllegalToken,
    /// The server points elsewhere. A credential is never sent after a redirect.
    #[error(
        "the server redirects (status {status}) to {}, which is not followed",
        .location_host.as_deref().unwrap_or("nowhere")
    )]
    Redirected {
        /// The HTTP status.
        status: u16,
        /// The host it points to, safe to show.
        location_host: Option<String>,
    },
}

/// What came, where anything came.
fn quoted(excerpt: &str) -> String {
    if excerpt.is_empty() {
        String::new()
    } else {
        format!(": {excerpt}")
    }
}

impl ReplyError {
    /// The HTTP status of the reply.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Refused(refusal) => refusal.status,
            Self::Malformed { status, .. } | Self::Redirected { status, .. } => *status,
            Self::IllegalToken => 200,
        }
    }

    /// How long the server asks to wait.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => refusal.retry_after,
            Self::Malformed { retry_after, .. } => *retry_after,
            Self::IllegalToken | Self::Redirected { .. } => None,
        }
    }

    /// Whether the same request may succeed a moment later.
    pub const fn is_transient(&self) -> bool {
        retry::is_transient(self.status())
    }
}

/// The members of a token reply that are heeded. One that stands twice is refused: which of two
/// tokens is meant, two readers might decide differently.
#[derive(Deserialize)]
struct TokenReply {
    access_token: Option<Zeroizing<String>>,
    token_type: Option<String>,
    scope: Option<String>,
    expires_in: Option<Value>,
    refresh_in: Option<Value>,
    refresh_token: Option<Zeroizing<String>>,
    id_token: Option<Zeroizing<String>>,
    client_info: Option<String>,
}

/// Reads the reply to a token request.
///
/// Times may be numbers or numeric strings. Without `expires_in` the token counts as expired the
/// moment it was received: usable once, never cached. `received` is when the reply came, by this
/// machine's clock; `requested` stands in for a `scope` that the server left out (RFC 6749 §5.1).
pub fn token(
    response: &HttpResponse,
    requested: &Scopes,
    received: Timestamp,
) -> Result<TokenSet, ReplyError> {
    let malformed = |why| malformed(response, received, why);
    refused_or_redirected(response, received)?;
    if response.status != 200 {
        return Err(malformed("it is no OAuth error"));
    }
    if response.body.is_empty() {
        return Err(malformed("it is empty"));
    }
    if !is_object(&response.body) {
        return Err(malformed("it is no JSON object"));
    }
    let reply: TokenReply =
        serde_json::from_slice(&response.body).map_err(|error| malformed(reason(&error)))?;
    let Some(access_token) = reply.access_token.filter(|token| !token.is_empty()) else {
        return Err(malformed("it holds no access token"));
    };
    let token_type = reply
        .token_type
        .unwrap_or_else(|| DEFAULT_TOKEN_TYPE.to_owned());
    if !is_token_type(&token_type) {
        return Err(malformed("its token type is none"));
    }
    let access_token = AccessToken::parse(access_token.as_str().to_owned())
        .map_err(|_| ReplyError::IllegalToken)?;
    let lifetime = seconds(reply.expires_in.as_ref());
    Ok(TokenSet {
        access_token,
        token_type,
        scope: reply
            .scope
            .filter(|scope| !scope.trim().is_empty())
            .unwrap_or_else(|| requested.to_string()),
        obtained_on: received,
        expires_on: received.plus(lifetime.unwrap_or_default()),
        refresh_on: seconds(reply.refresh_in.as_ref())
            .filter(|refresh_in| lifetime.is_some_and(|lifetime| *refresh_in < lifetime))
            .map(|refresh_in| received.plus(refresh_in)),
        refresh_token: reply
            .refresh_token
            .filter(|token| !token.is_empty())
            .map(|token| RefreshToken::from(token.as_str().to_owned())),
        id_token: reply
            .id_token
            .filter(|token| !token.is_empty())
            .map(|token| IdToken::from(token.as_str().to_owned())),
        client_info: reply.client_info.filter(|info| !info.is_empty()),
    })
}

/// A reply that points elsewhere, or refuses in due form, is an error whatever was asked.
pub(crate) fn refused_or_redirected(
    response: &HttpResponse,
    received: Timestamp,
) -> Result<(), ReplyError> {
    if (300..400).contains(&response.status) {
        return Err(ReplyError::Redirected {
            status: response.status,
            location_host: location_host(response),
        });
    }
    match refusal(response, received) {
        Some(refusal) => Err(ReplyError::Refused(Box::new(refusal))),
        None => Ok(()),
    }
}

/// A reply that is none, with as much of it as may be shown.
pub(crate) fn malformed(
    response: &HttpResponse,
    received: Timestamp,
    why: &'static str,
) -> ReplyError {
    ReplyError::Malformed {
        status: response.status,
        content_type: response
            .header("content-type")
            .map(|value| text::excerpt(value.as_bytes())),
        excerpt: text::excerpt(&response.body),
        why,
        retry_after: retry_after::of(response, received),
    }
}

/// The refusal in a reply of whatever status; `None` if it is no JSON object with an `error`.
/// Identifiers that the body lacks are taken from Entra's headers.
pub fn refusal(response: &HttpResponse, received: Timestamp) -> Option<Refusal> {
    if !contains(&response.body, b"\"error\"") {
        return None;
    }
    let members: Map<String, Value> = serde_json::from_slice(&response.body).ok()?;
    let mut refusal = Refusal::from_members(
        response.status,
        &members,
        retry_after::of(response, received),
    )?;
    let header = |name| response.header(name).map(str::to_owned);
    refusal.trace_id = refusal.trace_id.or_else(|| header("x-ms-request-id"));
    refusal.correlation_id = refusal
        .correlation_id
        .or_else(|| header("client-request-id"));
    Some(refusal)
}

/// Whether JSON in the body is an object, if it is JSON at all: serde reads arrays into structures
/// as well, member by member.
pub(crate) fn is_object(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"{")
}

/// Spares successful replies, which hold tokens, a second copy in memory.
fn contains(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|window| window == word)
}

/// Never the message of serde, which may quote the value.
pub(crate) fn reason(error: &serde_json::Error) -> &'static str {
    if error.is_eof() {
        "it breaks off"
    } else if error.is_data() {
        "a field has the wrong type or stands twice"
    } else {
        "it is no JSON"
    }
}

/// A whole number of seconds, as a number or as text; nothing else, nothing negative, and ten years
/// at most.
pub(crate) fn seconds(value: Option<&Value>) -> Option<Duration> {
    let seconds = match value? {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Some(Duration::from_secs(seconds).min(LONGEST_LIFETIME))
}

/// `type-name` or an absolute URI (RFC 6749 §8.1): it ends up in an HTTP header.
fn is_token_type(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._:/".contains(&byte))
}

fn location_host(response: &HttpResponse) -> Option<String> {
    let location = response.header("location")?;
    let host = Url::parse(location).ok()?.host_str()?.to_owned();
    Some(text::excerpt(host.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RECEIVED: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

    fn response(status: u16, body: &str) -> HttpResponse {
        HttpResponse {
            status,
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: body.as_bytes().to_vec(),
        }
    }

    fn read(status: u16, body: &str) -> Result<TokenSet, ReplyError> {
        let requested = Scopes::parse(["api://x/.default"], None).unwrap();
        token(&response(status, body), &requested, RECEIVED)
    }

    fn why(status: u16, body: &str) -> &'static str {
        match read(status, body) {
            Err(ReplyError::Malformed { why, .. }) => why,
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn a_token_is_read_with_its_times() {
        let set = read(
            200,
            r#"{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"refresh_in":1800,
               "access_token":"a.b.c","new_field":{"x":[1]}}"#,
        )
        .unwrap();
        assert_eq!(set.access_token.expose_secret(), "a.b.c");
        assert_eq!(set.token_type, "Bearer");
        assert_eq!(set.scope, "api://x/.default");
        assert_eq!(set.expires_on.seconds_since(RECEIVED), 3599);
        assert_eq!(set.refresh_on.unwrap().seconds_since(RECEIVED), 1800);
        assert!(set.refresh_token.is_none());
    }

    #[test]
    fn numbers_may_be_text() {
        let set = read(
            200,
            r#"{"access_token":"t","expires_in":"86399","refresh_in":"43199","scope":"s","refresh_token":"r"}"#,
        )
        .unwrap();
        assert_eq!(set.expires_on.seconds_since(RECEIVED), 86399);
        assert_eq!(set.refresh_on.unwrap().seconds_since(RECEIVED), 43199);
        assert_eq!(set.scope, "s");
        assert_eq!(set.refresh_token.unwrap().expose_secret(), "r");
        assert_eq!(set.token_type, "Bearer");
    }

    #[test]
    fn a_token_without_a_usable_lifetime_is_not_cached() {
        for lifetime in [
            "",
            r#","expires_in":null"#,
            r#","expires_in":-5"#,
            r#","expires_in":"soon""#,
            r#","expires_in":[1]"#,
        ] {
            let body = format!(r#"{{"access_token":"t"{lifetime},"refresh_in":5}}"#);
            let set = read(200, &body).unwrap();
            assert_eq!(set.expires_on, RECEIVED, "{body}");
            assert_eq!(set.refresh_on, None, "{body}");
        }
    }

    #[test]
    fn absurd_lifetimes_end_at_a_date_that_can_be_written() {
        for lifetime in [u64::MAX, 400_000_000_000, 315_360_001] {
            let body = format!(
                r#"{{"access_token":"t","expires_in":{lifetime},"refresh_in":{lifetime}}}"#
            );
            let set = read(200, &body).unwrap();
            assert_eq!(set.expires_on.to_string(), "2035-12-30T00:00:00Z");
            assert_eq!(set.refresh_on, None);
        }
    }

    #[test]
    fn bodies_that_are_no_reply_are_told_apart() {
        assert_eq!(why(200, ""), "it is empty");
        assert_eq!(why(200, "<html>x</html>"), "it is no JSON object");
        assert_eq!(why(200, "{x}"), "it is no JSON");
        assert_eq!(why(200, r#"{"access_token":"a"#), "it breaks off");
        assert_eq!(why(200, "[]"), "it is no JSON object");
        assert_eq!(
            why(200, r#"["t","Bearer","s",5,5,"r"]"#),
            "it is no JSON object"
        );
        assert_eq!(why(200, "{}"), "it holds no access token");
        assert_eq!(
            why(200, r#"{"access_token":""}"#),
            "it holds no access token"
        );
        assert_eq!(
            why(200, r#"{"access_token":5}"#),
            "a field has the wrong type or stands twice"
        );
        assert_eq!(
            why(200, r#"{"access_token":"a","access_token":"b"}"#),
            "a field has the wrong type or stands twice"
        );
        assert_eq!(
            why(200, "{\"access_token\":\"a\",\"token_type\":\"x\\r\\ny\"}"),
            "its token type is none"
        );
        assert_eq!(why(503, "Service Unavailable"), "it is no OAuth error");
        assert_eq!(why(401, r#"{"message":"no"}"#), "it is no OAuth error");
        assert_eq!(why(201, r#"{"access_token":"a"}"#), "it is no OAuth error");
    }

    #[test]
    fn an_excerpt_is_safe_to_show() {
        let body = r#"{"access_token":"eyJhbGciOiJub25lIn0.e30.","oops":"#;
        let Err(ReplyError::Malformed {
            excerpt,
            content_type,
            ..
        }) = read(200, body)
        else {
            panic!("it was understood");
        };
        assert!(!excerpt.contains("eyJ"), "{excerpt}");
        assert_eq!(content_type.as_deref(), Some("application/json"));
        let page = read(502, "<h1>Bad \u{1b}[31mGateway</h1>").unwrap_err();
        assert_eq!(
            page.to_string(),
            r"the reply (status 502) cannot be understood: it is no OAuth error: <h1>Bad \u{1b}[31mGateway</h1>"
        );
        assert_eq!(
            read(500, "").unwrap_err().to_string(),
            "the reply (status 500) cannot be understood: it is no OAuth error"
        );
    }

    #[test]
    fn an_illegal_token_is_refused() {
        for bad in ["a b", "a'b", "$(x)", "a\\u001b[0m", "ä"] {
            let body = format!(r#"{{"access_token":"{bad}"}}"#);
            assert_eq!(
                read(200, &body).unwrap_err(),
                ReplyError::IllegalToken,
                "{bad}"
            );
        }
    }

    #[test]
    fn a_refusal_is_one_whatever_the_status() {
        for status in [200, 400, 401, 403, 429, 500] {
            let error = read(
                status,
                r#"{"error":"invalid_client","error_codes":["7000215"]}"#,
            );
            let Err(ReplyError::Refused(refusal)) = error else {
                panic!("{status}");
            };
            assert_eq!(refusal.code(), Some(7_000_215));
            assert_eq!(refusal.status, status);
        }
    }

    #[test]
    fn identifiers_are_taken_from_headers_where_the_body_has_none() {
        let mut refused = response(400, r#"{"error":"invalid_client","correlation_id":"body"}"#);
        for (name, value) in [
            ("x-ms-request-id", "trace"),
            ("client-request-id", "header"),
        ] {
            refused.headers.push((name.to_owned(), value.to_owned()));
        }
        let refusal = refusal(&refused, RECEIVED).unwrap();
        assert_eq!(refusal.trace_id.as_deref(), Some("trace"));
        assert_eq!(refusal.correlation_id.as_deref(), Some("body"));
    }

    #[test]
    fn waiting_is_read_from_any_reply() {
        let mut throttled = response(429, "slow down");
        throttled
            .headers
            .push(("Retry-After".to_owned(), "30".to_owned()));
        let error = token(&throttled, &Scopes::default(), RECEIVED).unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
        assert!(error.is_transient());
        throttled.body = br#"{"error":"temporarily_unavailable"}"#.to_vec();
        let error = token(&throttled, &Scopes::default(), RECEIVED).unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
        assert!(
            !read(400, r#"{"error":"invalid_grant"}"#)
                .unwrap_err()
                .is_transient()
        );
    }

    #[test]
    fn a_redirect_is_an_error_that_names_the_host_alone() {
        let mut elsewhere = response(307, "");
        elsewhere.headers.push((
            "Location".to_owned(),
            "https://evil.example/?code=pl4nted".to_owned(),
        ));
        let error = token(&elsewhere, &Scopes::default(), RECEIVED).unwrap_err();
        let shown = error.to_string();
        assert!(
            shown.contains("evil.example") && !shown.contains("pl4nted"),
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..400)) {
            let reply = HttpResponse { status, headers: Vec::new(), body };
            let _ = token(&reply, &Scopes::default(), RECEIVED);
        }

        #[test]
        fn what_is_read_is_never_longer_lived_than_said(lifetime in r#"null|-?[0-9]{1,25}|[0-9]e[0-9]{1,3}|"[0-9 ]{0,9}"|\[\]|\{\}"#) {
            let body = format!(r#"{{"access_token":"t","expires_in":{lifetime},"refresh_in":{lifetime}}}"#);
            if let Ok(set) = read(200, &body) {
                let said = lifetime.trim_matches('"').trim().parse::<u64>().unwrap_or(0);
                let kept = set.expires_on.seconds_since(RECEIVED);
                prop_assert!(kept >= 0 && u64::try_from(kept).unwrap() <= said);
                prop_assert_eq!(set.refresh_on, None);
            }
        }

        #[test]
        fn no_half_reply_gives_a_token(cut in 0_usize..100) {
            let body = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"eyJ0.eyJ1.sig","scope":"s"}"#;
            let cut = cut.min(body.len() - 1);
            prop_assert!(read(200, &body[..cut]).is_err());
        }
    }
}
