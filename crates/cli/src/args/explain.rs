//! `explain`.

use clap::Args;
use clap::ValueEnum;

/// How an explanation is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ExplainOutput {
    /// For people
    #[default]
    Text,
    /// One JSON object, see docs/schema/explanation.schema.json
    Json,
    /// The same as YAML
    Yaml,
}

/// Say what an error means and what to do about it, offline
///
/// TEXT is a code (AADSTS65001, 65001, invalid_client), a code of this program (not_approved), or
/// anything that holds one: a pasted message, a WWW-Authenticate line, the address a browser ended
/// at, an entry of the sign-in logs. Put it in quotes, or pipe it in.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The error; - or nothing reads stdin
    #[arg(value_name = "TEXT")]
    pub text: Vec<String>,

    /// Fill in this profile's tenant and application
    #[arg(short, long, visible_alias = "name", value_name = "NAME")]
    pub profile: Option<String>,

    /// List everything that can be explained
    #[arg(long, conflicts_with = "text")]
    pub list: bool,

    /// List what has all of these words in it, such as consent
    #[arg(long, value_name = "WORDS", conflicts_with = "text")]
    pub search: Option<String>,

    /// How it is shown
    #[arg(short, long, value_enum, default_value_t = ExplainOutput::Text, value_name = "FORMAT")]
    pub output: ExplainOutput,
}
