//! Text in lines that fit.

use unicode_width::UnicodeWidthStr as _;

/// The text in lines of at most `width` columns, broken between words; a longer word stands
/// alone in its line.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    if text.width() <= width {
        return vec![text.to_owned()];
    }
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrapped("toolong a", 4), ["toolong", "a"]);
        assert_eq!(wrapped("  kept as it is", 20), ["  kept as it is"]);
        assert_eq!(wrapped("", 4), [""]);
    }
}
