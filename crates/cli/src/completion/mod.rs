//! What may come next on a command line, for the shells' Tab key.
//!
//! The scripts of `completions` ask the hidden command `complete`, which looks at the definition of
//! the command line itself, so that nothing has to be kept in step. It reads `profiles.json` and
//! nothing else, and only where a profile's name is wanted: docs/design/completion.md.

mod line;
mod script;
mod values;

use clap::Arg;
use clap::ArgAction;
use clap::Command;
use clap::builder::StyledStr;

use self::line::Line;
use self::line::Place;
use self::values::Values;
use crate::args::CompletionShell;

pub(crate) use self::script::script;

/// Stands in place of candidates where the shell is to complete the path of a file.
const FILES: &str = ":files";

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Candidate {
    /// The word.
    value: String,
    /// What it means, in one line; empty if it says that itself.
    description: String,
}

impl Candidate {
    fn new(value: impl Into<String>, description: Option<&StyledStr>) -> Self {
        let description = description.map(ToString::to_string).unwrap_or_default();
        Self {
            value: value.into(),
            description: description.lines().next().unwrap_or_default().to_owned(),
        }
    }
}

/// What the shell's script reads: one candidate a line, for all shells but bash with a tab and
/// what it means, or [`FILES`] alone.
///
/// `words` are those between the program's name and the word under the cursor, `current` is that
/// one up to the cursor. `profiles` is asked for the profiles' names if they are wanted.
pub(crate) fn answer(
    mut program: Command,
    shell: CompletionShell,
    words: Vec<String>,
    current: String,
    profiles: impl FnOnce() -> Vec<String>,
) -> String {
    program.build();
    let (words, current) = match shell {
        CompletionShell::Bash => line::joined(words, current),
        _ => (words, current),
    };
    let line = Line::read(&program, &words);
    let (values, prefix, typed) = match line.place(&current) {
        Place::Value { argument, prefix } => {
            let prefix = values::prefix_of_list(argument, &current, prefix);
            let (before, typed) = current.split_at(prefix);
            (Values::of(argument), before, typed)
        }
        Place::Word => (next_words(&line, &current), "", current.as_str()),
    };
    let candidates = match values {
        Values::Files => return format!("{FILES}\n"),
        Values::Free => Vec::new(),
        Values::Words(words) => words,
        Values::Profiles => profiles()
            .into_iter()
            .map(|name| Candidate::new(name, None))
            .collect(),
    };
    let mut text = String::new();
    for Candidate { value, description } in candidates {
        if !value.starts_with(typed) {
            continue;
        }
        let word = format!("{prefix}{value}");
        text.push_str(match shell {
            CompletionShell::Bash => &word[line::begin_of_last_piece(&current)..],
            _ => &word,
        });
        if shell != CompletionShell::Bash {
            text.push('\t');
            text.push_str(&description);
        }
        text.push('\n');
    }
    text
}

/// What can begin here: a command or a value in its place, and flags where asked for by their dash
/// or where there is nothing else.
fn next_words(line: &Line<'_>, current: &str) -> Values {
    if !current.starts_with('-') || line.is_past_flags() {
        let commands = subcommands(line);
        if !commands.is_empty() {
            return Values::Words(commands);
        }
        match line.positional().map(Values::of) {
            None | Some(Values::Free) => {}
            Some(Values::Profiles) if line.names_profile() => {}
            Some(values) => return values,
        }
    }
    if line.is_past_flags() {
        return Values::Free;
    }
    Values::Words(flags(line))
}

fn subcommands(line: &Line<'_>) -> Vec<Candidate> {
    line.subcommands()
        .filter(|command| !command.is_hide_set())
        .map(|command| Candidate::new(command.get_name(), command.get_about()))
        .collect()
}

