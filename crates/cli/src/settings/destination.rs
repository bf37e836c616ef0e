//! Where requests go: by the profile alone, or by all that is said.

use model::Authority;
use model::AuthorityInput;
use model::ClientId;
use model::Destination;
use model::Profile;
use vault::AccountOwner;

use super::Variables;
use super::chosen_authority::chosen_authority;
use super::token_request::client_id;
use super::token_request::is_moved;
use crate::args::TargetArgs;
use crate::command_error::CommandError;
use crate::wording;

/// The authority that the profile names, whatever flags and variables say.
pub(crate) fn profile_authority(profile: &Profile) -> Result<Authority, CommandError> {
    let input = AuthorityInput {
        cloud: profile.cloud,
        authority: profile.authority.as_deref(),
        kind: profile.authority_type,
        tenant: profile.tenant_id.as_deref(),
    };
    input.resolve().map_err(|error| wording::authority(&error))
}

/// The authority that a command without a profile asks, as far as variables alone may name one: a
/// built-in cloud, or this machine. `None` where they name a stranger, or nothing that can be meant.
pub(crate) fn authority_without_profile(variables: &Variables) -> Option<Authority> {
    let target = TargetArgs::default();
    let somebody = TargetArgs {
        tenant_id: Some("common".to_owned()),
        ..TargetArgs::default()
    };
    let chosen = chosen_authority(&target, variables, None)
        .or_else(|_| chosen_authority(&somebody, variables, None))
        .ok()?;
    chosen.must_be_trusted_without_profile().ok()?;
    Some(chosen.authority)
}

/// The application that the profile names.
pub(crate) fn profile_client_id(profile: &Profile) -> Result<ClientId, CommandError> {
    let client_id = profile.client_id.as_deref().ok_or_else(|| {
        CommandError::usage("client_id_missing", "no application (client) id is named")
            .hint("Name it: --client-id ID")
    })?;
    ClientId::parse(client_id).map_err(|error| {
        CommandError::usage("invalid_client_id", format!("`{client_id}`: {error}"))
    })
}

/// Where the profile's requests go, whatever flags and variables say.
pub(crate) fn profile_destination(profile: &Profile) -> Result<Destination, CommandError> {
    Ok(Destination::new(
        &profile_authority(profile)?,
        &profile_client_id(profile)?,
    ))
}

/// Whose accounts a command means: the profile's, unless a flag leads elsewhere or there is none;
/// then those who signed in there.
pub(crate) fn account_owner(
    target: &TargetArgs,
    variables: &Variables,
    profile: Option<&Profile>,
) -> Result<AccountOwner, CommandError> {
    let authority = chosen_authority(target, variables, profile)?.authority;
    let (client_id, _) = client_id(target, variables, profile)?;
    Ok(match profile {
        Some(found) if !is_moved(target, profile, &authority, &client_id) => {
            AccountOwner::Profile(found.name.clone())
        }
        _ => AccountOwner::Destination(Destination::new(&authority, &client_id)),
    })
}
