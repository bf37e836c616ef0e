//! `get-token` and `refresh`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::ValueEnum;
use model::AuthorityKind;
use model::Cloud;
use model::Flow;

use super::credential::CredentialArgs;
use super::duration;
use super::sign_in::SignInArgs;

/// Print an access token
#[derive(Debug, Default, Args)]
pub struct TokenArgs {
    /// The profile to use; without it: ENTRA_AUTH_PROFILE, then `default`, then the only one
    #[arg(short, long, visible_alias = "name", value_name = "NAME")]
    pub profile: Option<String>,

    /// The OAuth2 flow: ClientCredentials, AuthorizationCode, DeviceCode or InteractiveBrowser
    #[arg(short, long)]
    pub flow: Option<Flow>,

    /// What the token is for: scopes separated by spaces or commas, or graph, arm, vault, storage,
    /// sql, devops
    #[arg(short, long, value_name = "SCOPE", conflicts_with = "resource")]
    pub scope: Vec<String>,

    /// What the token is for, as a resource: everything granted for it
    #[arg(long, value_name = "URI")]
    pub resource: Option<String>,

    /// Claims that a resource demanded: JSON, base64, or its whole WWW-Authenticate line
    #[arg(long, value_name = "CLAIMS")]
    pub claims: Option<String>,

    /// Who is asked.
    #[command(flatten)]
    pub target: TargetArgs,

    /// How the application proves itself.
    #[command(flatten)]
    pub credential: CredentialArgs,

    /// How a person signs in.
    #[command(flatten)]
    pub sign_in: SignInArgs,

    /// How the cache is used.
    #[command(flatten)]
    pub cache: CacheArgs,

    /// What is printed, and where.
    #[command(flatten)]
    pub output: OutputArgs,

    /// Give up after this long [default: 60s; for a sign-in, as long as the provider allows]
    #[arg(long, value_name = "DURATION", value_parser = duration::limit)]
    pub timeout: Option<Duration>,

    /// Say nothing but errors
    #[arg(short = 'q', long, visible_alias = "quiet")]
    pub silent: bool,
}

/// Get a new access token, whatever the cache holds, and print it
#[derive(Debug, Args)]
pub struct RefreshArgs {
    /// The same as for `get-token`.
    #[command(flatten)]
    pub token: TokenArgs,
}

/// Who is asked for a token, by which application.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Authority and application")]
pub struct TargetArgs {
    /// Tenant id, domain, or common, organizations, consumers
    #[arg(short = 't', long, visible_alias = "tenant", value_name = "TENANT")]
    pub tenant_id: Option<String>,

    /// Application (client) id
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,

    /// Microsoft cloud: public, us-gov, us-dod, china, france, germany, singapore
    #[arg(long, value_name = "CLOUD")]
    pub cloud: Option<Cloud>,

    /// Login host, host and tenant, or an OpenID issuer
    #[arg(long, value_name = "URL")]
    pub authority: Option<String>,

    /// Kind of authority, where its address does not tell: entra, external-id, b2c, adfs, oidc
    #[arg(long, value_name = "TYPE")]
    pub authority_type: Option<AuthorityKind>,

    /// Trust only the certificate authorities in this PEM file
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

/// How `get-token` uses the cache.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cache")]
pub struct CacheArgs {
    /// Get a new token whatever the cache holds, and keep it
    #[arg(long, conflicts_with = "no_cache")]
    pub force: bool,

    /// Neither read nor write the cache
    #[arg(long)]
    pub no_cache: bool,

    /// A cached token with less left is not used [default: 5m]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub min_ttl: Option<Duration>,

    /// Warn when the token printed has fewer minutes left
    #[arg(long, value_name = "MINUTES", default_value_t = WARN_EXPIRY)]
    pub warn_expiry: u32,
}

/// Warn of less life than this, in minutes, where nothing else is said.
const WARN_EXPIRY: u32 = 5;

impl Default for CacheArgs {
    fn default() -> Self {
        Self {
            force: false,
            no_cache: false,
            min_ttl: None,
            warn_expiry: WARN_EXPIRY,
        }
    }
}

/// What is printed, and where.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// What is printed
    #[arg(short, long, value_enum, default_value_t = TokenOutput::Token, value_name = "FORMAT")]
    pub output: TokenOutput,

    /// Quote `-o env` for this shell [default: sh, on Windows powershell]
    #[arg(long, value_enum)]
    pub shell: Option<Shell>,

    /// Write to this file (mode 0600, replaced in one step) instead of stdout
    #[arg(long, value_name = "PATH", conflicts_with = "copy")]
    pub file: Option<PathBuf>,

    /// Put the token on the clipboard for a minute instead of printing it
    #[arg(long)]
    pub copy: bool,

    /// Accepted for compatibility; nothing is copied unless --copy is given
    #[arg(long, hide_short_help = true)]
    pub no_clipboard: bool,

    /// Print the refresh token too, if there is one (json and yaml)
    #[arg(long)]
    pub include_refresh_token: bool,
}

/// What `get-token` prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum TokenOutput {
    /// The access token and a newline
    #[default]
    Token,
    /// One JSON object, see docs/schema/token.schema.json
    Json,
    /// The same as YAML
    Yaml,
    /// An HTTP header: Authorization: Bearer …
    Header,
    /// ENTRA_ACCESS_TOKEN and ENTRA_EXPIRES_ON, to be evaluated by a shell
    Env,
}

/// The shells that `-o env` can be quoted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// POSIX sh, and all that read it: bash, zsh, dash, ksh
    #[value(alias = "bash", alias = "zsh")]
    Sh,
    /// fish
    Fish,
    /// PowerShell
    #[value(alias = "pwsh")]
    Powershell,
}
