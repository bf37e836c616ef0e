//! Questions to the person, on stderr, so that stdout stays the answer's.

use std::fmt;
use std::io;

use inquire::InquireError;
use inquire::ui::RenderConfig;
use inquire::ui::Styled;
use inquire::validator::Validation;
use zeroize::Zeroizing;

use super::Ui;
use super::hidden;
use super::hidden::Hidden;
use super::screen;
use crate::command_error::CommandError;
use crate::command_error::Kind;

/// What is shown in place of an answer where the person went back.
pub(super) const BACK: &str = "<back>";

/// The lines around a list of choices: the question, the help, and the cursor's own below.
const LINES_AROUND: u16 = 4;

/// What became of a question that another one came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer<T> {
    /// It was answered.
    Given(T),
    /// The person wants the question before (Esc).
    Back,
}

impl<T> Answer<T> {
    /// The answer as something else.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Given(answer) => Answer::Given(change(answer)),
            Self::Back => Answer::Back,
        }
    }

    /// The answer to a question that nothing came before: going back is cancelling.
    pub(crate) fn or_cancelled(self) -> Result<T, CommandError> {
        match self {
            Self::Given(answer) => Ok(answer),
            Self::Back => Err(CommandError::interrupted()),
        }
    }
}

/// One of several answers, with what it means beside its name.
#[derive(Debug, Clone)]
pub(crate) struct Choice<T> {
    /// What is chosen.
    pub(crate) value: T,
    /// What it is called. What a person types is compared with its beginning.
    pub(crate) name: String,
    /// What it means; may be empty. Safe to print.
    pub(crate) meaning: String,
}

impl<T> Choice<T> {
    /// A choice with its meaning.
    pub(crate) fn new(value: T, name: impl Into<String>, meaning: impl Into<String>) -> Self {
        Self {
            value,
            name: name.into(),
            meaning: meaning.into(),
        }
    }
}

impl<T> fmt::Display for Choice<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        if self.meaning.is_empty() {
            return Ok(());
        }
        write!(formatter, ": {}", self.meaning)
    }
}

/// A question for a line of text.
pub(crate) struct TextQuestion<'q> {
    /// What is asked for.
    pub(crate) question: &'q str,
    /// What an answer looks like.
    pub(crate) help: &'q str,
    /// What stands there already and can be changed.
    pub(crate) initial: &'q str,
}

impl Ui {
    /// Asks for a secret; nothing of it is echoed.
    pub(crate) fn ask_secret(&self, question: &str) -> Result<Zeroizing<String>, CommandError> {
        self.asked_for_secret(question, |text| match text {
            "" => Err("nothing was typed".to_owned()),
            _ => Ok(()),
        })?
        .or_cancelled()
    }

    /// Asks for a new secret, twice.
    pub(crate) fn ask_new_secret(&self, question: &str) -> Result<Zeroizing<String>, CommandError> {
        loop {
            let secret = self.ask_secret(question)?;
            let again = self.ask_secret("Confirmation")?;
            if again == secret {
                return Ok(secret);
            }
            self.line("These are not the same. Enter it again.");
        }
    }

    /// Asks for a secret that `valid` may refuse with a reason, which shows nothing of it.
    pub(crate) fn asked_for_secret(
        &self,
        question: &str,
        valid: impl Fn(&str) -> Result<(), String>,
    ) -> Result<Answer<Zeroizing<String>>, CommandError> {
        self.must_be_able_to_ask(question)?;
        match hidden::ask(question, valid) {
            Ok(Hidden::Given(secret)) => Ok(Answer::Given(secret)),
            Ok(Hidden::Back) => Ok(Answer::Back),
            Ok(Hidden::Stopped) => Err(CommandError::interrupted()),
            Err(error) => Err(terminal_failed(&error)),
        }
    }

