//! What must hold before a secret is read, a person asked or the network touched.

use model::Flow;
use model::TokenKind;
use protocol::scope_rules;

use crate::Engine;
use crate::EngineError;
use crate::credential;
use crate::request::Credential;
use crate::request::TokenRequest;

/// Refuses a request that cannot work, or that would send something where it may not go.
pub(crate) fn check(engine: &Engine<'_>, request: &TokenRequest) -> Result<(), EngineError> {
    let kind = TokenKind::of(request.flow);
    if request.flow == Flow::ClientCredentials && matches!(request.credential, Credential::None) {
        return Err(EngineError::CredentialMissing {
            what: "client secret, certificate or client assertion",
            profile: request.profile.clone(),
        });
    }
    if kind == TokenKind::App
        && let Some(tenant) = request.authority.tenant()
        && !tenant.is_concrete()
    {
        return Err(EngineError::TenantNotConcrete {
            tenant: tenant.to_string(),
        });
    }
    scope_rules::check(&request.scopes, kind, &request.authority)?;
    credential::check_destination(engine.vault, request)?;
    let (Some(profile), Some(wanted)) = (&request.profile, &request.approval) else {
        return Ok(());
    };
    let approved = engine.vault.approvals().get(profile)?;
    if approved.as_ref() == Some(wanted) {
        return Ok(());
    }
    let approved_for = approved
        .map(|approval| Box::new(approval.destination))
        .filter(|destination| **destination != wanted.destination);
    Err(EngineError::NotApproved {
        profile: profile.clone(),
        destination: Box::new(wanted.destination.clone()),
        approved_for,
        references: wanted.references.clone(),
    })
}
