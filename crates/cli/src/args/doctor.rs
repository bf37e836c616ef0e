//! `doctor`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::ValueEnum;

use super::duration;

/// How the findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DoctorOutput {
    /// For people
    Text,
    /// One JSON object, see docs/schema/doctor.schema.json
    Json,
    /// The same as YAML
    Yaml,
}

/// Look for what is wrong on this machine and with a profile; changes nothing, asks nothing
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Examine this profile, in place of the one that get-token would take
    #[arg(short, long, visible_alias = "name", value_name = "NAME")]
    pub profile: Option<String>,

    /// Examine every profile
    #[arg(long, conflicts_with = "profile")]
    pub all_profiles: bool,

    /// How the findings are shown
    #[arg(short, long, value_enum, default_value_t = DoctorOutput::Text, value_name = "FORMAT")]
    pub output: DoctorOutput,

    /// Leave the network out
    #[arg(long)]
    pub offline: bool,

    /// How long one check may take; all run at the same time
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration::limit)]
    pub timeout: Duration,

    /// Write the findings and the profiles, without any secret, to a file for support; -: stdout
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,

    /// Replace that file if it is there
    #[arg(long, requires = "bundle")]
    pub force: bool,

    /// Put names in place of ids and hosts in that file
    #[arg(long, requires = "bundle")]
    pub redact_ids: bool,
}
