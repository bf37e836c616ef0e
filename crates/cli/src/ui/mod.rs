//! The terminal: stdout for answers, stderr for people.

mod browser;
mod device_code;
mod hidden;
mod interaction;
mod paste;
mod prompt;
mod screen;
mod surroundings;
mod unseen;
mod waiting;

pub(crate) use self::interaction::Person;
pub(crate) use self::prompt::Answer;
pub(crate) use self::prompt::Choice;
pub(crate) use self::prompt::TextQuestion;
use self::surroundings::Browser;
use self::surroundings::Facts;
use self::surroundings::Surroundings;

use std::borrow::Cow;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::process::ExitCode;

use anstyle::AnsiColor;
use anstyle::Style;
use protocol::text::escaped;
use protocol::text::escaped_keeping_lines;
use protocol::text::without_certain_tokens;
use protocol::text::without_tokens;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::args::Arguments;
use crate::args::ColorChoice;
use crate::command_error::CommandError;
use crate::command_error::ErrorDocument;
use crate::command_error::Kind;
use crate::error_codes;
use crate::output::document;
use crate::output::wrapping::wrapped_lines;
use crate::settings::Variables;
use crate::wording;

/// How far the further lines of what has a label are indented, in columns.
const HANGING: usize = 2;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// For whoever searches or files a ticket; nobody has to read it.
const CODE: Style = Style::new().dimmed();

/// How to open a page before the eyes of the person at this machine: the commands of `$BROWSER`,
/// none of them for the operating system's own way. `None` if there is no browser, or one whose
/// loopback may not be ours.
pub(crate) fn browser_at_hand(variables: &Variables) -> Option<Vec<String>> {
    let surroundings = Surroundings::of(&Facts::gathered(variables));
    if surroundings.is_remote {
        return None;
    }
    surroundings.browser.map(|browser| match browser {
        Browser::Commands(commands) => commands,
        Browser::System => Vec::new(),
    })
}

/// Where the person sits, as far as a sign-in page goes.
pub(crate) struct Place {
    /// What would open a page, if anything would.
    pub(crate) browser: Option<String>,
    /// What was found, in words that fit after "there is".
    pub(crate) findings: Vec<String>,
    /// Whether the person's browser may run elsewhere, so that its loopback is not ours.
    pub(crate) is_remote: bool,
}

/// The program that a command runs, without the words after it, which may hold anything.
fn program(command: &str) -> String {
    let first = shlex::split(command).and_then(|words| words.into_iter().next());
    first.unwrap_or_else(|| "a command that makes no words".to_owned())
}

/// Looks where the person sits. Nothing is opened.
pub(crate) fn place_of_the_person(variables: &Variables) -> Place {
    let surroundings = Surroundings::of(&Facts::gathered(variables));
    Place {
        browser: surroundings.browser.map(|browser| match browser {
            Browser::Commands(commands) => {
                let programs: Vec<String> = commands.iter().map(|one| program(one)).collect();
                format!("$BROWSER ({})", programs.join(", "))
            }
            Browser::System => "the system's browser".to_owned(),
        }),
        findings: surroundings.findings,
        is_remote: surroundings.is_remote,
    }
}

/// How this run talks.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a wish of its own, independent of the others"
)]
pub(crate) struct Ui {
    quiet: bool,
    json: bool,
    verbose: u8,
    input_refused: bool,
    is_pipeline: bool,
}

#[expect(
    clippy::unused_self,
    reason = "who writes to the terminal was handed the Ui"
)]
impl Ui {
    /// Takes from arguments and environment how to talk.
    pub(crate) fn new(arguments: &Arguments, variables: &Variables) -> Self {
        let color = match arguments.global.color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        color.write_global();
        let ui = Self {
            quiet: arguments.is_quiet(),
            json: arguments.wants_json(),
            verbose: arguments.global.verbose,
            input_refused: arguments.global.no_input || variables.forbids_input(),
            is_pipeline: variables.is_pipeline(),
        };
        if ui.verbose > 0 {
            ui.log();
        }
        ui
    }

    /// The same, but it asks nobody and says nothing.
    pub(crate) fn silent(&self) -> Self {
        Self {
            quiet: true,
            input_refused: true,
            ..self.clone()
        }
    }

