//! How many tests a runner says it ran.

use std::{fmt, iter::Sum, ops::Add};

/// Tests counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tests {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

impl Tests {
    /// Adds up the summary lines of nextest, libtest and pytest; `None` if there is none.
    pub(crate) fn read(output: &str) -> Option<Self> {
        let mut summaries = output.lines().filter(|line| is_summary(line)).peekable();
        summaries.peek()?;
        Some(summaries.map(counts).sum())
    }
}

impl Add for Tests {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl Sum for Tests {
    fn sum<I: Iterator<Item = Self>>(tests: I) -> Self {
        tests.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Tests {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(formatter, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

fn is_summary(line: &str) -> bool {
    let line = line.trim();
    let nextest = line.starts_with("Summary [");
    let libtest = line.starts_with("test result: ");
    let bare = line.trim_matches(['=', ' ']);
    let pytest = bare.starts_with(|first: char| first.is_ascii_digit())
        && bare.contains(" in ")
        && bare.split(" in ").nth(1).is_some_and(is_seconds);
    nextest || libtest || pytest
}

/// `0.12s`, or `75.00s (0:01:15)`
fn is_seconds(text: &str) -> bool {
    let seconds = text.split_whitespace().next().unwrap_or_default();
    seconds
        .strip_suffix('s')
        .is_some_and(|number| number.parse::<f64>().is_ok())
}

fn counts(line: &str) -> Tests {
    let words: Vec<&str> = line
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut tests = Tests::default();
    for pair in words.windows(2) {
        let Ok(number) = pair[0].parse::<u32>() else {
            continue;
        };
        match pair[1] {
            "passed" => tests.passed += number,
            "failed" | "error" | "errors" | "timed" | "exec" => tests.failed += number,
            "skipped" | "ignored" | "deselected" | "xfailed" => tests.skipped += number,
            _ => {}
        }
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::Tests;

    fn tests(passed: u32, failed: u32, skipped: u32) -> Tests {
        Tests {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn reads_nextest() {
        let output = "     Summary [   1.037s] 9 tests run: 5 passed (1 slow, 1 leaky), 2 failed, 1 timed out, 1 exec failed, 3 skipped\n";
        assert_eq!(Tests::read(output), Some(tests(5, 4, 3)));
    }

    #[test]
    fn adds_up_libtest() {
        let output = "\
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.10s
test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s
";
        assert_eq!(Tests::read(output), Some(tests(7, 2, 1)));
    }

    #[test]
    fn reads_pytest_quiet_and_loud() {
        assert_eq!(Tests::read("5 passed in 0.12s\n"), Some(tests(5, 0, 0)));
        assert_eq!(
            Tests::read("==== 1 failed, 5 passed, 2 skipped, 1 error in 75.00s (0:01:15) ====\n"),
            Some(tests(5, 2, 2))
        );
    }

    #[test]
    fn text_without_a_summary_counts_nothing() {
        assert_eq!(Tests::read("running 3 tests\n3 files in 2 folders\n"), None);
        assert_eq!(Tests::read(""), None);
    }

    #[test]
    fn prints_the_line_that_ci_reads() {
        let sum: Tests = [tests(5, 0, 0), tests(7, 0, 0)].into_iter().sum();
        assert_eq!(sum.to_string(), "12 passed, 0 failed");
        let sum = sum + tests(0, 0, 2);
        assert_eq!(sum.to_string(), "12 passed, 0 failed, 2 skipped");
    }
}
