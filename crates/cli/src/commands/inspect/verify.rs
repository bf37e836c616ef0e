//! `inspect --verify`: whose keys count, and what they say.

use engine::Transport;
use engine::signing_keys::KeysWanted;
use engine::signing_keys::SigningKeys;
use engine::signing_keys::signing_keys;
use model::Authority;
use model::AuthorityInput;
use model::Clock;
use model::Cloud;
use model::Tenant;
use model::tenant::is_guid;
use protocol::jwt::Decoded;
use protocol::verification;
use protocol::verification::Expected;
use protocol::verification::ExpectedIssuer;
use protocol::verification::Keys;
use protocol::verification::Refusal;
use protocol::verification::Undecided;
use protocol::verification::Verdict;
use serde::Serialize;
use url::Url;

use super::super::token_input::TokenInput;
use crate::args::TargetArgs;
use crate::args::VerifyArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::wording;

/// What came of it, as scripts read it.
#[derive(Serialize)]
pub(super) struct Verification {
    pub(super) genuine: bool,
    /// Whose keys it was verified with; null for those of a file.
    pub(super) authority: Option<String>,
    /// What does not hold.
    pub(super) refused: Vec<Refusal>,
    /// What was not asked to be looked at.
    pub(super) not_checked: Vec<&'static str>,
}

/// Verifies the token.
pub(super) fn run(
    variables: &Variables,
    store: &Store,
    args: &VerifyArgs,
    input: &TokenInput,
    decoded: &Decoded,
) -> Result<Verification, CommandError> {
    let mut not_checked = Vec::new();
    if args.audience.is_empty() {
        not_checked.push("aud");
    }
    let expected = |issuer| Expected {
        issuer,
        audiences: &args.audience,
        required: &args.require,
        now: store.clock.now(),
    };
    if let Some(path) = &args.keys {
        let keys = keys_of_file(path)?;
        let issuer = if let Some(issuer) = &args.issuer {
            ExpectedIssuer::Exactly(issuer)
        } else {
            not_checked.push("iss");
            ExpectedIssuer::KeyHolder
        };
        let verdict = verification::verify(input.token(), &keys, &expected(issuer));
        return outcome(verdict, None, not_checked);
    }
    let authority = authority(args, input, decoded)?;
    if names_no_tenant(args, input, &authority) {
        not_checked.push("tenant");
    }
    let target = TargetArgs {
        ca_file: args.ca_file.clone(),
        ..TargetArgs::default()
    };
    let ca_file = settings::ca_file(&target, input.profile())?;
    let network = settings::network(ca_file, variables);
    let wanted = KeysWanted {
        authority: &authority,
        ca_file: network.ca_file.as_deref(),
        key_id: decoded.header.as_ref().and_then(verification::named_key),
        ask_again: args.refresh_keys,
        allowed: args.timeout.unwrap_or(engine::DEFAULT_TIMEOUT),
    };
    let transport = Transport::new(network.clone());
    let SigningKeys {
        endpoints,
        directory,
        keys,
    } = signing_keys(&transport, &*store.clock, &store.vault, &wanted)
        .map_err(|error| wording::signing_keys(&error))?;
    let of_authority = ExpectedIssuer::Authority {
        authority: &authority,
        endpoints: &endpoints,
        directory: directory.as_deref(),
    };
    let mut verdict = verification::verify(input.token(), &keys, &expected(of_authority));
    if let (Some(issuer), Verdict::Genuine) = (&args.issuer, &verdict) {
        let exactly = ExpectedIssuer::Exactly(issuer);
        verdict = verification::verify(input.token(), &keys, &expected(exactly));
    }
    outcome(verdict, Some(authority.to_string()), not_checked)
}

fn outcome(
    verdict: Verdict,
    authority: Option<String>,
    not_checked: Vec<&'static str>,
) -> Result<Verification, CommandError> {
    let (genuine, refused) = match verdict {
        Verdict::Genuine => (true, Vec::new()),
        Verdict::Refused(refused) => (false, refused),
        Verdict::Undecided(why) => return Err(undecided(why)),
    };
    Ok(Verification {
        genuine,
        authority,
        refused,
        not_checked,
    })
}

fn undecided(why: Undecided) -> CommandError {
    let worded = CommandError::usage(
        "not_verifiable",
        format!("whether it is genuine cannot be told: {why}"),
    );
    match why {
        Undecided::Nonce => {
            worded.hint("Only the API itself can check it: call it, and see what it answers.")
        }
        Undecided::Kind(_) => worded.hint("See what can be read of it: leave out --verify"),
        Undecided::DirectoryUnknown => worded.hint("Name the tenant by its id: --tenant-id GUID"),
        Undecided::NoKeyNamed => {
            worded.hint("Name one key: --keys FILE, with a set that holds that key alone")
        }
    }
}

fn keys_of_file(path: &std::path::Path) -> Result<Keys, CommandError> {
    let name = path.display();
    let unusable = |why: &dyn std::fmt::Display| {
        CommandError::usage("keys_unusable", format!("--keys {name}: {why}"))
    };
    let bytes = std::fs::read(path).map_err(|error| unusable(&error))?;
    Keys::read(&bytes).map_err(|error| unusable(&error))
}

/// Whose keys count: those that flags name, else those of the token's profile, else those of the
/// tenant that the token names, at a built-in cloud. A host that the token names is never asked.
fn authority(
    args: &VerifyArgs,
    input: &TokenInput,
    decoded: &Decoded,
) -> Result<Authority, CommandError> {
    let names_one = args.tenant_id.is_some() || args.cloud.is_some() || args.authority.is_some();
    if let Some(profile) = input.profile().filter(|_| !names_one) {
        let authority = settings::profile_authority(profile)?;
        return if authority.is_built_in() || authority.is_on_this_machine() {
            Ok(authority)
        } else {
            // What a profile refers to is believed once it was approved, and looking at a token is
            // no occasion to approve anything.
            Err(unnamed(format!(
                "profile `{}` names an authority that is none of Microsoft's clouds",
                profile.name
            ))
            .hint("Say that it is meant: --authority URL"))
        };
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

/// Whether a token of any tenant passes: the authority stands for many, or the token itself said
/// which one to ask.
fn names_no_tenant(args: &VerifyArgs, input: &TokenInput, authority: &Authority) -> bool {
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
