//! HTML that cannot forget to escape: markup is known when the program is built, all else is text.

use protocol::text::escaped;

/// A piece of HTML, for the body of an element.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Adds markup.
    pub(super) fn markup(mut self, markup: &'static str) -> Self {
        self.0.push_str(markup);
        self
    }

    /// Adds text, as harmless as on the terminal.
    pub(super) fn text(mut self, text: &str) -> Self {
        for character in escaped(text).chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                _ => self.0.push(character),
            }
        }
        self
    }

    /// Adds text from outside that stands amid ours, and may run from right to left.
    pub(super) fn name(self, name: &str) -> Self {
        self.markup("<bdi>").text(name).markup("</bdi>")
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}
