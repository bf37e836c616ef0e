//! What each shell needs so as to ask.

use crate::args::CompletionShell;

/// The script that makes this shell complete the program's command lines.
///
/// It says nothing itself: each Tab runs `entra-auth-cli complete`, by that name, from `PATH`.
pub(crate) fn script(shell: CompletionShell) -> &'static str {
    match shell {
        CompletionShell::Bash => include_str!("scripts/bash.sh"),
        CompletionShell::Zsh => include_str!("scripts/zsh.zsh"),
        CompletionShell::Fish => include_str!("scripts/fish.fish"),
        CompletionShell::Powershell => include_str!("scripts/powershell.ps1"),
        CompletionShell::Elvish => include_str!("scripts/elvish.elv"),
    }
}
