//! The headers that requests to Entra carry.

/// The name this program gives itself in Entra's sign-in logs. Never another library's.
const SKU: &str = "entra-auth-cli";

/// What every request says about the reply it understands.
pub(crate) fn accepting_json() -> Vec<(&'static str, String)> {
    vec![("accept", "application/json".to_owned())]
}

/// What Entra is told beyond that: which acquisition this request belongs to (it comes back as the
/// correlation id of errors and sign-in logs), which program asks, and that it heeds `Retry-After`.
pub(crate) fn of_entra(correlation_id: &str) -> Vec<(&'static str, String)> {
    vec![
        ("client-request-id", correlation_id.to_owned()),
        ("return-client-request-id", "true".to_owned()),
        ("x-client-sku", SKU.to_owned()),
        ("x-client-ver", env!("CARGO_PKG_VERSION").to_owned()),
        ("x-client-os", std::env::consts::OS.to_owned()),
        ("x-client-cpu", std::env::consts::ARCH.to_owned()),
        ("x-ms-lib-capability", "retry-after, h429".to_owned()),
    ]
}
