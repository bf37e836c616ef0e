//! What a reader of a token should know beyond its claims.

use model::Timestamp;
use model::tenant::is_guid;
use serde::Serialize;

use super::Speaker;
use super::Times;
use super::UnreadableTime;
use super::Validity;
use super::dictionary;
use crate::jwt::Decoded;
use crate::jwt::Kind;
use crate::jwt::TokenText;
use crate::ordered_json::Json;
use crate::ordered_json::Object;
use crate::text;

/// A life longer than this, in seconds, is that of a revocable token (Microsoft identity platform,
/// "Continuous access evaluation").
const LONG_LIFE: i64 = 3 * 3600;

/// One thing to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Its stable name.
    pub code: &'static str,
    /// One sentence without a full stop. Texts of the token stand in it unescaped.
    pub message: String,
}

/// Everything there is to know about a token at that moment.
pub(super) fn all(token: &Decoded, speaker: Speaker, now: Timestamp) -> Vec<Warning> {
    let mut found: Vec<Warning> = token
        .damage
        .iter()
        .map(|damage| warning("damaged", damage.to_string()))
        .collect();
    found.extend(of_form(token));
    if let Some(claims) = &token.claims {
        found.extend(of_times(claims, now));
        found.extend(of_claims(claims, speaker));
    }
    found
}

/// What there is to know of how the token was written down, before it is looked into.
pub fn of_text(text: &TokenText) -> Option<Warning> {
    text.was_wrapped.then(|| {
        warning(
            "white_space_inside",
            "white space inside it was taken out: as it was given, an API would refuse it",
        )
    })
}

/// That nobody signed the token, if so.
pub fn of_signature(token: &Decoded) -> Option<Warning> {
    (token.kind == Kind::Unsecured).then(|| {
        warning(
            "unsecured",
            "it is not signed: anybody can write such a token, and no API may accept it",
        )
    })
}

fn warning(code: &'static str, message: impl Into<String>) -> Warning {
    Warning {
        code,
        message: message.into(),
    }
}

fn of_form(token: &Decoded) -> Vec<Warning> {
    let mut found: Vec<Warning> = of_signature(token).into_iter().collect();
    if let Some(header) = &token.header {
        let own_key = ["jku", "x5u", "jwk"]
            .into_iter()
            .find(|name| header.get(name).is_some());
        if let Some(name) = own_key {
            found.push(warning(
                "names_own_key",
                format!("its header says by which key it is to be checked (`{name}`): a forger would say so too"),
            ));
        }
        if header.get("nonce").is_some() {
            found.push(warning(
                "not_verifiable",
                "its header has a `nonce`, as tokens for Microsoft Graph have: only Microsoft can check its signature",
            ));
        }
    }
    let objects = [&token.header, &token.claims];
    let repeated: Vec<&str> = objects
        .into_iter()
        .flatten()
        .flat_map(Object::repeated)
        .collect();
    if !repeated.is_empty() {
        found.push(warning(
            "repeated_members",
            format!(
                "these names stand in it more than once, and readers may differ in which counts: {}; the last is shown",
                repeated.join(", ")
            ),
        ));
    }
    let deceives = |object: &Object| {
        object.iter().any(|(name, value)| {
            let hostile = |text: &str| text::escaped(text) != text;
            hostile(name) || value.texts().into_iter().any(hostile)
        })
    };
    if objects.into_iter().flatten().any(deceives) {
        found.push(warning(
            "hidden_characters",
            "it holds control or invisible characters, shown as escapes",
        ));
    }
    found
}

fn of_times(claims: &Object, now: Timestamp) -> Option<Warning> {
    let times = Times::of(claims);
    match times.unreadable {
        Some(why @ UnreadableTime::NoTime(_)) => {
            return Some(warning("time_malformed", why.to_string()));
        }
        // `repeated_members` says it.
        Some(UnreadableTime::Repeated(_)) => return None,
        None => {}
    }
    match times.validity(now) {
        Validity::Expired => Some(warning("expired", "it has expired")),
        Validity::NotYet => Some(warning(
            "not_yet_valid",
            "it is not valid yet, or this machine's clock is behind",
        )),
        Validity::Unknown => Some(warning("no_end", "it does not say when it ends (`exp`)")),
        Validity::Valid => None,
    }
}

fn of_claims(claims: &Object, speaker: Speaker) -> Vec<Warning> {
    let mut found = Vec::new();
    let has = |name: &str| claims.get(name).is_some();
    if speaker == Speaker::IdToken {
        found.push(warning(
            "id_token",
            "an ID token tells an application who signed in; APIs take access tokens",
        ));
    }
    if speaker == Speaker::App && !has("roles") && !super::grants_access_itself(claims) {
        found.push(warning(
            "no_roles",
            "no role was granted to the application: most APIs will answer 403. Grant application \
             permissions, and admin consent",
        ));
    }
    let of_own_api = claims.get("aud").is_some_and(|audience| {
        let own = |audience: &str| {
            dictionary::resource(audience).is_none()
                && (audience.starts_with("api://") || is_guid(audience))
        };
        audience.texts().into_iter().any(own)
    });
    if of_own_api && claims.text("ver") == Some("1.0") && speaker != Speaker::IdToken {
        found.push(warning(
            "version_1",
            "the API asks for tokens of version 1.0; if it is yours and expects 2.0, set \
             requestedAccessTokenVersion to 2 in its manifest",
        ));
    }
    let times = Times::of(claims);
    let life = match (times.issued, times.expires) {
        (Some(issued), Some(expires)) => expires.seconds_since(issued),
        _ => 0,
    };
    let is_revocable = claims
        .get("xms_cc")
        .is_some_and(|capabilities| capabilities.texts().contains(&"CP1"));
    if is_revocable && life > LONG_LIFE {
        found.push(warning(
            "revocable",
            "it lives long because it may be revoked at any time: be ready for a claims challenge",
        ));
    }
    found.extend(guest(claims));
    let overage = claims
        .get("_claim_names")
        .and_then(Json::as_object)
        .is_some_and(|names| names.get("groups").is_some());
    if overage || has("hasgroups") {
        found.push(warning(
            "groups_left_out",
            "the person is in too many groups to list: ask Microsoft Graph for them",
        ));
    }
    found
}

