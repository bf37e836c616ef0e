//! Which crate may know which. Cargo refuses cycles, but not an arrow that should not be there.

use std::collections::BTreeSet;

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use crate::{stage::Outcome, summary::Tests, workspace::Workspace};

struct Room {
    name: &'static str,
    knows: &'static [&'static str],
    knows_in_tests: &'static [&'static str],
    reason: &'static str,
}

const ROOMS: &[Room] = &[
    Room {
        name: "model",
        knows: &[],
        knows_in_tests: &[],
        reason: "model holds plain types that every room speaks of",
    },
    Room {
        name: "protocol",
        knows: &["model"],
        knows_in_tests: &[],
        reason: "protocol owns no socket, file, clock or screen, and does not know the vault",
    },
    Room {
        name: "vault",
        knows: &["model"],
        knows_in_tests: &[],
        reason: "vault never touches the network, and does not know the protocol",
    },
    Room {
        name: "engine",
        knows: &["model", "protocol", "vault"],
        knows_in_tests: &["emulator"],
        reason: "engine decides and acquires; person and network enter it as values",
    },
    Room {
        name: "emulator",
        knows: &[],
        knows_in_tests: &[],
        reason: "the emulator must not share the code that it checks",
    },
    Room {
        name: "entra-auth-cli",
        knows: &["emulator", "engine", "model", "protocol", "vault"],
        knows_in_tests: &[],
        reason: "nobody knows the command line, and it knows no chores",
    },
    Room {
        name: "baseline",
        knows: &[],
        knows_in_tests: &[],
        reason: "what the product is measured against shares none of its code",
    },
    Room {
        name: "xtask",
        knows: &[],
        knows_in_tests: &[],
        reason: "the chores drive the built program, as a user does",
    },
];

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let wrong = forbidden_arrows(&workspace.metadata)?;
    if !wrong.is_empty() {
        bail!("{}", wrong.join("; "));
    }
    Ok(Tests::default())
}

/// A sentence for each arrow between our crates that [`ROOMS`] does not have.
fn forbidden_arrows(metadata: &Value) -> anyhow::Result<Vec<String>> {
    let packages = metadata["packages"].as_array().context("no packages")?;
    let ours: BTreeSet<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().context("a package with no name")?;
        let room = ROOMS
            .iter()
            .find(|room| room.name == name)
            .with_context(|| format!("the arrows of crate {name} are not decided"))?;
        let dependencies = package["dependencies"].as_array();
        for dependency in dependencies.context("a package with no dependencies")? {
            let known = dependency["name"].as_str().context("no dependency name")?;
            if !ours.contains(known) {
                continue;
            }
            let in_tests = dependency["kind"] == "dev" && room.knows_in_tests.contains(&known);
            if !in_tests && !room.knows.contains(&known) {
                wrong.push(format!("{name} → {known}: {}", room.reason));
            }
        }
    }
    ensure!(!ours.is_empty(), "cargo metadata names no package");
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::forbidden_arrows;

    fn metadata(engine_knows: &str, kind: Option<&str>) -> Value {
        let package = |name: &str| json!({ "name": name, "dependencies": [{ "name": "serde" }] });
        let engine = json!({
            "name": "engine",
            "dependencies": [{ "name": engine_knows, "kind": kind }],
        });
        json!({ "packages": [package("vault"), package("emulator"), package("entra-auth-cli"), engine] })
    }

    #[test]
    fn allows_what_is_drawn() {
        let none = Vec::<String>::new();
        assert_eq!(forbidden_arrows(&metadata("vault", None)).unwrap(), none);
        let in_tests = metadata("emulator", Some("dev"));
        assert_eq!(forbidden_arrows(&in_tests).unwrap(), none);
    }

    #[test]
    fn names_an_arrow_that_is_not_drawn() {
        for (known, kind) in [("emulator", None), ("entra-auth-cli", Some("dev"))] {
            let wrong = forbidden_arrows(&metadata(known, kind)).unwrap();
            assert_eq!(wrong.len(), 1);
            assert!(wrong[0].starts_with(&format!("engine → {known}: ")));
        }
    }

    #[test]
    fn a_new_crate_needs_a_decision() {
        let stranger = json!({ "packages": [{ "name": "stranger", "dependencies": [] }] });
        let error = forbidden_arrows(&stranger).unwrap_err().to_string();
        assert!(error.contains("stranger"), "{error}");
    }
}
