//! A token, opened to be looked at. No signature is verified here: only the resource can do that.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Longer texts than this are cut when shown.
const LONGEST_SHOWN: usize = 61;

/// How much of a cut text is left.
const LEFT: usize = 20;

/// A JSON Web Token in its parts (RFC 7515 §7.1).
#[derive(Clone)]
pub(super) struct Decoded {
    pub(super) header: Value,
    pub(super) claims: Value,
}

impl Decoded {
    /// Opens a token; `None` if it is no JWT.
    pub(super) fn from_compact(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let mut part = || {
            let bytes = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        let (header, claims) = (part()?, part()?);
        let signature = parts.next()?;
        (!signature.is_empty() && parts.next().is_none()).then_some(Self { header, claims })
    }

    /// A claim that is a text.
    pub(super) fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// Whether the token was issued for this permission of a person (`scp`).
    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.claim("scp")
            .is_some_and(|scopes| scopes.split(' ').any(|one| one == scope))
    }
}

/// The beginning of a text too long to be shown, or worth something if it were.
pub(super) fn shortened(text: &str) -> String {
    let beginning: String = text.chars().take(LEFT).collect();
    format!("{beginning}… ({} characters)", text.chars().count())
}

/// A line with the words cut that would not fit, such as a sign-in page's address.
pub(super) fn with_words_shortened(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        let beginning: String = word.chars().take(LONGEST_SHOWN).collect();
        if beginning.len() < word.len() {
            format!("{beginning}…")
        } else {
            beginning
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The same value with its long texts cut.
pub(super) fn with_texts_shortened(value: &Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > LONGEST_SHOWN => {
            Value::String(shortened(text))
        }
        Value::Array(values) => values.iter().map(with_texts_shortened).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), with_texts_shortened(value)))
            .collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_has_three_parts() {
        // {"alg":"none"} and {"ver":"1.0"}
        let token = "eyJhbGciOiJub25lIn0.eyJ2ZXIiOiIxLjAifQ.c2ln";
        let decoded = Decoded::from_compact(token).unwrap();
        assert_eq!(decoded.header, json!({"alg": "none"}));
        assert_eq!(decoded.claim("ver"), Some("1.0"));
        assert!(!decoded.has_scope("User.Read"));
        // {"scp":"openid User.Read"}
        let person = "e30.eyJzY3AiOiJvcGVuaWQgVXNlci5SZWFkIn0.c2ln";
        let person = Decoded::from_compact(person).unwrap();
        assert!(person.has_scope("User.Read") && !person.has_scope("User"));
        for broken in [
            "",
            "e30.e30",
            "e30.e30.",
            "e30.e30.c2ln.more",
            "opaque",
            "e30.!.c2ln",
        ] {
            assert!(Decoded::from_compact(broken).is_none(), "{broken}");
        }
    }

    #[test]
    fn long_texts_are_cut_wherever_they_stand() {
        let long = "x".repeat(62);
        assert_eq!(
            with_words_shortened(&format!("a  {long} b")),
            format!("a  {}… b", "x".repeat(61))
        );
        assert_eq!(
            with_texts_shortened(&json!({"a": [long, "short", 1]})),
            json!({"a": ["xxxxxxxxxxxxxxxxxxxx… (62 characters)", "short", 1]})
        );
    }
}
