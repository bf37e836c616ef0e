//! Whose keys count for a token, settled before it is believed in anything.

use model::Authority;
use model::AuthorityInput;
use model::Cloud;
use model::Profile;
use model::Tenant;
use model::tenant::is_guid;
use protocol::jwt::Decoded;
use url::Url;

use super::super::token_input::TokenInput;
use crate::args::VerifyArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Store;
use crate::wording;

/// Whose keys count: those that flags name, else those of the token's profile, else those of the
/// tenant that the token names, at a built-in cloud. A host that the token names is never asked.
pub(super) fn chosen(
    args: &VerifyArgs,
    store: &Store,
    input: &TokenInput,
    decoded: &Decoded,
) -> Result<Authority, CommandError> {
    let names_one = args.tenant_id.is_some() || args.cloud.is_some() || args.authority.is_some();
    if let Some(profile) = input.profile() {
        let of_profile = settings::profile_authority(profile)?;
        let uses_ca_file = args.ca_file.is_none() && profile.ca_file.is_some();
        if uses_ca_file || (!names_one && !of_profile.is_built_in()) {
            must_be_approved(store, profile, &of_profile)?;
        }
        if !names_one {
            return Ok(of_profile);
        }
    }
    let claims = decoded.claims.as_ref();
    let tid = claims
        .and_then(|claims| claims.text("tid"))
        .filter(|tid| is_guid(tid));
    let names_tenant = args.tenant_id.is_some() || args.authority.is_some();
    let tenant = args.tenant_id.as_deref().or(tid.filter(|_| !names_tenant));
    if tenant.is_none() && args.authority.is_none() {
        return Err(unnamed("nothing says whose keys count".to_owned()));
    }
    let of_issuer = claims
        .and_then(|claims| claims.text("iss"))
        .and_then(cloud_of);
    let cloud = match (args.cloud, &args.authority) {
        (Some(cloud), _) => Some(cloud),
        (None, Some(_)) => None,
        (None, None) => of_issuer,
    };
    AuthorityInput {
        cloud,
        authority: args.authority.as_deref(),
        kind: None,
        tenant,
    }
    .resolve()
    .map_err(|error| wording::authority(&error))
}

/// What a profile refers to is believed once it was approved on this machine, as when a token is got
/// with it: a profile that came from elsewhere could name whoever wrote the token.
fn must_be_approved(
    store: &Store,
    profile: &Profile,
    authority: &Authority,
) -> Result<(), CommandError> {
    let client_id = settings::profile_client_id(profile)?;
    let Some(needed) = settings::approval_of(profile, authority, &client_id)? else {
        return Ok(());
    };
    settings::must_be_approved(store, &profile.name, &needed).map_err(|error| {
        if error.code == "not_approved" {
            error.hint("Or say whose keys count: --authority URL, --tenant-id ID")
        } else {
            error
        }
    })
}

/// Whether a token of any tenant passes: the authority stands for many, or the token itself said
/// which one to ask.
pub(super) fn is_of_many(args: &VerifyArgs, input: &TokenInput, authority: &Authority) -> bool {
    let profile_counts = input.profile().is_some() && args.cloud.is_none();
    let by_token = !profile_counts && args.tenant_id.is_none() && args.authority.is_none();
    let of_many = matches!(
        authority.tenant(),
        Some(Tenant::Common | Tenant::Organizations)
    );
    by_token || of_many
}

fn unnamed(message: String) -> CommandError {
    CommandError::usage("keys_not_named", message)
        .hint(
            "Name the tenant that issued it: --tenant-id ID, and --cloud CLOUD if it is not public",
        )
        .hint("Or take the keys from a file: --keys FILE")
}

/// The built-in cloud that an issuer names itself after.
fn cloud_of(issuer: &str) -> Option<Cloud> {
    let url = Url::parse(issuer).ok()?;
    match url.host_str()? {
        "sts.chinacloudapi.cn" => Some(Cloud::China),
        host => Cloud::of_login_host(host),
    }
}
