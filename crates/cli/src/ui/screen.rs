//! stderr as several threads write on it: lines that stay, below them one that moves, and a
//! terminal that is given back as it was found.

use std::io;
use std::io::IsTerminal as _;
use std::io::Write;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use crossterm::event::DisableBracketedPaste;
use crossterm::event::EnableBracketedPaste;
use crossterm::terminal;

use crate::output::wrapping::wrapped;

/// Goes to the beginning of the line and clears it (ECMA-48: CR, EL).
const CLEAR_LINE: &str = "\r\x1b[2K";

/// The columns and rows that a terminal is taken for that does not tell its own.
const USUAL_SIZE: (u16, u16) = (80, 24);

// There is one terminal, and a signal gives it back without knowing who has it. All three change
// only while stderr is locked.
static HAS_MOVING_LINE: AtomicBool = AtomicBool::new(false);
static IS_RAW: AtomicBool = AtomicBool::new(false);
static IS_OVER: AtomicBool = AtomicBool::new(false);

/// Writes a line that stays; its styles reach a terminal only.
pub(super) fn line(styled: &str) {
    lines(&[styled.to_owned()]);
}

/// Writes a line of words, on a terminal in as many lines as it takes there; those after the first
/// are indented by `hanging` columns.
pub(super) fn text(styled: &str, hanging: usize) {
    match width() {
        Some(width) => lines(&wrapped(styled, width, hanging)),
        None => line(styled),
    }
}

fn lines(styled: &[String]) {
    // The lock is reentrant: held here, it keeps other threads out of all that follows.
    let mut stderr = io::stderr().lock();
    clear(&mut stderr);
    for line in styled {
        // If stderr is gone, there is nobody to tell.
        let _ = write!(anstream::stderr(), "{line}{}", line_end());
    }
}

/// The columns of the terminal that stderr is; `None` for a pipe, a file, and a terminal that does
/// not tell.
pub(super) fn width() -> Option<usize> {
    io::stderr().is_terminal().then(told_width).flatten()
}

/// The columns that the terminal tells.
pub(super) fn told_width() -> Option<usize> {
    let (columns, _) = terminal::size().ok()?;
    (columns > 0).then_some(usize::from(columns))
}

/// The terminal's columns and rows, at least one of each.
pub(super) fn size() -> (u16, u16) {
    let told = terminal::size().ok();
    told.filter(|(columns, rows)| *columns > 0 && *rows > 0)
        .unwrap_or(USUAL_SIZE)
}

/// Draws the line that moves, in place of what it showed before. For terminals only.
pub(super) fn moving_line(text: &str) {
    let width = usize::from(size().0 - 1);
    let text: String = text.chars().take(width).collect();
    let mut stderr = io::stderr().lock();
    if IS_OVER.load(Ordering::SeqCst) {
        return;
    }
    HAS_MOVING_LINE.store(true, Ordering::SeqCst);
    let _ = write!(stderr, "{CLEAR_LINE}{text}").and_then(|()| stderr.flush());
}

/// Whether the line that moves is on the screen.
pub(super) fn shows_moving_line() -> bool {
    HAS_MOVING_LINE.load(Ordering::SeqCst)
}

/// Takes the moving line away.
pub(super) fn clear_moving_line() {
    clear(&mut io::stderr().lock());
}

/// Gives the terminal back as it was found, for good: the process is about to end.
pub(crate) fn give_back() {
    let mut stderr = io::stderr().lock();
    IS_OVER.store(true, Ordering::SeqCst);
    clear(&mut stderr);
    leave_raw_mode(&mut stderr);
}

fn clear(stderr: &mut impl Write) {
    if HAS_MOVING_LINE.swap(false, Ordering::SeqCst) {
        let _ = write!(stderr, "{CLEAR_LINE}").and_then(|()| stderr.flush());
    }
}

/// In raw mode the terminal adds no carriage return by itself.
fn line_end() -> &'static str {
    if IS_RAW.load(Ordering::SeqCst) {
        "\r\n"
    } else {
        "\n"
    }
}

fn leave_raw_mode(stderr: &mut impl Write) {
    if IS_RAW.swap(false, Ordering::SeqCst) {
        // A terminal that is gone needs nothing given back.
        let _ = crossterm::execute!(stderr, DisableBracketedPaste);
        let _ = terminal::disable_raw_mode();
    }
}

/// The terminal hands over each key at once and echoes none, until this is dropped.
pub(super) struct RawMode(());

impl RawMode {
    /// Begins.
    ///
    /// # Errors
    /// If stdin is no terminal that can do so.
    pub(super) fn begin() -> io::Result<Self> {
        let mut stderr = io::stderr().lock();
        terminal::enable_raw_mode()?;
        IS_RAW.store(true, Ordering::SeqCst);
        let raw = Self(());
        crossterm::execute!(stderr, EnableBracketedPaste)?;
        Ok(raw)
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        leave_raw_mode(&mut io::stderr().lock());
    }
}

/// Takes the log, a line at a time.
pub(super) struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        for one in text.lines() {
            line(one);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
