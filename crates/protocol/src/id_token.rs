//! ID tokens: who signed in (OpenID Connect Core 1.0 §2 and §3.1.3.7; Microsoft identity platform,
//! "ID token claims reference").

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Account;
use model::AccountId;
use model::Authority;
use model::AuthorityKind;
use model::ClientId;
use model::IdToken;
use model::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::Endpoints;
use crate::constant_time;
use crate::issuer::IssuerRule;
use crate::reply;
use crate::text;

/// How far this machine's clock and the provider's may be apart.
const SKEW: Duration = Duration::from_mins(5);

/// A longer text is no ID token, in bytes.
const LONGEST: usize = 64 * 1024;

/// A longer claim is no name of anybody, in bytes.
const LONGEST_CLAIM: usize = 1024;

/// What an ID token must say.
#[derive(Clone, Copy)]
pub struct ExpectedIdToken<'a> {
    /// Whom it is for.
    pub client_id: &'a ClientId,
    /// Who was asked.
    pub authority: &'a Authority,
    /// The same, by its endpoints.
    pub endpoints: &'a Endpoints,
    /// What the authorization request held, if there was one.
    pub nonce: Option<&'a str>,
    /// The time, by this machine's clock.
    pub now: Timestamp,
}

/// What an ID token says of who signed in. Texts are the provider's own, unescaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdTokenClaims {
    /// Who issued it.
    pub iss: String,
    /// The person, unique at the issuer; at Entra also peculiar to the application.
    pub sub: String,
    /// The person's object in the directory (Entra).
    pub oid: Option<String>,
    /// The directory (Entra).
    pub tid: Option<String>,
    /// What people call the account.
    pub preferred_username: Option<String>,
    /// The user principal name.
    pub upn: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// The person's name.
    pub name: Option<String>,
}

/// Why an ID token says nothing that can be relied on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdTokenError {
    /// It is no JWT with claims that can be read (RFC 7519 §7.2).
    #[error("the ID token cannot be read: {0}")]
    Malformed(&'static str),
    /// It is for another application.
    #[error("the ID token is for another application (`aud`), not for {0}")]
    ForeignAudience(String),
    /// Another provider, or another directory, issued it.
    #[error("the ID token was issued by `{found}` (`iss`), and {expected} was asked")]
    ForeignIssuer {
        /// The issuer asked.
        expected: String,
        /// The issuer named, safe to show.
        found: String,
    },
    /// It is past its end.
    #[error("the ID token ended at {0}: if that is not past, this machine's clock is wrong")]
    Expired(Timestamp),
    /// It belongs to another sign-in.
    #[error("the ID token belongs to another sign-in (`nonce`)")]
    ForeignNonce,
}

/// Claims whose type is checked where they are used. One that stands twice is refused: which of
/// two is meant, two readers might decide differently.
#[derive(Deserialize)]
struct Claims {
    iss: Option<Value>,
    sub: Option<Value>,
    aud: Option<Value>,
    azp: Option<Value>,
    exp: Option<Value>,
    nonce: Option<Value>,
    oid: Option<Value>,
    tid: Option<Value>,
    preferred_username: Option<Value>,
    upn: Option<Value>,
    email: Option<Value>,
    name: Option<Value>,
}

/// Reads an ID token that came from the token endpoint, over a connection whose other end proved
/// itself: that stands in for its signature, which is not looked at (OpenID Connect Core 1.0
/// §3.1.3.7, item 6). A token from anywhere else must not be read with this.
pub fn read(
    token: &IdToken,
    expected: &ExpectedIdToken<'_>,
) -> Result<IdTokenClaims, IdTokenError> {
    let claims = claims_of(token.expose_secret())?;
    let iss = text_of(claims.iss).ok_or(IdTokenError::Malformed("it names no issuer"))?;
    let sub = text_of(claims.sub).ok_or(IdTokenError::Malformed("it names no subject"))?;
    let tid = text_of(claims.tid);
    let rule = IssuerRule::new(expected.authority, expected.endpoints);
    if !rule.accepts(&iss, tid.as_deref()) {
        return Err(IdTokenError::ForeignIssuer {
            expected: rule.expected().to_owned(),
            found: text::excerpt(iss.as_bytes()),
        });
    }
    if !is_for(expected.client_id, claims.aud.as_ref(), claims.azp.as_ref()) {
        return Err(IdTokenError::ForeignAudience(
            expected.client_id.as_str().to_owned(),
        ));
    }
    let ends = claims
        .exp
        .as_ref()
        .and_then(date)
        .ok_or(IdTokenError::Malformed("it does not say when it ends"))?;
    if ends.plus(SKEW) <= expected.now {
        return Err(IdTokenError::Expired(ends));
    }
    if let Some(nonce) = expected.nonce {
        let named = claims.nonce.as_ref().and_then(Value::as_str);
        if !named.is_some_and(|named| constant_time::equal(named, nonce)) {
            return Err(IdTokenError::ForeignNonce);
        }
    }
    Ok(IdTokenClaims {
        iss,
        sub,
        oid: text_of(claims.oid),
        tid,
        preferred_username: text_of(claims.preferred_username),
        upn: text_of(claims.upn),
        email: text_of(claims.email),
        name: text_of(claims.name),
    })
}

