//! Whether a token is genuine: signed by a key of its issuer, of that issuer, for that audience, at
//! that time (RFC 7515 §5.2, RFC 7519 §7.2, RFC 8725; Microsoft identity platform, "Access tokens",
//! validation).
//!
//! Whose keys count is decided before the token is looked at. Nothing in it (`jku`, `x5u`, `jwk`,
//! `x5c`, the host in `iss`) says where keys are.

mod keys;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Authority;
use model::Cloud;
use model::Tenant;
use model::Timestamp;
use model::tenant::is_guid;
use serde::Serialize;

use self::keys::Key;
pub use self::keys::Keys;
pub use self::keys::KeysError;
use crate::Endpoints;
use crate::issuer;
use crate::issuer::IssuerRule;
use crate::jwt;
use crate::jwt::Decoded;
use crate::jwt::Kind;
use crate::ordered_json::Json;
use crate::ordered_json::Object;
use crate::text;
use crate::token_meaning::SKEW;
use crate::token_meaning::Times;
use crate::token_meaning::UnreadableTime;

/// The hosts after which tokens of version 1.0 name their issuer.
const STS_HOSTS: [&str; 2] = ["sts.windows.net", "sts.chinacloudapi.cn"];

/// Who must have issued the token.
#[derive(Debug, Clone, Copy)]
pub enum ExpectedIssuer<'a> {
    /// This authority, in any of the forms in which it names itself.
    Authority {
        /// The authority.
        authority: &'a Authority,
        /// Where its services are, and how it names itself.
        endpoints: &'a Endpoints,
        /// The id of the directory, where the authority names it by a domain; `None` if it is not
        /// known. See [`crate::discovery::directory`].
        directory: Option<&'a str>,
    },
    /// Who has exactly this name.
    Exactly(&'a str),
    /// Whoever has the keys: they were handed over by somebody who knows whose they are.
    KeyHolder,
}

impl ExpectedIssuer<'_> {
    /// Whether the keys are shared by all directories, and the one asked for has no id.
    fn lacks_directory(&self) -> bool {
        match self {
            Self::Authority {
                authority,
                directory,
                ..
            } => issuer::is_named_by_domain(authority) && directory.is_none(),
            Self::Exactly(_) | Self::KeyHolder => false,
        }
    }
}

/// What must hold.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Who must have issued it.
    pub issuer: ExpectedIssuer<'a>,
    /// For whom it must be: one of these. Empty if that is not to be looked at.
    pub audiences: &'a [String],
    /// Claims and the value that each must have, or hold.
    pub required: &'a [(String, String)],
    /// The time, by this machine's clock.
    pub now: Timestamp,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everything holds.
    Genuine,
    /// These do not hold.
    Refused(Vec<Refusal>),
    /// It cannot be told.
    Undecided(Undecided),
}

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Its stable name.
    pub code: &'static str,
    /// One sentence without a full stop. Texts of the token stand in it unescaped; a token in
    /// place of one of them is left out.
    pub message: String,
}

/// Why it cannot be told whether a token is genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// The signature covers something else than what is sent, which only Microsoft can compute.
    #[error(
        "its header has a `nonce`, as tokens for Microsoft Graph have: what is signed is not what \
         is sent, and only Microsoft can check it"
    )]
    Nonce,
    /// It is of a kind that has no signature of its issuer to be seen.
    #[error("only who issued it, or whom it is for, can check it: {}", .0.description())]
    Kind(Kind),
    /// It names no key, and there are several.
    #[error("its header names no key (`kid`), and there are several")]
    NoKeyNamed,
    /// The tenant asked for is a domain, and nothing says which directory has it.
    #[error("nothing says which directory the domain of the authority belongs to")]
    DirectoryUnknown,
}

fn refusal(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal {
        code,
        message: text::without_certain_tokens(&message.into()).into_owned(),
    }
}

