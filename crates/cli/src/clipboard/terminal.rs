//! The clipboard of the terminal, by the escape sequence OSC 52 (xterm's "Manipulate Selection
//! Data", which most terminals understand, some only once it is allowed in their settings).

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::unavailable;
use crate::command_error::CommandError;

/// The terminal this process belongs to, wherever its output goes.
const TERMINAL: &str = "/dev/tty";

/// Asks the terminal to put the text on its clipboard. It does not answer.
pub(super) fn copy(text: &str) -> Result<(), CommandError> {
    vault::write_output(Path::new(TERMINAL), sequence(text).as_bytes())
        .map_err(|error| unavailable(&format!("no terminal can be asked: {error}")))
}

fn sequence(text: &str) -> Zeroizing<String> {
    let encoded = Zeroizing::new(STANDARD.encode(text));
    Zeroizing::new(format!("\x1b]52;c;{}\x07", *encoded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_text_reaches_the_terminal_as_it_is() {
        assert_eq!(*sequence("a\x07\x1b[2J"), "\x1b]52;c;YQcbWzJK\x07");
    }
}
