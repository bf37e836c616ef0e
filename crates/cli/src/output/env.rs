//! Assignments for a shell to evaluate: `eval "$(entra-auth-cli get-token -o env)"`.

use model::TokenEntry;
use zeroize::Zeroizing;

use crate::args::Shell;
use crate::shell;

/// `ENTRA_ACCESS_TOKEN` and `ENTRA_EXPIRES_ON` (seconds since the epoch), quoted for the shell.
pub(super) fn rendered(entry: &TokenEntry, shell: Option<Shell>) -> Zeroizing<String> {
    let shell = shell.unwrap_or(shell::USUAL);
    let expires_on = entry.expires_on.unix_seconds().to_string();
    let mut text = Zeroizing::new(String::new());
    for (name, value) in [
        ("ENTRA_ACCESS_TOKEN", entry.access_token.expose_secret()),
        ("ENTRA_EXPIRES_ON", &expires_on),
    ] {
        let quoted = Zeroizing::new(shell::quoted(value, shell));
        let (before, between, after) = match shell {
            Shell::Sh => ("export ", "=", "\n"),
            Shell::Fish => ("set -gx ", " ", ";\n"),
            Shell::Powershell => ("$env:", " = ", "\n"),
        };
        for part in [before, name, between, &quoted, after] {
            text.push_str(part);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::tests::issued;
    use super::*;

    #[test]
    fn each_shell_gets_its_own_assignments() {
        let entry = issued().entry;
        assert_eq!(
            *rendered(&entry, Some(Shell::Sh)),
            "export ENTRA_ACCESS_TOKEN='eyJ0.eyJh.c2ln'\nexport ENTRA_EXPIRES_ON='1767229199'\n"
        );
        assert_eq!(
            *rendered(&entry, Some(Shell::Fish)),
            "set -gx ENTRA_ACCESS_TOKEN 'eyJ0.eyJh.c2ln';\nset -gx ENTRA_EXPIRES_ON '1767229199';\n"
        );
        assert_eq!(
            *rendered(&entry, Some(Shell::Powershell)),
            "$env:ENTRA_ACCESS_TOKEN = 'eyJ0.eyJh.c2ln'\n$env:ENTRA_EXPIRES_ON = '1767229199'\n"
        );
    }
}
