//! Who has agreed to what.

use std::collections::HashSet;
use std::sync::Mutex;

use crate::authorization::{RequestedScopes, ResourceScopes};
use crate::directory::{Account, AccountId, App, Consent, Resource};
use crate::entra_error::EntraError;
use crate::state::lock;

/// The permissions users have agreed to.
#[derive(Debug, Default)]
pub(crate) struct Consents {
    given: Mutex<HashSet<Given>>,
}

#[derive(Debug, Eq, Hash, PartialEq)]
struct Given {
    client_id: String,
    account: AccountId,
    resource: String,
    permission: String,
}

/// A permission that nobody has agreed to yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MissingConsent<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) permission: &'a str,
    pub(crate) consent: Consent,
}

impl Consents {
    /// The permissions an app has on a resource when it acts for an account, in the order in which
    /// app and resource list them.
    pub(crate) fn granted<'a>(
        &self,
        app: &'a App,
        account: &Account,
        asked: &ResourceScopes<'a>,
    ) -> Vec<&'a str> {
        let given = lock(&self.given);
        let resource: &'a Resource = asked.resource;
        let mut granted = Vec::new();
        let listed = app.delegated_permissions(resource);
        for (permission, consent) in listed.chain(resource.delegated_permissions()) {
            let has_agreed = consent == Consent::Granted
                || given.contains(&Given::new(app, account, resource, permission));
            if has_agreed && !granted.contains(&permission) {
                granted.push(permission);
            }
        }
        granted
    }

    /// What has to be agreed to before an app may have the scopes. `.default` asks for everything
    /// the app lists, but only as long as nothing was ever granted; AADSTS650057 if it lists
    /// nothing.
    pub(crate) fn missing<'a>(
        &self,
        app: &'a App,
        account: &Account,
        scopes: &RequestedScopes<'a>,
    ) -> Result<Vec<MissingConsent<'a>>, EntraError> {
        let mut missing = Vec::new();
        for asked in &scopes.resources {
            missing.extend(self.missing_on(app, account, asked)?);
        }
        Ok(missing)
    }

    /// [`missing`](Self::missing) on one resource.
    pub(crate) fn missing_on<'a>(
        &self,
        app: &'a App,
        account: &Account,
        asked: &ResourceScopes<'a>,
    ) -> Result<Vec<MissingConsent<'a>>, EntraError> {
        let granted = self.granted(app, account, asked);
        let resource: &'a Resource = asked.resource;
        let wanted: Vec<(&'a str, Consent)> = if !asked.is_default {
            asked.permissions.clone()
        } else if granted.is_empty() {
            let listed: Vec<_> = app.delegated_permissions(resource).collect();
            if listed.is_empty() {
                return Err(not_listed(app, asked));
            }
            listed
        } else {
            Vec::new()
        };
        Ok(wanted
            .into_iter()
            .filter(|(permission, _)| !granted.contains(permission))
            .map(|(permission, consent)| MissingConsent {
                resource,
                permission,
                consent,
            })
            .collect())
    }

    /// Remembers that an account has agreed. What only an administrator can agree to stays
    /// missing.
    pub(crate) fn give(&self, app: &App, account: &Account, missing: &[MissingConsent<'_>]) {
        let mut given = lock(&self.given);
        for consent in missing
            .iter()
            .filter(|missing| missing.consent == Consent::User)
        {
            given.insert(Given::new(
                app,
                account,
                consent.resource,
                consent.permission,
            ));
        }
    }

    /// Takes back everything an account has agreed to for an app.
    pub(crate) fn withdraw(&self, client_id: &str, account: &AccountId) {
        lock(&self.given).retain(|given| {
            given.account != *account || !given.client_id.eq_ignore_ascii_case(client_id)
        });
    }
}

impl Given {
    fn new(app: &App, account: &Account, resource: &Resource, permission: &str) -> Self {
        Self {
            client_id: app.client_id.clone(),
            account: account.id(),
            resource: resource.app_id.clone(),
            permission: permission.to_owned(),
        }
    }
}

fn not_listed(app: &App, asked: &ResourceScopes<'_>) -> EntraError {
    EntraError::invalid_resource(
        650_057,
        format!(
            "Invalid resource. The client has requested access to a resource which is not listed in the requested \
             permissions in the client's application registration. Client app ID: {}({}). Resource value from \
             request: {}. Resource app ID: {}.",
            app.client_id,
            app.display_name,
            asked.requested_resource(),
            asked.resource.app_id
        ),
    )
}
