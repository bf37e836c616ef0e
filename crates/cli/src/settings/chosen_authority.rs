//! Who is asked: one authority of what flags, variables and profile say.

use model::Authority;
use model::AuthorityError;
use model::AuthorityInput;
use model::AuthorityKind;
use model::Cloud;
use model::Profile;
use model::Tenant;

use super::Variables;
use super::source::Places;
use super::source::Source;
use crate::args::TargetArgs;
use crate::command_error::CommandError;
use crate::shell;
use crate::wording;

/// The authority that is meant.
pub(super) struct ChosenAuthority {
    pub(super) authority: Authority,
    /// Its address stood in a flag of this very command.
    pub(super) typed_here: bool,
    /// Who named its address, or its cloud.
    pub(super) source: Source,
    /// Who named the tenant; `None` if nobody did beside the address.
    pub(super) tenant_source: Option<Source>,
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
    let place = chosen_place(target, variables, profile)?;
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
    let tenant = Places {
        flag: ("--tenant-id", target.tenant_id.as_ref()),
        ours: "ENTRA_AUTH_TENANT_ID",
        profile: profile.and_then(|profile| profile.tenant_id.as_ref()),
        azure: "AZURE_TENANT_ID",
    };
    let tenant = tenant.first(variables);
    let input = AuthorityInput {
        cloud: place.cloud,
        authority: place.address.as_deref(),
        kind,
        tenant: tenant.as_ref().map(|(text, _)| text.as_str()),
    };
    let authority = match (input.resolve(), &tenant) {
        // The tenant in the profile's address gives way to the one asked for now.
        (Err(AuthorityError::TenantConflict { .. }), Some((wanted, source)))
            if source.overrides_profile() =>
        {
            let here = AuthorityInput {
                tenant: None,
                ..input
            }
            .resolve()
            .map_err(invalid)?;
            let wanted = Tenant::parse(wanted).map_err(|error| invalid(error.into()))?;
            here.with_tenant(wanted).map_err(invalid)?
        }
        (outcome, _) => outcome.map_err(invalid)?,
    };
    Ok(ChosenAuthority {
        authority,
        typed_here: matches!(place.source, Source::Flag(_)),
        source: place.source,
        tenant_source: tenant.map(|(_, source)| source),
    })
}

/// Cloud and address, which are one choice: the first that names either decides both.
struct Place {
    cloud: Option<Cloud>,
    address: Option<String>,
    source: Source,
}

fn chosen_place(
    target: &TargetArgs,
    variables: &Variables,
    profile: Option<&Profile>,
) -> Result<Place, CommandError> {
    if target.cloud.is_some() || target.authority.is_some() {
        return Ok(Place {
            cloud: target.cloud,
            address: target.authority.clone(),
            source: Source::Flag(match target.authority {
                Some(_) => "--authority",
                None => "--cloud",
            }),
        });
    }
    let cloud = variables
        .text("ENTRA_AUTH_CLOUD")
        .map(|text| text.parse::<Cloud>())
        .transpose()
        .map_err(|error| {
            CommandError::usage("invalid_cloud", format!("ENTRA_AUTH_CLOUD: {error}"))
        })?;
    let address = variables.text("ENTRA_AUTH_AUTHORITY");
    if cloud.is_some() || address.is_some() {
        return Ok(Place {
            cloud,
            source: Source::OurVariable(match address {
                Some(_) => "ENTRA_AUTH_AUTHORITY",
                None => "ENTRA_AUTH_CLOUD",
            }),
            address,
        });
    }
    if let Some(profile) = profile
        && (profile.cloud.is_some() || profile.authority.is_some())
    {
        return Ok(Place {
            cloud: profile.cloud,
            address: profile.authority.clone(),
            source: Source::Profile,
        });
    }
    let address = variables.text("AZURE_AUTHORITY_HOST");
    Ok(Place {
        cloud: None,
        source: match address {
            Some(_) => Source::AzureVariable("AZURE_AUTHORITY_HOST"),
            None => Source::Default,
        },
        address,
    })
}
