//! `logout`.

use std::time::Duration;

use clap::Args;

use super::duration;
use super::token::TargetArgs;

/// Forget who signed in
#[derive(Debug, Args)]
pub struct LogoutArgs {
    /// The profile; without it: ENTRA_AUTH_PROFILE, then `default`, then the only one
    #[arg(short, long, visible_alias = "name", value_name = "NAME")]
    pub profile: Option<String>,

    /// Which account, by user name or id [default: ENTRA_AUTH_ACCOUNT, then the
    /// profile's default account]
    #[arg(long, value_name = "ACCOUNT", conflicts_with = "all")]
    pub account: Option<String>,

    /// Every account of the profile; if neither profile nor client id is named, of all profiles
    #[arg(long)]
    pub all: bool,

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,

    /// Wait no longer for a sign-in or a refresh that is under way [default: 60s]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub timeout: Option<Duration>,

    /// Who signed people in, where that was not by the profile alone.
    #[command(flatten)]
    pub target: TargetArgs,
}

impl LogoutArgs {
    /// Whether a flag says who was asked, in place of the profile.
    pub fn names_target(&self) -> bool {
        let target = &self.target;
        target.tenant_id.is_some()
            || target.client_id.is_some()
            || target.cloud.is_some()
            || target.authority.is_some()
            || target.authority_type.is_some()
    }
}
