//! The tokens of a user, which three grants end in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::access_token::{AccessToken, Subject};
use crate::authorization::{
    OpenIdScope, RequestedScopes, ResourceScopes, asks_for_step_up, claims, declares_cp1,
};
use crate::client_assertion::AssertionCheck;
use crate::client_authentication::{ClientProof, PresentedClient};
use crate::directory::{Account, AccountId, App, Platform, TenantPath};
use crate::entra_error::EntraError;
use crate::exchange::Exchange;
use crate::form::Form;
use crate::id_token::id_token;
use crate::issued::RefreshToken;
use crate::reply::Reply;
use crate::routes::Authority;
use crate::sign_in::{Authentication, second_factor_required};

/// The client of a request for a user's tokens, not yet proved.
pub(crate) struct TokenClient<'a> {
    pub(crate) path: TenantPath<'a>,
    pub(crate) app: &'a App,
    presented: PresentedClient,
    check: AssertionCheck<'a>,
}

impl<'a> TokenClient<'a> {
    pub(crate) fn find(
        exchange: &'a Exchange<'_>,
        segment: &str,
        form: &Form,
    ) -> Result<Self, EntraError> {
        let directory = &exchange.state.directory;
        let path = directory.tenant(segment)?;
        let presented = PresentedClient::read(exchange.request, form)?;
        let registered = directory.app(&presented.client_id, path.tenant())?;
        Ok(Self {
            path,
            app: &registered.app,
            presented,
            check: AssertionCheck::new(exchange, Authority::Entra(segment), registered),
        })
    }

    /// Holds the client to what its platform demands.
    pub(crate) fn prove(
        &self,
        exchange: &Exchange<'_>,
        platform: Platform,
    ) -> Result<Option<ClientProof>, EntraError> {
        self.presented
            .authenticate_as(platform, exchange, &self.check)
    }
}

/// A sign-in that tokens are asked for, the client having proved what it has to.
#[derive(Debug)]
pub(crate) struct UserGrant<'a> {
    pub(crate) segment: &'a str,
    pub(crate) app: &'a App,
    pub(crate) platform: Platform,
    pub(crate) proof: Option<ClientProof>,
    pub(crate) account: &'a Account,
    pub(crate) authentication: Authentication,
    pub(crate) nonce: Option<&'a str>,
    /// The scopes of OpenID Connect, the resources apart.
    pub(crate) openid_scopes: &'a RequestedScopes<'a>,
    /// What the access token is for.
    pub(crate) asked: ResourceScopes<'a>,
    /// The scope that the refresh token stands for when a request names none.
    pub(crate) scope: &'a str,
    /// The sign-in that a refresh token goes on with; `None` begins one.
    pub(crate) family: Option<(String, i64)>,
}

/// The account that a grant was issued for, as this tenant knows it: AADSTS50020 if it does not,
/// 50057 if it is disabled.
pub(crate) fn account_at<'a>(
    exchange: &'a Exchange<'_>,
    segment: &str,
    id: &AccountId,
) -> Result<&'a Account, EntraError> {
    let directory = &exchange.state.directory;
    let path = directory.tenant(segment)?;
    let signed_in = directory
        .account(id)
        .ok_or_else(EntraError::malformed_grant)?;
    let account = match path.tenant() {
        None => Some(signed_in),
        Some(tenant) if signed_in.tenant == *tenant => Some(signed_in),
        Some(_) => directory
            .accounts(path)
            .find(|account| account.home == signed_in.home),
    };
    let account = account.ok_or_else(|| {
        EntraError::invalid_grant(
            50020,
            format!(
                "User account '{}' from identity provider does not exist in tenant '{}' and cannot access the \
                 application in that tenant. The account needs to be added as an external user in the tenant first.",
                signed_in.user.principal_name,
                path.key()
            ),
        )
    })?;
    if account.user.is_disabled {
        return Err(EntraError::account_disabled());
    }
    Ok(account)
}

