//! Takes the address that a person pastes, while the program waits for the browser as well.
//!
//! The address holds the authorization code, so nothing of it is echoed. The terminal is read key
//! by key: read line by line it would cut an address at 4096 characters.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;

use crossterm::event;
use zeroize::Zeroizing;

use super::screen;
use super::screen::RawMode;
use super::unseen::Heard;
use super::unseen::Unseen;
use crate::signals;
use crate::wording;

/// How soon the end of the wait is noticed.
const TICK: Duration = Duration::from_millis(100);

/// Reads what is pasted, until dropped.
pub(super) struct Pasting {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    /// Goes last: nobody reads any more.
    _raw: RawMode,
}

impl Pasting {
    /// Begins to read from the terminal; each line goes to `pasted`.
    ///
    /// # Errors
    /// If the terminal hands over no single keys.
    pub(super) fn begin(pasted: Sender<Zeroizing<String>>) -> io::Result<Self> {
        let raw = RawMode::begin()?;
        let is_over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || read(&pasted, &seen));
        Ok(Self {
            is_over,
            thread: Some(thread),
            _raw: raw,
        })
    }
}

impl Drop for Pasting {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // A reader that panicked is no reason to fail: the hook has reported it.
            let _ = thread.join();
        }
    }
}

fn read(pasted: &Sender<Zeroizing<String>>, is_over: &AtomicBool) {
    let mut typed = Unseen::new();
    let mut drawn = String::new();
    while !is_over.load(Ordering::SeqCst) {
        let shown = shown(&typed);
        if shown != drawn || !screen::shows_moving_line() {
            screen::moving_line(&shown);
            drawn = shown;
        }
        let heard = match event::poll(TICK) {
            Ok(true) => event::read(),
            Ok(false) => continue,
            Err(error) => Err(error),
        };
        let Ok(heard) = heard else {
            screen::text(
                "The terminal can no longer be read: the browser alone can answer now.",
                0,
            );
            break;
        };
        match typed.take(heard) {
            Heard::Part | Heard::Back => {}
            // An address that was copied out of several lines is still one.
            Heard::Line { text, .. } => {
                let address = Zeroizing::new(text.trim().to_owned());
                if !address.is_empty() && pasted.send(address).is_err() {
                    break;
                }
            }
            Heard::TooLong => screen::text("That is longer than any address. Paste it again.", 0),
            Heard::Stop => {
                screen::line(wording::CANCELLED);
                signals::interrupt()
            }
        }
    }
    screen::clear_moving_line();
}

fn shown(typed: &Unseen) -> String {
    match typed.count() {
        0 => "Paste the address here and press Enter: ".to_owned(),
        count => format!("Paste the address here and press Enter: ({count} characters)"),
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::Event;

    use super::*;

    #[test]
    fn only_the_length_is_shown() {
        let mut typed = Unseen::new();
        typed.take(Event::Paste("secret-code".to_owned()));
        assert!(shown(&typed).ends_with("(11 characters)"));
        assert!(!shown(&typed).contains("secret"));
    }
}
