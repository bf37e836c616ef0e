//! `inspect` and `check`.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::ValueEnum;
use model::Flow;
use zeroize::Zeroizing;

use super::duration;
use super::verify::VerifyArgs;

/// A token in the arguments. `Debug` does not show it.
#[derive(Clone)]
pub struct GivenToken(pub Zeroizing<String>);

impl fmt::Debug for GivenToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("GivenToken([REDACTED])")
    }
}

/// Which token is looked at.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Which token")]
pub struct InputArgs {
    /// The token, @FILE, or - for stdin; other users of the machine can read it in the process list
    #[arg(value_name = "TOKEN", group = "token_source", value_parser = given)]
    pub token: Option<GivenToken>,

    /// The same as a flag
    #[arg(short = 't', long = "token", value_name = "TOKEN", group = "token_source", value_parser = given)]
    pub token_value: Option<GivenToken>,

    /// Read the token from this file; what `get-token -o json` printed will do too
    #[arg(long, value_name = "FILE", group = "token_source")]
    pub file: Option<PathBuf>,

    /// The cached token of this profile
    #[arg(
        short,
        long,
        visible_alias = "name",
        value_name = "NAME",
        group = "token_source"
    )]
    pub profile: Option<String>,

    /// Of the profile's tokens the one for these scopes, as for get-token
    #[arg(short, long, value_name = "SCOPE", conflicts_with_all = ["token", "token_value", "file"])]
    pub scope: Vec<String>,

    /// Of the profile's tokens the one that this flow got
    #[arg(short, long, conflicts_with_all = ["token", "token_value", "file"])]
    pub flow: Option<Flow>,
}

/// How a token is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum InspectOutput {
    /// For people
    #[default]
    #[value(alias = "text")]
    Pretty,
    /// One JSON object, see docs/schema/inspection.schema.json
    Json,
    /// The same as YAML
    Yaml,
}

/// Show what a token says, and with --verify whether it is genuine
#[derive(Debug, Default, Args)]
pub struct InspectArgs {
    /// Which token.
    #[command(flatten)]
    pub input: InputArgs,

    /// How it is shown
    #[arg(short, long, value_enum, default_value_t = InspectOutput::Pretty, value_name = "FORMAT")]
    pub output: InspectOutput,

    /// Print the claims alone, as JSON or YAML
    #[arg(long, conflicts_with_all = ["header", "verify"])]
    pub claims: bool,

    /// Print the header alone, as JSON or YAML
    #[arg(long, conflicts_with = "verify")]
    pub header: bool,

    /// Compare with this token, claim by claim: a token, @FILE, or - for stdin
    #[arg(long, value_name = "OTHER", value_parser = given, conflicts_with_all = ["claims", "header", "verify"])]
    pub diff: Option<GivenToken>,

    /// Whether it is genuine.
    #[command(flatten)]
    pub verification: VerifyArgs,
}

/// How the answer of `check` is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckOutput {
    /// One line for people
    #[default]
    Text,
    /// One JSON object, see docs/schema/check.schema.json
    Json,
}

/// Say whether a token is valid now, by its times alone: exit code 0 for yes, 1 for no
#[derive(Debug, Default, Args)]
pub struct CheckArgs {
    /// Which token.
    #[command(flatten)]
    pub input: InputArgs,

    /// A token with less left than this is not valid enough
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub min_ttl: Option<Duration>,

    /// How the answer is given
    #[arg(short, long, value_enum, default_value_t = CheckOutput::Text, value_name = "FORMAT")]
    pub output: CheckOutput,

    /// Say nothing: the exit code is the answer
    #[arg(short, long, visible_alias = "silent")]
    pub quiet: bool,
}

#[expect(clippy::unnecessary_wraps, reason = "the form that clap asks for")]
fn given(text: &str) -> Result<GivenToken, std::convert::Infallible> {
    Ok(GivenToken(Zeroizing::new(text.to_owned())))
}