/// The account that the claims are about: at Microsoft's services by its object and directory,
/// which no rename changes, at others by its subject and issuer.
pub fn account(claims: &IdTokenClaims, kind: AuthorityKind) -> Account {
    let entra = match (&claims.oid, &claims.tid) {
        (Some(oid), Some(tid)) if kind.follows_entra_rules() => Some((oid, tid)),
        _ => None,
    };
    let names = [
        &claims.preferred_username,
        &claims.upn,
        &claims.email,
        &claims.name,
    ];
    let username = names.into_iter().flatten().next().unwrap_or(&claims.sub);
    Account {
        id: match entra {
            Some((oid, tid)) => AccountId::of_entra(oid, tid),
            None => AccountId::of_issuer(&claims.sub, &claims.iss),
        },
        username: username.clone(),
        tenant_id: entra.map(|(_, tid)| tid.clone()).unwrap_or_default(),
    }
}

fn claims_of(token: &str) -> Result<Claims, IdTokenError> {
    if token.len() > LONGEST {
        return Err(IdTokenError::Malformed("it is longer than 64 KiB"));
    }
    let parts: Vec<&str> = token.split('.').collect();
    let payload = match parts.as_slice() {
        [_, payload, _] => payload,
        [_, _, _, _, _] => return Err(IdTokenError::Malformed("it is encrypted")),
        _ => return Err(IdTokenError::Malformed("it is no JWT")),
    };
    let decoded = URL_SAFE_NO_PAD
        .decode(payload)
        .map(Zeroizing::new)
        .map_err(|_| IdTokenError::Malformed("its claims are no base64url"))?;
    if !reply::is_object(&decoded) {
        return Err(IdTokenError::Malformed("its claims are no JSON object"));
    }
    serde_json::from_slice(&decoded).map_err(|error| {
        IdTokenError::Malformed(if error.is_data() {
            "one of its claims stands twice"
        } else {
            "its claims are no JSON"
        })
    })
}

fn text_of(claim: Option<Value>) -> Option<String> {
    match claim {
        Some(Value::String(text)) if !text.trim().is_empty() && text.len() <= LONGEST_CLAIM => {
            Some(text)
        }
        _ => None,
    }
}

/// Whether the client is an audience and, where the token has several or names the party it was
/// issued to, that party (OpenID Connect Core 1.0 §3.1.3.7, items 3 to 5).
fn is_for(client_id: &ClientId, aud: Option<&Value>, azp: Option<&Value>) -> bool {
    let is_client = |value: &Value| {
        value.as_str().is_some_and(|named| {
            named == client_id.as_str()
                || client_id.is_guid() && named.eq_ignore_ascii_case(client_id.as_str())
        })
    };
    let (is_audience, is_only_one) = match aud {
        Some(Value::Array(several)) => (several.iter().any(is_client), several.len() == 1),
        Some(one) => (is_client(one), true),
        None => (false, false),
    };
    is_audience && azp.map_or(is_only_one, is_client)
}

