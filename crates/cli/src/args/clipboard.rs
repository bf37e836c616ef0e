//! `hold-clipboard`, which `--copy` starts.

use std::time::Duration;

use clap::Args;

use super::duration;

/// What `hold-clipboard` takes, besides the text on its stdin.
#[derive(Debug, Args)]
pub struct HoldClipboardArgs {
    /// Clear the clipboard after this long [default: 60s]
    #[arg(long = "for", value_name = "DURATION", value_parser = duration::parse)]
    pub duration: Option<Duration>,
}
