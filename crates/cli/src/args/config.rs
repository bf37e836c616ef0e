//! `config` and its subcommands.

use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;
use model::AuthMethod;
use model::Flow;
use model::Timestamp;

use super::credential::CredentialArgs;
use super::storage::StorageArgs;
use super::storage::UnlockArgs;
use super::token::TargetArgs;
use super::transfer::ExportArgs;
use super::transfer::ImportArgs;
use super::transfer::MigrateArgs;

/// Manage profiles
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum ConfigCommand {
    /// Save a new profile: by flags, or by questions for what no flag says
    #[command(visible_alias = "add")]
    Create(Box<CreateArgs>),
    /// Change a profile: by flags, or by a menu where no flag says what
    Edit(Box<EditArgs>),
    /// List the profiles
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// Show one profile
    Show(ShowArgs),
    /// Delete profiles with their secrets, sign-ins and cached tokens
    #[command(visible_alias = "rm")]
    Delete(DeleteArgs),
    /// Give a profile another name; its secrets and sign-ins go along
    #[command(visible_alias = "mv")]
    Rename(RenameArgs),
    /// Make a profile with the fields of another one, without its secrets and sign-ins
    #[command(visible_alias = "cp")]
    Copy(CopyArgs),
    /// Write profiles to a file for another machine or another person
    Export(ExportArgs),
    /// Take profiles over from a file that `config export` wrote, or from any profiles.json
    Import(ImportArgs),
    /// Take over what the .NET tool of the same name left here: its profiles and secrets
    Migrate(MigrateArgs),
    /// Approve where a profile's secrets may go and what it refers to, on this machine
    Trust(TrustArgs),
    /// Print where things are kept
    Path(PathArgs),
    /// Show what protects the store, or change it
    Storage(StorageArgs),
    /// Hold a passphrase-protected store open for some hours of this login session
    Unlock(UnlockArgs),
    /// Stop holding the store open
    Lock,
}

/// How profiles are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProfileOutput {
    /// For people
    Text,
    /// JSON
    Json,
    /// YAML
    Yaml,
}

/// The fields of a profile, as flags.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// Who is asked, by which application.
    #[command(flatten)]
    pub target: TargetArgs,

    /// What tokens are for: scopes separated by spaces or commas
    #[arg(short, long, value_name = "SCOPE", conflicts_with = "resource")]
    pub scope: Vec<String>,

    /// What tokens are for, as a resource
    #[arg(long, value_name = "URI")]
    pub resource: Option<String>,

    /// ClientSecret, Certificate, PasswordlessCertificate, ClientAssertion or Public
    #[arg(long, value_name = "METHOD")]
    pub auth_method: Option<AuthMethod>,

    /// The flow used when get-token names none
    #[arg(long, value_name = "FLOW")]
    pub default_flow: Option<Flow>,

    /// The redirect URI registered for the application
    #[arg(long, value_name = "URI")]
    pub redirect_uri: Option<String>,

    /// The account to suggest on the sign-in page
    #[arg(long, value_name = "ACCOUNT")]
    pub login_hint: Option<String>,

    /// How the application proves itself.
    #[command(flatten)]
    pub credential: CredentialArgs,

    /// When the client secret ends, as 2027-01-31: tokens got in the 30 days before come with a warning
    #[arg(long, value_name = "DATE", value_parser = date, help_heading = "Credential")]
    pub client_secret_expires: Option<Timestamp>,
}

fn date(text: &str) -> Result<Timestamp, String> {
    Timestamp::from_rfc_3339(text)
        .ok_or_else(|| "a date such as 2027-01-31, or an RFC 3339 time".to_owned())
}

/// A profile by name, as a flag or in its place.
#[derive(Debug, Args)]
pub struct ProfileChoice {
    /// The profile
    #[arg(
        short = 'p',
        long = "profile",
        visible_alias = "name",
        value_name = "NAME"
    )]
    pub profile: Option<String>,

    /// The profile
    #[arg(value_name = "NAME", conflicts_with = "profile")]
    pub positional: Option<String>,
}

impl ProfileChoice {
    /// The name, if one is given.
    pub fn name(&self) -> Option<&str> {
        self.profile.as_deref().or(self.positional.as_deref())
    }
}

