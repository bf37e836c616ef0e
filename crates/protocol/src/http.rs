//! Requests and replies as values, and the one trait through which they meet a network.

use std::fmt;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;
use url::Url;
use zeroize::Zeroize;
use zeroize::Zeroizing;

use crate::echo;
use crate::redaction;
use crate::text;

/// The largest reply that is read, in bytes. Token replies have a few thousand.
pub const MAX_BODY_LENGTH: usize = 1024 * 1024;

/// What a form is sent as.
pub const FORM_CONTENT_TYPE: &str = "application/x-www-form-urlencoded;charset=utf-8";

/// The HTTP method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Without a body.
    Get,
    /// With a form.
    Post,
}

impl Method {
    /// The method's name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A request, complete: nothing is to be added to its headers but what HTTP itself needs.
///
/// `Debug` and [`redacted`](Self::redacted) show an allow-list of values and nothing else; headers
/// and form are wiped from memory on drop.
#[derive(Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// Where it goes. A redirect from there is never followed.
    pub url: Url,
    /// Its headers, `content-type` included.
    pub headers: Vec<(&'static str, String)>,
    /// Its form, if it has one.
    pub body: Option<Form>,
}

/// A form's fields in order, encoded when sent and not before.
#[derive(Clone, Default)]
pub struct Form(Vec<(&'static str, Zeroizing<String>)>);

/// A reply as it came. Its body is wiped from memory on drop.
#[derive(Clone)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// The headers, names in any letter case.
    pub headers: Vec<(String, String)>,
    /// The body, at most [`MAX_BODY_LENGTH`] bytes.
    pub body: Vec<u8>,
}

/// What sends a request and brings the reply.
///
/// An implementation follows no redirect, reads at most [`MAX_BODY_LENGTH`] bytes of a body,
/// verifies certificates, sends nothing for a loopback host through a proxy, and returns replies of
/// every status as replies.
pub trait HttpClient: Send + Sync {
    /// Sends the request and waits for the whole reply, no longer than `timeout`.
    fn send(
        &self,
        request: &HttpRequest,
        timeout: Duration,
    ) -> Result<HttpResponse, TransportError>;
}

/// Why no reply came.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{kind}: {detail}")]
pub struct TransportError {
    /// What went wrong, for decisions.
    pub kind: TransportErrorKind,
    /// What went wrong, for people: host, port, the underlying message. Never a secret.
    pub detail: String,
}

/// What kind of thing kept a reply from coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host name has no address, or no name server answered.
    #[error("the host name could not be resolved")]
    Dns,
    /// No connection came about, or it broke before the whole reply was there.
    #[error("the connection failed")]
    Connect,
    /// The server's certificate or the TLS handshake.
    #[error("no secure connection could be made")]
    Tls,
    /// The proxy refused.
    #[error("the proxy answered with status {status}")]
    Proxy {
        /// Its status code, such as 407.
        status: u16,
    },
    /// The time allowed ran out.
    #[error("the server did not answer in time")]
    Timeout,
    /// The reply is larger than [`MAX_BODY_LENGTH`].
    #[error("the reply is larger than 1 MiB")]
    BodyTooLarge,
    /// Someone asked for the request to end.
    #[error("interrupted")]
    Interrupted,
    /// Anything else, such as a reply that is no HTTP.
    #[error("the request failed")]
    Other,
}

impl Form {
    /// A form without fields.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a field; its value is taken as it is and encoded later, once.
    pub fn push(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push((name, Zeroizing::new(value.into())));
    }

    /// The value of the first field of that name, unencoded.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(field, _)| *field == name)
            .map(|(_, value)| value.as_str())
    }

    /// The names of the fields, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// The form as `application/x-www-form-urlencoded` (RFC 6749 appendix B): every byte outside
    /// RFC 3986's unreserved characters is percent-encoded, so that every decoder agrees.
    pub fn encode(&self) -> Zeroizing<String> {
        // Room for the worst case: growing would leave copies of secrets behind.
        let length = self
            .0
            .iter()
            .map(|(name, value)| name.len() + 3 * value.len() + 2)
            .sum();
        let mut encoded = Zeroizing::new(String::with_capacity(length));
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                encoded.push('&');
            }
            percent_encode_into(name, &mut encoded);
            encoded.push('=');
            percent_encode_into(value, &mut encoded);
        }
        encoded
    }
}

/// The text with everything but RFC 3986's unreserved characters percent-encoded.
pub(crate) fn percent_encoded(text: &str) -> Zeroizing<String> {
    let mut encoded = Zeroizing::new(String::with_capacity(3 * text.len()));
    percent_encode_into(text, &mut encoded);
    encoded
}

fn percent_encode_into(text: &str, encoded: &mut String) {
    const HEXADECIMAL: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(HEXADECIMAL[usize::from(byte >> 4)]));
            encoded.push(char::from(HEXADECIMAL[usize::from(byte & 15)]));
        }
    }
}

