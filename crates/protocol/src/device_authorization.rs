//! A sign-in on another device begins (RFC 8628 §3.1 and §3.2), and is asked after (§3.5).

use std::fmt;
use std::time::Duration;

use model::DeviceCode;
use model::Scopes;
use model::Timestamp;
use model::uri;
use serde::Deserialize;
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use crate::HttpRequest;
use crate::HttpResponse;
use crate::Refusal;
use crate::ReplyError;
use crate::endpoints::EndpointMissing;
use crate::grant::GrantRequest;
use crate::http::Form;
use crate::reply;

/// How often to ask where the reply does not say (RFC 8628 §3.2).
const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);

/// Nobody is asked more often, whatever the reply says.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);

/// No code is waited for longer, whatever the reply says. Entra's live a quarter of an hour.
const LONGEST_LIFETIME: Duration = Duration::from_mins(30);

/// Nobody types a longer code, in characters.
const LONGEST_USER_CODE: usize = 64;

/// A longer text is none for a terminal, in bytes.
const LONGEST_MESSAGE: usize = 4096;

/// What a person needs for signing in on another device, and what to ask after it with. Texts are
/// the server's own, unescaped.
#[derive(Clone)]
pub struct DeviceAuthorization {
    /// What to ask with. The person never sees it.
    pub device_code: DeviceCode,
    /// What the person types.
    pub user_code: String,
    /// Where the person types it.
    pub verification_uri: Url,
    /// The same with the code in it, for a QR code, if the server has such an address.
    pub verification_uri_complete: Option<Url>,
    /// How long the codes are good for, at most 30 minutes.
    pub expires_in: Duration,
    /// How long to wait before each request, at least a second.
    pub interval: Duration,
    /// What to tell the person, in the server's words.
    pub message: Option<String>,
}

#[derive(Deserialize)]
struct Reply {
    device_code: Option<Zeroizing<String>>,
    user_code: Option<String>,
    verification_uri: Option<String>,
    /// Its name before the RFC was finished, which some servers still send, or send as well.
    verification_url: Option<String>,
    verification_uri_complete: Option<String>,
    expires_in: Option<Value>,
    interval: Option<Value>,
    message: Option<String>,
}

/// Asks for a code that a person can type elsewhere. The client names itself and proves nothing:
/// the flow is one of public clients.
///
/// `claims` is JSON, as [`crate::claims::parse`] gives it.
///
/// # Errors
/// [`EndpointMissing`] if the authority has no device authorization endpoint.
pub fn request(
    grant: &GrantRequest<'_>,
    scopes: &Scopes,
    claims: Option<&str>,
) -> Result<HttpRequest, EndpointMissing> {
    let endpoint = grant.endpoints.device_authorization.as_ref();
    let endpoint = endpoint.ok_or(EndpointMissing("device authorization endpoint"))?;
    let mut form = Form::new();
    form.push("client_id", grant.client_id.as_str());
    if !scopes.is_empty() {
        form.push("scope", scopes.to_string());
    }
    if let Some(claims) = claims {
        form.push("claims", claims);
    }
    Ok(grant.post(endpoint, form))
}

/// Reads the reply. An `error` in it counts whatever the status.
///
/// Times may be numbers or numeric strings. `received` is when the reply came, by this machine's
/// clock.
pub fn reply(
    response: &HttpResponse,
    received: Timestamp,
) -> Result<DeviceAuthorization, ReplyError> {
    let malformed = |why| reply::malformed(response, received, why);
    reply::refused_or_redirected(response, received)?;
    if response.status != 200 {
        return Err(malformed("it is no OAuth error"));
    }
    if !reply::is_object(&response.body) {
        return Err(malformed("it is no JSON object"));
    }
    let reply: Reply =
        serde_json::from_slice(&response.body).map_err(|error| malformed(reply::reason(&error)))?;
    let device_code = reply
        .device_code
        .filter(|code| !code.is_empty())
        .ok_or_else(|| malformed("it holds no device code"))?;
    let user_code = reply
        .user_code
        .filter(|code| (1..=LONGEST_USER_CODE).contains(&code.trim().chars().count()))
        .ok_or_else(|| malformed("it holds no user code that a person could type"))?;
    let verification_uri = reply
        .verification_uri
        .or(reply.verification_url)
        .as_deref()
        .and_then(page)
        .ok_or_else(|| malformed("it holds no https address to sign in at"))?;
    let verification_uri_complete = match reply.verification_uri_complete.as_deref() {
        None | Some("") => None,
        Some(text) => Some(
            page(text)
                .ok_or_else(|| malformed("its complete address to sign in at is no https"))?,
        ),
    };
    let expires_in = reply::seconds(reply.expires_in.as_ref())
        .filter(|lifetime| !lifetime.is_zero())
        .ok_or_else(|| malformed("it does not say how long the code is good for"))?
        .min(LONGEST_LIFETIME);
    let interval = reply::seconds(reply.interval.as_ref()).unwrap_or(DEFAULT_INTERVAL);
    Ok(DeviceAuthorization {
        device_code: DeviceCode::from(device_code.as_str().to_owned()),
        user_code: user_code.trim().to_owned(),
        verification_uri,
        verification_uri_complete,
        expires_in,
        interval: interval.min(LONGEST_LIFETIME).max(SHORTEST_INTERVAL),
        message: reply
            .message
            .filter(|message| !message.trim().is_empty() && message.len() <= LONGEST_MESSAGE),
    })
}

