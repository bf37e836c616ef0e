//! The explanation, as people read it.

use std::fmt::Write as _;

use anstyle::AnsiColor;
use anstyle::Style;
use protocol::aadsts;
use protocol::text::escaped;

use super::finding::Finding;
use super::finding::Kind;
use super::view::Explanation;

const CODE: Style = Style::new().bold();
const LABEL: Style = AnsiColor::Cyan.on_default();

/// Everything, with styles; only styles act on a terminal.
pub(super) fn of(explanation: &Explanation) -> String {
    let findings = &explanation.findings;
    let mut parts: Vec<String> = findings
        .iter()
        .filter(|found| !is_said_by_a_number(found, findings))
        .map(finding)
        .collect();
    if let Some(command) = &explanation.claims_command {
        let mut text = String::new();
        let claims = explanation.claims.as_ref().map(ToString::to_string);
        line(&mut text, "claims", &claims.unwrap_or_default());
        line(&mut text, "run", command);
        parts.push(text);
    }
    let identifiers = &explanation.identifiers;
    let mut last = String::new();
    for note in &explanation.notes {
        line(&mut last, "note", note);
    }
    for (label, value) in [
        ("correlation id", &identifiers.correlation_id),
        ("trace id", &identifiers.trace_id),
        ("timestamp", &identifiers.timestamp),
    ] {
        if let Some(value) = value {
            line(&mut last, label, value);
        }
    }
    if !last.is_empty() {
        parts.push(last);
    }
    parts.join("\n")
}

/// A number says all that the name beside it does (`invalid_client`), and more.
fn is_said_by_a_number(found: &Finding, findings: &[Finding]) -> bool {
    let is_a_name = matches!(found.kind, Kind::Name | Kind::Program);
    let mut entries = findings
        .iter()
        .filter_map(|finding| aadsts::entry(finding.number?));
    is_a_name && entries.any(|entry| entry.errors.contains(&found.code))
}

fn finding(finding: &Finding) -> String {
    let mut text = String::new();
    let meaning = match (&finding.meaning, finding.known) {
        (Some(meaning), _) => escaped(meaning).into_owned(),
        (None, true) => String::new(),
        (None, false) => "There is no entry for it here; the page below may have one.".to_owned(),
    };
    let head = format!("{CODE}{}{CODE:#}  {meaning}", escaped(&finding.code));
    text.push_str(head.trim_end());
    text.push('\n');
    let mut say = |label: &str, value: Option<&str>| {
        if let Some(value) = value {
            line(&mut text, label, value);
        }
    };
    say("said", finding.said.as_deref());
    say("cause", finding.cause.as_deref());
    say("do", finding.next_step.as_deref());
    for page in &finding.pages {
        let address = page.address.as_deref();
        let place = address.map_or_else(
            || page.title.to_owned(),
            |address| format!("{}: {address}", page.title),
        );
        say("portal", Some(&place));
    }
    for command in &finding.commands {
        say(
            "to",
            Some(&format!("{}: {}", command.purpose, command.command)),
        );
    }
    let codes: Vec<String> = finding.exit_codes.iter().map(ToString::to_string).collect();
    if !codes.is_empty() {
        say("exit code", Some(&codes.join(" or ")));
    }
    for link in &finding.links {
        say("see", Some(link));
    }
    text
}

fn line(text: &mut String, label: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  {LABEL}{label}:{LABEL:#} {}", escaped(value));
}