fn flags(line: &Line<'_>) -> Vec<Candidate> {
    let can_come = |argument: &&Arg| {
        let repeats = matches!(argument.get_action(), ArgAction::Append | ArgAction::Count);
        !argument.is_hide_set() && (repeats || !line.has(argument))
    };
    line.flags()
        .filter(can_come)
        .filter_map(|argument| {
            let long = argument.get_long()?;
            Some(Candidate::new(format!("--{long}"), argument.get_help()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use proptest::prelude::*;

    use super::*;
    use crate::args::Arguments;

    /// The answer for a line, its last word under the cursor; profiles are `work` and `home`.
    fn answer_in(shell: CompletionShell, line: &str) -> Vec<String> {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let current = words.pop().unwrap();
        let profiles = || vec!["work".to_owned(), "home".to_owned()];
        let text = answer(Arguments::command(), shell, words, current, profiles);
        text.lines().map(str::to_owned).collect()
    }

    fn words(line: &str) -> Vec<String> {
        let lines = answer_in(CompletionShell::Fish, line);
        let word = |line: &String| line.split('\t').next().unwrap().to_owned();
        lines.iter().map(word).collect()
    }

    #[test]
    fn commands_come_first_and_hidden_ones_never() {
        let first = words("");
        assert_eq!(&first[..3], ["get-token", "refresh", "inspect"]);
        assert!(first.contains(&"completions".to_owned()));
        assert!(!first.contains(&"complete".to_owned()));
        assert_eq!(words("ca"), ["cache"]);
        assert_eq!(words("cache "), ["list", "clear", "help"]);
        assert_eq!(words("help cache c"), ["clear"]);
        assert_eq!(words("--color never conf"), ["config"]);
    }

    #[test]
    fn profiles_are_named_in_every_spelling() {
        for line in [
            "get-token -p w",
            "get-token --profile w",
            "get-token --name w",
            "refresh -q -p w",
            "logout --all -p w",
            "config show w",
            "config rm w",
            "config edit -v w",
            "config trust -- w",
            "config export w",
            "config export other --include-secrets w",
            "cache list -o json -p w",
        ] {
            assert_eq!(words(line), ["work"], "{line}");
        }
        assert_eq!(words("get-token --profile=w"), ["--profile=work"]);
        assert_eq!(words("get-token -pw"), ["-pwork"]);
        assert_eq!(words("get-token -qpw"), ["-qpwork"]);
        assert_eq!(words("get-token -p "), ["work", "home"]);
    }

    #[test]
    fn a_profile_is_named_once_and_a_new_one_not_at_all() {
        assert_eq!(words("config show -p work w"), [""; 0]);
        assert_eq!(words("config show work w"), [""; 0]);
        assert_eq!(words("config create --name w"), [""; 0]);
    }

    #[test]
    fn closed_lists_are_offered() {
        assert_eq!(words("get-token -f C"), ["ClientCredentials"]);
        assert_eq!(words("get-token --cloud us"), ["us-gov", "us-dod"]);
        assert_eq!(words("get-token -s s"), ["storage", "sql"]);
        assert_eq!(
            words("refresh -o "),
            ["token", "json", "yaml", "header", "env"]
        );
        assert_eq!(words("get-token --prompt se"), ["select_account"]);
        assert_eq!(words("get-token --response-mode q"), ["query"]);
        assert_eq!(words("config create --auth-method Pu"), ["Public"]);
        assert_eq!(words("config create --default-flow D"), ["DeviceCode"]);
        assert_eq!(words("get-token --authority-type ad"), ["adfs"]);
        assert_eq!(words("get-token --assertion-algorithm P"), ["PS256"]);
        assert_eq!(words("completions po"), ["powershell"]);
        assert_eq!(words("--color a"), ["auto", "always"]);
        assert_eq!(
            words("config edit work --unset scope,tena"),
            ["scope,tenant-id"]
        );
    }

    #[test]
    fn files_are_left_to_the_shell() {
        for line in [
            "get-token --file ",
            "get-token --ca-file=/tm",
            "config edit --certificate-path x",
        ] {
            assert_eq!(words(line), [FILES], "{line}");
        }
    }

    #[test]
    fn flags_come_with_a_dash_and_none_comes_twice() {
        let flags = words("get-token --no-c");
        assert_eq!(flags, ["--no-cache", "--no-clipboard"]);
        assert_eq!(words("get-token --no-cache --no-c"), ["--no-clipboard"]);
        assert_eq!(words("get-token -s graph --sco"), ["--scope"], "it repeats");
        assert_eq!(words("get-token -p work --prof"), [""; 0]);
        assert_eq!(words("config trust -- --y"), [""; 0], "flags are over");
        assert!(words("get-token ").contains(&"--scope".to_owned()));
    }

    #[test]
    fn descriptions_are_one_line_and_bash_gets_none() {
        let zsh = answer_in(CompletionShell::Zsh, "cache l");
        assert_eq!(
            zsh,
            ["list\tList cached tokens and who signed in, without any token"]
        );
        assert_eq!(answer_in(CompletionShell::Bash, "cache l"), ["list"]);
    }

    #[test]
    fn bash_gets_the_piece_after_its_own_word_break() {
        for line in ["get-token --profile = w", "get-token --profile=w"] {
            assert_eq!(answer_in(CompletionShell::Bash, line), ["work"], "{line}");
        }
        assert_eq!(
            answer_in(CompletionShell::Bash, "get-token --profile = "),
            ["work", "home"]
        );
    }

    #[test]
    fn profiles_are_not_looked_for_where_none_is_wanted() {
        for line in [
            "get-token -f C",
            "config create --name w",
            "",
            "get-token --",
        ] {
            let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let current = words.pop().unwrap();
            let never = || panic!("{line}");
            answer(
                Arguments::command(),
                CompletionShell::Fish,
                words,
                current,
                never,
            );
        }
    }

    proptest! {
        #[test]
        fn any_line_has_an_answer(
            line in proptest::collection::vec("[-=:,a-z ü\u{1F600}]{0,8}|-p|--profile|--|get-token|config|show|-s", 1..6),
            is_bash: bool,
        ) {
            let shell = if is_bash { CompletionShell::Bash } else { CompletionShell::Zsh };
            let mut words = line;
            let current = words.pop().unwrap();
            let profiles = || vec!["work".to_owned()];
            let text = answer(Arguments::command(), shell, words, current, profiles);
            prop_assert!(text.is_empty() || text.ends_with('\n'));
        }
    }
}