/// Save a new profile: by flags, or by questions for what no flag says
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// The new profile's name: letters, digits, `.`, `-`, `_`
    #[arg(short = 'p', long, visible_alias = "profile", value_name = "NAME")]
    pub name: Option<String>,

    /// Its fields.
    #[command(flatten)]
    pub fields: ProfileArgs,

    /// Replace a profile of that name
    #[arg(long)]
    pub force: bool,

    /// Get a token with it first, past the cache; nothing is changed unless that works
    #[arg(long)]
    pub test: bool,
}

/// Change a profile: by flags, or by a menu where no flag says what
#[derive(Debug, Args)]
pub struct EditArgs {
    /// Which profile.
    #[command(flatten)]
    pub choice: ProfileChoice,

    /// Its fields.
    #[command(flatten)]
    pub fields: ProfileArgs,

    /// Fields to empty: tenant-id, client-id, cloud, authority, authority-type, scope, resource,
    /// default-flow, redirect-uri, login-hint, client-secret-expires, ca-file
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub unset: Vec<String>,

    /// Get a token with it first, past the cache; nothing is changed unless that works
    #[arg(long)]
    pub test: bool,
}

impl EditArgs {
    /// The fields that can be emptied.
    pub const FIELDS: [&str; 12] = [
        "tenant-id",
        "client-id",
        "cloud",
        "authority",
        "authority-type",
        "scope",
        "resource",
        "default-flow",
        "redirect-uri",
        "login-hint",
        "client-secret-expires",
        "ca-file",
    ];
}

/// List the profiles
#[derive(Debug, Args)]
pub struct ListArgs {
    /// How they are shown
    #[arg(short, long, value_enum, default_value_t = ProfileOutput::Text, value_name = "FORMAT")]
    pub output: ProfileOutput,

    /// Names only
    #[arg(short = 'q', long)]
    pub quiet: bool,
}

/// Show one profile
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Which profile.
    #[command(flatten)]
    pub choice: ProfileChoice,

    /// How it is shown
    #[arg(short, long, value_enum, default_value_t = ProfileOutput::Text, value_name = "FORMAT")]
    pub output: ProfileOutput,

    /// Its stored secrets too, in clear, after a question
    #[arg(long)]
    pub show_secrets: bool,

    /// Do not ask before secrets are shown
    #[arg(short, long, requires = "show_secrets")]
    pub yes: bool,
}

/// Delete profiles with their secrets, sign-ins and cached tokens
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// The profile
    #[arg(
        short = 'p',
        long = "profile",
        visible_alias = "name",
        value_name = "NAME",
        conflicts_with = "names"
    )]
    pub profile: Option<String>,

    /// The profiles
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// Give a profile another name; its secrets and sign-ins go along
#[derive(Debug, Args)]
pub struct RenameArgs {
    /// The profile
    #[arg(value_name = "NAME")]
    pub from: String,

    /// Its new name: letters, digits, `.`, `-`, `_`
    #[arg(value_name = "NEW-NAME")]
    pub to: String,
}

/// Make a profile with the fields of another one, without its secrets and sign-ins
#[derive(Debug, Args)]
pub struct CopyArgs {
    /// The profile
    #[arg(value_name = "NAME")]
    pub from: String,

    /// The new profile's name: letters, digits, `.`, `-`, `_`
    #[arg(value_name = "NEW-NAME")]
    pub to: String,

    /// Who is asked, by which application, where that differs.
    #[command(flatten)]
    pub target: TargetArgs,
}

/// Approve where a profile's secrets may go and what it refers to, on this machine
#[derive(Debug, Args)]
pub struct TrustArgs {
    /// Which profile.
    #[command(flatten)]
    pub choice: ProfileChoice,

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// Print where things are kept
#[derive(Debug, Args)]
pub struct PathArgs {
    /// How they are shown
    #[arg(short, long, value_enum, default_value_t = ProfileOutput::Text, value_name = "FORMAT")]
    pub output: ProfileOutput,
}

impl ConfigCommand {
    /// Whether errors and warnings are to be JSON, as the answer is.
    pub fn wants_json(&self) -> bool {
        let output = match self {
            Self::List(args) => args.output,
            Self::Show(args) => args.output,
            Self::Path(args) => args.output,
            Self::Storage(args) => args.output,
            Self::Create(_)
            | Self::Edit(_)
            | Self::Delete(_)
            | Self::Rename(_)
            | Self::Copy(_)
            | Self::Export(_)
            | Self::Import(_)
            | Self::Lock
            | Self::Migrate(_)
            | Self::Trust(_)
            | Self::Unlock(_) => ProfileOutput::Text,
        };
        output == ProfileOutput::Json
    }
}
