//! The demonstration as a person reads it, on stdout, at most 80 columns wide.

use anstyle::AnsiColor;
use anstyle::Style;
use protocol::text::escaped;
use serde_json::Value;

use super::evidence::Evidence;
use super::failed;
use super::invocation::Invocation;
use super::token::with_texts_shortened;
use crate::command_error::CommandError;
use crate::output::wrapping::words_wrapped;
use crate::ui::Ui;

const WIDTH: usize = 80;
const TITLE: Style = AnsiColor::Cyan.on_default().bold();
const COMMAND: Style = Style::new().bold();
const ANSWER: Style = Style::new().dimmed();
const DONE: Style = AnsiColor::Green.on_default().bold();

/// Tells it.
#[derive(Clone, Copy)]
pub(super) struct Story<'a> {
    ui: &'a Ui,
}

impl<'a> Story<'a> {
    /// A story told by this `ui`.
    pub(super) fn new(ui: &'a Ui) -> Self {
        Self { ui }
    }

    pub(super) fn title(self, text: &str) -> Result<(), CommandError> {
        self.ui.tell(&format!("{TITLE}{text}{TITLE:#}\n\n"))
    }

    pub(super) fn heading(self, text: &str) -> Result<(), CommandError> {
        self.ui.tell(&format!("\n{TITLE}{text}{TITLE:#}\n"))
    }

    /// A paragraph.
    pub(super) fn text(self, text: &str) -> Result<(), CommandError> {
        let lines = words_wrapped(&escaped(text), WIDTH);
        self.ui.tell(&format!("{}\n", lines.join("\n")))
    }

    /// A paragraph within a scene that goes on.
    pub(super) fn then(self, text: &str) -> Result<(), CommandError> {
        self.ui.tell("\n")?;
        self.text(text)
    }

    /// A command line, before it is run.
    pub(super) fn command(self, invocation: &Invocation) -> Result<(), CommandError> {
        let lines: Vec<String> = invocation
            .lines()
            .iter()
            .map(|line| format!("{COMMAND}{}{COMMAND:#}", escaped(line)))
            .collect();
        self.ui
            .tell_as_it_is(&format!("\n  $ {}\n", lines.join("\n    ")))
    }

    /// What a command wrote.
    pub(super) fn answer(self, text: &str) -> Result<(), CommandError> {
        let lines: Vec<String> = text
            .lines()
            .flat_map(|line| words_wrapped(&escaped(line), WIDTH - 4))
            .map(|line| format!("    {ANSWER}{line}{ANSWER:#}\n"))
            .collect();
        self.ui.tell(&lines.concat())
    }

    /// What was found to be so.
    pub(super) fn done(self, text: &str) -> Result<(), CommandError> {
        let lines = words_wrapped(&escaped(text), WIDTH - 4);
        self.ui
            .tell(&format!("  {DONE}✓{DONE:#} {}\n", lines.join("\n    ")))
    }

    /// A JSON value under its name, long texts cut.
    pub(super) fn json(self, name: &str, value: &Value) -> Result<(), CommandError> {
        let text = serde_json::to_string_pretty(&with_texts_shortened(value))
            .map_err(|error| failed(format!("the token cannot be shown: {error}")))?;
        self.ui.tell(&format!("\n  {name}\n"))?;
        self.answer(&text)
    }

    /// What arrived, command by command.
    pub(super) fn table(self, evidence: &[Evidence]) -> Result<(), CommandError> {
        let widest = evidence.iter().map(|row| row.command.len()).max();
        let width = widest.unwrap_or_default();
        let mut lines = vec![format!(
            "  {ANSWER}{:<width$}  sent  proof and outcome{ANSWER:#}\n",
            "command"
        )];
        lines.extend(evidence.iter().map(|row| {
            let Evidence {
                command,
                requests,
                what,
            } = row;
            format!("  {command:<width$}  {requests:>4}  {what}\n")
        }));
        self.ui.tell(&lines.concat())
    }

    /// Commands with what each does.
    pub(super) fn commands(self, commands: &[(&str, &str)]) -> Result<(), CommandError> {
        let widest = commands.iter().map(|(command, _)| command.len()).max();
        let width = widest.unwrap_or_default();
        let lines: Vec<String> = commands
            .iter()
            .map(|(command, what)| format!("  {COMMAND}{command:<width$}{COMMAND:#}  {what}\n"))
            .collect();
        self.ui.tell(&format!("\n{}", lines.concat()))
    }
}
