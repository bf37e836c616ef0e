//! An identity provider's refusal (RFC 6749 §5.2, with what Entra adds).

use std::fmt;
use std::time::Duration;

use model::AuthorityKind;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::retry;

/// The AADSTS numbers that are about the refresh token itself: not valid, expired by disuse, by a
/// policy or at a fixed end, or revoked.
const DEAD: [u64; 7] = [50_173, 70_000, 70_008, 70_043, 700_081, 700_082, 700_084];

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

    /// Reads a refusal from the parameters of an authorization response (RFC 6749 §4.1.2.1, with
    /// what Entra adds); `None` if they hold no `error`. The status counts as 400. Codes and
    /// identifiers are found in the description, where Entra writes them.
    pub(crate) fn from_parameters<'a>(parameter: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let text = |name: &str| parameter(name).map(str::to_owned);
        let description = parameter("error_description");
        let words = description.unwrap_or_default();
        Some(Self {
            status: 400,
            error: text("error")?,
            description: description.map(str::to_owned),
            codes: codes_in(words),
            suberror: text("error_subcode").or_else(|| text("suberror")),
            claims: text("claims"),
            trace_id: labelled(words, "Trace ID:"),
            correlation_id: labelled(words, "Correlation ID:"),
            timestamp: timestamp_in(words),
            error_uri: text("error_uri"),
            retry_after: None,
        })
    }

    /// Whether a refresh token that was answered with this is of no more use.
    ///
    /// At Entra only the answer that says so of the token itself: most refusals are about one
    /// resource or about the moment, and the token still serves (Microsoft identity platform,
    /// "Refresh tokens"). `invalid_grant` is all that other providers can say (RFC 6749 §5.2).
    pub fn refresh_token_is_dead(&self, kind: AuthorityKind) -> bool {
        if self.error != "invalid_grant" {
            return false;
        }
        if !kind.follows_entra_rules() {
            return true;
        }
        matches!(
            self.suberror.as_deref(),
            Some("bad_token" | "token_expired")
        ) || self.code().is_some_and(|code| DEAD.contains(&code))
    }

    /// Whether a sign-in with a person present may mend what kept a refresh from succeeding
    /// (Microsoft identity platform, "Handle errors and exceptions in MSAL"; OpenID Connect Core
    /// 1.0 §3.1.2.6).
    ///
    /// At other providers than Entra a refresh cannot reach a scope that the person has not granted
    /// yet (RFC 6749 §6), which they say as `invalid_scope`.
    ///
    /// Nobody can sign in to a token of another client, nor meet a policy that wants a protected
    /// app.
    pub fn needs_person(&self, kind: AuthorityKind) -> bool {
        let is_beyond_the_grant = self.error == "invalid_scope" && !kind.follows_entra_rules();
        let is_asked_for = matches!(
            self.error.as_str(),
            "invalid_grant"
                | "interaction_required"
                | "consent_required"
                | "login_required"
                | "account_selection_required"
        );
        let is_in_vain = matches!(
            self.suberror.as_deref(),
            Some("client_mismatch" | "protection_policy_required")
        );
        is_beyond_the_grant || (is_asked_for && !is_in_vain)
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

/// The word that follows a label.
fn labelled(text: &str, label: &str) -> Option<String> {
    let (_, after) = text.split_once(label)?;
    let word = after.split_whitespace().next()?;
    Some(word.to_owned())
}

/// `YYYY-MM-DD hh:mm:ssZ`, as Entra writes it.
fn timestamp_in(text: &str) -> Option<String> {
    let (_, after) = text.split_once("Timestamp:")?;
    let written = after.trim_start().get(..20)?;
    written.ends_with('Z').then(|| written.to_owned())
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
    fn a_refusal_of_the_sign_in_page_is_read_with_its_identifiers() {
        let description = "AADSTS65004: User declined to consent to access the app.\r\n\
                           Trace ID: t-1\r\nCorrelation ID: c-1\r\nTimestamp: 2026-01-01 00:00:00Z";
        let parameters = [
            ("error", "access_denied"),
            ("error_subcode", "cancel"),
            ("error_description", description),
        ];
        let find = |name: &str| {
            let found = parameters.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| *value)
        };
        let refusal = Refusal::from_parameters(find).unwrap();
        assert_eq!(refusal.error, "access_denied");
        assert_eq!(refusal.suberror.as_deref(), Some("cancel"));
        assert_eq!(refusal.code(), Some(65004));
        assert_eq!(refusal.trace_id.as_deref(), Some("t-1"));
        assert_eq!(refusal.correlation_id.as_deref(), Some("c-1"));
        assert_eq!(refusal.timestamp.as_deref(), Some("2026-01-01 00:00:00Z"));
        assert_eq!(refusal.status, 400);
        assert_eq!(Refusal::from_parameters(|_| None), None);
        let bare = Refusal::from_parameters(|name| (name != "error_uri").then_some("Timestamp: ü"));
        let bare = bare.unwrap();
        assert_eq!(
            (bare.timestamp, bare.trace_id, bare.error_uri),
            (None, None, None)
        );
    }

    #[test]
    fn a_policy_of_one_resource_does_not_kill_the_refresh_token() {
        for (members, dead) in [
            (
                json!({"error": "invalid_grant", "suberror": "bad_token"}),
                true,
            ),
            (
                json!({"error": "invalid_grant", "suberror": "token_expired"}),
                true,
            ),
            (
                json!({"error": "invalid_grant", "error_codes": [50173]}),
                true,
            ),
            (
                json!({"error": "invalid_grant", "error_codes": [70000]}),
                true,
            ),
            (
                json!({"error": "invalid_grant", "error_codes": [70008]}),
                true,
            ),
            (
                json!({"error": "invalid_grant", "error_codes": [70043]}),
                true,
            ),
            (
                json!({"error": "invalid_grant", "error_codes": [700_081]}),
                true,
            ),
            (
                json!({"error": "invalid_grant", "error_codes": [700_082]}),
                true,
            ),
            (
                json!({"error": "invalid_grant", "error_codes": [700_084]}),
                true,
            ),
            (
                json!({"error": "invalid_grant", "error_codes": [70000, 50076]}),
                false,
            ),
            (
                json!({"error": "invalid_grant", "suberror": "consent_required", "error_codes": [65001]}),
                false,
            ),
            (
                json!({"error": "invalid_grant", "suberror": "basic_action"}),
                false,
            ),
            (
                json!({"error": "invalid_grant", "error_codes": [53003]}),
                false,
            ),
            (json!({"error": "invalid_grant"}), false),
            (
                json!({"error": "interaction_required", "suberror": "bad_token"}),
                false,
            ),
            (
                json!({"error": "invalid_client", "error_codes": [50173]}),
                false,
            ),
            (json!({"error": "temporarily_unavailable"}), false),
        ] {
            let refusal = refusal(&members);
            assert_eq!(
                refusal.refresh_token_is_dead(AuthorityKind::Entra),
                dead,
                "{members}"
            );
            let elsewhere = refusal.error == "invalid_grant";
            for kind in [AuthorityKind::Adfs, AuthorityKind::Oidc] {
                assert_eq!(refusal.refresh_token_is_dead(kind), elsewhere, "{members}");
            }
        }
    }

    #[test]
    fn a_person_is_asked_where_a_person_can_help() {
        for (error, suberror, helps) in [
            ("invalid_grant", None, true),
            ("invalid_grant", Some("bad_token"), true),
            ("invalid_grant", Some("message_only"), true),
            ("interaction_required", Some("basic_action"), true),
            ("consent_required", None, true),
            ("login_required", None, true),
            ("account_selection_required", None, true),
            ("invalid_grant", Some("client_mismatch"), false),
            (
                "interaction_required",
                Some("protection_policy_required"),
                false,
            ),
            ("invalid_client", None, false),
            ("invalid_scope", None, false),
            ("access_denied", None, false),
            ("temporarily_unavailable", None, false),
            ("server_error", None, false),
        ] {
            let refusal = refusal(&json!({"error": error, "suberror": suberror}));
            let needs_person = refusal.needs_person(AuthorityKind::Entra);
            assert_eq!(needs_person, helps, "{error} {suberror:?}");
            let beyond_the_grant = error == "invalid_scope";
            for kind in [AuthorityKind::Adfs, AuthorityKind::Oidc] {
                let needs_person = refusal.needs_person(kind);
                assert_eq!(needs_person, helps || beyond_the_grant, "{error} {kind:?}");
            }
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
