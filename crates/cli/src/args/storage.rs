//! `config storage`, `config unlock` and `config lock`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use vault::LONGEST_HOLD;

use super::config::ProfileOutput;
use super::duration;

/// Show what protects the store, or change it
#[derive(Debug, Args)]
pub struct StorageArgs {
    /// What is to protect the store from now on: keyring, passphrase, file or file:/absolute/path
    #[arg(id = "protection", long = "to", value_name = "WHERE")]
    pub to: Option<String>,

    /// Read the new passphrase from stdin
    #[arg(long, group = "new_passphrase_source", requires = "protection")]
    pub new_passphrase_stdin: bool,

    /// Read the new passphrase from this file
    #[arg(
        long,
        value_name = "FILE",
        group = "new_passphrase_source",
        requires = "protection"
    )]
    pub new_passphrase_file: Option<PathBuf>,

    /// Read the new passphrase from this environment variable
    #[arg(
        long,
        value_name = "NAME",
        group = "new_passphrase_source",
        requires = "protection"
    )]
    pub new_passphrase_env: Option<String>,

    /// Go on even if sealed records cannot be opened: they are lost
    #[arg(long, requires = "protection")]
    pub forget_unreadable: bool,

    /// How long to wait for other processes that write, such as 90s or 5m
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, requires = "protection")]
    pub timeout: Option<Duration>,

    /// How it is shown
    #[arg(short, long, value_enum, default_value_t = ProfileOutput::Text, value_name = "FORMAT")]
    pub output: ProfileOutput,
}

/// Hold a passphrase-protected store open for some hours of this login session
#[derive(Debug, Args)]
pub struct UnlockArgs {
    /// How long, such as 8h or 30m; at most seven days
    #[arg(
        long = "for",
        value_name = "DURATION",
        default_value = "8h",
        value_parser = length_of_hold
    )]
    pub duration: Duration,
}

fn length_of_hold(text: &str) -> Result<Duration, String> {
    match duration::parse(text)? {
        Duration::ZERO => Err("that is no time at all; `config lock` ends it".to_owned()),
        length if length > LONGEST_HOLD => Err("seven days are the most (7d or 168h)".to_owned()),
        length => Ok(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_held_for_some_time_and_not_for_ever() {
        assert_eq!(length_of_hold("8h"), Ok(Duration::from_hours(8)));
        assert_eq!(length_of_hold("168h"), Ok(LONGEST_HOLD));
        assert_eq!(length_of_hold("7d"), Ok(LONGEST_HOLD));
        for long in ["30d", "7d1s", "169h"] {
            let refused = length_of_hold(long).unwrap_err();
            assert!(refused.contains("seven days"), "{long}: {refused}");
        }
        for bad in ["0", "0s", "0d", "169h", "soon", "-1h"] {
            assert!(length_of_hold(bad).is_err(), "{bad}");
        }
    }
}
