//! `discover`.

use std::time::Duration;

use clap::Args;
use clap::ValueEnum;
use model::Flow;
use model::tenant::is_guid;

use super::duration;
use super::sign_in::SignInArgs;
use super::token::TargetArgs;

/// List the app registrations of a directory, through Microsoft Graph
#[derive(Debug, Args)]
pub struct DiscoverArgs {
    /// The profile whose application asks; without it a person signs in to Microsoft Graph
    /// Command Line Tools, or to --client-id
    #[arg(short, long, value_name = "NAME")]
    pub profile: Option<String>,

    /// Only applications of this name; `*` stands for any characters, as in 'My*'
    #[arg(short, long, value_name = "PATTERN")]
    pub search: Option<String>,

    /// Only the application of this application (client) id
    #[arg(long, value_name = "GUID", value_parser = guid, conflicts_with = "search")]
    pub app_id: Option<String>,

    /// No more applications than this
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,

    /// What is printed
    #[arg(short, long, value_enum, default_value_t = DiscoverOutput::Table, value_name = "FORMAT")]
    pub output: DiscoverOutput,

    /// Afterwards save a profile of this name for the application found, or for the one you pick
    #[arg(long, value_name = "NAME", num_args = 0..=1)]
    pub create: Option<Option<String>>,

    /// How the token is got: DeviceCode or InteractiveBrowser; with a profile any flow
    #[arg(short, long)]
    pub flow: Option<Flow>,

    /// Who is asked.
    #[command(flatten)]
    pub target: TargetArgs,

    /// How a person signs in.
    #[command(flatten)]
    pub sign_in: SignInArgs,

    /// Give up after waiting this long for a page [default: 60s]
    #[arg(long, value_name = "DURATION", value_parser = duration::limit)]
    pub timeout: Option<Duration>,

    /// Say nothing but errors
    #[arg(short = 'q', long, visible_alias = "quiet")]
    pub silent: bool,
}

/// What `discover` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiscoverOutput {
    /// One line for each application
    Table,
    /// A JSON array, see docs/schema/applications.schema.json
    Json,
    /// The same as YAML
    Yaml,
}

fn guid(text: &str) -> Result<String, String> {
    if is_guid(text) {
        Ok(text.to_owned())
    } else {
        Err("an application (client) id is a GUID".to_owned())
    }
}
