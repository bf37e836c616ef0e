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
use crossterm::event::Event;
use crossterm::event::KeyCode;
use crossterm::event::KeyEvent;
use crossterm::event::KeyEventKind;
use crossterm::event::KeyModifiers;
use zeroize::Zeroize as _;
use zeroize::Zeroizing;

use super::screen;
use super::screen::RawMode;
use crate::signals;

/// No address of a browser's is longer.
const LONGEST: usize = 64 * 1024;

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
    let mut typed = Typed::new();
    while !is_over.load(Ordering::SeqCst) {
        screen::moving_line(&typed.shown());
        let heard = match event::poll(TICK) {
            Ok(true) => event::read(),
            Ok(false) => continue,
            Err(error) => Err(error),
        };
        let Ok(heard) = heard else {
            screen::line("The terminal can no longer be read: the browser alone can answer now.");
            break;
        };
        match typed.take(heard) {
            Heard::Part => {}
            Heard::Line(line) => {
                if pasted.send(line).is_err() {
                    break;
                }
            }
            Heard::TooLong => screen::line("That is longer than any address. Paste it again."),
            Heard::Stop => {
                signals::interrupt();
                break;
            }
        }
    }
    screen::clear_moving_line();
}

/// What has been typed or pasted since the last line.
struct Typed {
    text: Zeroizing<String>,
    is_too_long: bool,
}

/// What an event makes of it.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    /// The line goes on.
    Part,
    /// The line is complete.
    Line(Zeroizing<String>),
    /// It is complete, and longer than anything that is taken.
    TooLong,
    /// Ctrl-C or Ctrl-D.
    Stop,
}

impl Typed {
    fn new() -> Self {
        Self {
            // Large enough from the start: growing would leave copies behind.
            text: Zeroizing::new(String::with_capacity(LONGEST)),
            is_too_long: false,
        }
    }

    fn shown(&self) -> String {
        match self.text.chars().count() {
            0 => "Paste the address here and press Enter: ".to_owned(),
            count => format!("Paste the address here and press Enter: ({count} characters)"),
        }
    }

    fn take(&mut self, event: Event) -> Heard {
        match event {
            Event::Paste(text) => {
                let text = Zeroizing::new(text);
                // An address that was copied out of several lines is still one.
                for character in text.chars().filter(|character| !character.is_control()) {
                    self.push(character);
                }
                Heard::Part
            }
            Event::Key(key) if key.kind != KeyEventKind::Release => self.press(key),
            _ => Heard::Part,
        }
    }

    fn press(&mut self, key: KeyEvent) -> Heard {
        let with_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c' | 'd') if with_control => return Heard::Stop,
            // Raw mode leaves a line feed as it is: Ctrl-J.
            KeyCode::Char('j') if with_control => return self.end(),
            KeyCode::Char('u') if with_control => self.clear(),
            KeyCode::Enter => return self.end(),
            KeyCode::Backspace => {
                self.text.pop();
            }
            KeyCode::Char(character) if !with_control => self.push(character),
            _ => {}
        }
        Heard::Part
    }

    fn push(&mut self, character: char) {
        if self.text.len() + character.len_utf8() <= LONGEST {
            self.text.push(character);
        } else {
            self.is_too_long = true;
        }
    }

    fn clear(&mut self) {
        self.text.zeroize();
        self.is_too_long = false;
    }

    fn end(&mut self) -> Heard {
        let line = std::mem::replace(self, Self::new());
        if line.is_too_long {
            Heard::TooLong
        } else if line.text.trim().is_empty() {
            Heard::Part
        } else {
            Heard::Line(Zeroizing::new(line.text.trim().to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTER: KeyCode = KeyCode::Enter;

    fn key(code: KeyCode) -> Event {
        Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn control(letter: char) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL))
    }

    fn type_in(typed: &mut Typed, text: &str) {
        for character in text.chars() {
            assert_eq!(typed.take(key(KeyCode::Char(character))), Heard::Part);
        }
    }

    fn line(text: &str) -> Heard {
        Heard::Line(Zeroizing::new(text.to_owned()))
    }

    #[test]
    fn enter_ends_what_was_pasted_or_typed() {
        let mut typed = Typed::new();
        let paste = Event::Paste(" http://localhost/?code=a\r\n  &state=b\n".to_owned());
        assert_eq!(typed.take(paste), Heard::Part);
        assert_eq!(
            typed.take(key(ENTER)),
            line("http://localhost/?code=a  &state=b")
        );
        type_in(&mut typed, "http://x");
        assert_eq!(typed.take(control('j')), line("http://x"));
        assert_eq!(typed.take(key(ENTER)), Heard::Part, "nothing is no address");
    }

    #[test]
    fn what_was_mistyped_can_be_taken_back() {
        let mut typed = Typed::new();
        type_in(&mut typed, "abc");
        typed.take(key(KeyCode::Backspace));
        type_in(&mut typed, "d");
        assert_eq!(typed.take(key(ENTER)), line("abd"));
        type_in(&mut typed, "abc");
        typed.take(control('u'));
        type_in(&mut typed, "e");
        assert_eq!(typed.take(key(ENTER)), line("e"));
    }

    #[test]
    fn control_c_and_control_d_stop() {
        for letter in ['c', 'd'] {
            assert_eq!(Typed::new().take(control(letter)), Heard::Stop);
        }
    }

    #[test]
    fn a_released_key_is_not_a_second_one() {
        let mut typed = Typed::new();
        let mut released = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
        released.kind = KeyEventKind::Release;
        typed.take(key(KeyCode::Char('a')));
        typed.take(Event::Key(released));
        assert_eq!(typed.take(key(ENTER)), line("a"));
    }

    #[test]
    fn sixty_four_kibibytes_are_taken_and_no_more() {
        let mut typed = Typed::new();
        let longest = "x".repeat(LONGEST);
        typed.take(Event::Paste(longest.clone()));
        assert_eq!(typed.take(key(ENTER)), line(&longest));
        typed.take(Event::Paste(longest));
        typed.take(key(KeyCode::Char('x')));
        assert_eq!(typed.take(key(ENTER)), Heard::TooLong);
        type_in(&mut typed, "y");
        assert_eq!(
            typed.take(key(ENTER)),
            line("y"),
            "the next one counts anew"
        );
    }

    #[test]
    fn only_the_length_is_shown() {
        let mut typed = Typed::new();
        typed.take(Event::Paste("secret-code".to_owned()));
        assert!(typed.shown().ends_with("(11 characters)"));
        assert!(!typed.shown().contains("secret"));
    }
}
