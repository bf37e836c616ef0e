//! One error that was found in a text, explained.

use protocol::aadsts;
use protocol::aadsts::Category;
use protocol::aadsts::Topic;
use protocol::diagnosis::Diagnosis;
use protocol::diagnosis::Number;
use protocol::error_names;
use protocol::portal::Page;
use serde::Serialize;

use super::mending;
use super::mending::Command;
use super::whom::Whom;
use crate::error_codes;

/// Whose error it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// Entra's number.
    Aadsts,
    /// A stable code of this program.
    Program,
    /// A name that providers and APIs use.
    Name,
    /// A sentence.
    Topic,
}

/// What is said of one error.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) code: String,
    pub(super) kind: Kind,
    /// Entra's number alone.
    pub(super) number: Option<u64>,
    /// Whether there is an entry; without one only the links help.
    pub(super) known: bool,
    pub(super) category: Option<Category>,
    /// The exit codes of this program that come with it.
    pub(super) exit_codes: Vec<u8>,
    pub(super) meaning: Option<String>,
    pub(super) cause: Option<String>,
    pub(super) next_step: Option<String>,
    /// What the server said of it.
    pub(super) said: Option<String>,
    pub(super) pages: Vec<PortalPage>,
    pub(super) commands: Vec<Command>,
    pub(super) links: Vec<String>,
}

/// A page of the Entra admin center.
#[derive(Debug, Serialize)]
pub(super) struct PortalPage {
    pub(super) title: &'static str,
    pub(super) address: Option<String>,
}

/// Everything in a text that can be explained, the likeliest first.
///
/// Where this program printed the text, its own code stands before the names in its message.
pub(super) fn findings(
    found: &Diagnosis,
    ours: Option<&'static error_codes::Entry>,
    whom: &Whom,
) -> Vec<Finding> {
    let numbers = found
        .numbers
        .iter()
        .map(|number| of_number(number, found, whom));
    let is_ours = |name: &str| ours.is_some_and(|entry| entry.code == name);
    let names = found
        .names
        .iter()
        .filter(|name| !is_ours(&name.text))
        .filter_map(|name| of_name(&name.text, whom));
    let ours = ours.map(|entry| of_ours(entry, whom));
    let topic = found.topic.map(of_topic);
    let mut findings: Vec<Finding> = numbers.chain(ours).chain(names).chain(topic).collect();
    // A number without an entry comes before what can be said of many errors.
    if findings.iter().any(|finding| !finding.known) {
        findings.sort_by_key(|finding| match (finding.known, finding.kind) {
            (true, Kind::Aadsts) => 0,
            (true, Kind::Name) => 1,
            (false, _) => 2,
            (true, Kind::Program | Kind::Topic) => 3,
        });
    }
    findings
}

/// Microsoft's own page about a number.
pub(super) fn page_of(code: u64) -> String {
    format!("https://login.microsoftonline.com/error?code={code}")
}

fn of_number(number: &Number, found: &Diagnosis, whom: &Whom) -> Finding {
    let code = number.code;
    let mut finding = Finding {
        number: Some(code),
        said: number.said.clone(),
        links: vec![page_of(code)],
        ..empty(format!("AADSTS{code}"), Kind::Aadsts)
    };
    let Some(entry) = number.entry() else {
        return Finding {
            known: false,
            ..finding
        };
    };
    if entry.source == aadsts::Source::Documented {
        finding.links.push(
            "https://learn.microsoft.com/entra/identity-platform/reference-error-codes".to_owned(),
        );
    }
    if entry.category == Category::Consent {
        finding.links.extend(whom.consent_address());
    }
    let advice = entry.advice(&whom.facts());
    Finding {
        category: Some(entry.category),
        meaning: Some(advice.meaning),
        cause: Some(advice.cause),
        next_step: Some(advice.next_step),
        pages: pages(entry, whom),
        commands: mending::commands(entry, whom, &found.identifiers),
        ..finding
    }
}

fn pages(entry: &aadsts::Entry, whom: &Whom) -> Vec<PortalPage> {
    let Some(cloud) = whom.advised_cloud() else {
        return Vec::new();
    };
    let client_id = whom.client_id.as_deref();
    Page::of(entry)
        .into_iter()
        .map(|page| PortalPage {
            title: page.title(),
            address: page.address(cloud, whom.concrete_tenant(), client_id),
        })
        .collect()
}

fn of_name(name: &str, whom: &Whom) -> Option<Finding> {
    if let Some(entry) = error_codes::entry(name) {
        return Some(of_ours(entry, whom));
    }
    let own = error_names::entry(name);
    let entry = own.or_else(|| error_names::any_like(name))?;
    let code = own.map_or(name, |entry| &entry.name);
    let links = if entry.kind == error_names::Kind::B2c {
        vec!["https://learn.microsoft.com/azure/active-directory-b2c/error-codes".to_owned()]
    } else {
        Vec::new()
    };
    Some(Finding {
        meaning: Some(entry.meaning.clone()),
        next_step: Some(entry.next_step(&whom.facts())),
        links,
        ..empty(code.to_owned(), Kind::Name)
    })
}

fn of_ours(entry: &error_codes::Entry, whom: &Whom) -> Finding {
    Finding {
        exit_codes: entry.exit_codes.clone(),
        meaning: Some(sentence(&entry.meaning)),
        cause: Some(entry.cause.clone()),
        next_step: Some(entry.next_step(&whom.facts())),
        ..empty(entry.code.clone(), Kind::Program)
    }
}

fn of_topic(topic: Topic) -> Finding {
    let codes: Vec<String> = topic
        .entries()
        .map(|entry| format!("AADSTS{}", entry.code))
        .collect();
    Finding {
        cause: Some(format!("Entra says it as one of {}.", codes.join(", "))),
        next_step: Some(topic.fixes().join(" ")),
        ..empty(topic.title().to_owned(), Kind::Topic)
    }
}

fn empty(code: String, kind: Kind) -> Finding {
    Finding {
        code,
        kind,
        number: None,
        known: true,
        category: None,
        exit_codes: Vec::new(),
        meaning: None,
        cause: None,
        next_step: None,
        said: None,
        pages: Vec::new(),
        commands: Vec::new(),
        links: Vec::new(),
    }
}

/// The words with a capital and a full stop.
fn sentence(words: &str) -> String {
    let mut rest = words.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), rest.as_str())
}