impl HttpRequest {
    /// The first header of that name, in any letter case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The request as several lines for diagnostics, with everything that could be a secret
    /// replaced by `[REDACTED]`.
    pub fn redacted(&self) -> String {
        let mut lines = format!("{} {}", self.method.as_str(), redacted_url(&self.url));
        for (name, value) in &self.headers {
            push_line(&mut lines, name, ": ", redaction::header(name, value));
        }
        for (name, value) in self.body.iter().flat_map(|form| &form.0) {
            push_line(&mut lines, name, "=", redaction::parameter(name, value));
        }
        lines
    }

    /// The form fields and query parameters that [`redacted`](Self::redacted) hides, unencoded.
    pub(crate) fn hidden_parameters(&self) -> impl Iterator<Item = Zeroizing<String>> {
        let form = self.body.iter().flat_map(|form| &form.0);
        let fields = form
            .filter(|(name, _)| !redaction::shows_parameter(name))
            .map(|(_, value)| value.clone());
        let query = self
            .url
            .query_pairs()
            .filter(|(name, _)| !redaction::shows_parameter(name))
            .map(|(_, value)| Zeroizing::new(value.into_owned()));
        fields.chain(query)
    }

    /// The values of the headers that [`redacted`](Self::redacted) hides.
    pub(crate) fn hidden_headers(&self) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(|(name, _)| !redaction::shows_header(name))
            .map(|(_, value)| value.as_str())
    }
}

/// The address with every query parameter replaced by `[REDACTED]` that could be a secret, and
/// without a fragment.
pub fn redacted_url(url: &Url) -> String {
    let mut shown = url.clone();
    if url.query().is_some() {
        let parameters: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let shown = redaction::parameter(&name, &value).to_owned();
                (name.into_owned(), shown)
            })
            .collect();
        shown.query_pairs_mut().clear().extend_pairs(parameters);
    }
    shown.set_fragment(None);
    shown.into()
}

fn push_line(lines: &mut String, name: &str, separator: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = write!(
        lines,
        "\n{}{separator}{}",
        text::escaped(name),
        text::escaped(value)
    );
}

impl HttpResponse {
    /// The first header of that name, in any letter case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// The reply with `[REDACTED]` wherever it repeats a secret of the request, as it is or escaped
    /// for a form, for JSON or for HTML: what is quoted from it tells none. Secrets of less than
    /// six bytes are not looked for.
    ///
    /// A granted token may rightly be the one that was sent (RFC 6749 §6), so this is for what is
    /// shown or kept of a reply, not for reading tokens from it.
    #[must_use]
    pub fn scrubbed_of(mut self, request: &HttpRequest) -> Self {
        let secrets = echo::Secrets::of(request);
        self.body = secrets.hidden_in(std::mem::take(&mut self.body));
        for (_, value) in &mut self.headers {
            let hidden = secrets.hidden_in(std::mem::take(value).into_bytes());
            *value = String::from_utf8_lossy(&hidden).into_owned();
        }
        self
    }

    /// The reply as several lines for diagnostics, with everything that could be a secret replaced
    /// by `[REDACTED]`.
    pub fn redacted(&self) -> String {
        let mut lines = format!("status {}", self.status);
        for (name, value) in &self.headers {
            push_line(&mut lines, name, ": ", redaction::header(name, value));
        }
        lines.push('\n');
        lines.push_str(&redaction::body(&self.body));
        lines
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self
            .0
            .iter()
            .map(|(name, value)| (name, redaction::parameter(name, value)));
        formatter.debug_map().entries(shown).finish()
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HttpRequest({})", self.redacted())
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HttpResponse({})", self.redacted())
    }
}

impl Drop for HttpRequest {
    fn drop(&mut self) {
        for (_, value) in &mut self.headers {
            value.zeroize();
        }
    }
}

