//! Words for a shell: whatever they hold, it runs none of it.

use std::borrow::Cow;

use crate::args::Shell;

/// The shell that people of this system are taken to use.
pub(crate) const USUAL: Shell = if cfg!(windows) {
    Shell::Powershell
} else {
    Shell::Sh
};

/// The value as one literal word of that shell.
pub(crate) fn quoted(value: &str, shell: Shell) -> String {
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

/// The command that sets a variable for what is run after it, for this system's usual shell.
pub(crate) fn setting(name: &str, value: &str) -> String {
    setting_of(name, value, USUAL)
}

fn setting_of(name: &str, value: &str, shell: Shell) -> String {
    match shell {
        Shell::Sh => format!("export {name}={}", word_of(value, shell)),
        Shell::Fish => format!("set -x {name} {}", word_of(value, shell)),
        Shell::Powershell => format!("$env:{name} = {}", quoted(value, shell)),
    }
}

/// The value as one word of a command that is shown for this system's usual shell; quoted only
/// where it has to be, for it is to be read as well.
pub(crate) fn word(value: &str) -> Cow<'_, str> {
    word_of(value, USUAL)
}

fn word_of(value: &str, shell: Shell) -> Cow<'_, str> {
    // PowerShell reads a list at `,` and a splatted variable at a leading `@`.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@+=".contains(&byte);
    if !value.is_empty() && !value.starts_with('@') && value.bytes().all(is_plain) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(quoted(value, shell))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_set_as_each_shell_does_it() {
        for (shell, command) in [
            (Shell::Sh, "export ENTRA_AUTH_KEY_STORE=file"),
            (Shell::Fish, "set -x ENTRA_AUTH_KEY_STORE file"),
            (Shell::Powershell, "$env:ENTRA_AUTH_KEY_STORE = 'file'"),
        ] {
            assert_eq!(setting_of("ENTRA_AUTH_KEY_STORE", "file", shell), command);
        }
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

    #[test]
    fn a_word_is_quoted_where_a_shell_would_read_more_into_it() {
        for plain in [
            "ada@contoso.com",
            "https://a.example/b",
            "User.Read",
            "-x=1",
        ] {
            assert_eq!(word(plain), plain);
        }
        for shell in [Shell::Sh, Shell::Powershell] {
            for hostile in [
                "", "$(id)", "`id`", "a;b", "a b", "a|b", "@a", "a,b", "~", "*",
            ] {
                let expected = format!("'{hostile}'");
                assert_eq!(word_of(hostile, shell), expected);
            }
        }
        assert_eq!(
            word_of("\u{2019};id;\u{2018}", Shell::Powershell),
            "'\u{2019}\u{2019};id;\u{2018}\u{2018}'"
        );
    }
}
