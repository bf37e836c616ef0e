//! Assignments for a shell to evaluate: `eval "$(entra-auth-cli get-token -o env)"`.

use model::TokenEntry;
use zeroize::Zeroizing;

use crate::args::Shell;

/// `ENTRA_ACCESS_TOKEN` and `ENTRA_EXPIRES_ON` (seconds since the epoch), quoted for the shell.
pub(super) fn rendered(entry: &TokenEntry, shell: Option<Shell>) -> Zeroizing<String> {
    let usual = if cfg!(windows) {
        Shell::Powershell
    } else {
        Shell::Sh
    };
    let shell = shell.unwrap_or(usual);
    let expires_on = entry.expires_on.unix_seconds().to_string();
    let mut text = Zeroizing::new(String::new());
    for (name, value) in [
        ("ENTRA_ACCESS_TOKEN", entry.access_token.expose_secret()),
        ("ENTRA_EXPIRES_ON", &expires_on),
    ] {
        let quoted = Zeroizing::new(quoted(value, shell));
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

/// The value as one literal word of that shell.
fn quoted(value: &str, shell: Shell) -> String {
    match shell {
        Shell::Sh => format!("'{}'", value.replace('\'', r"'\''")),
        Shell::Fish => format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'")),
        // PowerShell reads typographic quotes as quotes too; each is doubled to stand for itself.
        Shell::Powershell => {
            let mut text = String::from("'");
            for character in value.chars() {
                if matches!(character, '\'' | '\u{2018}'..='\u{201b}') {
                    text.push(character);
                }
                text.push(character);
            }
            text.push('\'');
            text
        }
    }
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

    #[test]
    fn a_quote_ends_no_word() {
        assert_eq!(quoted("a'b", Shell::Sh), r"'a'\''b'");
        assert_eq!(quoted(r"a'b\", Shell::Fish), r"'a\'b\\'");
        assert_eq!(
            quoted("a'b\u{2019}", Shell::Powershell),
            "'a''b\u{2019}\u{2019}'"
        );
    }
}
