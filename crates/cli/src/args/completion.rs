//! `completions`, and what its scripts call.

use std::ffi::OsString;

use clap::Args;
use clap::ValueEnum;

const INSTALLATION: &str = "\
Put one line into your shell's start file:
  bash        source <(entra-auth-cli completions bash)
  zsh         source <(entra-auth-cli completions zsh)
  fish        entra-auth-cli completions fish | source
  powershell  entra-auth-cli completions powershell | Out-String | Invoke-Expression
  elvish      eval (entra-auth-cli completions elvish | slurp)";

/// Print the script that makes a shell complete commands, flags and profile names
#[derive(Debug, Args)]
#[command(after_help = INSTALLATION)]
pub struct CompletionsArgs {
    /// The shell that reads the script
    #[arg(value_enum)]
    pub shell: CompletionShell,
}

/// The shells that can complete this program's command lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompletionShell {
    /// Bash 3.2 or newer
    Bash,
    /// zsh
    Zsh,
    /// fish 3 or newer
    Fish,
    /// Windows PowerShell 5.1 or newer, and PowerShell 7
    #[value(alias = "pwsh")]
    Powershell,
    /// Elvish 0.19 or newer
    Elvish,
}

/// Print what may come next on a command line
#[derive(Debug, Args)]
pub struct CompleteArgs {
    /// The shell that asks
    #[arg(value_enum)]
    pub shell: CompletionShell,

    /// The word under the cursor, up to it
    #[arg(
        long,
        value_name = "WORD",
        require_equals = true,
        allow_hyphen_values = true
    )]
    pub current: OsString,

    /// The words between the program's name and that one
    #[arg(value_name = "WORDS", last = true)]
    pub words: Vec<OsString>,
}

/// Print a manual page, or the names of all
#[derive(Debug, Args)]
pub struct ManualArgs {
    /// The page to print in the language of man(7); without it: the names of all pages
    #[arg(value_name = "PAGE")]
    pub page: Option<String>,
}