/// What no key can change: a token whose form is not that of a signed one, or whose signature
/// nobody here can check. `None` where it takes the issuer's keys.
pub fn without_keys(decoded: &Decoded) -> Option<Verdict> {
    Some(match decoded.kind {
        Kind::Jws if has_nonce(decoded) => Verdict::Undecided(Undecided::Nonce),
        Kind::Jws => return None,
        Kind::Unsecured => Verdict::Refused(vec![refusal("unsecured", "it is not signed")]),
        Kind::Broken => {
            let message = |damage: &jwt::Damage| refusal("damaged", damage.to_string());
            Verdict::Refused(decoded.damage.iter().map(message).collect())
        }
        kind @ (Kind::Nested
        | Kind::Jwe
        | Kind::MicrosoftAccount
        | Kind::RefreshToken
        | Kind::Opaque) => Verdict::Undecided(Undecided::Kind(kind)),
    })
}

fn has_nonce(decoded: &Decoded) -> bool {
    let header = decoded.header.as_ref();
    header.is_some_and(|header| header.get("nonce").is_some())
}

/// Decides whether a token is genuine.
pub fn verify(token: &str, keys: &Keys, expected: &Expected<'_>) -> Verdict {
    let decoded = jwt::decode(token);
    if let Some(verdict) = without_keys(&decoded) {
        return verdict;
    }
    let (Some(header), Some(claims)) = (&decoded.header, &decoded.claims) else {
        return Verdict::Undecided(Undecided::Kind(decoded.kind));
    };
    let mut refused = Vec::new();
    refused.extend(form(header, claims));
    let is_well_formed = refused.is_empty();
    refused.extend(malformed(claims));
    match key(header, keys) {
        Ok(key) => {
            refused.extend(signature(token, header, key).or_else(|| key_of_issuer(key, claims)));
        }
        Err(Missing::Unnamed) if is_well_formed => {
            return Verdict::Undecided(Undecided::NoKeyNamed);
        }
        // Whichever key it is: the form alone refuses it.
        Err(Missing::Unnamed) => {}
        Err(Missing::Unknown(id)) => refused.push(refusal(
            "unknown_key",
            format!("the issuer has no key `{id}`"),
        )),
    }
    refused.extend(issued_by(claims, expected.issuer));
    refused.extend(audience(claims, expected.audiences));
    refused.extend(times(claims, expected.now));
    refused.extend(required(claims, expected.required));
    if !refused.is_empty() {
        Verdict::Refused(refused)
    } else if expected.issuer.lacks_directory() {
        Verdict::Undecided(Undecided::DirectoryUnknown)
    } else {
        Verdict::Genuine
    }
}

fn form(header: &Object, claims: &Object) -> Option<Refusal> {
    if header.get("crit").is_some() {
        return Some(refusal(
            "unknown_critical_header",
            "its header demands to be understood in a way that is unknown here (`crit`)",
        ));
    }
    if let Some(malformed) = malformed_header(header) {
        return Some(malformed);
    }
    let repeated = [header.repeated(), claims.repeated()].concat();
    if repeated.is_empty() {
        return None;
    }
    Some(refusal(
        "repeated_members",
        format!(
            "these names stand in it more than once, and readers may differ in which counts: {}",
            repeated.join(", ")
        ),
    ))
}

/// A header whose key is named by no text (RFC 7515 §4.1.4, §4.1.7), or that changes what is signed
/// (`b64`) without demanding to be understood, as RFC 7797 §6 has it: readers would make different
/// things of it.
fn malformed_header(header: &Object) -> Option<Refusal> {
    let is_no_text = |name: &&str| {
        let value = header.get(name);
        value.is_some_and(|value| value.as_str().is_none())
    };
    if let Some(name) = ["kid", "x5t"].into_iter().find(is_no_text) {
        let message = format!("its header's `{name}` is no text");
        return Some(refusal("header_malformed", message));
    }
    let changes_the_payload = |value: &Json| *value != Json::Bool(true);
    header.get("b64").is_some_and(changes_the_payload).then(|| {
        refusal(
            "header_malformed",
            "its header says that its content is not encoded (`b64`), which a JWT's is, and does \
             not demand to be understood (`crit`)",
        )
    })
}