/// `idp` names whoever signed in a person from elsewhere; the optional claim `acct` says that the
/// account is a guest's (Microsoft identity platform, "Optional claims reference").
fn guest(claims: &Object) -> Option<Warning> {
    let message = match (claims.text("idp"), claims.text("iss")) {
        (Some(idp), Some(iss)) if idp != iss => {
            format!("another provider signed the person in: {idp}")
        }
        _ if claims.get("acct").and_then(Json::as_seconds) == Some(1)
            || claims.text("acct") == Some("1") =>
        {
            "the account is a guest of the tenant: what it may do there is the tenant's to say"
                .to_owned()
        }
        _ => return None,
    };
    Some(warning("guest", message))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::super::meaning;
    use super::super::tests::GUID;
    use super::super::tests::decoded;
    use crate::fixtures::NOW;
    use crate::jwt;

    fn codes(claims: &Value) -> Vec<&'static str> {
        let meaning = meaning(&decoded(claims), NOW);
        meaning
            .warnings
            .iter()
            .map(|warning| warning.code)
            .collect()
    }

    fn living(mut claims: Value) -> Value {
        claims["iat"] = json!(NOW.unix_seconds() - 10);
        claims["exp"] = claims
            .get("exp")
            .cloned()
            .unwrap_or_else(|| json!(NOW.unix_seconds() + 3600));
        claims
    }

    #[test]
    fn each_warning_has_its_cause_and_an_ordinary_token_none() {
        let graph = "https://graph.microsoft.com";
        let user = |extra: Value| {
            let mut claims =
                json!({"scp": "User.Read", "upn": "ada", "appid": "a", "aud": graph, "ver": "1.0"});
            for (name, value) in extra.as_object().unwrap() {
                claims[name] = value.clone();
            }
            living(claims)
        };
        let now = NOW.unix_seconds();
        for (claims, expected) in [
            (user(json!({})), &[][..]),
            (user(json!({"exp": now})), &["expired"]),
            (user(json!({"nbf": now + 301})), &["not_yet_valid"]),
            (
                json!({"scp": "User.Read", "upn": "ada", "appid": "a", "aud": graph}),
                &["no_end"],
            ),
            (user(json!({"exp": null})), &["time_malformed"]),
            (user(json!({"nbf": "soon"})), &["time_malformed"]),
            (user(json!({"aud": "api://a"})), &["version_1"]),
            (user(json!({"aud": GUID})), &["version_1"]),
            (user(json!({"aud": GUID, "ver": "2.0"})), &[]),
            (user(json!({"xms_cc": ["CP1"]})), &[]),
            (
                user(json!({"xms_cc": ["CP1"], "exp": now + 86_400})),
                &["revocable"],
            ),
            (user(json!({"iss": "x", "idp": "live.com"})), &["guest"]),
            (user(json!({"iss": "x", "idp": "x"})), &[]),
            (user(json!({"acct": 1})), &["guest"]),
            (
                user(json!({"iss": "x", "idp": "x", "acct": "1"})),
                &["guest"],
            ),
            (user(json!({"acct": 0})), &[]),
            (user(json!({"hasgroups": true})), &["groups_left_out"]),
            (
                user(json!({"_claim_names": {"groups": "src1"}})),
                &["groups_left_out"],
            ),
            (user(json!({"upn": "a\u{1b}[2J"})), &["hidden_characters"]),
            (living(json!({"idtyp": "app", "aud": graph})), &["no_roles"]),
            (
                living(json!({"idtyp": "app", "aud": "https://management.usgovcloudapi.net/"})),
                &[],
            ),
            (
                living(json!({"idtyp": "app", "aud": graph, "roles": ["x"]})),
                &[],
            ),
            (living(json!({"nonce": "n", "name": "Ada"})), &["id_token"]),
        ] {
            assert_eq!(codes(&claims), expected, "{claims}");
        }
    }

    #[test]
    fn the_form_is_warned_of_too() {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let claims = URL_SAFE_NO_PAD.encode(r#"{"exp":9999999999,"a":1,"a":2}"#);
        for (header, expected) in [
            (r#"{"alg":"none"}"#, &["unsecured", "repeated_members"][..]),
            (
                r#"{"alg":"RS256","jku":"https://evil.example"}"#,
                &["names_own_key", "repeated_members"],
            ),
            (
                r#"{"alg":"RS256","nonce":"n"}"#,
                &["not_verifiable", "repeated_members"],
            ),
        ] {
            let token = format!("{}.{claims}.c2ln", URL_SAFE_NO_PAD.encode(header));
            let meaning = meaning(&jwt::decode(&token), NOW);
            let codes: Vec<_> = meaning
                .warnings
                .iter()
                .map(|warning| warning.code)
                .collect();
            assert_eq!(codes, expected, "{header}");
        }
    }
}
