//! What a token says, in words (Microsoft identity platform, "Access token claims reference", "ID
//! token claims reference", "Optional claims reference").
//!
//! All of it is the token's own word: whether it is genuine is not looked at here.

mod dictionary;
mod other_resource;
mod warning;

use std::time::Duration;

use model::Timestamp;
use serde::Serialize;

pub use self::other_resource::other_resource;
pub use self::warning::Warning;
pub use self::warning::of_signature as warning_of_signature;
pub use self::warning::of_text as warning_of_text;
use crate::jwt::Decoded;
use crate::jwt::Kind;
use crate::ordered_json::Json;
use crate::ordered_json::Object;

/// How far this machine's clock and the issuer's may be apart at a token's beginning.
pub const SKEW: Duration = Duration::from_mins(5);

/// Whom a token speaks for, by its own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaker {
    /// The application itself.
    App,
    /// A person, through an application.
    User,
    /// Nobody towards an API: it tells an application who signed in.
    IdToken,
    /// It does not tell.
    Unknown,
}

/// When a token counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// `iat`.
    pub issued: Option<Timestamp>,
    /// `nbf`.
    pub not_before: Option<Timestamp>,
    /// `exp`.
    pub expires: Option<Timestamp>,
    /// Why not all of them can be relied on, if so.
    pub unreadable: Option<UnreadableTime>,
}

/// Why one of a token's times cannot be told. The name is that of the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableTime {
    /// Its value is no number (RFC 7519 §2, `NumericDate`).
    #[error("its `{0}` is no time")]
    NoTime(&'static str),
    /// It stands there more than once, and readers may differ in which counts (RFC 8725 §3.10).
    #[error("its `{0}` stands there more than once")]
    Repeated(&'static str),
}

/// Whether the moment lies between a token's beginning and its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// It does.
    Valid,
    /// It begins later, by more than clocks differ.
    NotYet,
    /// It has ended.
    Expired,
    /// It names no end, or a time of it cannot be told.
    Unknown,
}

/// What a token says. Texts of the token stand in it unescaped.
#[derive(Clone, PartialEq)]
pub struct Meaning {
    /// Whom it speaks for.
    pub speaker: Speaker,
    /// All in one line, without a full stop.
    pub summary: String,
    /// When it counts.
    pub times: Times,
    /// What a reader should know beyond that.
    pub warnings: Vec<Warning>,
}

impl Times {
    /// The times that claims name.
    pub fn of(claims: &Object) -> Self {
        let time = |name: &str| {
            let seconds = claims.get(name)?.as_seconds()?;
            Some(Timestamp::from_unix_seconds(seconds))
        };
        let is_no_time = |name: &&str| {
            let value = claims.get(name);
            value.is_some_and(|value| value.as_seconds().is_none())
        };
        let mut names = ["exp", "nbf", "iat"].into_iter();
        let no_time = names.clone().find(is_no_time);
        let mut repeated = || names.find(|name| claims.repeats(name));
        Self {
            issued: time("iat"),
            not_before: time("nbf"),
            expires: time("exp"),
            unreadable: no_time
                .map(UnreadableTime::NoTime)
                .or_else(|| repeated().map(UnreadableTime::Repeated)),
        }
    }

    /// Whether the token counts now. No tolerance is given at its end: who receives it later may
    /// give none either.
    pub fn validity(&self, now: Timestamp) -> Validity {
        if self.unreadable.is_some() {
            return Validity::Unknown;
        }
        match (self.not_before, self.expires) {
            (_, Some(expires)) if expires <= now => Validity::Expired,
            (Some(begins), _) if begins > now.plus(SKEW) => Validity::NotYet,
            (_, Some(_)) => Validity::Valid,
            (_, None) => Validity::Unknown,
        }
    }
}

/// What a member of the header means in a token of that kind, if that is known.
pub fn header_phrase(kind: Kind, name: &str) -> Option<&'static str> {
    dictionary::header(name, kind == Kind::Jwe)
}

/// What a claim and its value mean, if that is known.
pub fn claim_phrase(name: &str, value: &Json) -> Option<String> {
    dictionary::claim(name, value)
}