    /// Whether a person can be asked: input is allowed, and both sides are terminals.
    pub(crate) fn can_ask(&self) -> bool {
        let is_allowed = !self.input_refused && !self.is_pipeline;
        is_allowed && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Writes the answer to stdout. A reader that went away is no failure.
    pub(crate) fn answer(&self, text: &str) -> Result<(), CommandError> {
        self.answer_while_read(text).map(|_| ())
    }

    /// Writes a part of an answer to stdout. Gives whether anybody still reads.
    pub(crate) fn answer_while_read(&self, text: &str) -> Result<bool, CommandError> {
        written(io::stdout().lock(), text.as_bytes())
    }

    /// Writes an answer that is no text to stdout.
    pub(crate) fn answer_bytes(&self, bytes: &[u8]) -> Result<(), CommandError> {
        written(io::stdout().lock(), bytes).map(|_| ())
    }

    /// Whether a person reads the answer.
    pub(crate) fn answers_on_a_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// How many characters a line of the answer may have: what the terminal has room for, if a person
    /// reads it.
    pub(crate) fn answer_width(&self) -> Option<usize> {
        self.answers_on_a_terminal()
            .then(|| usize::from(screen::size().0))
    }

    /// How many columns text may take that is broken into lines: the terminal's, between 40 and 200;
    /// elsewhere it is not broken.
    pub(crate) fn text_width(&self) -> usize {
        self.answer_width()
            .map_or(usize::MAX, |columns| columns.clamp(40, 200))
    }

    /// Writes a part of an answer that is meant for people: its styles reach a terminal only, whose
    /// width its lines keep to.
    pub(crate) fn tell(&self, styled: &str) -> Result<(), CommandError> {
        let width = self.answers_on_a_terminal().then(screen::told_width);
        let styled = match width.flatten() {
            Some(width) => Cow::Owned(wrapped_lines(styled, width, HANGING)),
            None => Cow::Borrowed(styled),
        };
        self.tell_as_it_is(&styled)
    }

    /// The same, whatever its width: commands of several lines.
    pub(crate) fn tell_as_it_is(&self, styled: &str) -> Result<(), CommandError> {
        written(anstream::stdout().lock(), styled.as_bytes()).map(|_| ())
    }

    /// Says something to the person that is no part of the answer.
    pub(crate) fn note(&self, text: &str) {
        if self.quiet {
            return;
        }
        if self.json {
            self.document("note", text);
        } else {
            self.line(&escaped(&without_certain_tokens(text)));
        }
    }

    /// Says what a person must see to sign in safely: in plain lines, whatever was asked for of
    /// output and silence.
    fn tell_always(&self, text: &str) {
        self.line(&escaped(text));
    }

    /// Says what to do: the command goes on.
    fn hint(&self, text: &str) {
        if self.quiet {
            return;
        }
        if self.json {
            self.document("note", text);
        } else {
            self.labelled(HINT, "hint", text);
        }
    }

    /// Warns: the command goes on.
    pub(crate) fn warn(&self, text: &str) {
        if self.quiet {
            return;
        }
        if self.json {
            self.document("warning", text);
        } else {
            self.labelled(WARNING, "warning", text);
        }
    }

    /// Says why the command failed, and gives its exit code.
    pub(crate) fn fail(&self, error: &CommandError) -> ExitCode {
        if error.kind == Kind::Interrupted {
            self.note(wording::CANCELLED);
            return ExitCode::from(error.kind.exit_code());
        }
        if self.json {
            screen::line(&failure_document(error));
        } else {
            self.complain(error);
            if let Some(provider) = &error.provider {
                for (name, value) in [
                    ("correlation id", &provider.correlation_id),
                    ("trace id", &provider.trace_id),
                    ("timestamp", &provider.timestamp),
                ] {
                    if let Some(value) = value {
                        screen::text(&format!("{name}: {}", escaped(value)), HANGING);
                    }
                }
            }
        }
        ExitCode::from(error.kind.exit_code())
    }

    /// Says what is wrong and what to do, to the person.
    pub(crate) fn complain(&self, error: &CommandError) {
        let message = without_certain_tokens(&error.message);
        let said = error_codes::with_code(&message, error.code);
        let said = escaped(&said);
        let code = format!("[{}]", error.code);
        let said = match said.strip_suffix(&code) {
            Some(message) => format!("{message}{CODE}{code}{CODE:#}"),
            None => said.into_owned(),
        };
        screen::text(&format!("{ERROR}error{ERROR:#}: {said}"), HANGING);
        for hint in error.advice().iter() {
            self.labelled(HINT, "hint", hint);
        }
    }

    fn labelled(&self, style: Style, label: &str, text: &str) {
        let text = without_certain_tokens(text);
        let text = escaped(&text);
        screen::text(&format!("{style}{label}{style:#}: {text}"), HANGING);
    }

    fn document(&self, level: &str, text: &str) {
        let document = serde_json::json!({
            "schema_version": 1, "level": level, "message": escaped(&without_certain_tokens(text)),
        });
        screen::line(&document.to_string());
    }

    /// One line of words on stderr, already escaped.
    pub(crate) fn line(&self, text: &str) {
        screen::text(text, 0);
    }

    fn log(&self) {
        let level = if self.verbose > 1 {
            tracing::level_filters::LevelFilter::DEBUG
        } else {
            tracing::level_filters::LevelFilter::INFO
        };
        // Only our own targets: what a library logs may hold what we would never print.
        let ours = tracing_subscriber::filter::Targets::new()
            .with_target("engine", level)
            .with_target("http", level)
            .with_target("landing", level)
            .with_target("settings", level);
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(|| screen::Log)
            .with_ansi(false)
            .without_time();
        // A second initialisation cannot happen: there is one Ui.
        let _ = tracing_subscriber::registry()
            .with(ours)
            .with(lines)
            .try_init();
    }
}

/// Writes it all, if anybody reads it: gives whether somebody does.
fn written(mut stdout: impl Write, bytes: &[u8]) -> Result<bool, CommandError> {
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(CommandError::new(
            Kind::Store,
            "stdout_not_writable",
            format!("the answer could not be written: {error}"),
        )),
        Ok(()) => Ok(true),
    }
}

