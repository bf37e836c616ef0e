//! An identity provider's refusal (RFC 6749 §5.2, with what Entra adds).

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::retry;

/// Everything that a refusal says. The texts are the server's own, unescaped:
/// [`crate::text::escaped`] stands between them and a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The OAuth error code, such as `invalid_client`. Decisions are made by this one.
    pub error: String,
    /// The server's words. Not a contract: they change.
    pub description: Option<String>,
    /// Entra's AADSTS numbers, general ones first. For hints only.
    pub codes: Vec<u64>,
    /// Entra's classification, such as `consent_required` or `bad_token`.
    pub suberror: Option<String>,
    /// A claims challenge: JSON to be handed to the next interactive request.
    pub claims: Option<String>,
    /// Entra's identifier of this very request.
    pub trace_id: Option<String>,
    /// The identifier of the acquisition, as it stands in the sign-in logs.
    pub correlation_id: Option<String>,
    /// The server's time of the refusal, as it wrote it.
    pub timestamp: Option<String>,
    /// A page about the error.
    pub error_uri: Option<String>,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// Reads a refusal from a reply's members; `None` if they hold no `error`.
    pub(crate) fn from_members(
        status: u16,
        members: &Map<String, Value>,
        retry_after: Option<Duration>,
    ) -> Option<Self> {
        let text = |name: &str| match members.get(name) {
            Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        };
        let (error, nested_description) = match members.get("error")? {
            Value::String(error) if !error.is_empty() => (error.clone(), None),
            // Azure Resource Manager, Graph and managed identity: {"error": {"code", "message"}}
            Value::Object(nested) => {
                let part = |name: &str| nested.get(name).and_then(Value::as_str);
                (part("code")?.to_owned(), part("message").map(str::to_owned))
            }
            _ => return None,
        };
        let codes = members
            .get("error_codes")
            .and_then(Value::as_array)
            .map(|codes| codes.iter().filter_map(number).collect())
            .unwrap_or_default();
        Some(Self {
            status,
            error,
            description: text("error_description").or(nested_description),
            codes,
            suberror: text("suberror"),
            claims: text("claims"),
            trace_id: text("trace_id"),
            correlation_id: text("correlation_id"),
            timestamp: text("timestamp"),
            error_uri: text("error_uri"),
            retry_after,
        })
    }

    /// The AADSTS number that says most: the last one in the text that is also listed, else the
    /// last one in the text, else the last one listed.
    pub fn code(&self) -> Option<u64> {
        let in_text = codes_in(self.description.as_deref().unwrap_or_default());
        let listed = in_text.iter().rev().find(|code| self.codes.contains(code));
        listed.or(in_text.last()).or(self.codes.last()).copied()
    }

    /// Whether the same request may succeed a moment later, by its status alone.
    pub const fn is_transient(&self) -> bool {
        retry::is_transient(self.status)
    }
}

/// The numbers that follow `AADSTS` in a text, in order.
pub fn codes_in(text: &str) -> Vec<u64> {
    text.split("AADSTS")
        .skip(1)
        .filter_map(|after| {
            let end = after
                .find(|character: char| !character.is_ascii_digit())
                .unwrap_or(after.len());
            after[..end].parse().ok()
        })
        .collect()
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The error code and the server's words, made safe to print.
impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&crate::text::escaped(&self.error))?;
        if let Some(description) = &self.description {
            write!(formatter, ": {}", crate::text::escaped(description))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(members: &Value) -> Refusal {
        Refusal::from_members(400, members.as_object().unwrap(), None).unwrap()
    }

    #[test]
    fn everything_entra_says_is_kept() {
        let kept = refusal(&json!({
            "error": "invalid_grant",
            "error_description": "AADSTS65001: Consent. Trace ID: t",
            "error_codes": [65001],
            "timestamp": "2026-01-01 00:00:00Z",
            "trace_id": "t",
            "correlation_id": "c",
            "error_uri": "https://login.microsoftonline.com/error?code=65001",
            "suberror": "consent_required",
            "claims": "{\"access_token\":{}}",
            "unknown": [1, 2],
        }));
        assert_eq!(kept.error, "invalid_grant");
        assert_eq!(kept.codes, [65001]);
        assert_eq!(kept.code(), Some(65001));
        assert_eq!(kept.suberror.as_deref(), Some("consent_required"));
        assert_eq!(kept.claims.as_deref(), Some("{\"access_token\":{}}"));
        assert_eq!(kept.trace_id.as_deref(), Some("t"));
        assert_eq!(kept.correlation_id.as_deref(), Some("c"));
        assert_eq!(kept.timestamp.as_deref(), Some("2026-01-01 00:00:00Z"));
        assert!(kept.error_uri.is_some());
        assert!(!kept.is_transient());
    }

    #[test]
    fn the_most_specific_code_is_the_last_in_the_text() {
        let nested = "AADSTS70002: Error validating credentials. AADSTS50012: Invalid secret.";
        for (text, codes, expected) in [
            (nested, json!([70002, 50012]), Some(50012)),
            (nested, json!(["70002"]), Some(70002)),
            (nested, json!([]), Some(50012)),
            ("no code", json!([1, 7_000_215]), Some(7_000_215)),
            ("AADSTS7000222: expired", json!(null), Some(7_000_222)),
            ("AADSTSx, AADSTS", json!(null), None),
            ("AADSTS99999999999999999999999999", json!(null), None),
        ] {
            let refusal =
                refusal(&json!({"error": "e", "error_description": text, "error_codes": codes}));
            assert_eq!(refusal.code(), expected, "{text} {codes}");
        }
    }

    #[test]
    fn a_nested_error_is_read_too() {
        let nested = refusal(&json!({"error": {"code": "Forbidden", "message": "No."}}));
        assert_eq!(nested.error, "Forbidden");
        assert_eq!(nested.description.as_deref(), Some("No."));
    }

    #[test]
    fn a_refusal_prints_without_controls() {
        let hostile = refusal(&json!({"error": "x\u{1b}", "error_description": "a\r\nb\u{202e}"}));
        assert_eq!(hostile.to_string(), r"x\u{1b}: a\r\nb\u{202e}");
    }
}
