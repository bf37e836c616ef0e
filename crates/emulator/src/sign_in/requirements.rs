//! What it takes to sign in to an app for certain scopes.

use super::{Authentication, MissingConsent, SignedIn};
use crate::authorization::RequestedScopes;
use crate::directory::{Account, App, Consent, GRAPH_URI, Resource, TenantPath};
use crate::entra_error::EntraError;
use crate::state::State;

/// Who asks for what, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requirements<'a> {
    pub(crate) state: &'a State,
    /// Epoch seconds.
    pub(crate) now: i64,
    pub(crate) app: &'a App,
    pub(crate) path: TenantPath<'a>,
    pub(crate) scopes: &'a RequestedScopes<'a>,
    /// Whether the claims asked for need a second factor.
    pub(crate) needs_step_up: bool,
}

impl<'a> Requirements<'a> {
    /// The account of this name: AADSTS50034 if there is none at this tenant, 50057 if it is
    /// disabled.
    pub(super) fn account(&self, name: &str) -> Result<&'a Account, EntraError> {
        let account = self
            .state
            .directory
            .accounts(self.path)
            .find(|account| account.is_named(name))
            .ok_or_else(|| {
                EntraError::invalid_grant(
                    50034,
                    format!(
                        "The user account {name} does not exist in the {} directory. To sign into this application, \
                         the account must be added to the directory.",
                        self.path.key()
                    ),
                )
            })?;
        if account.user.is_disabled {
            return Err(EntraError::account_disabled());
        }
        Ok(account)
    }

    /// AADSTS53003 if a policy blocks one of the resources.
    pub(super) fn check_block(&self) -> Result<(), EntraError> {
        self.resources()
            .try_for_each(|resource| self.state.policies.check_block(resource))
    }

    /// The resource because of which a second factor is needed.
    pub(super) fn second_factor_cause(&self, account: &Account) -> Option<&'a Resource> {
        let for_everything = account.user.needs_mfa || self.needs_step_up;
        self.resources()
            .find(|resource| for_everything || self.state.policies.needs_second_factor(resource))
    }

    /// What has to be agreed to before the app may have the scopes.
    pub(super) fn missing_consents(
        &self,
        account: &Account,
    ) -> Result<Vec<MissingConsent<'a>>, EntraError> {
        self.state.consents.missing(self.app, account, self.scopes)
    }

    /// Everything a willing person does, at once. AADSTS90094 for what only an administrator can
    /// agree to.
    pub(crate) fn approve(&self, name: &str) -> Result<SignedIn<'a>, EntraError> {
        let account = self.account(name)?;
        self.check_block()?;
        let missing = self.missing_consents(account)?;
        if needs_administrator(&missing) {
            return Err(EntraError::other(
                403,
                "access_denied",
                90094,
                "Admin consent is required for the permissions requested by this application.",
            ));
        }
        self.state.consents.give(self.app, account, &missing);
        Ok(SignedIn {
            account,
            authentication: Authentication {
                at: self.now,
                has_second_factor: self.second_factor_cause(account).is_some(),
            },
            session_id: None,
        })
    }

    /// The resources asked for: Graph if there are only scopes of OpenID Connect.
    fn resources(&self) -> impl Iterator<Item = &'a Resource> {
        let graph = if self.scopes.resources.is_empty() {
            self.state.directory.resource(GRAPH_URI)
        } else {
            None
        };
        self.scopes
            .resources
            .iter()
            .map(|asked| asked.resource)
            .chain(graph)
    }
}

/// Whether only an administrator can agree to some of it.
pub(super) fn needs_administrator(missing: &[MissingConsent<'_>]) -> bool {
    missing
        .iter()
        .any(|missing| missing.consent == Consent::Administrator)
}
