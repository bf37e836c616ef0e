//! `inspect --verify`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use model::Cloud;

use super::duration;

/// Whether the token is genuine, and for whom.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Verification")]
pub struct VerifyArgs {
    /// Verify signature, issuer and times: exit code 0 for yes, 1 for no
    #[arg(long)]
    pub verify: bool,

    /// The token must be for this API (aud); several: for one of them
    #[arg(long, value_name = "AUDIENCE", requires = "verify")]
    pub audience: Vec<String>,

    /// The token must have been issued by exactly this issuer (iss)
    #[arg(long, value_name = "ISSUER", requires = "verify")]
    pub issuer: Option<String>,

    /// A claim must have this value, or hold it in a list; repeatable
    #[arg(long, value_name = "CLAIM=VALUE", requires = "verify", value_parser = requirement)]
    pub require: Vec<(String, String)>,

    /// Take the keys from this file (JWKS) and ask nobody
    #[arg(long, value_name = "FILE", requires = "verify")]
    pub keys: Option<PathBuf>,

    /// Ask the authority for its keys now: those that it gave within the last 24 hours do not count
    #[arg(long, requires = "verify", conflicts_with = "keys")]
    pub refresh_keys: bool,

    /// The tenant whose keys count: id or domain [default: the profile's, else the token's own]
    #[arg(
        long,
        visible_alias = "tenant",
        value_name = "TENANT",
        requires = "verify",
        conflicts_with = "keys"
    )]
    pub tenant_id: Option<String>,

    /// The cloud whose keys count [default: the profile's, else the token's own]
    #[arg(
        long,
        value_name = "CLOUD",
        requires = "verify",
        conflicts_with = "keys"
    )]
    pub cloud: Option<Cloud>,

    /// The login host, host and tenant, or OpenID issuer whose keys count
    #[arg(long, value_name = "URL", requires = "verify", conflicts_with = "keys")]
    pub authority: Option<String>,

    /// Trust only the certificate authorities in this PEM file
    #[arg(long, value_name = "FILE", requires = "verify")]
    pub ca_file: Option<PathBuf>,

    /// Give up after this long [default: 60s]
    #[arg(long, value_name = "DURATION", requires = "verify", value_parser = duration::limit)]
    pub timeout: Option<Duration>,
}

fn requirement(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or("write it as CLAIM=VALUE, such as tid=11111111-1111-4111-8111-111111111111")?;
    Ok((name.to_owned(), value.to_owned()))
}
