//! From credential flags to where the credential is.

use std::io::BufRead;
use std::io::IsTerminal;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use model::Profile;
use model::SecretReference;
use zeroize::Zeroize;
use zeroize::Zeroizing;

use super::source::Source;
use crate::args::CredentialArgs;
use crate::command_error::CommandError;
use crate::ui::Ui;

/// More on stdin than this is no secret.
const LONGEST_STDIN: u64 = 64 * 1024;

/// A secret as flags give it.
pub(crate) enum GivenSecret {
    /// The value is here.
    Value(Zeroizing<String>),
    /// The value is elsewhere.
    Reference(SecretReference),
}

/// The flags of one secret: at most one is set.
pub(crate) struct SecretFlags<'a> {
    name: &'static str,
    value: Option<&'a Zeroizing<String>>,
    stdin: bool,
    file: Option<&'a PathBuf>,
    env: Option<&'a String>,
    command: Option<&'a String>,
}

impl SecretFlags<'_> {
    /// Whether one of them is set.
    pub(crate) fn is_given(&self) -> bool {
        self.source().is_some()
    }

    /// The one that is set.
    pub(super) fn source(&self) -> Option<Source> {
        let ways = [
            (self.value.is_some(), ""),
            (self.stdin, "-stdin"),
            (self.file.is_some(), "-file"),
            (self.env.is_some(), "-env"),
            (self.command.is_some(), "-command"),
        ];
        let (_, way) = ways.into_iter().find(|(is_set, _)| *is_set)?;
        Some(Source::SecretFlag {
            secret: self.name,
            way,
        })
    }
}

impl CredentialArgs {
    /// A flag that gives a credential, if there is one among them.
    pub(crate) fn credential_flag(&self) -> Option<&'static str> {
        let secret = self.client_secret_flags();
        let assertion = self.client_assertion_flags();
        let certificate = self.certificate_path.is_some();
        [&secret, &assertion]
            .into_iter()
            .find(|flags| flags.is_given())
            .map(|flags| flags.name)
            .or_else(|| certificate.then_some("--certificate-path"))
    }

    /// The flags of the client secret.
    pub(crate) fn client_secret_flags(&self) -> SecretFlags<'_> {
        SecretFlags {
            name: "--client-secret",
            value: self.client_secret.as_ref(),
            stdin: self.client_secret_stdin,
            file: self.client_secret_file.as_ref(),
            env: self.client_secret_env.as_ref(),
            command: self.client_secret_command.as_ref(),
        }
    }

    /// The flags of the certificate's password.
    pub(crate) fn certificate_password_flags(&self) -> SecretFlags<'_> {
        SecretFlags {
            name: "--certificate-password",
            value: self.certificate_password.as_ref(),
            stdin: self.certificate_password_stdin,
            file: self.certificate_password_file.as_ref(),
            env: self.certificate_password_env.as_ref(),
            command: self.certificate_password_command.as_ref(),
        }
    }

    /// The flags of the client assertion, which is never given by value.
    pub(crate) fn client_assertion_flags(&self) -> SecretFlags<'_> {
        SecretFlags {
            name: "--client-assertion",
            value: None,
            stdin: false,
            file: self.client_assertion_file.as_ref(),
            env: self.client_assertion_env.as_ref(),
            command: self.client_assertion_command.as_ref(),
        }
    }
}

/// The environment variables that flags or the profile name as holding a secret.
pub(super) fn secret_variables(flags: &CredentialArgs, profile: Option<&Profile>) -> Vec<String> {
    let by_flags = [
        &flags.client_secret_env,
        &flags.certificate_password_env,
        &flags.client_assertion_env,
    ];
    let by_profile = profile.into_iter().flat_map(|profile| {
        [
            &profile.client_secret_from,
            &profile.certificate_password_from,
            &profile.client_assertion_from,
        ]
    });
    let by_profile = by_profile.filter_map(|reference| match reference {
        Some(SecretReference::Env(name)) => Some(name),
        _ => None,
    });
    by_flags
        .into_iter()
        .flatten()
        .chain(by_profile)
        .cloned()
        .collect()
}

