//! AADSTS numbers in a text.

use std::borrow::Cow;

use super::signs;
use crate::aadsts;
use crate::text;

/// Entra's numbers have five to seven digits.
const DIGITS: std::ops::RangeInclusive<usize> = 5..=7;

/// What stands before a number, its letters alone, in lower case. Behind this one it is Entra's.
const ENTRAS: &str = "aadsts";

/// Behind these it is one in Entra's replies and sign-in logs (`errorCode`, and `ResultType` in
/// Azure Monitor), on the line above in what is copied from the admin center. Other programs number
/// their errors so too: one that is not known needs a sign of Entra.
const LABELS: [&str; 5] = [
    "errorcode",
    "errorcodes",
    "resulttype",
    "fehlercode",
    "codederreur",
];

/// Behind this one, on the same line, it may be anything: a process, a port, another server's error.
const ERROR: &str = "error";

/// Words that a person puts beside a number to ask what it means, in lower case.
const QUESTION: [&str; 17] = [
    "a",
    "aadsts",
    "azure",
    "code",
    "does",
    "entra",
    "error",
    "explain",
    "id",
    "is",
    "mean",
    "microsoft",
    "number",
    "that",
    "the",
    "this",
    "what",
];

/// Numbers that say no more than that something failed: Entra writes the reason behind them.
const GENERAL: [u64; 7] = [50_000, 70_000, 70_002, 90_013, 90_023, 90_100, 9_002_313];

/// How far before a number its label is looked for, in bytes.
const LABEL_REACH: usize = 32;

/// How much is shown of what the server said of a number, in characters.
const LONGEST_SAYING: usize = 300;

/// The numbers of a text, the likeliest first, each once.
pub(super) fn in_text(text: &str) -> Vec<u64> {
    let is_list = |character: char| character.is_ascii_digit() || is_between(character);
    let mut found = if text.chars().all(is_list) {
        // As they were typed.
        runs(text).filter_map(|run| run.number(text)).collect()
    } else {
        let mut found = labelled(text);
        if found.is_empty() {
            found = asked_about(text);
        }
        found.reverse();
        found
    };
    let mut seen = Vec::new();
    found.retain(|code| {
        let is_new = !seen.contains(code);
        seen.push(*code);
        is_new
    });
    found.sort_by_key(|code| GENERAL.contains(code));
    found
}

/// The text with the numbers that a line end broke made whole: a terminal or a mail does so.
pub(super) fn made_whole(text: &str) -> Cow<'_, str> {
    let mut whole = Cow::Borrowed(text);
    let breaks: Vec<(usize, usize)> = runs(text)
        .zip(runs(text).skip(1))
        .filter(|(first, second)| first.is_broken_before(second, text))
        .map(|(first, second)| (first.end, second.start))
        .collect();
    for (end, start) in breaks.into_iter().rev() {
        whole.to_mut().replace_range(end..start, "");
    }
    whole
}

/// What the server said of a number: from the number to the end of the line, as it may be shown.
pub(super) fn said_of(code: u64, shown: &str) -> Option<String> {
    let label = format!("AADSTS{code}");
    let (_, after) = shown.split_once(&label)?;
    if after.starts_with(|character: char| character.is_ascii_digit()) {
        return None;
    }
    let line = after.lines().next().unwrap_or_default();
    let end = ["Trace ID:", "Correlation ID:", "AADSTS", "\",\""]
        .into_iter()
        .filter_map(|label| line.find(label))
        .min()
        .unwrap_or(line.len());
    let words = line[..end]
        .trim_start_matches([':', ' '])
        .trim_end_matches(|character: char| {
            character.is_whitespace() || "\"\\,;[({<".contains(character)
        });
    if !words.contains(' ') {
        return None;
    }
    let safe = text::escaped(words);
    let mut cut: String = safe.chars().take(LONGEST_SAYING).collect();
    if cut.len() < safe.len() {
        cut.push('…');
    }
    Some(cut)
}

fn labelled(text: &str) -> Vec<u64> {
    let has_sign = signs::are_in(text);
    let mut found = Vec::new();
    let mut end_of_last = None;
    for run in runs(text) {
        let continues = end_of_last.is_some_and(|end| {
            let between: &str = &text[end..run.start];
            between.chars().all(is_between) && (between.contains(',') || run.is_known(text))
        });
        let is_one = run.has_label(text, &[ENTRAS])
            || run.has_label(text, &LABELS) && (has_sign || run.is_known(text));
        if continues || is_one {
            found.extend(run.number(text));
            end_of_last = Some(run.end);
        } else {
            end_of_last = None;
        }
    }
    found
}

/// The known numbers that a text says nothing of but that they are errors: where it only asks about
/// them, or is about Entra.
fn asked_about(text: &str) -> Vec<u64> {
    let is_word = |word: &str| word.chars().any(char::is_alphabetic);
    let mut words = text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| is_word(word));
    let is_question = words.all(|word| QUESTION.contains(&word.to_lowercase().as_str()));
    let is_about_entra = is_question || signs::are_in(text);
    let is_one = |run: &Run| {
        let is_called_one = run.is_called_error(text) || is_question || run.start == 0;
        is_about_entra && is_called_one && run.is_known(text)
    };
    let known = runs(text).filter(is_one);
    known.filter_map(|run| run.number(text)).collect()
}

/// Digits one after the other, by their places.
struct Run {
    start: usize,
    end: usize,
}

