//! What can be typed: definitions and nothing else. What it means is for `settings`.
#![expect(
    clippy::doc_markdown,
    clippy::struct_excessive_bools,
    reason = "the comments are help texts, shown as they are, and each bool is a flag of its own"
)]

mod cache;
mod clipboard;
pub mod common;
mod completion;
mod config;
mod consent_url;
mod credential;
mod demo;
mod discover;
mod doctor;
mod duration;
mod explain;
mod inspect;
mod logout;
pub(crate) mod misplaced;
mod sign_in;
mod storage;
mod token;
mod transfer;
mod verify;

use std::ffi::OsString;

use clap::ArgAction;
use clap::Args;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;
use clap::builder::Styles;
use clap::builder::styling::AnsiColor;

pub use self::cache::CacheClearArgs;
pub use self::cache::CacheCommand;
pub use self::cache::CacheListArgs;
pub use self::cache::CacheOutput;
pub use self::clipboard::HoldClipboardArgs;
pub use self::completion::CompleteArgs;
pub use self::completion::CompletionShell;
pub use self::completion::CompletionsArgs;
pub use self::completion::ManualArgs;
pub use self::config::ConfigCommand;
pub use self::config::CopyArgs;
pub use self::config::CreateArgs;
pub use self::config::DeleteArgs;
pub use self::config::EditArgs;
pub use self::config::ListArgs;
pub use self::config::PathArgs;
pub use self::config::ProfileArgs;
pub use self::config::ProfileChoice;
pub use self::config::ProfileOutput;
pub use self::config::RenameArgs;
pub use self::config::ShowArgs;
pub use self::config::TrustArgs;
pub use self::consent_url::ConsentUrlArgs;
pub use self::credential::CredentialArgs;
pub use self::demo::DemoArgs;
pub use self::demo::DemoBrowser;
pub use self::demo::VisitArgs;
pub use self::discover::DiscoverArgs;
pub use self::discover::DiscoverOutput;
pub use self::doctor::DoctorArgs;
pub use self::doctor::DoctorOutput;
pub use self::explain::ExplainArgs;
pub use self::explain::ExplainOutput;
pub use self::inspect::CheckArgs;
pub use self::inspect::CheckOutput;
pub use self::inspect::GivenToken;
pub use self::inspect::InputArgs;
pub use self::inspect::InspectArgs;
pub use self::inspect::InspectOutput;
pub use self::logout::LogoutArgs;
pub use self::sign_in::SignInArgs;
pub use self::storage::StorageArgs;
pub use self::storage::UnlockArgs;
pub use self::token::OutputArgs;
pub use self::token::RefreshArgs;
pub use self::token::Shell;
pub use self::token::TargetArgs;
pub use self::token::TokenArgs;
pub use self::token::TokenOutput;
pub use self::transfer::ExportArgs;
pub use self::transfer::ImportArgs;
pub use self::transfer::MigrateArgs;
pub use self::transfer::OnConflict;
pub use self::transfer::PassphraseArgs;
pub use self::verify::VerifyArgs;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_CODES: &str = "\
Exit codes:
  0 done                              5 network
  1 unexpected                        6 timed out
  2 the identity provider refused     7 a person is needed, input is not allowed
  3 profile not found                 8 the local store
  4 arguments or configuration        130 interrupted, 143 terminated

Variables: ENTRA_AUTH_PROFILE, ENTRA_AUTH_NO_INPUT and others, see docs/reference/environment.md";

/// What the flags of every command stand under, behind a command's own.
const GLOBAL: &str = "Global options";

/// Get Microsoft Entra ID OAuth2 access tokens, from saved profiles, cached and encrypted.
#[derive(Debug, Parser)]
#[command(
    name = "entra-auth-cli",
    version,
    styles = STYLES,
    after_help = EXIT_CODES,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = false,
    propagate_version = true
)]
pub struct Arguments {
    /// What holds for every command.
    #[command(flatten)]
    pub global: GlobalArgs,

    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Default, Args)]
pub struct GlobalArgs {
    /// Say what happens on stderr: -v steps and their sources, -vv requests and replies (secrets
    /// and tokens left out)
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = GLOBAL)]
    pub verbose: u8,

    /// Never ask anything: fail with exit code 7 where a person would be needed
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub no_input: bool,

    /// When to use colour
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t = ColorChoice::Auto,
        value_name = "WHEN",
        help_heading = GLOBAL
    )]
    pub color: ColorChoice,
}

