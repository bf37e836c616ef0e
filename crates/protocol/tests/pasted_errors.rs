//! Errors as people paste them, of other programs, pages and logs, and the entry that explains each.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use protocol::diagnosis;
use protocol::error_names;
use serde::Deserialize;

const CORPUS: &str = include_str!("data/pasted-errors.json");

#[derive(Deserialize)]
struct Pasted {
    /// The code or name of the entry.
    finds: String,
    text: String,
    /// Whether it asks for claims.
    #[serde(default)]
    claims: bool,
}

fn corpus() -> Vec<Pasted> {
    let corpus: Vec<Pasted> = serde_json::from_str(CORPUS).unwrap();
    assert!(corpus.len() >= 40);
    corpus
}

/// The entry that is shown first.
fn first(text: &str) -> Option<String> {
    let found = diagnosis::of(text);
    if let Some(number) = found.numbers.first() {
        return number.entry().map(|entry| entry.code.to_string());
    }
    let mut names = found.names.iter();
    names.find_map(|name| {
        let entry = error_names::entry(&name.text);
        let entry = entry.or_else(|| error_names::any_like(&name.text));
        Some(entry?.name.clone())
    })
}

#[test]
fn the_right_entry_comes_first() {
    let wrong: Vec<String> = corpus()
        .iter()
        .filter(|pasted| first(&pasted.text).as_ref() != Some(&pasted.finds))
        .map(|pasted| {
            format!(
                "{} not {:?}: {}",
                pasted.finds,
                first(&pasted.text),
                pasted.text
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn claims_are_found_where_some_are_asked_for() {
    for pasted in corpus() {
        let found = diagnosis::of(&pasted.text).claims;
        assert_eq!(found.is_some(), pasted.claims, "{}", pasted.text);
    }
}

#[test]
fn identifiers_are_found_wherever_a_text_labels_them() {
    for pasted in corpus() {
        let found = diagnosis::of(&pasted.text).identifiers;
        for (label, id, field) in [
            (
                "trace",
                "8a1c5e0b-30f2-4c1e-9a1d-6b1f0e7c2d00",
                found.trace_id,
            ),
            (
                "correlation",
                "4f2a9c11-7d7e-4b0e-8f6a-1c2d3e4f5a6b",
                found.correlation_id,
            ),
        ] {
            if pasted.text.contains(id) {
                assert_eq!(field.as_deref(), Some(id), "{label}: {}", pasted.text);
            }
        }
    }
}

#[test]
fn what_other_servers_say_is_none_of_entras() {
    for text in [
        "gitlab: invalid username or password",
        "approval required",
        "Your account is locked",
        "the resource principal named Bob",
        "ORA-28000: the account is locked",
        "pyodbc.InterfaceError: ('28000', '[28000] [Microsoft][ODBC Driver 17 for SQL Server]')",
        "DiscordAPIError[50013]: Missing Permissions",
        "Error: 50000, Severity: 16",
        "50076 people attended",
    ] {
        assert_eq!(first(text), None, "{text}");
        assert!(diagnosis::of(text).numbers.is_empty(), "{text}");
    }
}
