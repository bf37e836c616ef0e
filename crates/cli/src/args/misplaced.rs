//! A profile's name that stands alone, as other tools take theirs, where this one has `-p`.

use std::ffi::OsString;

use clap::CommandFactory as _;
use clap::error::ContextKind;
use clap::error::ContextValue;
use clap::error::ErrorKind;
use model::ProfileName;

use super::Arguments;

/// The command line that was probably meant, where a name stands that no flag takes and the
/// command has `-p`. Other arguments are left out (`…`): one of them could be a secret.
pub(crate) fn with_profile(
    error: &clap::Error,
    arguments: impl IntoIterator<Item = OsString>,
) -> Option<String> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    if ProfileName::parse(name).is_err() {
        return None;
    }
    let mut command = Arguments::command();
    command.build();
    let mut line = command.get_name().to_owned();
    let mut further = arguments.into_iter().skip_while(|argument| {
        let Some(subcommand) = command.find_subcommand(argument) else {
            return false;
        };
        line.extend([" ", subcommand.get_name()]);
        command = subcommand.clone();
        true
    });
    let is_name_alone = further.nth(1).is_none();
    let mut flags = command.get_arguments().filter_map(clap::Arg::get_short);
    if !flags.any(|flag| flag == 'p') {
        return None;
    }
    line.extend([" -p ", name]);
    if !is_name_alone {
        line.push_str(" …");
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn meant(line: &str) -> Option<String> {
        let words = line.split(' ').map(OsString::from);
        let error = Arguments::try_parse_from(words.clone()).unwrap_err();
        with_profile(&error, words.skip(1))
    }

    #[test]
    fn a_name_alone_is_taken_for_a_profiles() {
        for (line, expected) in [
            ("e doctor webapp", "entra-auth-cli doctor -p webapp"),
            (
                "e get-token webapp -s arm",
                "entra-auth-cli get-token -p webapp …",
            ),
            (
                "e config create web.app --client-id x",
                "entra-auth-cli config create -p web.app …",
            ),
        ] {
            assert_eq!(meant(line).as_deref(), Some(expected));
        }
    }

    #[test]
    fn other_words_are_not() {
        for line in [
            "e doctor --bundel",
            "e doctor a/b",
            "e config list webapp",
            "e webapp",
            "e doctor --timeout",
        ] {
            assert_eq!(meant(line), None, "{line}");
        }
    }
}
