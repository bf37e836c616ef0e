//! The examples of the table of error codes that a command line alone leads to: each is what the
//! program prints.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::support::Home;

const TABLE: &str = include_str!("../../data/errors.json");
const CALLS: &str = include_str!("error_examples.json");

/// Whose home the examples speak of.
const HOME: &str = "/home/ada";

/// A call that fails.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FailingCall {
    code: String,
    arguments: Vec<String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// What each file below the home holds.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// What stands on stdin.
    #[serde(default)]
    input: String,
}

/// The exit code and the message, with the code where the program tells it.
fn failed(call: &FailingCall) -> (Option<i32>, Option<String>, String) {
    let home = Home::new();
    for (path, contents) in &call.files {
        home.put(path, contents);
    }
    let arguments: Vec<&str> = call.arguments.iter().map(String::as_str).collect();
    let mut run = home.call(&arguments).input(call.input.as_str());
    for (name, value) in &call.environment {
        run = run.env(name, value);
    }
    let outcome = run.run();
    let said = outcome
        .stderr()
        .replace(home.path().to_str().unwrap(), HOME);
    let document: Option<Value> = said
        .lines()
        .last()
        .and_then(|line| serde_json::from_str(line).ok());
    let (code, message) = match &document {
        Some(document) => (document["code"].as_str(), document["message"].as_str()),
        None => said
            .lines()
            .find_map(|line| line.strip_prefix("error: ")?.strip_suffix(']'))
            .and_then(|line| line.rsplit_once(" ["))
            .map_or((None, None), |(message, code)| (Some(code), Some(message))),
    };
    let message = message.unwrap_or(&said).to_owned();
    (outcome.code(), code.map(str::to_owned), message)
}

#[test]
fn each_is_what_the_program_prints() {
    let table: Vec<Value> = serde_json::from_str(TABLE).unwrap();
    let calls: Vec<FailingCall> = serde_json::from_str(CALLS).unwrap();
    let mut wrong = Vec::new();
    for call in &calls {
        let entry = table
            .iter()
            .find(|entry| entry["code"] == call.code.as_str());
        let entry = entry.unwrap_or_else(|| panic!("there is no code {}", call.code));
        let (exit_code, code, message) = failed(call);
        if code.is_some_and(|code| code != call.code)
            || !entry["exit_codes"]
                .as_array()
                .unwrap()
                .contains(&exit_code.into())
            || entry["example"] != message.as_str()
        {
            wrong.push(format!("{}: {message} ({exit_code:?})", call.code));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
