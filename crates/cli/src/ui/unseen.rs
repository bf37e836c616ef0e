//! What a person types or pastes without seeing it: secrets, and addresses that hold a code.
//!
//! Keys with Control write nothing, so that no secret holds the `u` of somebody's Ctrl-U.

use crossterm::event::Event;
use crossterm::event::KeyCode;
use crossterm::event::KeyEvent;
use crossterm::event::KeyEventKind;
use crossterm::event::KeyModifiers;
use zeroize::Zeroize as _;
use zeroize::Zeroizing;

/// No address of a browser's is longer, in bytes, and no secret.
const LONGEST: usize = 64 * 1024;

/// What has been typed or pasted since the last line.
pub(super) struct Unseen {
    text: Zeroizing<String>,
    is_too_long: bool,
    is_whole: bool,
}

/// What an event makes of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// The line goes on.
    Part,
    /// The line is complete, be it empty.
    Line {
        /// What was typed.
        text: Zeroizing<String>,
        /// Whether it is all that was pasted: line breaks and other controls inside are left out.
        is_whole: bool,
    },
    /// It is complete, and longer than anything that is taken.
    TooLong,
    /// Esc.
    Back,
    /// Ctrl-C or Ctrl-D.
    Stop,
}

impl Unseen {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            // Large enough from the start: growing would leave copies behind.
            text: Zeroizing::new(String::with_capacity(LONGEST)),
            is_too_long: false,
            is_whole: true,
        }
    }

    /// How many characters there are.
    pub(super) fn count(&self) -> usize {
        self.text.chars().count()
    }

    /// Takes what the terminal reports.
    pub(super) fn take(&mut self, event: Event) -> Heard {
        match event {
            Event::Paste(text) => {
                let text = Zeroizing::new(text);
                for character in text.trim_end_matches(['\r', '\n']).chars() {
                    if character.is_control() {
                        self.is_whole = false;
                    } else {
                        self.push(character);
                    }
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
            KeyCode::Esc => return Heard::Back,
            KeyCode::Char('c' | 'd') if with_control => return Heard::Stop,
            // Raw mode leaves a line feed as it is: Ctrl-J.
            KeyCode::Char('j') if with_control => return self.end(),
            KeyCode::Char('u') if with_control => self.clear(),
            KeyCode::Enter => return self.end(),
            KeyCode::Backspace => {
                self.text.pop();
            }
            // AltGr is reported as Control and Alt (Windows).
            KeyCode::Char(character)
                if !with_control || key.modifiers.contains(KeyModifiers::ALT) =>
            {
                self.push(character);
            }
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
        self.is_whole = true;
    }

    fn end(&mut self) -> Heard {
        let line = std::mem::replace(self, Self::new());
        if line.is_too_long {
            Heard::TooLong
        } else {
            Heard::Line {
                text: line.text,
                is_whole: line.is_whole,
            }
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

    fn type_in(typed: &mut Unseen, text: &str) {
        for character in text.chars() {
            assert_eq!(typed.take(key(KeyCode::Char(character))), Heard::Part);
        }
    }

    fn line(text: &str) -> Heard {
        Heard::Line {
            text: Zeroizing::new(text.to_owned()),
            is_whole: true,
        }
    }

    #[test]
    fn enter_ends_what_was_pasted_or_typed() {
        let mut typed = Unseen::new();
        typed.take(Event::Paste("s3cr~t x\r\n".to_owned()));
        assert_eq!(typed.take(key(ENTER)), line("s3cr~t x"));
        type_in(&mut typed, "http://x");
        assert_eq!(typed.take(control('j')), line("http://x"));
        assert_eq!(typed.take(key(ENTER)), line(""));
    }

    #[test]
    fn a_paste_with_controls_inside_is_not_whole() {
        for (paste, rest) in [("a\nb", "ab"), ("a\tb", "ab"), ("a\x15b\n", "ab")] {
            let mut typed = Unseen::new();
            typed.take(Event::Paste(paste.to_owned()));
            let broken = Heard::Line {
                text: Zeroizing::new(rest.to_owned()),
                is_whole: false,
            };
            assert_eq!(typed.take(key(ENTER)), broken, "{paste:?}");
            type_in(&mut typed, "c");
            assert_eq!(typed.take(key(ENTER)), line("c"), "the next one is its own");
        }
    }

    #[test]
    fn what_was_mistyped_can_be_taken_back() {
        let mut typed = Unseen::new();
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
    fn keys_with_control_write_nothing() {
        for letter in ('a'..='z').filter(|letter| !"cdj".contains(*letter)) {
            let mut typed = Unseen::new();
            assert_eq!(typed.take(control(letter)), Heard::Part);
            assert_eq!(typed.take(key(ENTER)), line(""), "Ctrl-{letter}");
        }
        for letter in ['c', 'd'] {
            assert_eq!(Unseen::new().take(control(letter)), Heard::Stop);
        }
        assert_eq!(Unseen::new().take(key(KeyCode::Esc)), Heard::Back);
    }

    #[test]
    fn alt_gr_writes_its_character() {
        let mut typed = Unseen::new();
        let modifiers = KeyModifiers::CONTROL | KeyModifiers::ALT;
        typed.take(Event::Key(KeyEvent::new(KeyCode::Char('@'), modifiers)));
        assert_eq!(typed.take(key(ENTER)), line("@"));
    }

    #[test]
    fn a_released_key_is_not_a_second_one() {
        let mut typed = Unseen::new();
        let mut released = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
        released.kind = KeyEventKind::Release;
        typed.take(key(KeyCode::Char('a')));
        typed.take(Event::Key(released));
        assert_eq!(typed.take(key(ENTER)), line("a"));
    }

    #[test]
    fn sixty_four_kibibytes_are_taken_and_no_more() {
        let mut typed = Unseen::new();
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
}
