//! The findings as people and scripts read them.

use std::fmt::Display;

use anstyle::AnsiColor;
use anstyle::Style;
use protocol::text::escaped;
use serde::Serialize;

use super::check::Finding;
use super::check::Status;
use crate::output::wrapping::wrapped;
use crate::settings::Variables;

/// What the findings below it are about.
const HEADING: Style = Style::new().bold();

/// What `doctor -o json` prints; `docs/schema/doctor.schema.json`.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    schema_version: u8,
    /// The program's version.
    version: &'static str,
    /// When it was made, RFC 3339, UTC.
    created_at: String,
    /// The worst there is.
    status: Status,
    pub(super) findings: Vec<Finding>,
}

impl Report {
    pub(super) fn new(findings: Vec<Finding>, created_at: String) -> Self {
        let has = |status| findings.iter().any(|finding| finding.status == status);
        let status = if has(Status::Failed) {
            Status::Failed
        } else if has(Status::Warning) {
            Status::Warning
        } else {
            Status::Ok
        };
        Self {
            schema_version: 1,
            version: env!("CARGO_PKG_VERSION"),
            created_at,
            status,
            findings,
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.status == Status::Failed
    }

    /// How many findings there are of a kind, in words.
    pub(super) fn summary(&self) -> String {
        let count = |status| {
            let of_it = self.findings.iter().filter(|found| found.status == status);
            of_it.count()
        };
        format!(
            "{}: {} failed, {}, {} skipped",
            counted(self.findings.len(), "check"),
            count(Status::Failed),
            counted(count(Status::Warning), "warning"),
            count(Status::Skipped)
        )
    }

    /// One line for each finding, below it what to do; what is about one thing stands together.
    /// Where there is a `width`, longer lines are broken between words.
    pub(super) fn text(&self, signs: Signs, width: Option<usize>) -> String {
        let indent = signs.indent();
        let room = width.map(|width| width.saturating_sub(indent.len()));
        let mut text = String::new();
        let mut heading = None;
        for finding in &self.findings {
            if heading != Some(&finding.subject) {
                let before = if heading.is_some() { "\n" } else { "" };
                let subject = finding.subject.as_deref().unwrap_or("This machine");
                text = format!("{text}{before}{HEADING}{}{HEADING:#}\n", escaped(subject));
                heading = Some(&finding.subject);
            }
            let style = style(finding.status);
            let sign = signs.of(finding.status);
            let said = escaped(&format!("{}: {}", finding.title, finding.detail)).into_owned();
            let mut before = format!("{style}{sign}{style:#} ");
            for line in lines(&said, room) {
                text = format!("{text}{before}{line}\n");
                indent.clone_into(&mut before);
            }
            for fix in finding.fix.iter().flat_map(|fix| fix.lines()) {
                for line in lines(&escaped(fix), room) {
                    text = format!("{text}{indent}{line}\n");
                }
            }
        }
        text
    }
}

fn lines(text: &str, room: Option<usize>) -> Vec<String> {
    match room {
        Some(room) => wrapped(text, room, 0),
        None => vec![text.to_owned()],
    }
}

/// So many of a thing, in words.
pub(super) fn counted(count: impl TryInto<i64> + Display + Copy, what: &str) -> String {
    let ending = if matches!(count.try_into(), Ok(1)) {
        ""
    } else {
        "s"
    };
    format!("{count} {what}{ending}")
}

fn style(status: Status) -> Style {
    match status {
        Status::Ok => AnsiColor::Green.on_default(),
        Status::Warning => AnsiColor::Yellow.on_default(),
        Status::Failed => AnsiColor::Red.on_default(),
        Status::Skipped => Style::new(),
    }
}

/// What stands before a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signs {
    Unicode,
    Ascii,
}

impl Signs {
    /// Those that this place can show: on Unix the locale says what text it reads.
    pub(super) fn of_the_locale(variables: &Variables) -> Self {
        let locale = variables
            .text("LC_ALL")
            .or_else(|| variables.text("LC_CTYPE"))
            .or_else(|| variables.text("LANG"));
        Self::of_locale(locale.as_deref())
    }

    fn of_locale(locale: Option<&str>) -> Self {
        // Windows and macOS read UTF-8 whatever these variables say.
        if cfg!(any(windows, target_os = "macos")) {
            return Self::Unicode;
        }
        let locale = locale.unwrap_or_default().to_ascii_lowercase();
        if locale.contains("utf-8") || locale.contains("utf8") {
            Self::Unicode
        } else {
            Self::Ascii
        }
    }

    const fn of(self, status: Status) -> &'static str {
        match (self, status) {
            (Self::Unicode, Status::Ok) => "✓",
            (Self::Unicode, Status::Warning) => "!",
            (Self::Unicode, Status::Failed) => "✗",
            (Self::Unicode, Status::Skipped) => "–",
            (Self::Ascii, Status::Ok) => "[ok]",
            (Self::Ascii, Status::Warning) => "[!] ",
            (Self::Ascii, Status::Failed) => "[x] ",
            (Self::Ascii, Status::Skipped) => "[-] ",
        }
    }

    const fn indent(self) -> &'static str {
        match self {
            Self::Unicode => "  ",
            Self::Ascii => "     ",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(subject: Option<&str>, status: Status, fix: Option<&str>) -> Finding {
        Finding {
            id: "a.b",
            subject: subject.map(ToOwned::to_owned),
            title: "Thing",
            status,
            detail: "seen\u{1b}[2J".to_owned(),
            fix: fix.map(ToOwned::to_owned),
        }
    }

    #[test]
    fn findings_stand_under_what_they_are_about_and_move_no_terminal() {
        let report = Report::new(
            vec![
                finding(None, Status::Ok, None),
                finding(None, Status::Warning, Some("Do it.")),
                finding(Some("sp"), Status::Failed, None),
                finding(Some("sp"), Status::Skipped, None),
            ],
            String::new(),
        );
        let plain = anstream::adapter::strip_str(&report.text(Signs::Ascii, None)).to_string();
        assert_eq!(
            plain,
            "This machine\n[ok] Thing: seen\\u{1b}[2J\n[!]  Thing: seen\\u{1b}[2J\n     Do it.\n\
             \nsp\n[x]  Thing: seen\\u{1b}[2J\n[-]  Thing: seen\\u{1b}[2J\n"
        );
        let narrow = report.text(Signs::Unicode, Some(16));
        let narrow = anstream::adapter::strip_str(&narrow).to_string();
        assert!(
            narrow.contains("\n! Thing:\n  seen\\u{1b}[2J\n  Do it.\n"),
            "{narrow}"
        );
        assert!(report.has_failed());
        assert_eq!(report.summary(), "4 checks: 1 failed, 1 warning, 1 skipped");
        let warned = [Some("a"), Some("b")].map(|fix| finding(None, Status::Warning, fix));
        let two = Report::new(warned.into(), String::new());
        assert_eq!(two.summary(), "2 checks: 0 failed, 2 warnings, 0 skipped");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn signs_are_those_that_the_locale_has() {
        assert_eq!(Signs::of_locale(Some("de_DE.UTF-8")), Signs::Unicode);
        assert_eq!(Signs::of_locale(Some("C.utf8")), Signs::Unicode);
        assert_eq!(Signs::of_locale(Some("C")), Signs::Ascii);
        assert_eq!(Signs::of_locale(None), Signs::Ascii);
    }
}
