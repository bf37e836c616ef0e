//! AADSTS numbers in a text.

use crate::aadsts;
use crate::text;

/// Entra's numbers have five to seven digits.
const DIGITS: std::ops::RangeInclusive<usize> = 5..=7;

/// What stands before a number that is one of an error, its letters alone, in lower case: Entra's
/// texts and replies, its sign-in logs (`errorCode`, and `ResultType` in Azure Monitor), on the line
/// above in what is copied from the admin center. `error` alone counts on the same line.
const LABELS: [&str; 6] = [
    "aadsts",
    "errorcode",
    "errorcodes",
    "resulttype",
    "fehlercode",
    "codederreur",
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
    let mut found = Vec::new();
    let mut end_of_last = None;
    for run in runs(text) {
        let continues = end_of_last.is_some_and(|end| {
            let between: &str = &text[end..run.start];
            between.chars().all(is_between) && (between.contains(',') || run.is_known(text))
        });
        let begins = run.start == 0 && run.is_known(text);
        if begins || continues || run.has_label(text) {
            found.extend(run.number(text));
            end_of_last = Some(run.end);
        } else {
            end_of_last = None;
        }
    }
    found
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

    fn has_label(&self, text: &str) -> bool {
        let after = text[self.end..].chars().next();
        if after.is_some_and(|character| character.is_ascii_alphanumeric()) {
            return false;
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
        let ends_with = |text: &str, labels: &[&str]| {
            let letters: String = text
                .chars()
                .filter(char::is_ascii_alphabetic)
                .map(|character| character.to_ascii_lowercase())
                .collect();
            labels.iter().any(|label| letters.ends_with(label))
        };
        let line = before.rsplit('\n').next().unwrap_or_default();
        ends_with(before, &LABELS) || ends_with(line, &["error"])
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
