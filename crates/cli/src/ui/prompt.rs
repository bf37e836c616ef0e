//! Questions to the person, on stderr, so that stdout stays the answer's.

use inquire::InquireError;
use zeroize::Zeroizing;

use super::Ui;
use crate::command_error::CommandError;
use crate::command_error::Kind;

impl Ui {
    /// Asks for a secret; nothing of it is echoed.
    pub(crate) fn ask_secret(&self, question: &str) -> Result<Zeroizing<String>, CommandError> {
        self.must_be_able_to_ask(question)?;
        inquire::Password::new(&format!("{question}:"))
            .without_confirmation()
            .with_validator(
                inquire::validator::MinLengthValidator::new(1).with_message("nothing was typed"),
            )
            .with_display_mode(inquire::PasswordDisplayMode::Hidden)
            .prompt()
            .map(Zeroizing::new)
            .map_err(not_answered)
    }

    /// Asks for a new secret, twice.
    pub(crate) fn ask_new_secret(&self, question: &str) -> Result<Zeroizing<String>, CommandError> {
        self.must_be_able_to_ask(question)?;
        inquire::Password::new(&format!("{question}:"))
            .with_display_mode(inquire::PasswordDisplayMode::Hidden)
            .prompt()
            .map(Zeroizing::new)
            .map_err(not_answered)
    }

    /// Asks for a text, which `valid` may refuse with a reason.
    pub(crate) fn ask_text(
        &self,
        question: &str,
        help: &str,
        valid: impl Fn(&str) -> Result<(), String> + Clone + 'static,
    ) -> Result<String, CommandError> {
        self.must_be_able_to_ask(question)?;
        let validator = move |text: &str| {
            Ok(match valid(text.trim()) {
                Ok(()) => inquire::validator::Validation::Valid,
                Err(reason) => inquire::validator::Validation::Invalid(reason.into()),
            })
        };
        inquire::Text::new(&format!("{question}:"))
            .with_help_message(help)
            .with_validator(validator)
            .prompt()
            .map(|text| text.trim().to_owned())
            .map_err(not_answered)
    }

    /// Asks for one of several.
    pub(crate) fn ask_choice<T: std::fmt::Display>(
        &self,
        question: &str,
        choices: Vec<T>,
    ) -> Result<T, CommandError> {
        self.must_be_able_to_ask(question)?;
        inquire::Select::new(&format!("{question}:"), choices)
            .prompt()
            .map_err(not_answered)
    }

    /// Asks yes or no.
    pub(crate) fn ask_confirmation(
        &self,
        question: &str,
        default: bool,
    ) -> Result<bool, CommandError> {
        self.must_be_able_to_ask(question)?;
        inquire::Confirm::new(question)
            .with_default(default)
            .prompt()
            .map_err(not_answered)
    }

    fn must_be_able_to_ask(&self, question: &str) -> Result<(), CommandError> {
        if self.can_ask() {
            return Ok(());
        }
        Err(CommandError::new(
            Kind::InputNeeded,
            "input_needed",
            format!("a person is needed to answer `{question}`, but input is not allowed here"),
        ))
    }
}

fn not_answered(error: InquireError) -> CommandError {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => {
            CommandError::interrupted()
        }
        other => CommandError::new(
            Kind::Unexpected,
            "terminal_failed",
            format!("the terminal could not be used: {other}"),
        ),
    }
}
