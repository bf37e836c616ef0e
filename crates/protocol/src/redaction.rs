//! What diagnostics may show of requests and replies: an allow-list. Everything else is a secret
//! until it is known not to be one.

use serde_json::Map;
use serde_json::Value;

use crate::text;

/// What stands in place of a value that is not shown.
pub(crate) const REDACTED: &str = "[REDACTED]";

/// Form fields and query parameters whose values hold no secret.
const SHOWN_PARAMETERS: [&str; 24] = [
    "api-version",
    "audience",
    "claims",
    "client-request-id",
    "client_assertion_type",
    "client_id",
    "client_info",
    "code_challenge_method",
    "domain_hint",
    "error",
    "error_description",
    "error_subcode",
    "error_uri",
    "grant_type",
    "iss",
    "mkt",
    "prompt",
    "redirect_uri",
    "requested_token_use",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "token_type",
];

/// Headers, in lower case, whose values hold no secret.
const SHOWN_HEADERS: [&str; 22] = [
    "accept",
    "cache-control",
    "client-request-id",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "retry-after",
    "return-client-request-id",
    "server",
    "strict-transport-security",
    "transfer-encoding",
    "user-agent",
    "x-client-cpu",
    "x-client-os",
    "x-client-sku",
    "x-client-ver",
    "x-ms-ests-server",
    "x-ms-lib-capability",
    "x-ms-request-id",
    "x-ms-srs",
];

/// Members of a reply whose values hold no secret.
const SHOWN_MEMBERS: [&str; 31] = [
    "authorization_endpoint",
    "authorization_response_iss_parameter_supported",
    "claims",
    "cloud_instance_name",
    "correlation_id",
    "device_authorization_endpoint",
    "error",
    "error_codes",
    "error_description",
    "error_uri",
    "expires_in",
    "expires_on",
    "ext_expires_in",
    "grant_types_supported",
    "interval",
    "issuer",
    "jwks_uri",
    "not_before",
    "refresh_in",
    "resource",
    "scope",
    "suberror",
    "tenant_region_scope",
    "timestamp",
    "token_endpoint",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "token_type",
    "trace_id",
    "verification_uri",
    "verification_url",
];

/// Whether a form field or query parameter of that name may be shown.
pub(crate) fn shows_parameter(name: &str) -> bool {
    SHOWN_PARAMETERS.contains(&name)
}

/// Whether a header of that name may be shown.
pub(crate) fn shows_header(name: &str) -> bool {
    SHOWN_HEADERS.contains(&name.to_ascii_lowercase().as_str())
}

/// The parameter's value, or that there is one.
pub(crate) fn parameter<'a>(name: &str, value: &'a str) -> &'a str {
    shown_if(shows_parameter(name), value)
}

/// The header's value, or that there is one.
pub(crate) fn header<'a>(name: &str, value: &'a str) -> &'a str {
    shown_if(shows_header(name), value)
}

fn shown_if(harmless: bool, value: &str) -> &str {
    if harmless || value.is_empty() {
        value
    } else {
        REDACTED
    }
}

/// A body as it may be shown: the harmless members of a JSON object, an excerpt of anything else.
pub(crate) fn body(bytes: &[u8]) -> String {
    match serde_json::from_slice::<Map<String, Value>>(bytes) {
        Ok(members) => {
            let shown: Map<String, Value> = members
                .into_iter()
                .map(|(name, value)| {
                    let harmless = SHOWN_MEMBERS.contains(&name.as_str());
                    let shown = if harmless { value } else { REDACTED.into() };
                    (name, shown)
                })
                .collect();
            text::escaped(&Value::Object(shown).to_string()).into_owned()
        }
        Err(_) => text::excerpt(bytes),
    }
}
