//! Authority metadata (OpenID Connect Discovery §4).

use serde_json::{Value, json};

use crate::access_token::{v1_issuer, v2_issuer};
use crate::directory::{TenantPath, TokenVersion};
use crate::endpoints::{document, require_method};
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::reply::Reply;
use crate::routes::Authority;

pub(crate) fn answer(
    exchange: &Exchange<'_>,
    authority: Authority<'_>,
    version: TokenVersion,
) -> Result<Reply, EntraError> {
    require_method(exchange, "GET")?;
    let body = match authority {
        Authority::Entra(segment) => entra(exchange, segment, version)?,
        Authority::Adfs => adfs(exchange.origin()),
    };
    Ok(document(&body))
}

/// What stands for the tenant in an issuer: its GUID, or the literal `{tenantid}` where the path
/// names none.
pub(crate) fn issuer_tenant(path: TenantPath<'_>) -> &str {
    match path {
        TenantPath::Tenant(tenant) => &tenant.id,
        TenantPath::Common | TenantPath::Organizations => "{tenantid}",
        TenantPath::Consumers => "9188040d-6c67-4c5b-b112-36a304b66dad",
    }
}

fn entra(
    exchange: &Exchange<'_>,
    segment: &str,
    version: TokenVersion,
) -> Result<Value, EntraError> {
    let path = exchange.state.directory.tenant(segment)?;
    let origin = exchange.origin();
    let tenant = issuer_tenant(path);
    // Endpoints repeat the word of the path where it names no tenant, the GUID where it does.
    let place = match path {
        TenantPath::Tenant(tenant) => format!("{origin}/{}", tenant.id),
        _ => format!("{origin}/{segment}"),
    };
    let (issuer, oauth2, keys) = match version {
        TokenVersion::V1 => (v1_issuer(tenant), "oauth2", "discovery/keys"),
        TokenVersion::V2 => (
            v2_issuer(origin, tenant),
            "oauth2/v2.0",
            "discovery/v2.0/keys",
        ),
    };
    let region = match path {
        TenantPath::Tenant(_) => json!("EU"),
        _ => Value::Null,
    };
    Ok(json!({
        "token_endpoint": format!("{place}/{oauth2}/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{place}/{keys}"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer,
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "authorization_endpoint": format!("{place}/{oauth2}/authorize"),
        "device_authorization_endpoint": format!("{place}/{oauth2}/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{place}/{oauth2}/logout"),
        "claims_supported": [
            "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host",
            "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash",
            "c_hash", "email",
        ],
        "kerberos_endpoint": format!("{place}/kerberos"),
        "tenant_region_scope": region,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    }))
}

fn adfs(origin: &str) -> Value {
    json!({
        "issuer": format!("{origin}/adfs"),
        "access_token_issuer": format!("{origin}/adfs/services/trust"),
        "authorization_endpoint": format!("{origin}/adfs/oauth2/authorize/"),
        "token_endpoint": format!("{origin}/adfs/oauth2/token"),
        "jwks_uri": format!("{origin}/adfs/discovery/keys"),
        "device_authorization_endpoint": format!("{origin}/adfs/oauth2/devicecode"),
        "token_endpoint_auth_methods_supported": [
            "client_secret_post", "client_secret_basic", "private_key_jwt", "windows_client_authentication",
        ],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": ["client_credentials"],
        "subject_types_supported": ["pairwise"],
        "scopes_supported": ["openid", "profile", "email", "allatclaims", "user_impersonation"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}
