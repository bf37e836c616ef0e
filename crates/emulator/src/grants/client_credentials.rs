//! The client credentials grant (RFC 6749 §4.4).

use serde_json::json;

use crate::access_token::{AccessToken, Subject};
use crate::authorization::{claims, declares_cp1};
use crate::client_assertion::AssertionCheck;
use crate::client_authentication::{PresentedClient, refuse_origin};
use crate::directory::{Resource, Tenant, TenantPath};
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::form::Form;
use crate::reply::Reply;
use crate::routes::Authority;

/// Scopes that some clients add to every request; they mean nothing to an app.
const TOLERATED_SCOPES: [&str; 4] = ["openid", "profile", "offline_access", "email"];

/// From this lifetime on, a reply says when to refresh.
const LONG_LIFETIME_SECONDS: i64 = 2 * 60 * 60;

pub(crate) fn answer(
    exchange: &Exchange<'_>,
    authority: Authority<'_>,
    form: &Form,
) -> Result<Reply, EntraError> {
    let directory = &exchange.state.directory;
    refuse_origin(exchange)?;
    let tenant = tenant(exchange, authority)?;
    let client = PresentedClient::read(exchange.request, form)?;
    let scope = form.required("scope")?;
    let registered = directory.app(&client.client_id, Some(tenant))?;
    let check = AssertionCheck::new(exchange, authority, registered);
    let proof = client.authenticate(registered, &check)?.ok_or_else(|| {
        EntraError::invalid_client(
            7_000_216,
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        )
    })?;
    let requested_resource = requested_resource(scope)?;
    let resource = directory
        .resource(requested_resource)
        .ok_or_else(|| EntraError::resource_not_found(requested_resource, &tenant.name))?;
    let token = AccessToken {
        authority,
        tenant,
        app: &registered.app,
        subject: Subject::App,
        resource,
        requested_resource,
        proof: Some(proof),
        handles_claims_challenges: declares_cp1(&claims(form)?),
    };
    check_assignment(&token, resource)?;
    let lifetime = exchange.state.token_lifetime();
    let mut body = json!({
        "token_type": "Bearer",
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": token.sign(exchange)?,
    });
    if lifetime >= LONG_LIFETIME_SECONDS {
        body["refresh_in"] = json!(lifetime / 2);
    }
    Ok(Reply::json(200, &body))
}

/// The one tenant the request is for: AADSTS9001023 where the path names none.
fn tenant<'a>(
    exchange: &'a Exchange<'_>,
    authority: Authority<'_>,
) -> Result<&'a Tenant, EntraError> {
    let directory = &exchange.state.directory;
    let segment = match authority {
        Authority::Entra(segment) => segment,
        Authority::Adfs => return Ok(directory.default_tenant()),
    };
    match directory.tenant(segment)? {
        TenantPath::Tenant(tenant) => Ok(tenant),
        TenantPath::Common | TenantPath::Organizations | TenantPath::Consumers => {
            Err(EntraError::invalid_request(
                9_001_023,
                format!(
                    "The grant type is not supported over the /common or /consumers endpoints. Please use the \
                     /organizations or tenant-specific endpoint. '{segment}' names no tenant."
                ),
            ))
        }
    }
}

/// The resource of `{resource}/.default`, the only scope an app can ask for.
fn requested_resource(scope: &str) -> Result<&str, EntraError> {
    let mut scopes = scope
        .split(' ')
        .filter(|scope| !scope.is_empty() && !TOLERATED_SCOPES.contains(scope));
    let (Some(first), rest) = (scopes.next(), scopes.collect::<Vec<_>>()) else {
        return Err(not_default(scope));
    };
    let resource = |scope: &'_ str| -> Option<usize> {
        scope
            .strip_suffix("/.default")
            .filter(|resource| !resource.is_empty() && !resource.contains('%'))
            .map(str::len)
    };
    let Some(length) = resource(first) else {
        return Err(if rest.iter().any(|other| resource(other).is_some()) {
            EntraError::mixed_scopes(scope)
        } else {
            not_default(scope)
        });
    };
    if rest.iter().any(|other| resource(other).is_none()) {
        return Err(EntraError::mixed_scopes(scope));
    }
    if rest.iter().any(|other| *other != first) {
        return Err(EntraError::invalid_scope(
            700_022,
            format!(
                "The provided value for the input parameter scope '{scope}' isn't valid because it contains more than \
                 one resource."
            ),
        ));
    }
    Ok(&first[..length])
}

fn not_default(scope: &str) -> EntraError {
    EntraError::invalid_scope(
        1_002_012,
        format!(
            "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with \
             /.default suffixed to the resource identifier (application ID URI)."
        ),
    )
}

fn check_assignment(token: &AccessToken<'_>, resource: &Resource) -> Result<(), EntraError> {
    if resource.needs_assignment && token.roles().is_empty() {
        return Err(EntraError::invalid_grant(
            501_051,
            format!(
                "Application '{}'({}) is not assigned to a role for the application '{}'({}).",
                token.app.client_id,
                token.app.display_name,
                token.requested_resource,
                resource.app_id
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resource_is_what_stands_before_default() {
        for (scope, resource) in [
            (
                "https://graph.microsoft.com/.default",
                "https://graph.microsoft.com",
            ),
            (
                "https://management.azure.com//.default",
                "https://management.azure.com/",
            ),
            (
                "openid api://orders/.default offline_access profile",
                "api://orders",
            ),
            ("api://a/.default api://a/.default", "api://a"),
        ] {
            assert_eq!(requested_resource(scope).unwrap(), resource);
        }
    }

    #[test]
    fn scopes_that_no_app_can_have_are_told_apart() {
        for (scope, code) in [
            ("User.Read", 1_002_012),
            (".default", 1_002_012),
            ("/.default", 1_002_012),
            ("openid profile", 1_002_012),
            ("https%3A%2F%2Fgraph.microsoft.com%2F.default", 1_002_012),
            ("https%3A%2F%2Fgraph.microsoft.com/.default", 1_002_012),
            ("https://graph.microsoft.com/.Default", 1_002_012),
            ("api://a/.default api://b/.default", 700_022),
            ("api://a/.default api://a/Read", 70011),
            ("api://a/Read api://a/.default", 70011),
            ("api://a/.default,api://b/.default x", 70011),
        ] {
            assert_eq!(requested_resource(scope).unwrap_err().code, code, "{scope}");
        }
    }
}