/// When to use colour on stderr.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands. Each one's flags are defined only once it was named: most of a call's parsing time
/// would go into the others.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Print an access token
    GetToken(Box<TokenArgs>),
    /// Get a new access token, whatever the cache holds, and print it
    Refresh(Box<RefreshArgs>),
    /// Show what a token says, and with --verify whether it is genuine
    Inspect(Box<InspectArgs>),
    /// Say whether a token is valid now, by its times alone: exit code 0 for yes, 1 for no
    Check(Box<CheckArgs>),
    /// Forget who signed in
    Logout(Box<LogoutArgs>),
    /// Manage profiles
    #[command(subcommand)]
    Config(ConfigCommand),
    /// See and forget what is kept
    #[command(subcommand)]
    Cache(CacheCommand),
    /// List the app registrations of a directory, through Microsoft Graph
    Discover(Box<DiscoverArgs>),
    /// Print the address where an administrator consents to what an application may do
    ConsentUrl(ConsentUrlArgs),
    /// Look for what is wrong on this machine and with a profile
    Doctor(DoctorArgs),
    /// Say what an error means and what to do about it, offline
    Explain(ExplainArgs),
    /// Show the program at work against a built-in Entra look-alike, no tenant needed
    Demo(DemoArgs),
    /// Print the script that makes a shell complete commands, flags and profile names
    Completions(CompletionsArgs),
    /// Print what may come next on a command line; run by the scripts of completions
    #[command(hide = true)]
    Complete(CompleteArgs),
    /// Print a manual page, or the names of all
    #[command(hide = true)]
    Manual(ManualArgs),
    /// Sign in at the built-in Entra look-alike as a person would; started by demo as $BROWSER
    #[command(hide = true)]
    VisitSignInPage(VisitArgs),
    /// Hold the clipboard until it is cleared; started by --copy
    #[command(hide = true)]
    HoldClipboard(HoldClipboardArgs),
}

/// What this process was called with.
pub fn read() -> Result<Arguments, clap::Error> {
    match common::parse(std::env::args_os().skip(1)) {
        Some(arguments) => Ok(arguments),
        None => Arguments::try_parse(),
    }
}

/// Whether arguments that do not parse ask for JSON all the same.
pub fn name_json(arguments: impl IntoIterator<Item = OsString>) -> bool {
    let mut expects_format = false;
    arguments.into_iter().any(|argument| {
        let found = (expects_format && argument == "json")
            || ["-ojson", "-o=json", "--output=json"]
                .iter()
                .any(|form| argument == *form);
        expects_format = argument == "-o" || argument == "--output";
        found
    })
}

impl Arguments {
    /// Whether errors and warnings are to be JSON, as the answer is.
    pub fn wants_json(&self) -> bool {
        match &self.command {
            Command::GetToken(args) => args.output.output == TokenOutput::Json,
            Command::Refresh(args) => args.token.output.output == TokenOutput::Json,
            Command::Inspect(args) => args.output == InspectOutput::Json,
            Command::Check(args) => args.output == CheckOutput::Json,
            Command::Config(command) => command.wants_json(),
            Command::Cache(command) => command.wants_json(),
            Command::Discover(args) => args.output == DiscoverOutput::Json,
            Command::Doctor(args) => args.output == DoctorOutput::Json,
            Command::Explain(args) => args.output == ExplainOutput::Json,
            Command::Logout(_)
            | Command::ConsentUrl(_)
            | Command::Demo(_)
            | Command::Completions(_)
            | Command::Complete(_)
            | Command::Manual(_)
            | Command::VisitSignInPage(_)
            | Command::HoldClipboard(_) => false,
        }
    }

    /// Whether nothing but errors is to be said.
    pub fn is_quiet(&self) -> bool {
        match &self.command {
            Command::GetToken(args) => args.silent,
            Command::Refresh(args) => args.token.silent,
            Command::Check(args) => args.quiet,
            Command::Discover(args) => args.silent,
            Command::Inspect(_)
            | Command::Logout(_)
            | Command::Config(_)
            | Command::Cache(_)
            | Command::ConsentUrl(_)
            | Command::Doctor(_)
            | Command::Explain(_)
            | Command::Demo(_)
            | Command::Completions(_)
            | Command::Complete(_)
            | Command::Manual(_)
            | Command::VisitSignInPage(_)
            | Command::HoldClipboard(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definitions_are_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_does() {
        let listed = |command: &clap::Command| {
            let about = command.get_about().unwrap().to_string();
            assert!(!about.starts_with("What `"), "{about}");
        };
        let mut program = Arguments::command();
        program.build();
        let shown = |command: &&clap::Command| !command.is_hide_set();
        for command in program.get_subcommands().filter(shown) {
            listed(command);
            command.get_subcommands().for_each(listed);
        }
    }

    #[test]
    fn the_flags_of_every_command_stand_behind_its_own() {
        let mut program = Arguments::command();
        program.build();
        let config = program.find_subcommand_mut("config").unwrap();
        let list = config.find_subcommand_mut("list").unwrap();
        let help = list.render_help().to_string();
        let (own, global) = help.split_once("Global options:").unwrap();
        assert!(own.contains("--quiet"), "{help}");
        for flag in ["--verbose", "--no-input", "--color"] {
            assert!(!own.contains(flag) && global.contains(flag), "{help}");
        }
    }

    #[test]
    fn json_is_asked_for_in_every_spelling() {
        let asks = |line: &str| name_json(line.split(' ').map(OsString::from));
        for line in [
            "get-token -o json",
            "x --output json",
            "-ojson",
            "x --output=json y",
        ] {
            assert!(asks(line), "{line}");
        }
        for line in ["get-token", "-o yaml", "json -o", "-p json"] {
            assert!(!asks(line), "{line}");
        }
    }
}
