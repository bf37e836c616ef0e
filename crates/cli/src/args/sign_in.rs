//! How a person signs in, as flags.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use model::Prompt;
use model::ResponseMode;

/// How a person signs in, for the flows that need one.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Sign-in")]
pub struct SignInArgs {
    /// Which of the accounts that signed in, or which one to add: user name or id
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub account: Option<String>,

    /// User name to fill in on the sign-in page
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub login_hint: Option<String>,

    /// Domain whose own sign-in page is wanted
    #[arg(long, value_name = "DOMAIN", value_parser = NonEmptyStringValueParser::new())]
    pub domain_hint: Option<String>,

    /// What the sign-in page does first: login, consent, select_account, none, create
    #[arg(long, value_name = "PROMPT")]
    pub prompt: Option<Prompt>,

    /// The redirect URI registered for the application
    #[arg(long, value_name = "URI")]
    pub redirect_uri: Option<String>,

    /// Port to listen on for the browser's answer
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,

    /// How the browser brings the answer: form_post, query [default: what suits the place]
    #[arg(long, value_name = "MODE")]
    pub response_mode: Option<ResponseMode>,

    /// Open no browser, only print the address of the sign-in page
    #[arg(long)]
    pub no_browser: bool,

    /// Show the device code's address as a QR code too
    #[arg(long)]
    pub qr: bool,

    /// Ask for a token that lives longer and that the resource may revoke (client capability cp1)
    #[arg(long)]
    pub cae: bool,
}