/// The secret that flags give, if they give one; stdin is read here.
pub(crate) fn secret_from_flags(
    ui: &Ui,
    flags: &SecretFlags<'_>,
) -> Result<Option<GivenSecret>, CommandError> {
    if let Some(value) = flags.value {
        ui.warn(&format!(
            "other users of this machine can see {name} in the process list; {name}-stdin, \
             {name}-file and {name}-env keep it out",
            name = flags.name
        ));
        return Ok(Some(GivenSecret::Value(value.clone())));
    }
    if flags.stdin {
        return from_stdin(ui, flags.name).map(|value| Some(GivenSecret::Value(value)));
    }
    let reference = if let Some(path) = flags.file {
        SecretReference::File(absolute(path)?)
    } else if let Some(name) = flags.env {
        must_be_variable_name(flags.name, name)?;
        SecretReference::Env(name.clone())
    } else if let Some(command) = flags.command {
        SecretReference::Command(command_words(command)?)
    } else {
        return Ok(None);
    };
    Ok(Some(GivenSecret::Reference(reference)))
}

/// A path that means the same from everywhere.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, CommandError> {
    std::path::absolute(path).map_err(|error| {
        CommandError::usage(
            "invalid_path",
            format!("`{}` is no path: {error}", path.display()),
        )
    })
}

/// The words of a command line: quotes and backslashes as in a POSIX shell, nothing else.
pub(crate) fn command_words(command: &str) -> Result<Vec<String>, CommandError> {
    match shlex::split(command) {
        Some(mut words) if !words.is_empty() => {
            // A program with a directory is meant from here; one without is looked up in PATH.
            let program = PathBuf::from(&words[0]);
            if program.components().count() > 1 {
                words[0] = absolute(&program)?.to_string_lossy().into_owned();
            }
            Ok(words)
        }
        _ => Err(CommandError::usage(
            "invalid_command",
            "the command names no program, or a quote in it is not closed",
        )),
    }
}

/// A variable's name, not its value: a value would rest in the profile in plain text, so it is
/// refused and not repeated.
pub(super) fn must_be_variable_name(flag: &str, name: &str) -> Result<(), CommandError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.bytes().all(legal)
        && name
            .bytes()
            .next()
            .is_some_and(|byte| !byte.is_ascii_digit())
    {
        return Ok(());
    }
    Err(CommandError::usage(
        "invalid_variable_name",
        format!("{flag}-env takes the name of an environment variable, and this is none"),
    )
    .hint(format!(
        "Write the name without a dollar sign: {flag}-env DEPLOYER_SECRET"
    )))
}

/// The secret on stdin: its first line, without the line ending. On a terminal the person is
/// asked, and nothing is echoed.
pub(super) fn from_stdin(ui: &Ui, name: &str) -> Result<Zeroizing<String>, CommandError> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        let question = name.trim_start_matches("--").replace('-', " ");
        return ui.ask_secret(&capitalised(&question));
    }
    let mut line = Zeroizing::new(String::new());
    let read = stdin.lock().take(LONGEST_STDIN).read_line(&mut line);
    let unusable = |why: &str| CommandError::usage("invalid_stdin", format!("{name}-stdin: {why}"));
    read.map_err(|error| unusable(&format!("stdin cannot be read: {error}")))?;
    while line.ends_with(['\n', '\r']) {
        line.pop();
    }
    if line.is_empty() {
        line.zeroize();
        return Err(unusable("stdin is empty"));
    }
    Ok(line)
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_place_of_a_variables_name_is_refused_and_not_repeated() {
        for name in ["", "S3cret~value.foo", "DEPLOYER-SECRET", "$X", "1A", "a b"] {
            let error = must_be_variable_name("--client-secret", name).unwrap_err();
            assert!(
                name.is_empty() || !format!("{error:?}").contains(name),
                "{error:?}"
            );
        }
        assert!(must_be_variable_name("--client-secret", "_DEPLOYER_1").is_ok());
    }

    #[test]
    fn a_command_is_split_as_a_shell_would_and_no_more() {
        assert_eq!(
            command_words("op read 'op://a b/c' $HOME").unwrap(),
            ["op", "read", "op://a b/c", "$HOME"]
        );
        assert!(command_words("").is_err());
        assert!(command_words("op 'open").is_err());
    }
}
