//! `--copy`: an answer on the clipboard, for a minute.
//!
//! Under X11 and Wayland the contents live no longer than the process that offers them, and
//! everywhere somebody has to clear them once the minute is over. So the program starts itself
//! again, detached, as `hold-clipboard`, hands it the text on its stdin and waits until it holds
//! the clipboard. Over SSH without a display there is no clipboard to hold: the terminal is asked
//! to set its own.

mod holder;
#[cfg(feature = "clipboard")]
mod selection;
mod terminal;
mod way;

use std::process::ExitCode;
use std::time::Duration;

use self::way::Way;
use crate::command_error::CommandError;
use crate::settings::Variables;
use crate::ui::Ui;

/// How long the clipboard keeps what `--copy` put there.
pub(crate) const HOLD: Duration = Duration::from_mins(1);

/// What became of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copied {
    /// It is on the desktop's clipboard and is cleared after [`HOLD`], unless replaced before.
    Held,
    /// The terminal was asked to put it on its clipboard, where nobody clears it.
    AskedTerminal,
}

/// Puts `text` on the clipboard of the person who sits there. A process that holds it there does
/// without the variables `kept_back`.
///
/// # Errors
/// `clipboard_unavailable` if there is no clipboard, or it cannot be had.
pub(crate) fn copy(
    variables: &Variables,
    kept_back: &[String],
    text: &str,
) -> Result<Copied, CommandError> {
    match Way::of(variables) {
        Way::Desktop => holder::start(kept_back, text).map(|()| Copied::Held),
        Way::Terminal => terminal::copy(text).map(|()| Copied::AskedTerminal),
        Way::Nowhere => Err(unavailable("this session has no display")),
    }
}

/// Holds the text on stdin on the clipboard for that long, then clears it: the hidden command
/// `hold-clipboard`.
///
/// # Errors
/// `clipboard_unavailable`, of which the reason stands on stdout as well, for the process that
/// waits there.
pub(crate) fn hold(ui: &Ui, duration: Option<Duration>) -> Result<ExitCode, CommandError> {
    holder::run(ui, duration.unwrap_or(HOLD))
}

fn unavailable(why: &str) -> CommandError {
    CommandError::usage(
        "clipboard_unavailable",
        format!("there is no clipboard to copy to: {why}"),
    )
    .hint("Keep it in a file that only you can read: --file PATH instead of --copy")
    .hint("Or hand it to a program: entra-auth-cli get-token … | PROGRAM")
}