impl UserGrant<'_> {
    /// Issues the tokens, if policies and consent allow it.
    pub(crate) fn issue(&self, exchange: &Exchange<'_>, form: &Form) -> Result<Reply, EntraError> {
        let state = exchange.state;
        let claims = claims(form)?;
        let resource = self.asked.resource;
        state.policies.check_block(resource)?;
        let needs_second_factor = self.account.user.needs_mfa
            || asks_for_step_up(&claims)
            || state.policies.needs_second_factor(resource);
        if needs_second_factor && !self.authentication.has_second_factor {
            return Err(second_factor_required(resource));
        }
        let missing = state
            .consents
            .missing_on(self.app, self.account, &self.asked)?;
        if !missing.is_empty() {
            return Err(EntraError::consent_required("invalid_grant", self.app));
        }
        let granted = state.consents.granted(self.app, self.account, &self.asked);
        let permissions = [granted.as_slice(), &self.named_openid_scopes()].concat();
        let token = AccessToken {
            authority: Authority::Entra(self.segment),
            tenant: &self.account.tenant,
            app: self.app,
            subject: Subject::User {
                account: self.account,
                authentication: self.authentication,
                permissions: &permissions,
            },
            resource,
            requested_resource: self.asked.requested_resource(),
            proof: self.proof,
            handles_claims_challenges: declares_cp1(&claims),
        };
        let lifetime = state.token_lifetime();
        let mut body = json!({
            "token_type": "Bearer",
            "scope": self.granted_scope(&granted),
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": token.sign(exchange)?,
        });
        if self.openid_scopes.has(OpenIdScope::OfflineAccess) {
            body["refresh_token"] = json!(self.refresh_token(exchange)?);
        }
        if self.openid_scopes.has(OpenIdScope::OpenId) {
            body["id_token"] = json!(id_token(
                exchange,
                self.app,
                self.account,
                self.openid_scopes,
                self.nonce,
            )?);
        }
        if form.get("client_info") == Some("1") {
            body["client_info"] = json!(client_info(self.account));
        }
        let reply = Reply::json(200, &body);
        Ok(match exchange.request.header("origin") {
            Some(origin) if self.platform == Platform::SinglePageApplication => {
                reply.with_header("access-control-allow-origin", origin)
            }
            _ => reply,
        })
    }

    /// `scope` of the reply: everything granted on the resource, which may be more than was asked
    /// for. `offline_access` is never in it.
    fn granted_scope(&self, granted: &[&str]) -> String {
        let mut scopes: Vec<String> = granted
            .iter()
            .map(|permission| self.asked.in_full(permission))
            .collect();
        if self.asked.is_default {
            scopes.push(self.asked.in_full(".default"));
        }
        scopes.extend(self.named_openid_scopes().into_iter().map(str::to_owned));
        scopes.join(" ")
    }

    /// The scopes of OpenID Connect, which belong to Graph and are named only in its tokens.
    fn named_openid_scopes(&self) -> Vec<&'static str> {
        if !self.asked.resource.is_graph() {
            return Vec::new();
        }
        [
            OpenIdScope::OpenId,
            OpenIdScope::Profile,
            OpenIdScope::Email,
        ]
        .into_iter()
        .filter(|scope| self.openid_scopes.has(*scope))
        .map(OpenIdScope::name)
        .collect()
    }

    fn refresh_token(&self, exchange: &Exchange<'_>) -> Result<String, EntraError> {
        let (family, signed_in_at) = match &self.family {
            Some((family, signed_in_at)) => (family.clone(), *signed_in_at),
            None => (crate::issued::RefreshTokens::new_family()?, exchange.now),
        };
        Ok(exchange.state.refresh_tokens.issue(RefreshToken {
            client_id: self.app.client_id.clone(),
            platform: self.platform,
            account: self.account.id(),
            scope: self.scope.to_owned(),
            authentication: self.authentication,
            signed_in_at,
            issued_at: exchange.now,
            family,
        })?)
    }
}

/// `client_info`: base64url of the account's home.
pub(crate) fn client_info(account: &Account) -> String {
    let home = json!({ "uid": account.home.object_id, "utid": account.home.tenant_id });
    URL_SAFE_NO_PAD.encode(home.to_string())
}
