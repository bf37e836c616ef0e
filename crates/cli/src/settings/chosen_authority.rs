//! Who is asked: one authority of what flags, variables and profile say.

use model::Authority;
use model::AuthorityError;
use model::AuthorityInput;
use model::AuthorityKind;
use model::Cloud;
use model::Profile;
use model::Tenant;

use super::Variables;
use crate::args::TargetArgs;
use crate::command_error::CommandError;
use crate::shell;
use crate::wording;

/// The authority that is meant.
pub(super) struct ChosenAuthority {
    pub(super) authority: Authority,
    /// Its address stood in a flag of this very command.
    pub(super) typed_here: bool,
}

impl ChosenAuthority {
    /// Where no profile was approved, a variable alone may name a built-in cloud or this machine,
    /// but no stranger: a directory's `.envrc` would send the caller's secrets there.
    pub(super) fn must_be_trusted_without_profile(&self) -> Result<(), CommandError> {
        let authority = &self.authority;
        if self.typed_here || authority.is_built_in() || authority.is_on_this_machine() {
            return Ok(());
        }
        Err(CommandError::usage(
            "authority_not_approved",
            format!("`{authority}` is named by a variable only, and is none of Microsoft's clouds"),
        )
        .hint(format!(
            "If it is meant: --authority {}",
            shell::word(&authority.to_string())
        ))
        .hint("Or keep it in a profile: entra-auth-cli config create"))
    }
}

/// The authority that flags, variables and profile name together.
pub(super) fn chosen_authority(
    target: &TargetArgs,
    variables: &Variables,
    profile: Option<&Profile>,
) -> Result<ChosenAuthority, CommandError> {
    let invalid = |error: AuthorityError| wording::authority(&error);
    let ours = |name: &str| variables.text(name);
    let from_profile = |field: fn(&Profile) -> Option<&String>| profile.and_then(field).cloned();

    // Cloud and authority are one choice: the first that names either decides both.
    let typed_here = target.cloud.is_some() || target.authority.is_some();
    let (cloud, address): (Option<Cloud>, Option<String>) = if typed_here {
        (target.cloud, target.authority.clone())
    } else {
        let cloud = ours("ENTRA_AUTH_CLOUD")
            .map(|text| text.parse::<Cloud>())
            .transpose()
            .map_err(|error| {
                CommandError::usage("invalid_cloud", format!("ENTRA_AUTH_CLOUD: {error}"))
            })?;
        let address = ours("ENTRA_AUTH_AUTHORITY");
        if cloud.is_some() || address.is_some() {
            (cloud, address)
        } else {
            let cloud = profile.and_then(|profile| profile.cloud);
            let address = from_profile(|profile| profile.authority.as_ref());
            if cloud.is_some() || address.is_some() {
                (cloud, address)
            } else {
                (None, ours("AZURE_AUTHORITY_HOST"))
            }
        }
    };
    let kind = match target.authority_type {
        Some(kind) => Some(kind),
        None => match ours("ENTRA_AUTH_AUTHORITY_TYPE") {
            Some(text) => Some(text.parse::<AuthorityKind>().map_err(|error| {
                CommandError::usage(
                    "invalid_authority_type",
                    format!("ENTRA_AUTH_AUTHORITY_TYPE: {error}"),
                )
            })?),
            None => profile.and_then(|profile| profile.authority_type),
        },
    };
    let overriding = target
        .tenant_id
        .clone()
        .or_else(|| ours("ENTRA_AUTH_TENANT_ID"));
    let tenant = overriding
        .clone()
        .or_else(|| from_profile(|profile| profile.tenant_id.as_ref()))
        .or_else(|| ours("AZURE_TENANT_ID"));
    let input = AuthorityInput {
        cloud,
        authority: address.as_deref(),
        kind,
        tenant: tenant.as_deref(),
    };
    let authority = match (input.resolve(), overriding) {
        // The tenant in the profile's address gives way to the one asked for now.
        (Err(AuthorityError::TenantConflict { .. }), Some(wanted)) => {
            let here = AuthorityInput {
                tenant: None,
                ..input
            }
            .resolve()
            .map_err(invalid)?;
            let wanted = Tenant::parse(&wanted).map_err(|error| invalid(error.into()))?;
            here.with_tenant(wanted).map_err(invalid)?
        }
        (outcome, _) => outcome.map_err(invalid)?,
    };
    Ok(ChosenAuthority {
        authority,
        typed_here,
    })
}
