//! `demo`, and the person it plays.

use clap::Args;
use clap::ValueEnum;
use url::Url;

/// Show the program at work against a built-in Entra look-alike, no tenant needed
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Who signs in: you in your browser, if it is on this machine and you sit at a terminal
    /// (auto), or a person that the demo plays (none)
    #[arg(long, value_enum, default_value_t = DemoBrowser::Auto, value_name = "WHICH")]
    pub browser: DemoBrowser,
}

/// Which browser `demo` signs in with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum DemoBrowser {
    /// The person's own where there is one.
    #[default]
    Auto,
    /// None: the person is played.
    None,
}

/// What `visit-sign-in-page` takes.
#[derive(Debug, Args)]
pub struct VisitArgs {
    /// The sign-in page
    pub address: Url,

    /// The code that a device shows
    #[arg(long, value_name = "CODE")]
    pub code: Option<String>,
}
