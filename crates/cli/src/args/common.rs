//! The command lines that are typed dozens of times a day, read without building the parser: that
//! would be a quarter of the time a cached token takes (docs/performance.md).
//!
//! Whatever is not plainly one of them is left to the parser, errors above all. A property test
//! holds that both read the same.

use std::ffi::OsString;

use clap::ValueEnum as _;

use super::Arguments;
use super::CheckArgs;
use super::Command;
use super::GlobalArgs;
use super::InspectArgs;
use super::TokenArgs;
use super::TokenOutput;

/// Reads `get-token` with nothing but `-p`, `-f`, `-s`, `-o` and `-q` in their usual spellings, and
/// `inspect` and `check` with nothing but `-p`, of `check` also `-q`; `None` for anything else.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Option<Arguments> {
    let mut words = arguments.into_iter();
    let command = words.next()?.into_string().ok()?;
    match command.as_str() {
        "get-token" => {}
        "inspect" => return inspect(words),
        "check" => return check(words),
        _ => return None,
    }
    let mut args = TokenArgs::default();
    let mut output = None;
    while let Some(word) = words.next() {
        let word = word.into_string().ok()?;
        if matches!(word.as_str(), "-q" | "--silent") {
            if std::mem::replace(&mut args.silent, true) {
                return None;
            }
            continue;
        }
        let (name, value) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, value.to_owned()),
            _ => (word.as_str(), words.next()?.into_string().ok()?),
        };
        if value.is_empty() || value.starts_with('-') {
            return None;
        }
        match name {
            "-p" | "--profile" => once(&mut args.profile, value)?,
            "-f" | "--flow" => once(&mut args.flow, value.parse().ok()?)?,
            "-o" | "--output" => once(&mut output, TokenOutput::from_str(&value, false).ok()?)?,
            "-s" | "--scope" => args.scope.push(value),
            _ => return None,
        }
    }
    args.output.output = output.unwrap_or_default();
    Some(Arguments {
        global: GlobalArgs::default(),
        command: Command::GetToken(Box::new(args)),
    })
}

fn inspect(words: impl Iterator<Item = OsString>) -> Option<Arguments> {
    let mut args = InspectArgs::default();
    (args.input.profile, _) = profile_and_quiet(words).filter(|(_, quiet)| !quiet)?;
    Some(of(Command::Inspect(Box::new(args))))
}

fn check(words: impl Iterator<Item = OsString>) -> Option<Arguments> {
    let mut args = CheckArgs::default();
    (args.input.profile, args.quiet) = profile_and_quiet(words)?;
    Some(of(Command::Check(Box::new(args))))
}

/// Nothing but a profile and whether to be quiet, each once at most.
fn profile_and_quiet(words: impl Iterator<Item = OsString>) -> Option<(Option<String>, bool)> {
    let (mut profile, mut quiet) = (None, false);
    let mut words = words;
    while let Some(word) = words.next() {
        match word.to_str()? {
            "-q" | "--quiet" if !quiet => quiet = true,
            "-p" | "--profile" => {
                let value = words.next()?.into_string().ok()?;
                if value.is_empty() || value.starts_with('-') {
                    return None;
                }
                once(&mut profile, value)?;
            }
            _ => return None,
        }
    }
    Some((profile, quiet))
}

fn of(command: Command) -> Arguments {
    Arguments {
        global: GlobalArgs::default(),
        command,
    }
}

/// A second value for the same flag is an error, which the parser words.
fn once<T>(field: &mut Option<T>, value: T) -> Option<()> {
    field.replace(value).is_none().then_some(())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use proptest::prelude::*;

    use super::*;

    fn read(words: &[&str]) -> Option<Arguments> {
        parse(words.iter().map(OsString::from))
    }

    #[test]
    fn what_is_typed_daily_needs_no_parser() {
        for line in [
            "get-token",
            "get-token -p service-principal",
            "get-token -p service-principal -f ClientCredentials",
            "get-token --profile=sp --scope graph -o json -q",
            "get-token -s a -s b --output header --flow device-code",
            "check -q -p sp",
            "inspect --profile sp",
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            assert!(read(&words).is_some(), "{line}");
        }
    }

    #[test]
    fn everything_else_is_left_to_the_parser() {
        for line in [
            "",
            "refresh -p a",
            "check -q -q",
            "check -p -q",
            "inspect -q",
            "inspect -p a -o json",
            "get-token -p",
            "get-token -pa",
            "get-token -p a -p b",
            "get-token -p -q",
            "get-token -q -q",
            "get-token -f nonsense",
            "get-token -o nonsense",
            "get-token --force",
            "get-token --account ada@contoso.com",
            "get-token --qr",
            "get-token a",
            "get-token --help",
            "get-token --profile=",
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            assert!(read(&words).is_none(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn the_parser_reads_the_same_of_inspect_and_check(
            command in prop_oneof![Just("check"), Just("inspect")],
            words in proptest::collection::vec(
                prop_oneof![
                    Just("-p"), Just("--profile"), Just("sp"), Just("-q"), Just("--quiet"),
                    Just("-"), Just("-o"), Just("--verify"), Just("--"),
                ],
                0..5,
            )
        ) {
            let line: Vec<&str> = std::iter::once(command).chain(words).collect();
            if let Some(ours) = read(&line) {
                let with_name = std::iter::once("entra-auth-cli").chain(line.iter().copied());
                let theirs = Arguments::try_parse_from(with_name);
                prop_assert!(theirs.is_ok(), "{line:?}: {}", theirs.unwrap_err());
                prop_assert_eq!(format!("{:?}", ours), format!("{:?}", theirs.unwrap()));
            }
        }

        #[test]
        fn the_parser_reads_the_same(
            words in proptest::collection::vec(
                prop_oneof![
                    Just("-p"), Just("--profile"), Just("--profile=x"), Just("-f"), Just("--flow"),
                    Just("-s"), Just("--scope"), Just("--scope=y"), Just("-o"), Just("--output"),
                    Just("-q"), Just("--silent"), Just("json"), Just("token"), Just("DeviceCode"),
                    Just("sp"), Just("--"), Just("-v"), Just("--flow=interactive"), Just("-o=json"),
                    Just("--no-browser"), Just("--account"), Just("--port=8080"),
                ],
                0..6,
            )
        ) {
            let line: Vec<&str> = std::iter::once("get-token").chain(words).collect();
            if let Some(ours) = read(&line) {
                let with_name = std::iter::once("entra-auth-cli").chain(line.iter().copied());
                let theirs = Arguments::try_parse_from(with_name);
                prop_assert!(theirs.is_ok(), "{line:?}: {}", theirs.unwrap_err());
                prop_assert_eq!(format!("{:?}", ours), format!("{:?}", theirs.unwrap()));
            }
        }
    }
}
