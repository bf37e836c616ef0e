//! What people read on a terminal of 40 columns: words, addresses and commands stay whole.

use std::collections::BTreeSet;

use crate::support::Call;
use crate::support::Home;
use crate::support::Terminal;
use crate::support::World;

const COLUMNS: u16 = 40;

/// The lines as the program writes them to such a terminal, without styles.
fn lines(call: Call, code: i32) -> Vec<String> {
    let (shown, ended) = Terminal::start_with_columns(COLUMNS, call).end();
    assert_eq!(ended, code, "{shown}");
    let plain = anstream::adapter::strip_str(&shown).to_string();
    plain
        .lines()
        .map(|line| line.trim_end_matches('\r').to_owned())
        .collect()
}

/// The words that the same call writes into pipes, where nothing is broken, are all in the lines,
/// and no line is too wide but with a single word or a command.
#[track_caller]
fn assert_fits(lines: &[String], piped: &str) {
    let shown: BTreeSet<&str> = lines
        .iter()
        .flat_map(|line| line.split_whitespace())
        .collect();
    // The terminal of these tests hands over bytes, not characters.
    for word in piped.split_whitespace().filter(|word| word.is_ascii()) {
        let bare = word.trim_end_matches([',', ';', '.']);
        assert!(
            shown.contains(word) || shown.contains(bare),
            "{word}: {lines:#?}"
        );
    }
    for line in lines {
        let text = line.trim();
        let is_command = ["entra-auth-cli ", "az "]
            .iter()
            .any(|program| text.starts_with(program));
        let is_whole = !text.contains(' ') || is_command;
        assert!(
            line.chars().count() <= usize::from(COLUMNS) || is_whole,
            "{line}"
        );
    }
}

#[test]
fn an_error_and_its_hints_break_between_words() {
    let home = Home::new();
    let call = || home.call(&["get-token", "-p", "nope"]);
    let lines = lines(call(), 3);
    let piped = call().run().failure(3);
    assert_fits(&lines, &piped);
    assert_eq!(piped.lines().count(), 3, "nothing is broken in a pipe");
    let command = "  entra-auth-cli get-token --tenant TENANT --client-id ID";
    let is_there = lines.iter().any(|line| line.starts_with(command));
    assert!(is_there, "{lines:#?}");
}

#[test]
fn what_the_provider_said_breaks_between_words() {
    let world = World::with_profile();
    let call = world
        .call(&["get-token"])
        .env("ENTRA_AUTH_CLIENT_SECRET", "wrong");
    let lines = lines(call, 2);
    let command = "  entra-auth-cli config edit sp --client-secret-stdin";
    assert!(lines.contains(&command.to_owned()), "{lines:#?}");
    let id = lines
        .iter()
        .find(|line| line.starts_with("  ") && line.len() == 38);
    assert!(id.is_some(), "the correlation id is whole: {lines:#?}");
    assert_fits(&lines, "");
}

#[test]
fn arguments_that_cannot_work_are_told_in_whole_words() {
    let home = Home::new();
    let call = || home.call(&["get-token", "--prompt", "sometimes"]);
    assert_fits(&lines(call(), 4), &call().run().failure(4));
}

#[test]
fn an_explanation_breaks_between_words() {
    let home = Home::new();
    let call = || home.call(&["explain", "AADSTS7000222"]);
    assert_fits(&lines(call(), 0), &call().run().answer());
}

#[test]
fn a_token_is_shown_in_whole_words_and_ids() {
    let home = Home::new();
    let token = home.put(
        "token",
        "eyJhbGciOiJSUzI1NiJ9.eyJ0aWQiOiIxMTExMTExMS0xMTExLTQxMTEtODExMS0xMTExMTExMTExMTEiLCJpc3MiOi\
         JodHRwczovL2xvZ2luLm1pY3Jvc29mdG9ubGluZS5jb20vMTExMTExMTEtMTExMS00MTExLTgxMTEtMTExMTExMTExMT\
         ExL3YyLjAifQ.c2ln",
    );
    let token = token.to_str().unwrap();
    let call = || home.call(&["inspect", "--file", token]);
    let lines = lines(call(), 0);
    assert_fits(&lines, &call().run().answer());
    let id = "    11111111-1111-4111-8111-111111111111";
    assert!(lines.contains(&id.to_owned()), "{lines:#?}");
}

#[test]
fn the_findings_of_doctor_break_between_words() {
    let home = Home::new();
    let lines = lines(home.call(&["doctor", "--offline"]), 0);
    assert_fits(&lines, "");
}