/// A page that a person may be sent to: https, or http on this machine.
fn page(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(uri::is_permitted)
}

/// What a refusal of the token endpoint means to one who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poll {
    /// The person has not finished: ask again after the interval.
    Pending,
    /// Ask less often: five seconds more between any two requests from now on.
    SlowDown,
    /// The person said no.
    Declined,
    /// The code's time is over.
    Expired,
    /// Anything else: the refusal itself says what.
    Failed,
}

/// Reads the refusal by its `error`, in the words of RFC 8628 §3.5 and in those of Entra
/// (Microsoft identity platform, "OAuth 2.0 device authorization grant flow").
pub fn poll_answer(refusal: &Refusal) -> Poll {
    match refusal.error.as_str() {
        "authorization_pending" => Poll::Pending,
        "slow_down" => Poll::SlowDown,
        "authorization_declined" | "access_denied" => Poll::Declined,
        "expired_token" | "code_expired" => Poll::Expired,
        _ => Poll::Failed,
    }
}

/// Neither code is shown: whoever reads along could sign the person in elsewhere.
impl fmt::Debug for DeviceAuthorization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DeviceAuthorization")
            .field("verification_uri", &self.verification_uri.as_str())
            .field("expires_in", &self.expires_in)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use model::AuthorityKind;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::fixtures::Asking;
    use crate::fixtures::NOW;
    use crate::fixtures::wire;

    fn whole() -> Value {
        json!({
            "device_code": "d3vice",
            "user_code": "C9Q2-PLXH",
            "verification_uri": "https://microsoft.com/devicelogin",
            "expires_in": 900,
            "interval": 5,
            "message": "To sign in, use a web browser…",
        })
    }

    fn read(status: u16, body: &Value) -> Result<DeviceAuthorization, ReplyError> {
        let response = HttpResponse {
            status,
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
        };
        reply(&response, NOW)
    }

    fn with(name: &str, value: Value) -> Result<DeviceAuthorization, ReplyError> {
        let mut body = whole();
        body[name] = value;
        read(200, &body)
    }

    fn why(result: Result<DeviceAuthorization, ReplyError>) -> &'static str {
        match result {
            Err(ReplyError::Malformed { why, .. }) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_request_names_the_client_and_proves_nothing() {
        let mut asking = Asking::at(AuthorityKind::Entra).with_secret();
        let request = request(&asking.grant(), &asking.scopes, Some("{}")).unwrap();
        assert_eq!(
            request.url.as_str(),
            "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/devicecode"
        );
        assert_eq!(
            wire(&request),
            "client_id=app&scope=api%3A%2F%2Fa%2Fread%20openid&claims=%7B%7D"
        );
        assert!(request.header("client-request-id").is_some());
        asking.endpoints.device_authorization = None;
        let missing = super::request(&asking.grant(), &asking.scopes, None);
        assert_eq!(
            missing.unwrap_err().to_string(),
            "the authority names no device authorization endpoint"
        );
    }

    #[test]
    fn the_reply_is_read_as_it_came() {
        let read = read(200, &whole()).unwrap();
        assert_eq!(read.device_code.expose_secret(), "d3vice");
        assert_eq!(read.user_code, "C9Q2-PLXH");
        assert_eq!(
            read.verification_uri.as_str(),
            "https://microsoft.com/devicelogin"
        );
        assert_eq!(read.verification_uri_complete, None);
        assert_eq!(read.expires_in, Duration::from_mins(15));
        assert_eq!(read.interval, Duration::from_secs(5));
        assert_eq!(
            read.message.as_deref(),
            Some("To sign in, use a web browser…")
        );
    }

    #[test]
    fn neither_code_is_shown_in_diagnostics() {
        let shown = format!("{:?}", read(200, &whole()).unwrap());
        assert!(
            !shown.contains("d3vice") && !shown.contains("C9Q2"),
            "{shown}"
        );
        let response = HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: whole().to_string().into_bytes(),
        };
        let shown = response.redacted();
        assert!(
            !shown.contains("d3vice") && !shown.contains("C9Q2"),
            "{shown}"
        );
    }

    #[test]
    fn an_error_counts_whatever_the_status() {
        for status in [200, 400] {
            let error = read(status, &json!({"error": "invalid_client"})).unwrap_err();
            assert!(matches!(error, ReplyError::Refused(_)), "{error}");
        }
    }

    #[test]
    fn times_are_numbers_or_text_and_kept_within_reason() {
        for (name, value, expected) in [
            ("interval", json!("7"), 7),
            ("interval", json!(null), 5),
            ("interval", json!(0), 1),
            ("interval", json!(-3), 5),
            ("interval", json!(u64::MAX), 1800),
            ("expires_in", json!("60"), 60),
            ("expires_in", json!(u64::MAX), 1800),
        ] {
            let read = with(name, value.clone()).unwrap();
            let kept = if name == "interval" {
                read.interval
            } else {
                read.expires_in
            };
            assert_eq!(kept, Duration::from_secs(expected), "{name} {value}");
        }
        for value in [json!(null), json!(0), json!(-1), json!("soon")] {
            assert_eq!(
                why(with("expires_in", value)),
                "it does not say how long the code is good for"
            );
        }
    }

    #[test]
    fn a_code_that_nobody_could_type_is_refused() {
        for value in [json!(null), json!(""), json!(" "), json!("x".repeat(65))] {
            assert_eq!(
                why(with("user_code", value)),
                "it holds no user code that a person could type"
            );
        }
        assert_eq!(
            why(with("device_code", json!(""))),
            "it holds no device code"
        );
        assert_eq!(
            why(with("user_code", json!(5))),
            "a field has the wrong type or stands twice"
        );
    }

    #[test]
    fn people_are_sent_to_https_or_to_this_machine() {
        for address in ["https://a.example/device", "http://localhost:1/device"] {
            assert!(with("verification_uri", json!(address)).is_ok());
            let complete = with("verification_uri_complete", json!(address)).unwrap();
            assert_eq!(
                complete.verification_uri_complete.unwrap().as_str(),
                address
            );
        }
        for address in [
            "http://a.example/device",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://user@a.example/",
            "/device",
            "",
        ] {
            assert!(
                with("verification_uri", json!(address)).is_err(),
                "{address}"
            );
            let complete = with("verification_uri_complete", json!(address));
            assert_eq!(complete.is_err(), !address.is_empty(), "{address}");
        }
    }

    #[test]
    fn the_older_name_of_the_address_is_read_too() {
        let mut body = whole();
        let members = body.as_object_mut().unwrap();
        let address = members["verification_uri"].clone();
        members.insert("verification_url".to_owned(), address.clone());
        assert!(read(200, &body).is_ok(), "both");
        body.as_object_mut().unwrap().remove("verification_uri");
        let read = read(200, &body).unwrap();
        assert_eq!(read.verification_uri.as_str(), address.as_str().unwrap());
    }

    #[test]
    fn every_spelling_of_an_answer_is_known() {
        for (error, expected) in [
            ("authorization_pending", Poll::Pending),
            ("slow_down", Poll::SlowDown),
            ("authorization_declined", Poll::Declined),
            ("access_denied", Poll::Declined),
            ("expired_token", Poll::Expired),
            ("code_expired", Poll::Expired),
            ("bad_verification_code", Poll::Failed),
            ("invalid_grant", Poll::Failed),
            ("invalid_client", Poll::Failed),
            ("Authorization_Pending", Poll::Failed),
        ] {
            let members = json!({"error": error, "error_codes": [70016]});
            let refusal = Refusal::from_members(400, members.as_object().unwrap(), None).unwrap();
            assert_eq!(poll_answer(&refusal), expected, "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..400)) {
            let response = HttpResponse { status, headers: Vec::new(), body };
            let _ = reply(&response, NOW);
        }

        #[test]
        fn whatever_the_times_the_waiting_ends(expires_in in any::<i64>(), interval in any::<i64>()) {
            let mut body = whole();
            body["expires_in"] = expires_in.into();
            body["interval"] = interval.into();
            if let Ok(read) = read(200, &body) {
                prop_assert!(read.expires_in <= LONGEST_LIFETIME && !read.expires_in.is_zero());
                prop_assert!((SHORTEST_INTERVAL..=LONGEST_LIFETIME).contains(&read.interval));
            }
        }
    }
}