impl Run {
    fn number(&self, text: &str) -> Option<u64> {
        let digits = &text[self.start..self.end];
        if !DIGITS.contains(&digits.len()) || digits.starts_with('0') {
            return None;
        }
        digits.parse().ok()
    }

    /// Whether it stands alone and is a number that there is.
    fn is_known(&self, text: &str) -> bool {
        let stands_alone = text[self.end..].chars().next().is_none_or(is_between);
        let entry = self.number(text).and_then(aadsts::entry);
        stands_alone && entry.is_some()
    }

    /// Whether one of these labels stands before it, on the line above at most.
    fn has_label(&self, text: &str, labels: &[&str]) -> bool {
        self.letters_before(text, |before| before)
            .is_some_and(|letters| labels.iter().any(|label| letters.ends_with(label)))
    }

    /// Whether the line calls it an error. In capitals the word is a level of a log, and the number
    /// behind it a process.
    fn is_called_error(&self, text: &str) -> bool {
        if text[..self.start].trim_end_matches(' ').ends_with("ERROR") {
            return false;
        }
        self.letters_before(text, |before| {
            before.rsplit('\n').next().unwrap_or_default()
        })
        .is_some_and(|letters| letters.ends_with(ERROR))
    }

    /// The letters of what stands before it, as far as another number; `None` if it does not end
    /// where its digits do.
    fn letters_before(&self, text: &str, part: impl Fn(&str) -> &str) -> Option<String> {
        let after = text[self.end..].chars().next();
        if after.is_some_and(|character| character.is_ascii_alphanumeric()) {
            return None;
        }
        let mut reach = self.start.saturating_sub(LABEL_REACH);
        while !text.is_char_boundary(reach) {
            reach += 1;
        }
        let before = &text[reach..self.start];
        // Another number or a word between them parts a number from its label.
        let before = before
            .rsplit(|character: char| character.is_ascii_digit())
            .next()
            .unwrap_or_default();
        let letters = part(before).chars().filter(char::is_ascii_alphabetic);
        Some(letters.map(|letter| letter.to_ascii_lowercase()).collect())
    }

    /// Whether a line end stands between it and the rest of a number that is known.
    fn is_broken_before(&self, rest: &Self, text: &str) -> bool {
        let between = &text[self.end..rest.start];
        let label = text[..self.start].get(self.start.saturating_sub(ENTRAS.len())..);
        let is_entras = label.is_some_and(|label| label.eq_ignore_ascii_case(ENTRAS));
        if !is_entras || !between.contains('\n') || !between.trim().is_empty() {
            return false;
        }
        let is_alone = self.number(text).and_then(aadsts::entry).is_some();
        let whole = format!(
            "{}{}",
            &text[self.start..self.end],
            &text[rest.start..rest.end]
        );
        !is_alone && whole.parse().ok().and_then(aadsts::entry).is_some()
    }
}

fn runs(text: &str) -> impl Iterator<Item = Run> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(|character: char| character.is_ascii_digit())?;
        let end = text[start..]
            .find(|character: char| !character.is_ascii_digit())
            .map_or(text.len(), |length| start + length);
        at = end;
        Some(Run { start, end })
    })
}

/// What stands between the numbers of a list.
fn is_between(character: char) -> bool {
    character.is_whitespace() || ",;[]()\"'#".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_not_entras_is_none() {
        for text in [
            "('28000', \"[28000] [Microsoft][ODBC Driver 17 for SQL Server] Login failed\")",
            "java.sql.SQLException: SQL Error: 28000",
            "ORA-28000: the account is locked",
            "Error: 50000, Severity: 16, State: 1.",
            "DiscordAPIError[50013]: Missing Permissions",
            "90002 rows affected",
            "50076 people attended",
            "errorCode: 123456",
            "2026-03-14 ERROR 50076 --- [main] c.m.a.msal4j.TokenRequest : failed",
            "Entra ID was slow, error 123456",
        ] {
            assert!(in_text(text).is_empty(), "{text}: {:?}", in_text(text));
        }
    }

    #[test]
    fn what_is_only_called_an_error_yields_to_entras_own_number() {
        let log = "2026-03-14 ERROR 50076 --- [main] A : AADSTS7000222: The provided client secret";
        assert_eq!(in_text(log), [7_000_222]);
        assert_eq!(in_text("error 65001 then AADSTS7000222: x"), [7_000_222]);
    }

    #[test]
    fn a_number_called_an_error_counts_where_it_is_about_entra() {
        for text in [
            "error 53003",
            "What does error 53003 mean?",
            "53003 what is that",
            "Azure AD sign-in failed with error 53003",
            "You cannot access this right now\nError Code: 53003",
            "https://login.microsoftonline.com/error?code=53003",
        ] {
            assert_eq!(in_text(text), [53_003], "{text}");
        }
        assert_eq!(in_text("\"error_codes\":[123456]"), [123_456]);
        assert_eq!(in_text("Trace ID: x, error code 123456"), [123_456]);
    }

    #[test]
    fn a_number_that_a_line_end_broke_is_whole_again() {
        for text in ["AADSTS700\n016: x", "AADSTS700\r\n    016: x"] {
            assert_eq!(made_whole(text), "AADSTS700016: x");
        }
        for text in ["AADSTS65001\n12: x", "AADSTS700 016", "700\n016"] {
            assert_eq!(made_whole(text), text);
        }
    }
}