/// Answers a command line that is none: help and version go to stdout, all else is a usage error,
/// with the command that was probably meant.
pub(crate) fn usage(error: &clap::Error, meant: Option<&str>, as_json: bool) -> ExitCode {
    if !error.use_stderr() {
        // If stdout is gone, there is nobody to tell.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let plain = redacted(&error.to_string());
    let safe = escaped_keeping_lines(&plain);
    let meant = meant.map(|command| format!("A profile's name goes with -p: {command}"));
    if as_json {
        let message = safe.lines().next().unwrap_or_default();
        let worded =
            CommandError::usage("invalid_arguments", message.trim_start_matches("error: "));
        let worded = meant.into_iter().fold(worded, CommandError::hint);
        let worded = worded.hint("See: entra-auth-cli --help, or the command's own --help");
        screen::line(&failure_document(&worded));
    } else {
        let styled = if safe == error.to_string() {
            error.render().ansi().to_string()
        } else {
            safe.into_owned()
        };
        for line in styled.lines() {
            screen::text(line, HANGING);
        }
        if let Some(meant) = meant {
            screen::text(&format!("{HINT}hint{HINT:#}: {meant}"), HANGING);
        }
    }
    ExitCode::from(Kind::Usage.exit_code())
}

/// A failure as scripts read it, in one line.
fn failure_document(error: &CommandError) -> String {
    document::json_line(&ErrorDocument::from(error)).map_or_else(
        |_| format!("{{\"code\":\"{}\"}}", error.code),
        |text| text.to_string(),
    )
}

/// A usage error without the value that was typed to a flag of a secret, such as
/// `--client-secret-stdin=VALUE`, and without any argument that looks like a token.
fn redacted(message: &str) -> String {
    let about_a_secret = ["--client-secret", "--certificate-password"]
        .iter()
        .any(|flag| message.contains(flag));
    let message = without_tokens(message);
    match (about_a_secret, message.find("value '")) {
        (true, Some(start)) => {
            let start = start + "value '".len();
            let end = message[start..]
                .find("' for ")
                .map_or(message.len(), |end| start + end);
            format!("{}[REDACTED]{}", &message[..start], &message[end..])
        }
        _ => message,
    }
}

#[cfg(unix)]
#[cfg(test)]
mod rehearsal;
