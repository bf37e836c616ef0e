//! Conditional Access: rules that the administrators of a tenant make.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;

use super::Authentication;
use crate::directory::Resource;
use crate::entra_error::EntraError;
use crate::identifiers::derived_guid;
use crate::state::lock;

/// A rule about tokens for a resource.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ConditionalAccess {
    /// A second factor is required. In the browser the person is asked to approve; where nobody
    /// can be asked the request is refused with AADSTS50076 and the claims to ask for.
    RequireMfa,
    /// Nobody may have a token (AADSTS53003).
    Block,
}

/// The rules in force.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    rules: Mutex<Rules>,
}

#[derive(Debug, Default)]
struct Rules {
    by_resource: Vec<(String, ConditionalAccess)>,
    sign_in_frequency_seconds: Option<i64>,
}

impl Policies {
    pub(crate) fn set(&self, resource: &str, rule: ConditionalAccess) {
        let mut rules = lock(&self.rules);
        rules.by_resource.retain(|(name, _)| name != resource);
        rules.by_resource.push((resource.to_owned(), rule));
    }

    pub(crate) fn set_sign_in_frequency(&self, frequency: Duration) {
        lock(&self.rules).sign_in_frequency_seconds =
            Some(i64::try_from(frequency.as_secs()).unwrap_or(i64::MAX));
    }

    pub(crate) fn clear(&self) {
        *lock(&self.rules) = Rules::default();
    }

    /// Whether a person has to sign in again because the last time is too long ago.
    pub(crate) fn is_too_old(&self, authentication: Authentication, now: i64) -> bool {
        lock(&self.rules)
            .sign_in_frequency_seconds
            .is_some_and(|frequency| now - authentication.at > frequency)
    }

    /// Whether a token for the resource takes a second factor.
    pub(crate) fn needs_second_factor(&self, resource: &Resource) -> bool {
        self.applies(resource, ConditionalAccess::RequireMfa)
    }

    /// AADSTS53003 if nobody may have a token for the resource.
    pub(crate) fn check_block(&self, resource: &Resource) -> Result<(), EntraError> {
        if self.applies(resource, ConditionalAccess::Block) {
            return Err(challenge(
                53003,
                "message_only",
                "Access has been blocked by Conditional Access policies. The access policy does not allow token \
                 issuance.",
                resource,
            ));
        }
        Ok(())
    }

    fn applies(&self, resource: &Resource, rule: ConditionalAccess) -> bool {
        lock(&self.rules)
            .by_resource
            .iter()
            .any(|(name, set)| *set == rule && resource.is_named(name))
    }
}

/// AADSTS50076, with the claims that a client passes on when it sends the person to the browser.
pub(crate) fn second_factor_required(resource: &Resource) -> EntraError {
    challenge(
        50076,
        "basic_action",
        &format!(
            "Due to a configuration change made by your administrator, or because you moved to a new location, you \
             must use multi-factor authentication to access '{}'.",
            resource.app_id
        ),
        resource,
    )
}

fn challenge(code: u32, suberror: &str, message: &str, resource: &Resource) -> EntraError {
    let policy = derived_guid(&["conditional access policy", &resource.app_id]);
    let claims = json!({
        "access_token": { "capolids": { "essential": true, "values": [policy] } },
    });
    EntraError {
        suberror: Some(suberror.to_owned()),
        claims: Some(claims.to_string()),
        ..EntraError::other(400, "interaction_required", code, message)
    }
}