/// The claims whose values are of another type than RFC 7519 §4.1 gives them: readers would make
/// different things of them. Times are looked at as such.
fn malformed(claims: &Object) -> impl Iterator<Item = Refusal> + '_ {
    let is_text = |value: &Json| matches!(value, Json::Text(_));
    let of_type = move |name: &str, value: &Json| match (name, value) {
        ("aud", Json::List(audiences)) => audiences.iter().all(is_text),
        _ => is_text(value),
    };
    ["iss", "sub", "aud", "jti"]
        .into_iter()
        .filter_map(move |name| {
            let value = claims.get(name)?;
            (!of_type(name, value)).then(|| {
                let wanted = if name == "aud" {
                    "text, and no list of texts"
                } else {
                    "text"
                };
                refusal("claim_malformed", format!("its `{name}` is no {wanted}"))
            })
        })
}

enum Missing {
    Unnamed,
    Unknown(String),
}

/// The key that a token's header says it was signed with (`kid`, RFC 7515 §4.1.4, else `x5t`,
/// §4.1.7).
pub fn named_key(header: &Object) -> Option<&str> {
    header.text("kid").or_else(|| header.text("x5t"))
}

fn key<'a>(header: &Object, keys: &'a Keys) -> Result<&'a Key, Missing> {
    match (named_key(header), keys.0.as_slice()) {
        (Some(id), all) => all
            .iter()
            .find(|key| key.id.as_deref() == Some(id))
            .ok_or_else(|| Missing::Unknown(id.to_owned())),
        (None, [only]) => Ok(only),
        (None, _) => Err(Missing::Unnamed),
    }
}

fn signature(token: &str, header: &Object, key: &Key) -> Option<Refusal> {
    let named = header.text("alg").unwrap_or_default();
    let algorithm = key.algorithms.iter().find(|known| known.as_str() == named);
    let Some(algorithm) = algorithm else {
        return Some(refusal(
            "algorithm_not_of_key",
            format!("its algorithm `{named}` is none that the issuer's key may be used with"),
        ));
    };
    let verified = token.rsplit_once('.').is_some_and(|(message, signature)| {
        URL_SAFE_NO_PAD
            .decode(signature)
            .is_ok_and(|signature| key.verifies(*algorithm, message.as_bytes(), &signature))
    });
    (!verified).then(|| {
        refusal(
            "signature_wrong",
            "its signature is not the issuer's: it was forged, or changed on the way",
        )
    })
}

/// A key may be bound to one issuer among several that share a set: at Entra, personal accounts
/// have keys of their own. A key that names the issuer of version 2.0 signs that directory's tokens
/// of version 1.0 too.
fn key_of_issuer(key: &Key, claims: &Object) -> Option<Refusal> {
    let bound = key.issuer.as_deref()?;
    let tid = claims.text("tid").filter(|tid| is_guid(tid));
    let named = claims.text("iss").unwrap_or_default();
    let own = bound.replace("{tenantid}", tid.unwrap_or_default());
    let of_directory = tid.is_some_and(|tid| {
        let of_version_1 = STS_HOSTS
            .iter()
            .any(|host| named == format!("https://{host}/{tid}/"));
        of_version_1 && own.ends_with(&format!("/{tid}/v2.0"))
    });
    (named != own && !of_directory).then(|| {
        refusal(
            "key_of_another_issuer",
            format!("its key signs for the issuer `{own}` only"),
        )
    })
}

fn issued_by(claims: &Object, expected: ExpectedIssuer<'_>) -> Option<Refusal> {
    let Some(named) = claims.text("iss") else {
        return Some(refusal("issuer_wrong", "it names no issuer (`iss`)"));
    };
    let tid = claims.text("tid");
    let (fits, wanted) = match expected {
        ExpectedIssuer::Authority {
            authority,
            endpoints,
            directory,
        } => {
            let rule = IssuerRule::new(authority, endpoints);
            let is_its_own = directory
                .is_none_or(|asked| tid.is_some_and(|tid| tid.eq_ignore_ascii_case(asked)));
            let fits = rule.accepts(named, tid) || is_version_1(authority, named, tid);
            (is_its_own && fits, authority.address())
        }
        ExpectedIssuer::Exactly(wanted) => (named == wanted, wanted.to_owned()),
        ExpectedIssuer::KeyHolder => return None,
    };
    (!fits).then(|| {
        refusal(
            "issuer_wrong",
            format!("it was issued by `{named}`, not by {wanted}"),
        )
    })
}