/// A `NumericDate` (RFC 7519 §2), which may have a fraction.
fn date(value: &Value) -> Option<Timestamp> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the fraction is to go, and beyond the ends of time is at the ends of time"
    )]
    let whole = |fraction: f64| fraction as i64;
    let seconds = value.as_i64().or_else(|| value.as_f64().map(whole))?;
    Some(Timestamp::from_unix_seconds(seconds))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::fixtures::NOW;
    use crate::fixtures::entra;
    use crate::fixtures::open_id;

    const CLIENT: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
    const OID: &str = "00000000-0000-0000-0000-000000000001";
    const TID: &str = "00000000-0000-0000-0000-000000000002";

    fn claims() -> Value {
        json!({
            "iss": format!("https://login.microsoftonline.com/{TID}/v2.0"),
            "sub": "pairwise",
            "aud": CLIENT,
            "exp": 1_767_229_200,
            "nonce": "n0nce",
            "oid": OID,
            "tid": TID,
            "preferred_username": "ada@contoso.com",
            "name": "Ada",
        })
    }

    fn token_of(payload: &[u8]) -> IdToken {
        let encoded = URL_SAFE_NO_PAD.encode(payload);
        IdToken::from(format!("eyJhbGciOiJSUzI1NiJ9.{encoded}.c2ln"))
    }

    fn read_at(
        tenant: &str,
        token: &IdToken,
        nonce: Option<&str>,
    ) -> Result<IdTokenClaims, IdTokenError> {
        let (authority, endpoints) = entra(tenant);
        let expected = ExpectedIdToken {
            client_id: &ClientId::parse(CLIENT).unwrap(),
            authority: &authority,
            endpoints: &endpoints,
            nonce,
            now: NOW,
        };
        read(token, &expected)
    }

    fn read_with(name: &str, value: Value) -> Result<IdTokenClaims, IdTokenError> {
        let mut claims = claims();
        claims[name] = value;
        let token = token_of(claims.to_string().as_bytes());
        read_at("common", &token, Some("n0nce"))
    }

    #[test]
    fn who_signed_in_is_read() {
        let token = token_of(claims().to_string().as_bytes());
        for tenant in ["common", "organizations", "contoso.onmicrosoft.com", TID] {
            let read = read_at(tenant, &token, Some("n0nce")).unwrap();
            assert_eq!(read.oid.as_deref(), Some(OID));
            let account = account(&read, AuthorityKind::Entra);
            assert_eq!(account.id, AccountId::of_entra(OID, TID));
            assert_eq!(account.username, "ada@contoso.com");
            assert_eq!(account.tenant_id, TID);
        }
        assert!(read_at("common", &token, None).is_ok());
    }

    #[test]
    fn the_issuer_is_the_directory_that_was_asked() {
        let token = token_of(claims().to_string().as_bytes());
        let error = read_at(OID, &token, None).unwrap_err();
        assert!(
            matches!(error, IdTokenError::ForeignIssuer { .. }),
            "{error}"
        );
        for (name, value) in [
            ("iss", json!("https://evil.example")),
            (
                "iss",
                json!(format!("https://login.microsoftonline.com/{OID}/v2.0")),
            ),
            ("tid", json!(OID)),
        ] {
            let error = read_with(name, value).unwrap_err();
            assert!(
                matches!(error, IdTokenError::ForeignIssuer { .. }),
                "{error}"
            );
        }
        assert_eq!(
            read_with("iss", json!(null)).unwrap_err(),
            IdTokenError::Malformed("it names no issuer")
        );
    }

    #[test]
    fn the_audience_is_this_application() {
        for aud in [json!(CLIENT), json!([CLIENT]), json!(CLIENT.to_uppercase())] {
            assert!(read_with("aud", aud.clone()).is_ok(), "{aud}");
        }
        for aud in [
            json!("other"),
            json!(["other"]),
            json!([]),
            json!(null),
            json!(5),
            json!({"a": CLIENT}),
            json!([CLIENT, "other"]),
        ] {
            let error = read_with("aud", aud.clone()).unwrap_err();
            assert!(matches!(error, IdTokenError::ForeignAudience(_)), "{aud}");
        }
        assert!(read_with("azp", json!(CLIENT)).is_ok());
        assert!(read_with("azp", json!("other")).is_err());
        let mut several = claims();
        several["aud"] = json!(["other", CLIENT]);
        several["azp"] = json!(CLIENT);
        let token = token_of(several.to_string().as_bytes());
        assert!(read_at("common", &token, None).is_ok());
    }

    #[test]
    fn clocks_may_be_five_minutes_apart() {
        let now = NOW.unix_seconds();
        for good in [
            json!(now - 299),
            json!(now),
            json!(1_767_225_600.75),
            json!(1e300),
        ] {
            assert!(read_with("exp", good.clone()).is_ok(), "{good}");
        }
        for past in [json!(now - 300), json!(0), json!(-1e300), json!(i64::MIN)] {
            let error = read_with("exp", past.clone()).unwrap_err();
            assert!(matches!(error, IdTokenError::Expired(_)), "{past}: {error}");
        }
        for none in [json!(null), json!("soon"), json!([])] {
            assert_eq!(
                read_with("exp", none).unwrap_err(),
                IdTokenError::Malformed("it does not say when it ends")
            );
        }
    }

    #[test]
    fn the_nonce_ties_the_token_to_the_sign_in() {
        for other in [json!("N0nce"), json!(""), json!(null), json!(["n0nce"])] {
            assert_eq!(
                read_with("nonce", other.clone()).unwrap_err(),
                IdTokenError::ForeignNonce,
                "{other}"
            );
        }
    }

    #[test]
    fn what_is_no_id_token_is_told_apart() {
        let why = |text: &str| match read_at("common", &IdToken::from(text.to_owned()), None) {
            Err(IdTokenError::Malformed(why)) => why,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(why(""), "it is no JWT");
        assert_eq!(why("a.b"), "it is no JWT");
        assert_eq!(why("a.b.c.d.e"), "it is encrypted");
        assert_eq!(why("a.*.c"), "its claims are no base64url");
        assert_eq!(why(&"x".repeat(LONGEST + 1)), "it is longer than 64 KiB");
        let of = |payload: &str| match read_at("common", &token_of(payload.as_bytes()), None) {
            Err(IdTokenError::Malformed(why)) => why,
            other => panic!("{payload}: {other:?}"),
        };
        assert_eq!(of("[]"), "its claims are no JSON object");
        assert_eq!(of("{"), "its claims are no JSON");
        assert_eq!(
            of(r#"{"sub":"a","sub":"b"}"#),
            "one of its claims stands twice"
        );
        assert_eq!(of(r#"{"iss":"x"}"#), "it names no subject");
    }

    #[test]
    fn other_providers_know_people_by_subject_and_issuer() {
        let (authority, endpoints) = open_id("https://issuer.example");
        let expected = ExpectedIdToken {
            client_id: &ClientId::parse("app").unwrap(),
            authority: &authority,
            endpoints: &endpoints,
            nonce: None,
            now: NOW,
        };
        let token = token_of(
            json!({"iss": "https://issuer.example", "sub": "7", "aud": "app", "exp": 1_767_229_200, "oid": "x", "tid": "y"})
                .to_string()
                .as_bytes(),
        );
        let claims = read(&token, &expected).unwrap();
        let account = account(&claims, AuthorityKind::Oidc);
        assert_eq!(
            account.id,
            AccountId::of_issuer("7", "https://issuer.example")
        );
        assert_eq!(
            (account.username.as_str(), account.tenant_id.as_str()),
            ("7", "")
        );
    }

    #[test]
    fn an_account_is_called_by_its_first_name_that_is_one() {
        let endless = read_with("preferred_username", json!("x".repeat(1025))).unwrap();
        assert_eq!(endless.preferred_username, None);
        let mut claims = read_with("preferred_username", json!(" ")).unwrap();
        assert_eq!(account(&claims, AuthorityKind::Entra).username, "Ada");
        claims.email = Some("ada@mail.example".to_owned());
        assert_eq!(
            account(&claims, AuthorityKind::Entra).username,
            "ada@mail.example"
        );
        claims.upn = Some("ada@upn.example".to_owned());
        assert_eq!(
            account(&claims, AuthorityKind::Entra).username,
            "ada@upn.example"
        );
        claims.oid = None;
        let account = account(&claims, AuthorityKind::B2c);
        assert_eq!(account.id, AccountId::of_issuer("pairwise", &claims.iss));
        assert_eq!(account.tenant_id, "");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            prop_assert!(read_at("common", &IdToken::from(text), None).is_err());
        }

        #[test]
        fn no_payload_makes_it_panic(payload in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(read_at("common", &token_of(&payload), None).is_err());
        }

        #[test]
        fn no_value_of_a_claim_makes_it_panic(
            name in "iss|sub|aud|azp|exp|nonce|oid|tid|upn|email|name",
            value in r#"null|true|-?[0-9]{1,30}|[0-9]e[0-9]{1,3}|"[a-z{}]{0,9}"|\[\]|\{\}"#,
        ) {
            if let Ok(value) = serde_json::from_str::<Value>(&value) {
                let _ = read_with(&name, value);
            }
        }
    }
}
