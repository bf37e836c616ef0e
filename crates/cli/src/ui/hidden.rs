//! Asks for what must not be seen.

use std::io;

use crossterm::event;
use zeroize::Zeroizing;

use super::screen;
use super::screen::RawMode;
use super::unseen::Heard;
use super::unseen::Unseen;
use crate::signals;

/// What became of a question.
pub(super) enum Hidden {
    /// It was answered.
    Given(Zeroizing<String>),
    /// The question before is wanted.
    Back,
    /// It was cancelled.
    Stopped,
}

/// Asks until the answer passes `valid`, which may refuse it with a reason that shows nothing of
/// it. Not even the length of what is typed is shown.
///
/// # Errors
/// If the terminal hands over no single keys.
pub(super) fn ask(
    question: &str,
    valid: impl Fn(&str) -> Result<(), String>,
) -> io::Result<Hidden> {
    signals::end_with_exit_codes(screen::give_back);
    let _raw = RawMode::begin()?;
    let mut typed = Unseen::new();
    loop {
        draw(question, &typed);
        match typed.take(event::read()?) {
            Heard::Part => {}
            Heard::Line {
                is_whole: false, ..
            } => screen::text(
                "That holds a line break or another control character, which no secret does. \
                 Enter it again.",
                0,
            ),
            Heard::Line { text, .. } => match valid(&text) {
                Ok(()) => {
                    screen::line(&format!("> {question}: (hidden)"));
                    return Ok(Hidden::Given(text));
                }
                Err(reason) => screen::text(&format!("# {reason}"), 2),
            },
            Heard::TooLong => screen::text("That is longer than any secret. Enter it again.", 0),
            Heard::Back => {
                screen::line(&format!("? {question}: {}", super::prompt::BACK));
                return Ok(Hidden::Back);
            }
            Heard::Stop => {
                screen::line(&format!("? {question}:"));
                return Ok(Hidden::Stopped);
            }
        }
    }
}

/// Draws the question. One that is wider than the terminal loses its beginning: what it asks for
/// was said on the lines above, and what is typed has to be told from it.
fn draw(question: &str, typed: &Unseen) {
    let answer = if typed.count() == 0 { "" } else { "(hidden)" };
    let text = format!("? {question}: {answer}");
    let width = usize::from(screen::size().0);
    let surplus = text.chars().count().saturating_sub(width.saturating_sub(1));
    screen::moving_line(&text.chars().skip(surplus).collect::<String>());
}