/// Whether that is how Entra's tokens of version 1.0 name this authority (Microsoft identity
/// platform, "Access token claims reference", `iss`).
fn is_version_1(authority: &Authority, issuer: &str, tid: Option<&str>) -> bool {
    let host = match authority.cloud() {
        _ if !(authority.is_built_in() || authority.is_on_this_machine()) => return false,
        Some(Cloud::China) => STS_HOSTS[1],
        Some(Cloud::Public | Cloud::UsGov | Cloud::UsDod) | None => STS_HOSTS[0],
        Some(Cloud::France | Cloud::Germany | Cloud::Singapore) => return false,
    };
    let Some(tid) = tid.filter(|tid| is_guid(tid)) else {
        return false;
    };
    let is_the_one_asked = match authority.tenant() {
        Some(Tenant::Guid(asked)) => tid.eq_ignore_ascii_case(asked),
        Some(Tenant::Consumers) | None => false,
        // A domain's id is compared beside this, and one that is not known decides nothing.
        Some(Tenant::Domain(_) | Tenant::Common | Tenant::Organizations) => true,
    };
    is_the_one_asked && issuer == format!("https://{host}/{tid}/")
}

fn audience(claims: &Object, wanted: &[String]) -> Option<Refusal> {
    let named = claims.get("aud").map(Json::texts).unwrap_or_default();
    let fits = wanted.is_empty()
        || named
            .iter()
            .any(|named| wanted.iter().any(|wanted| wanted == named));
    (!fits).then(|| {
        let named = if named.is_empty() {
            "nobody".to_owned()
        } else {
            format!("`{}`", named.join("`, `"))
        };
        refusal(
            "audience_wrong",
            format!(
                "it is for {named} (`aud`), not for `{}`",
                wanted.join("` or `")
            ),
        )
    })
}

fn times(claims: &Object, now: Timestamp) -> Option<Refusal> {
    let times = Times::of(claims);
    // Members that stand twice are refused as such.
    if let Some(why @ UnreadableTime::NoTime(_)) = times.unreadable {
        return Some(refusal("time_malformed", why.to_string()));
    }
    match times.expires {
        None => return Some(refusal("no_end", "it does not say when it ends (`exp`)")),
        Some(expires) if expires.plus(SKEW) <= now => {
            return Some(refusal("expired", format!("it expired at {expires}")));
        }
        Some(_) => {}
    }
    let begins = times.not_before.max(times.issued)?;
    (begins > now.plus(SKEW)).then(|| {
        refusal(
            "not_yet_valid",
            format!("it is not valid before {begins}, or this machine's clock is behind"),
        )
    })
}

fn required(claims: &Object, required: &[(String, String)]) -> Vec<Refusal> {
    let lacking = required.iter().filter(|(name, wanted)| {
        !claims
            .get(name)
            .is_some_and(|value| holds(name, value, wanted))
    });
    lacking
        .map(|(name, wanted)| {
            refusal(
                "claim_wrong",
                format!("its `{name}` is not `{wanted}`, and does not hold it"),
            )
        })
        .collect()
}

/// Whether a value is the one wanted, or a list with it; of `scp`, whether it is among the scopes.
fn holds(name: &str, value: &Json, wanted: &str) -> bool {
    match value {
        Json::Text(text) if name == "scp" => text.split(' ').any(|scope| scope == wanted),
        Json::Text(text) => text == wanted,
        Json::Bool(value) => value.to_string() == wanted,
        Json::Number(number) => number.to_string() == wanted,
        Json::List(list) => list
            .iter()
            .any(|value| !matches!(value, Json::List(_)) && holds("", value, wanted)),
        Json::Null | Json::Object(_) => false,
    }
}

#[cfg(test)]
mod tests;
