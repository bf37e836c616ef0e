//! `cache` and its subcommands.

use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;

/// See and forget what is kept
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum CacheCommand {
    /// List cached tokens and who signed in, without any token
    #[command(visible_alias = "ls")]
    List(CacheListArgs),
    /// Forget cached tokens
    Clear(CacheClearArgs),
}

/// How the cache is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CacheOutput {
    /// For people
    #[value(alias = "text")]
    Table,
    /// One JSON object, see docs/schema/cache.schema.json
    Json,
    /// The same as YAML
    Yaml,
}

/// List cached tokens and who signed in, without any token
#[derive(Debug, Args)]
pub struct CacheListArgs {
    /// Only what belongs to this profile
    #[arg(short, long, visible_alias = "name", value_name = "NAME")]
    pub profile: Option<String>,

    /// How it is shown
    #[arg(short, long, value_enum, default_value_t = CacheOutput::Table, value_name = "FORMAT")]
    pub output: CacheOutput,
}

/// Forget cached tokens
#[derive(Debug, Args)]
pub struct CacheClearArgs {
    /// Only those of this profile's application
    #[arg(short, long, visible_alias = "name", value_name = "NAME")]
    pub profile: Option<String>,

    /// Sign everybody out as well: accounts and refresh tokens
    #[arg(long)]
    pub sign_ins: bool,

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

impl CacheCommand {
    /// Whether errors and warnings are to be JSON, as the answer is.
    pub fn wants_json(&self) -> bool {
        matches!(self, Self::List(args) if args.output == CacheOutput::Json)
    }
}
