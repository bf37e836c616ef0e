//! The `claims` parameter (OpenID Connect Core 1.0 §5.5; Microsoft identity platform, "Claims
//! challenges, claims requests and client capabilities").

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;
use serde_json::Map;
use serde_json::Value;
use thiserror::Error;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// What a client declares that answers challenges.
const CHALLENGE_CAPABILITY: &str = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;

/// Why a text gives no claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClaimsError {
    /// There is nothing in it.
    #[error("the claims are empty")]
    Empty,
    /// It begins like JSON and is none.
    #[error("the claims are no valid JSON object: column {column} of line {line}")]
    NotJson {
        /// Line of the first fault, from 1.
        line: usize,
        /// Column of the first fault, from 1.
        column: usize,
    },
    /// It is neither JSON nor base64 of a JSON object.
    #[error("the claims are neither JSON, nor base64 of JSON, nor a WWW-Authenticate line")]
    Unrecognised,
    /// A `WWW-Authenticate` line that asks for no claims.
    #[error("the WWW-Authenticate line holds no claims")]
    NoneInChallenge,
}

/// Takes what people have of a claims challenge, and gives its JSON: the JSON itself, its base64
/// (standard or URL-safe, padded or not), or a whole `WWW-Authenticate` header (RFC 9110 §11.6.1),
/// of which nothing but `claims` is heeded.
pub fn parse(argument: &str) -> Result<String, ClaimsError> {
    let text = argument.trim();
    if text.is_empty() {
        return Err(ClaimsError::Empty);
    }
    if text.starts_with('{') {
        return object(text).map(normalised);
    }
    if let Some(claims) = of_base64(text) {
        return Ok(normalised(claims));
    }
    if !text.contains('=') || !text.contains([' ', '"', ',']) {
        return Err(ClaimsError::Unrecognised);
    }
    let mut found: Option<Map<String, Value>> = None;
    for value in claims_parameters(text) {
        let Some(claims) = of_base64(&value).or_else(|| object(&value).ok()) else {
            return Err(ClaimsError::Unrecognised);
        };
        match &mut found {
            Some(merged) => merge(merged, claims),
            None => found = Some(claims),
        }
    }
    found.map(normalised).ok_or(ClaimsError::NoneInChallenge)
}

/// The claims that a text asks for, whatever stands around them: parameters of one or more
/// `WWW-Authenticate` lines, or `claims` in a link or a token endpoint's reply. `None` if it asks
/// for none.
pub fn of_challenge(text: &str) -> Option<String> {
    let mut found = Map::new();
    for value in claims_parameters(text) {
        let claims = of_base64(&value).or_else(|| object(&value).ok());
        merge(&mut found, claims.filter(is_request).unwrap_or_default());
    }
    for (label, _) in text.match_indices("claims") {
        let after = text[label + "claims".len()..]
            .trim_start_matches(|character: char| " \t\":='".contains(character));
        if after.starts_with('{')
            && let Some(Ok(claims)) = serde_json::Deserializer::from_str(after)
                .into_iter::<Map<String, Value>>()
                .next()
            && is_request(&claims)
        {
            merge(&mut found, claims);
        }
    }
    (!found.is_empty()).then(|| normalised(found))
}

/// Whether it is a claims request (OpenID Connect Core 1.0 §5.5, with Entra's `access_token`) and
/// not the claims of a token.
fn is_request(claims: &Map<String, Value>) -> bool {
    ["access_token", "id_token", "userinfo"]
        .iter()
        .any(|member| claims.get(*member).is_some_and(Value::is_object))
}

/// Claims that also declare that this client handles challenges (`xms_cc` = `cp1`), which makes
/// Entra issue tokens of continuous access evaluation.
pub fn with_challenge_capability(claims: Option<&str>) -> Result<String, ClaimsError> {
    let mut merged = claims.map(object).transpose()?.unwrap_or_default();
    merge(&mut merged, object(CHALLENGE_CAPABILITY)?);
    Ok(normalised(merged))
}

/// Two demands as one: members of both, objects within objects too. Where two plain values meet,
/// the later one holds.
pub fn merged(earlier: &str, later: &str) -> Result<String, ClaimsError> {
    let mut merged = object(earlier)?;
    merge(&mut merged, object(later)?);
    Ok(normalised(merged))
}

fn object(text: &str) -> Result<Map<String, Value>, ClaimsError> {
    serde_json::from_str(text).map_err(|error| ClaimsError::NotJson {
        line: error.line(),
        column: error.column(),
    })
}

fn normalised(claims: Map<String, Value>) -> String {
    Value::Object(claims).to_string()
}

fn of_base64(text: &str) -> Option<Map<String, Value>> {
    let decoded = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text));
    serde_json::from_slice(&decoded.ok()?).ok()
}

/// Members of `other` added, objects within objects too; arrays are united, and where two plain
/// values meet the later one holds.
fn merge(into: &mut Map<String, Value>, other: Map<String, Value>) {
    for (name, value) in other {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(ours)), Value::Object(theirs)) => merge(ours, theirs),
            (Some(Value::Array(ours)), Value::Array(theirs)) => {
                for item in theirs {
                    if !ours.contains(&item) {
                        ours.push(item);
                    }
                }
            }
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}

