//! `config export` and `config import`.

use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

/// Write profiles to a file for another machine or another person
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The profiles
    #[arg(value_name = "NAME", conflicts_with = "all")]
    pub names: Vec<String>,

    /// All profiles
    #[arg(long)]
    pub all: bool,

    /// Their stored secrets too; the file is sealed under a passphrase
    #[arg(long)]
    pub include_secrets: bool,

    /// The file to write, in place of stdout
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,

    /// What seals the file.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

/// Take profiles over from a file that `config export` wrote, or from any profiles.json
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file; `-` is stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// What becomes of a profile whose name is taken: skip, overwrite, rename or fail; asked on a
    /// terminal, fail elsewhere
    #[arg(long, value_enum, value_name = "WHAT")]
    pub on_conflict: Option<OnConflict>,

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,

    /// What the file is sealed under.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

/// What becomes of an imported profile whose name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnConflict {
    /// It is left out
    Skip,
    /// It takes the other one's place, which loses secrets, sign-ins and approval
    Overwrite,
    /// It gets the next name that is free, such as NAME-2
    Rename,
    /// Nothing is imported
    Fail,
}

/// The passphrase of an export.
#[derive(Debug, Args)]
pub struct PassphraseArgs {
    /// Read the passphrase from stdin
    #[arg(long, group = "passphrase_source")]
    pub passphrase_stdin: bool,

    /// Read the passphrase from this file
    #[arg(long, value_name = "FILE", group = "passphrase_source")]
    pub passphrase_file: Option<PathBuf>,

    /// Read the passphrase from this environment variable
    #[arg(long, value_name = "NAME", group = "passphrase_source")]
    pub passphrase_env: Option<String>,
}

impl PassphraseArgs {
    /// Whether one of them is set.
    pub fn is_given(&self) -> bool {
        self.passphrase_stdin || self.passphrase_file.is_some() || self.passphrase_env.is_some()
    }
}

/// Take over what the .NET tool of the same name left here: its profiles and secrets
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Its profiles, as a file or the directory of profiles.json, where they are not in
    /// ~/.config/entra-auth-cli
    #[arg(long = "from", value_name = "PATH")]
    pub old_profiles: Option<PathBuf>,

    /// The directory of its secret files, where that is not ~/.config/azadtool/secure
    #[arg(long = "secrets", value_name = "DIR")]
    pub old_secrets: Option<PathBuf>,

    /// What becomes of a profile from another file whose name is taken: skip, overwrite, rename or
    /// fail. A secret that is stored already stays; overwrite replaces it, fail takes nothing over
    #[arg(long, value_enum, value_name = "WHAT")]
    pub on_conflict: Option<OnConflict>,

    /// Show what would be taken over, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Delete the old file of each secret that is stored here then; asked on a terminal
    #[arg(long, conflicts_with = "keep_old")]
    pub delete_old: bool,

    /// Keep the old files, and do not ask about them
    #[arg(long)]
    pub keep_old: bool,

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}
