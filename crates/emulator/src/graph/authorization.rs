//! Whether a token may list applications.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::GraphError;
use crate::exchange::Exchange;

/// Microsoft Graph by its names in every cloud, and its application id.
const AUDIENCES: [&str; 5] = [
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
    "00000003-0000-0000-c000-000000000000",
];

/// Permissions that list applications, delegated or granted to an application.
const SUFFICIENT: [&str; 4] = [
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// Refuses a request whose token is missing, forged, for someone else or too weak.
pub(super) fn check(exchange: &Exchange<'_>) -> Result<(), GraphError> {
    let header = exchange.request.header("authorization").unwrap_or_default();
    let token = header
        .strip_prefix("Bearer ")
        .ok_or_else(|| GraphError::invalid_token("Access token is empty."))?;
    let claims = verified(exchange, token)
        .ok_or_else(|| GraphError::invalid_token("Invalid token signature."))?;
    let audience = claims["aud"].as_str().unwrap_or_default();
    if !AUDIENCES.contains(&audience.trim_end_matches('/')) {
        return Err(GraphError::invalid_token(
            "Access token validation failure. Invalid audience.",
        ));
    }
    if claims["exp"].as_i64().unwrap_or_default() <= exchange.now {
        return Err(GraphError::invalid_token(
            "Lifetime validation failed, the token is expired.",
        ));
    }
    let delegated = claims["scp"].as_str().unwrap_or_default().split(' ');
    let of_app = claims["roles"].as_array().into_iter().flatten();
    let granted = delegated.chain(of_app.filter_map(Value::as_str));
    let is_guest = claims["acct"] == json!(1);
    if is_guest || !granted.into_iter().any(|name| SUFFICIENT.contains(&name)) {
        return Err(GraphError::denied());
    }
    Ok(())
}

/// The claims of a token that this emulator signed. The nonce in the header of a token for Graph
/// was replaced by its SHA-256 when it was signed.
fn verified(exchange: &Exchange<'_>, token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let mut signed_header: Value = serde_json::from_slice(&decoded(header)?).ok()?;
    if let Some(nonce) = signed_header["nonce"].as_str() {
        let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, nonce.as_bytes()));
        signed_header["nonce"] = json!(hash);
    }
    let signed = format!(
        "{}.{claims}",
        URL_SAFE_NO_PAD.encode(signed_header.to_string())
    );
    // RSASSA-PKCS1-v1_5 gives the same signature each time (RFC 8017 §8.2.1).
    let key = exchange.state.signing_keys.current().ok()?;
    let expected = key.sign(signed.as_bytes()).ok()?;
    if decoded(signature)? != expected {
        return None;
    }
    serde_json::from_slice(&decoded(claims)?).ok()
}