/// Says what a token says, at that moment.
pub fn meaning(token: &Decoded, now: Timestamp) -> Meaning {
    let Some(claims) = &token.claims else {
        return Meaning {
            speaker: Speaker::Unknown,
            summary: token.kind.description().to_owned(),
            times: Times::default(),
            warnings: warning::all(token, Speaker::Unknown, now),
        };
    };
    let speaker = speaker(claims);
    Meaning {
        speaker,
        summary: summary(token.kind, speaker, claims),
        times: Times::of(claims),
        warnings: warning::all(token, speaker, now),
    }
}

fn speaker(claims: &Object) -> Speaker {
    let has = |name: &str| claims.get(name).is_some();
    let same = |one: &str, other: &str| {
        let (one, other) = (claims.text(one), claims.text(other));
        one.is_some() && one == other
    };
    if claims.text("idtyp") == Some("app") {
        return Speaker::App;
    }
    if has("scp") || claims.text("idtyp") == Some("user") {
        return Speaker::User;
    }
    let names_client = has("appid") || has("azp") || has("client_id");
    if has("at_hash") || has("c_hash") || (has("nonce") && !names_client) {
        return Speaker::IdToken;
    }
    if same("oid", "sub") && (names_client || has("roles")) {
        return Speaker::App;
    }
    let names_person = has("preferred_username") || has("upn") || has("name") || has("email");
    match (names_client, names_person) {
        (true, true) => Speaker::User,
        (false, true) => Speaker::IdToken,
        _ => Speaker::Unknown,
    }
}

/// Such as: app-only token of app X for Microsoft Graph, tenant Y, 3 roles.
fn summary(kind: Kind, speaker: Speaker, claims: &Object) -> String {
    let text = |names: &[&str]| {
        let found = names.iter().find_map(|name| claims.text(name));
        found.map(str::to_owned)
    };
    let client = text(&["appid", "azp", "client_id"]);
    let named_client = client.map(|id| dictionary::application(&id).map_or(id, str::to_owned));
    let client = text(&["app_displayname"]).or(named_client);
    let person = text(&[
        "preferred_username",
        "upn",
        "unique_name",
        "email",
        "name",
        "sub",
    ]);
    let audience = claims.get("aud").map(Json::texts).unwrap_or_default();
    let audience = audience
        .first()
        .map(|audience| dictionary::resource(audience).unwrap_or(audience));
    let of_app = client
        .map(|client| format!(" of app {client}"))
        .unwrap_or_default();
    let mut line = match speaker {
        Speaker::App => format!("app-only token{of_app}"),
        Speaker::User => {
            let person = person
                .map(|person| format!(" of {person}"))
                .unwrap_or_default();
            let through = of_app.replacen(" of app", " through app", 1);
            format!("user token{person}{through}")
        }
        Speaker::IdToken => match person {
            Some(person) => format!("ID token about {person}"),
            None => "ID token".to_owned(),
        },
        Speaker::Unknown => format!("token{of_app}"),
    };
    if kind == Kind::Unsecured {
        line.insert_str(0, "unsigned ");
    }
    let for_audience = audience.map(|audience| format!(" for {audience}"));
    line.push_str(&for_audience.unwrap_or_default());
    if let Some(tenant) = text(&["tid"]) {
        line.push_str(", tenant ");
        line.push_str(&tenant);
    }
    for (name, one, many) in [("scp", "scope", "scopes"), ("roles", "role", "roles")] {
        let count = count(name, claims.get(name));
        if count > 0
            || (name == "roles" && speaker == Speaker::App && !grants_access_itself(claims))
        {
            line.push_str(", ");
            line.push_str(&count.to_string());
            line.push(' ');
            line.push_str(if count == 1 { one } else { many });
        }
    }
    line
}

/// Whether an API of Microsoft that the token is for grants access without `roles` in it.
fn grants_access_itself(claims: &Object) -> bool {
    let audiences = claims.get("aud").map(Json::texts).unwrap_or_default();
    audiences.into_iter().any(dictionary::grants_access_itself)
}

