//! What an argument's value can be.

use std::any::TypeId;
use std::path::PathBuf;

use clap::Arg;
use model::AssertionAlgorithm;
use model::AuthMethod;
use model::AuthorityKind;
use model::Cloud;
use model::Flow;
use model::Prompt;
use model::ResponseMode;
use model::cloud::RESOURCE_SHORT_NAMES;

use super::Candidate;
use crate::args::EditArgs;

/// What can stand in a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// These, or what begins with one of them.
    Words(Vec<Candidate>),
    /// The name of a profile.
    Profiles,
    /// The path of a file.
    Files,
    /// Whatever the person knows and the program does not.
    Free,
}

impl Values {
    /// What the argument's value can be: by its list of values, by its type, and where that is
    /// plain text, by its name.
    pub(super) fn of(argument: &Arg) -> Self {
        let listed: Vec<Candidate> = argument
            .get_possible_values()
            .iter()
            .filter(|value| !value.is_hide_set())
            .map(|value| Candidate::new(value.get_name(), value.get_help()))
            .collect();
        if !listed.is_empty() {
            return Self::Words(listed);
        }
        let parsed = argument.get_value_parser().type_id();
        if parsed == TypeId::of::<PathBuf>() {
            return Self::Files;
        }
        let closed_lists = [
            (TypeId::of::<Flow>(), words(Flow::ALL.map(Flow::as_str))),
            (TypeId::of::<Cloud>(), words(Cloud::ALL.map(Cloud::as_str))),
            (
                TypeId::of::<AuthorityKind>(),
                words(AuthorityKind::ALL.map(AuthorityKind::as_str)),
            ),
            (
                TypeId::of::<AuthMethod>(),
                words(AuthMethod::ALL.map(AuthMethod::as_str)),
            ),
            (
                TypeId::of::<Prompt>(),
                words(Prompt::ALL.map(Prompt::as_str)),
            ),
            (
                TypeId::of::<ResponseMode>(),
                words(ResponseMode::ALL.map(ResponseMode::as_str)),
            ),
            (
                TypeId::of::<AssertionAlgorithm>(),
                words(["PS256", "RS256"]),
            ),
        ];
        for (kind, names) in closed_lists {
            if parsed == kind {
                return names;
            }
        }
        match argument.get_id().as_str() {
            _ if is_profile(argument) => Self::Profiles,
            "scope" => words(RESOURCE_SHORT_NAMES),
            "protection" => words(["keyring", "passphrase", "file"]),
            "unset" => words(EditArgs::FIELDS),
            _ => Self::Free,
        }
    }
}

/// Whether the argument names a profile that there is.
pub(super) fn is_profile(argument: &Arg) -> bool {
    matches!(
        argument.get_id().as_str(),
        "profile" | "positional" | "names" | "from"
    )
}

/// How many bytes of the word stand before the value that is being typed, in a list of values
/// (`scope,tenant-id`) before the last one.
pub(super) fn prefix_of_list(argument: &Arg, current: &str, prefix: usize) -> usize {
    let list = argument.get_value_delimiter().and_then(|delimiter| {
        let before = current[prefix..].rfind(delimiter)?;
        Some(prefix + before + delimiter.len_utf8())
    });
    list.unwrap_or(prefix)
}

fn words<const N: usize>(names: [&str; N]) -> Values {
    Values::Words(names.map(|name| Candidate::new(name, None)).into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Command;
    use clap::CommandFactory as _;
    use clap::Parser as _;

    use super::*;
    use crate::args::Arguments;

    /// The arguments whose values only the person knows.
    const FREE: &[&str] = &[
        "account",
        "app_id",
        "audience",
        "authority",
        "certificate_password",
        "certificate_password_command",
        "certificate_password_env",
        "claims",
        "client_assertion_command",
        "client_assertion_env",
        "client_id",
        "client_secret",
        "client_secret_command",
        "client_secret_env",
        "client_secret_expires",
        "create",
        "diff",
        "domain_hint",
        "duration",
        "issuer",
        "limit",
        "login_hint",
        "min_ttl",
        "name",
        "new_passphrase_env",
        "passphrase_env",
        "port",
        "redirect_uri",
        "require",
        "resource",
        "search",
        "state",
        "tenant_id",
        "text",
        "timeout",
        "to",
        "token",
        "token_value",
        "warn_expiry",
    ];

    fn free_ones(command: &Command, found: &mut BTreeSet<String>) {
        for argument in command.get_arguments() {
            if argument.get_action().takes_values() && Values::of(argument) == Values::Free {
                found.insert(argument.get_id().to_string());
            }
        }
        for below in command
            .get_subcommands()
            .filter(|below| !below.is_hide_set())
        {
            free_ones(below, found);
        }
    }

    #[test]
    fn of_every_value_it_is_decided_what_it_can_be() {
        let mut program = Arguments::command();
        program.build();
        let mut found = BTreeSet::new();
        free_ones(&program, &mut found);
        assert_eq!(found, FREE.iter().map(|&name| name.to_owned()).collect());
    }

    #[test]
    fn every_word_that_is_offered_is_taken() {
        let mut program = Arguments::command();
        program.build();
        for path in [
            &["get-token"][..],
            &["config", "create"],
            &["config", "edit"],
        ] {
            let command = path.iter().fold(&program, |command, name| {
                command.find_subcommand(name).unwrap()
            });
            for flag in command.get_arguments() {
                let (Values::Words(words), Some(long)) = (Values::of(flag), flag.get_long()) else {
                    continue;
                };
                assert!(!words.is_empty(), "{long}");
                for word in words {
                    let value = format!("--{long}={}", word.value);
                    let line = ["entra-auth-cli"].iter().chain(path).copied();
                    let parsed = Arguments::try_parse_from(line.chain([value.as_str()]));
                    assert!(parsed.is_ok(), "{value}: {parsed:?}");
                }
            }
        }
    }
}
