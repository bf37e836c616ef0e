//! A token for another API than was asked for.

use model::tenant::is_guid;

use super::Warning;
use super::dictionary;
use crate::jwt::Decoded;

/// A warning where the token is for another API than the scopes asked for that got it. An API has
/// several names, a GUID among them, and only those of Microsoft are known: where both could be the
/// same API there is none.
pub fn other_resource(token: &Decoded, asked_for: &str) -> Option<Warning> {
    let audiences = token.claims.as_ref()?.get("aud")?.texts();
    let is_other = |audience: &&str| are_different(asked_for, audience);
    if audiences.is_empty() || !audiences.iter().all(is_other) {
        return None;
    }
    let named = |audience: &str| {
        dictionary::resource(audience)
            .unwrap_or(audience)
            .to_owned()
    };
    let audiences: Vec<String> = audiences.into_iter().map(named).collect();
    Some(Warning {
        code: "other_resource",
        message: format!(
            "it is for {}, and its scopes asked for {}: that API will refuse it",
            audiences.join(", "),
            named(asked_for)
        ),
    })
}

fn are_different(asked_for: &str, audience: &str) -> bool {
    // An API has the same id in every cloud, but not the same address.
    let known =
        |name: &str| dictionary::resource(name).map(|name| name.split(" (").next().unwrap_or(name));
    match (known(asked_for), known(audience)) {
        (Some(asked_for), Some(audience)) => asked_for != audience,
        // Microsoft's APIs have more addresses than are known here, but none of that form.
        (None, Some(_)) => asked_for.starts_with("api://"),
        (Some(_), None) => !is_guid(audience),
        (None, None) => {
            let (asked_for, audience) = (plain(asked_for), plain(audience));
            is_guid(asked_for) == is_guid(audience) && !asked_for.eq_ignore_ascii_case(audience)
        }
    }
}

/// Without what Entra adds to an id to make an address of it, and a slash at the end.
fn plain(name: &str) -> &str {
    let name = name.strip_suffix('/').unwrap_or(name);
    name.strip_prefix("api://")
        .filter(|id| is_guid(id))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::GUID;
    use super::super::tests::decoded;
    use super::*;

    const GRAPH: &str = "https://graph.microsoft.com";
    const GRAPH_ID: &str = "00000003-0000-0000-c000-000000000000";
    const OTHER: &str = "00000000-0000-0000-0000-000000000009";

    #[test]
    fn it_is_told_only_where_the_api_is_surely_another() {
        let api = format!("api://{GUID}");
        let other_api = format!("api://{OTHER}");
        for (asked_for, audience, differs) in [
            (GRAPH, json!(GRAPH), false),
            (GRAPH, json!(format!("{GRAPH}/")), false),
            (GRAPH, json!(GRAPH_ID), false),
            ("https://graph.microsoft.us", json!(GRAPH_ID), false),
            (GRAPH, json!("https://management.azure.com"), true),
            (GRAPH, json!("api://orders"), true),
            (GRAPH, json!(GUID), false),
            ("api://orders", json!(GRAPH_ID), true),
            ("https://outlook.office.com", json!(GRAPH_ID), false),
            ("api://orders", json!("api://orders/"), false),
            ("api://orders", json!("API://Orders"), false),
            ("api://orders", json!("api://invoices"), true),
            ("api://orders", json!(GUID), false),
            (&api, json!(GUID), false),
            (&api, json!(api), false),
            (&api, json!(OTHER), true),
            (&api, json!(other_api), true),
            (GUID, json!(OTHER), true),
            (
                "api://orders",
                json!(["api://invoices", "api://orders"]),
                false,
            ),
            ("api://orders", json!(["api://invoices", GRAPH_ID]), true),
            ("api://orders", json!([]), false),
            ("api://orders", json!(5), false),
            ("api://orders", json!(null), false),
        ] {
            let token = decoded(&json!({"aud": audience}));
            let warned = other_resource(&token, asked_for).is_some();
            assert_eq!(warned, differs, "{asked_for}: {audience}");
        }
        assert_eq!(other_resource(&decoded(&json!({})), GRAPH), None);
    }

    #[test]
    fn both_are_named() {
        let token = decoded(&json!({"aud": GRAPH_ID}));
        let warning = other_resource(&token, "api://orders").unwrap();
        assert_eq!(
            warning.message,
            "it is for Microsoft Graph, and its scopes asked for api://orders: that API will refuse it"
        );
    }
}