fn count(name: &str, value: Option<&Json>) -> usize {
    match value {
        Some(Json::Text(text)) if name == "scp" => text.split_whitespace().count(),
        Some(Json::List(list)) => list.len(),
        Some(Json::Text(_)) => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::*;
    use crate::fixtures::NOW;

    pub(super) const GUID: &str = "00000000-0000-0000-0000-000000000001";

    pub(super) fn decoded(claims: &Value) -> Decoded {
        let read = |value: &Value| serde_json::from_str(&value.to_string()).unwrap();
        let Json::Object(claims) = read(claims) else {
            panic!("claims are an object");
        };
        let Json::Object(header) = read(&json!({"alg": "RS256"})) else {
            panic!("a header is an object");
        };
        Decoded {
            kind: Kind::Jws,
            header: Some(header),
            claims: Some(claims),
            signature_length: Some(256),
            damage: Vec::new(),
        }
    }

    #[test]
    fn one_line_says_what_it_is() {
        for (claims, speaker, said) in [
            (
                json!({"idtyp": "app", "appid": "a", "aud": "https://graph.microsoft.com", "tid": GUID, "roles": ["x", "y", "z"]}),
                Speaker::App,
                format!("app-only token of app a for Microsoft Graph, tenant {GUID}, 3 roles"),
            ),
            (
                json!({"oid": "o", "sub": "o", "azp": "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "aud": "api"}),
                Speaker::App,
                "app-only token of app Azure CLI for api, 0 roles".to_owned(),
            ),
            (
                json!({"scp": "a b", "upn": "ada@contoso.com", "appid": "a", "aud": ["api"]}),
                Speaker::User,
                "user token of ada@contoso.com through app a for api, 2 scopes".to_owned(),
            ),
            (
                json!({"nonce": "n", "preferred_username": "ada", "aud": "a"}),
                Speaker::IdToken,
                "ID token about ada for a".to_owned(),
            ),
            (json!({}), Speaker::Unknown, "token".to_owned()),
            (
                json!({"aud": 5, "tid": [], "scp": {}, "roles": "one", "appid": null}),
                Speaker::User,
                "user token, 1 role".to_owned(),
            ),
        ] {
            let meaning = meaning(&decoded(&claims), NOW);
            assert_eq!((meaning.speaker, meaning.summary), (speaker, said));
        }
    }

    #[test]
    fn the_moment_lies_within_or_not() {
        let now = NOW.unix_seconds();
        for (claims, validity) in [
            (json!({"exp": now + 1}), Validity::Valid),
            (json!({"exp": now}), Validity::Expired),
            (json!({"nbf": now + 300, "exp": now + 600}), Validity::Valid),
            (
                json!({"nbf": now + 301, "exp": now + 600}),
                Validity::NotYet,
            ),
            (json!({"nbf": now + 301, "exp": now - 1}), Validity::Expired),
            (json!({"nbf": now - 1}), Validity::Unknown),
            (json!({"exp": "soon"}), Validity::Unknown),
            (json!({"nbf": "x", "exp": now + 1}), Validity::Unknown),
            (json!({"nbf": null, "exp": now + 1}), Validity::Unknown),
            (json!({"iat": [], "exp": now + 1}), Validity::Unknown),
        ] {
            let token = decoded(&claims);
            let times = Times::of(token.claims.as_ref().unwrap());
            assert_eq!(times.validity(NOW), validity, "{claims}");
        }
    }

    #[test]
    fn a_time_that_stands_twice_decides_nothing() {
        let now = NOW.unix_seconds();
        for (claims, why) in [
            (
                format!(r#"{{"exp": {}, "exp": {}}}"#, now - 1, now + 1),
                Some(UnreadableTime::Repeated("exp")),
            ),
            (
                format!(r#"{{"nbf": 0, "nbf": 1, "exp": {}}}"#, now + 1),
                Some(UnreadableTime::Repeated("nbf")),
            ),
            (
                format!(r#"{{"x": {{"exp": 1, "exp": 2}}, "exp": {}}}"#, now + 1),
                None,
            ),
        ] {
            let Json::Object(read) = serde_json::from_str(&claims).unwrap() else {
                panic!("claims are an object");
            };
            let times = Times::of(&read);
            let expected = why.map_or(Validity::Valid, |_| Validity::Unknown);
            assert_eq!((times.unreadable, times.validity(NOW)), (why, expected));
        }
    }

    #[test]
    fn what_cannot_be_read_is_described_by_its_kind() {
        let token = crate::jwt::decode("nonsense");
        let meaning = meaning(&token, NOW);
        assert_eq!(meaning.speaker, Speaker::Unknown);
        assert_eq!(meaning.summary, Kind::Opaque.description());
    }
}