/// The values of all `claims` parameters of a challenge: `name=value` or `name="value"` with
/// backslash escapes, in any order (RFC 9110 §11.2).
fn claims_parameters(header: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = header;
    while let Some(equals) = rest.find('=') {
        let (before, after) = rest.split_at(equals);
        let name = before
            .trim_end()
            .rsplit([' ', ',', '\t', ':'])
            .next()
            .unwrap_or_default();
        let (value, remaining) = parameter_value(after[1..].trim_start());
        if name.eq_ignore_ascii_case("claims") {
            found.push(value);
        }
        rest = remaining;
    }
    found
}

/// One value, and what follows it.
fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[index + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const CHALLENGE: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}"#;

    #[test]
    fn a_challenge_is_found_in_whatever_stands_around_it() {
        let encoded = general_purpose::STANDARD.encode(CHALLENGE);
        let as_member = serde_json::to_string(CHALLENGE).unwrap();
        for text in [
            format!(
                "< www-authenticate: Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{encoded}\"\n< x"
            ),
            format!("GET /authorize?claims={CHALLENGE}&x=y"),
            format!("{{\"error\":\"interaction_required\",\"claims\":{CHALLENGE}}}"),
            format!("\"claims\": \"{CHALLENGE}\""),
        ] {
            assert_eq!(of_challenge(&text).as_deref(), Some(CHALLENGE), "{text}");
        }
        for text in [
            "Bearer error=\"invalid_token\"",
            "{\"claims\":{\"oid\":\"x\"}}",
            "claims=\"bm9uZQ==\"",
            &format!("\"claims\":{as_member}"),
        ] {
            assert_eq!(of_challenge(text), None, "{text}");
        }
    }

    #[test]
    fn json_and_every_base64_of_it_are_understood() {
        for argument in [
            format!("  {CHALLENGE}\n"),
            general_purpose::STANDARD.encode(CHALLENGE),
            general_purpose::STANDARD_NO_PAD.encode(CHALLENGE),
            general_purpose::URL_SAFE.encode(CHALLENGE),
            general_purpose::URL_SAFE_NO_PAD.encode(CHALLENGE),
        ] {
            assert_eq!(parse(&argument).as_deref(), Ok(CHALLENGE), "{argument}");
        }
    }

    #[test]
    fn a_whole_header_is_understood() {
        let encoded = general_purpose::STANDARD.encode(CHALLENGE);
        for line in [
            format!(
                r#"Bearer realm="", authorization_uri="https://login.example/common/oauth2/authorize", client_id="x", error="insufficient_claims", claims="{encoded}""#
            ),
            format!(r#"WWW-Authenticate: Bearer claims="{encoded}", error="insufficient_claims""#),
            format!("Bearer error=insufficient_claims,claims={encoded}"),
            format!(r#"Basic realm="a, b=\"c", Bearer CLAIMS = "{encoded}""#),
        ] {
            assert_eq!(parse(&line).as_deref(), Ok(CHALLENGE), "{line}");
        }
        assert_eq!(
            parse(r#"Bearer error="insufficient_claims""#),
            Err(ClaimsError::NoneInChallenge)
        );
        assert_eq!(
            parse(r#"Bearer realm="claims=x", error="e""#),
            Err(ClaimsError::NoneInChallenge)
        );
    }

    #[test]
    fn other_text_is_refused() {
        assert_eq!(parse("  "), Err(ClaimsError::Empty));
        assert_eq!(
            parse(r#"{"a":}"#),
            Err(ClaimsError::NotJson { line: 1, column: 6 })
        );
        for bad in ["claims", "[]", "bm8=", r#"Bearer claims="*""#] {
            assert_eq!(parse(bad), Err(ClaimsError::Unrecognised), "{bad}");
        }
    }

    #[test]
    fn the_capability_joins_a_challenge() {
        assert_eq!(
            with_challenge_capability(None).unwrap(),
            r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#
        );
        let merged: Value =
            serde_json::from_str(&with_challenge_capability(Some(CHALLENGE)).unwrap()).unwrap();
        assert_eq!(
            merged,
            json!({"access_token": {
                "nbf": {"essential": true, "value": "1700000000"},
                "xms_cc": {"values": ["cp1"]},
            }})
        );
        let again = with_challenge_capability(Some(&merged.to_string())).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&again).unwrap(), merged);
    }

    #[test]
    fn two_demands_become_one() {
        let other = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
        let both: Value = serde_json::from_str(&merged(CHALLENGE, other).unwrap()).unwrap();
        assert_eq!(both["access_token"]["acrs"]["value"], "c1");
        assert_eq!(both["access_token"]["nbf"]["value"], "1700000000");
        assert!(merged(CHALLENGE, "no").is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            if let Ok(claims) = parse(&text) {
                let is_object = claims.starts_with('{');
                prop_assert!(is_object);
            }
        }

        #[test]
        fn no_header_makes_it_panic(text in r#"[a-z=",\\ {}:]{0,60}"#) {
            let _ = parse(&text);
        }
    }
}
