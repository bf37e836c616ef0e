//! A passphrase that flags give: by stdin, file or variable.

use std::path::PathBuf;

use model::Passphrase;

use super::Variables;
use super::credential::from_stdin;
use super::credential::must_be_variable_name;
use super::passphrase::from_file;
use crate::command_error::CommandError;
use crate::ui::Ui;

/// Whoever finds what it seals can guess without end (NIST SP 800-63B §5.1.1.1).
const SHORTEST: usize = 8;

/// What the flags of one passphrase say.
pub(super) struct PassphraseFlags<'a> {
    /// What they begin with, such as `--passphrase`.
    pub(super) name: &'a str,
    /// Whether it is on stdin.
    pub(super) stdin: bool,
    /// The file that holds it.
    pub(super) file: Option<&'a PathBuf>,
    /// The variable that holds it.
    pub(super) variable: Option<&'a str>,
}

impl PassphraseFlags<'_> {
    /// The passphrase, if a flag is set.
    pub(super) fn given(
        &self,
        ui: &Ui,
        variables: &Variables,
    ) -> Result<Option<Passphrase>, CommandError> {
        if self.stdin {
            let text = from_stdin(ui, self.name)?;
            return Ok(Some(Passphrase::from(text.to_string())));
        }
        if let Some(path) = self.file {
            return from_file(path)
                .map(Some)
                .map_err(|why| unreadable(why.to_string()));
        }
        let Some(name) = self.variable else {
            return Ok(None);
        };
        must_be_variable_name(self.name, name)?;
        let text = variables
            .secret(name)
            .ok_or_else(|| unreadable(format!("the variable {name} holds no passphrase")))?;
        Ok(Some(Passphrase::from(text.to_string())))
    }

    /// The new passphrase that the flags give, or else the person, who is asked twice. `what`
    /// completes "the passphrase for …".
    pub(super) fn chosen(
        &self,
        ui: &Ui,
        variables: &Variables,
        what: &str,
    ) -> Result<Passphrase, CommandError> {
        let passphrase = match self.given(ui, variables)? {
            Some(passphrase) => passphrase,
            None => ui
                .ask_new_secret(&format!("New passphrase for {what}"))
                .map(|text| Passphrase::from(text.to_string()))
                .map_err(|error| error.hint(self.hint()))?,
        };
        if passphrase.expose_secret().chars().count() < SHORTEST {
            return Err(CommandError::usage(
                "passphrase_too_short",
                format!("the passphrase for {what} has at least {SHORTEST} characters"),
            )
            .hint("Four or five random words are easy to pass on and hard to guess."));
        }
        Ok(passphrase)
    }

    /// Whether any is set.
    pub(super) fn is_set(&self) -> bool {
        self.stdin || self.file.is_some() || self.variable.is_some()
    }

    /// Which flags would have answered.
    pub(super) fn hint(&self) -> String {
        let name = self.name;
        format!("Give it: {name}-stdin, {name}-file FILE or {name}-env NAME")
    }
}

fn unreadable(why: String) -> CommandError {
    CommandError::usage("passphrase_unreadable", why)
}
