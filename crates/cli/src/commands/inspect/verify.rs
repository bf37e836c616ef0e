//! `inspect --verify`: what the keys say of the token.

use engine::Transport;
use engine::signing_keys::KeysWanted;
use engine::signing_keys::SigningKeys;
use engine::signing_keys::signing_keys;
use model::Clock;
use protocol::jwt::Decoded;
use protocol::verification;
use protocol::verification::Expected;
use protocol::verification::ExpectedIssuer;
use protocol::verification::Keys;
use protocol::verification::Refusal;
use protocol::verification::Undecided;
use protocol::verification::Verdict;
use serde::Serialize;

use super::super::bounded;
use super::super::token_input::TokenInput;
use super::authority;
use crate::args::TargetArgs;
use crate::args::VerifyArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::wording;

/// The largest set of keys in a file, in bytes: as much as a token may have.
const LONGEST_KEYS: usize = protocol::jwt::LONGEST_INPUT;

/// What came of it, as scripts read it.
#[derive(Serialize)]
pub(super) struct Verification {
    pub(super) genuine: bool,
    /// Whose keys it was verified with; null for those of a file, and where none were needed.
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
    if let Some(verdict) = verification::without_keys(decoded) {
        return outcome(verdict, None, not_checked);
    }
    let authority = authority::chosen(args, store, input, decoded)?;
    if authority::is_of_many(args, input, &authority) {
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
    let bytes = std::fs::File::open(path)
        .and_then(|file| bounded::read(file, LONGEST_KEYS))
        .map_err(|error| unusable(&error))?;
    Keys::read(&bytes).map_err(|error| unusable(&error))
}