impl Drop for HttpResponse {
    fn drop(&mut self) {
        self.body.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request(fields: &[(&'static str, &str)]) -> HttpRequest {
        let mut form = Form::new();
        for (name, value) in fields {
            form.push(name, *value);
        }
        HttpRequest {
            method: Method::Post,
            url: Url::parse("https://login.example/t/token?mkt=de&code=c0de").unwrap(),
            headers: vec![("authorization", "Basic c2VjcmV0".to_owned())],
            body: Some(form),
        }
    }

    #[test]
    fn a_form_is_encoded_exactly_once() {
        let form = request(&[("client_secret", "a+/=&%~ ü"), ("scope", "x%2F.default")]);
        assert_eq!(
            form.body.as_ref().unwrap().encode().as_str(),
            "client_secret=a%2B%2F%3D%26%25~%20%C3%BC&scope=x%252F.default"
        );
    }

    #[test]
    fn no_secret_is_shown() {
        let fields = [
            ("client_id", "app"),
            ("client_secret", "pl4nted-a"),
            ("client_assertion", "pl4nted-b"),
            ("code", "pl4nted-c"),
            ("code_verifier", "pl4nted-d"),
            ("refresh_token", "pl4nted-e"),
            ("device_code", "pl4nted-f"),
            ("assertion", "pl4nted-g"),
            ("password", "pl4nted-h"),
            ("id_token", "pl4nted-i"),
            ("state", "pl4nted-j"),
            ("nonce", "pl4nted-k"),
            ("user_code", "pl4nted-l"),
            ("login_hint", "pl4nted-m"),
        ];
        let request = request(&fields);
        let shown = format!("{request:?} {:?} {}", request.body, request.redacted());
        assert!(!shown.contains("pl4nted"), "{shown}");
        assert!(
            !shown.contains("c2VjcmV0") && !shown.contains("c0de"),
            "{shown}"
        );
        assert!(
            shown.contains("client_id=app") && shown.contains("mkt=de"),
            "{shown}"
        );
    }

    #[test]
    fn an_address_tells_no_secret_of_a_sign_in() {
        let address = Url::parse(
            "https://login.example/authorize?client_id=app&state=pl4nted-a&nonce=pl4nted-b\
             &code_challenge=pl4nted-c&code=pl4nted-d&id_token=pl4nted-e&prompt=login\
             &login_hint=pl4nted-f#code=pl4nted-g",
        )
        .unwrap();
        let shown = redacted_url(&address);
        assert!(!shown.contains("pl4nted"), "{shown}");
        assert!(
            shown.starts_with("https://login.example/authorize?client_id=app&state=")
                && shown.contains("prompt=login"),
            "{shown}"
        );
    }

    #[test]
    fn no_token_of_a_reply_is_shown() {
        let response = HttpResponse {
            status: 200,
            headers: vec![
                ("Set-Cookie".to_owned(), "pl4nted=1".to_owned()),
                ("X-MS-Request-Id".to_owned(), "trace".to_owned()),
            ],
            body: br#"{"access_token":"pl4nted-a","refresh_token":"pl4nted-b","id_token":"pl4nted-c","client_info":"pl4nted-d","new_thing":"pl4nted-e","device_code":"pl4nted-f","user_code":"pl4nted-g","verification_uri_complete":"https://x.example/?pl4nted-h","expires_in":3599}"#.to_vec(),
        };
        let shown = format!("{response:?}");
        assert!(!shown.contains("pl4nted"), "{shown}");
        assert!(
            shown.contains("\"expires_in\":3599") && shown.contains("trace"),
            "{shown}"
        );
    }

    #[test]
    fn a_reply_that_repeats_the_request_tells_no_secret() {
        let mut request = request(&[("client_secret", "s3cr/t one"), ("scope", "harmless")]);
        // app:s3cr/t-two, form-encoded before it was joined.
        let basic = "YXBwOnMzY3IlMkZ0LXR3bw==";
        request.headers[0].1 = format!("Basic {basic}");
        request.url.set_query(Some("code=pl4nted%2Fcode"));
        let form = request.body.as_mut().unwrap();
        for name in ["code_verifier", "refresh_token", "device_code"] {
            form.push(name, format!("pl4nted {name}"));
        }
        let page = format!(
            "harmless client_secret=s3cr%2ft+one {basic} app:s3cr%2Ft-two s3cr\\/t-two \
             s3cr/t one pl4nted/code pl4nted+code_verifier pl4nted%20refresh_token \
             pl4nted\\u0020device_code"
        );
        let response = HttpResponse {
            status: 400,
            headers: vec![("x-ms-request-id".to_owned(), "s3cr/t one!".to_owned())],
            body: page.into_bytes(),
        }
        .scrubbed_of(&request);
        assert_eq!(
            String::from_utf8_lossy(&response.body),
            "harmless client_secret=[REDACTED] [REDACTED] app:[REDACTED] [REDACTED] [REDACTED] \
             [REDACTED] [REDACTED] [REDACTED] [REDACTED]"
        );
        assert_eq!(response.header("x-ms-request-id"), Some("[REDACTED]!"));
    }

    #[test]
    fn what_is_shown_has_no_controls() {
        let response = HttpResponse {
            status: 400,
            headers: vec![("server".to_owned(), "x\u{1b}[2J".to_owned())],
            body: "{\"error\":\"\u{202e}x\"}".as_bytes().to_vec(),
        };
        let shown = response.redacted();
        assert!(
            !shown.contains('\u{1b}') && !shown.contains('\u{202e}'),
            "{shown}"
        );
    }

    #[test]
    fn headers_are_found_in_any_letter_case() {
        let response = HttpResponse {
            status: 429,
            headers: vec![("Retry-After".to_owned(), " 5 ".to_owned())],
            body: Vec::new(),
        };
        assert_eq!(response.header("retry-after"), Some("5"));
        assert_eq!(response.header("date"), None);
    }

    proptest! {
        #[test]
        fn every_decoder_gets_the_secret_back(secret in any::<String>()) {
            let form = request(&[("client_secret", &secret)]);
            let encoded = form.body.as_ref().unwrap().encode();
            let decoded: Vec<_> = url::form_urlencoded::parse(encoded.as_bytes()).collect();
            prop_assert_eq!(decoded.len(), 1);
            prop_assert_eq!(decoded[0].1.as_ref(), secret.as_str());
        }
    }
}