    /// Asks for a text, which `valid` may refuse with a reason.
    pub(crate) fn asked_for_text(
        &self,
        asked: &TextQuestion<'_>,
        valid: impl Fn(&str) -> Result<(), String> + Clone + 'static,
    ) -> Result<Answer<String>, CommandError> {
        self.must_be_able_to_ask(asked.question)?;
        let validator = move |text: &str| {
            Ok(match valid(text.trim()) {
                Ok(()) => Validation::Valid,
                Err(reason) => Validation::Invalid(reason.into()),
            })
        };
        let answer = inquire::Text::new(&format!("{}:", asked.question))
            .with_help_message(asked.help)
            .with_initial_value(asked.initial)
            .with_validator(validator)
            .with_render_config(looks())
            .prompt_skippable();
        Ok(answered(answer)?.map(|text| text.trim().to_owned()))
    }

    /// Asks for one of several.
    pub(crate) fn ask_choice<T: fmt::Display>(
        &self,
        question: &str,
        choices: Vec<T>,
    ) -> Result<T, CommandError> {
        self.must_be_able_to_ask(question)?;
        let answer = inquire::Select::new(&format!("{question}:"), choices)
            .with_render_config(looks())
            .prompt_skippable();
        answered(answer)?.or_cancelled()
    }

    /// Asks for one of several that explain themselves; the cursor begins at `first`.
    pub(crate) fn asked_to_choose<T>(
        &self,
        question: &str,
        choices: Vec<Choice<T>>,
        first: usize,
    ) -> Result<Answer<T>, CommandError> {
        self.must_be_able_to_ask(question)?;
        let (_, rows) = screen::size();
        let page = usize::from(rows.saturating_sub(LINES_AROUND).max(1));
        let begins_so = |typed: &str, choice: &Choice<T>, _: &str, place: usize| {
            let name = choice.name.to_lowercase();
            let place = i64::try_from(place).unwrap_or(i64::MAX);
            name.starts_with(&typed.to_lowercase()).then_some(-place)
        };
        let answer = inquire::Select::new(&format!("{question}:"), choices)
            .with_help_message("arrow keys and Enter; or type how it begins")
            .with_formatter(&|chosen| chosen.value.name.clone())
            .with_scorer(&begins_so)
            .with_page_size(page)
            .with_starting_cursor(first)
            .with_render_config(looks())
            .prompt_skippable();
        Ok(answered(answer)?.map(|choice| choice.value))
    }

    /// Asks yes or no.
    pub(crate) fn ask_confirmation(
        &self,
        question: &str,
        default: bool,
    ) -> Result<bool, CommandError> {
        self.asked_to_confirm(question, default)?.or_cancelled()
    }

    /// Asks yes or no, where a question came before.
    pub(crate) fn asked_to_confirm(
        &self,
        question: &str,
        default: bool,
    ) -> Result<Answer<bool>, CommandError> {
        self.must_be_able_to_ask(question)?;
        let answer = inquire::Confirm::new(question)
            .with_default(default)
            .with_render_config(looks())
            .prompt_skippable();
        answered(answer)
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

fn looks() -> RenderConfig<'static> {
    let looks = match anstream::ColorChoice::global() {
        anstream::ColorChoice::Never => RenderConfig::empty(),
        _ => RenderConfig::default(),
    };
    looks.with_canceled_prompt_indicator(Styled::new(BACK))
}

fn answered<T>(answer: Result<Option<T>, InquireError>) -> Result<Answer<T>, CommandError> {
    match answer {
        Ok(Some(answer)) => Ok(Answer::Given(answer)),
        Ok(None) | Err(InquireError::OperationCanceled) => Ok(Answer::Back),
        Err(InquireError::OperationInterrupted) => Err(CommandError::interrupted()),
        Err(InquireError::IO(error)) => Err(terminal_failed(&error)),
        Err(other) => Err(terminal_failed(&io::Error::other(other.to_string()))),
    }
}

fn terminal_failed(error: &io::Error) -> CommandError {
    CommandError::new(
        Kind::Unexpected,
        "terminal_failed",
        format!("the terminal could not be used: {error}"),
    )
}
