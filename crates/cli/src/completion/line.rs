//! A command line as far as it is typed, read by the definition of the commands.

use clap::Arg;
use clap::ArgAction;
use clap::Command;

/// The characters at which bash breaks words that every other shell leaves whole
/// (`COMP_WORDBREAKS` in bash(1), those of them that our flags and values hold).
const BASH_WORD_BREAKS: [char; 2] = ['=', ':'];

/// What stands before the word under the cursor.
pub(super) struct Line<'c> {
    command: &'c Command,
    /// Flags and values in their place, as far as they are known.
    given: Vec<&'c Arg>,
    positionals: usize,
    /// The flag whose value comes next.
    pending: Option<&'c Arg>,
    is_past_flags: bool,
}

/// Whether the argument may be given any number of times.
fn takes_many(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Append)
}

/// What the word under the cursor is.
pub(super) enum Place<'c> {
    /// The value of a flag.
    Value {
        /// The flag.
        argument: &'c Arg,
        /// How many bytes of the word stand before its value: those of `--profile=`, `-p`.
        prefix: usize,
    },
    /// A command, a value in its place, or a flag.
    Word,
}

impl<'c> Line<'c> {
    /// Reads the words between the program's name and the one under the cursor. What the
    /// definition does not know is passed over.
    pub(super) fn read(program: &'c Command, words: &[String]) -> Self {
        let mut line = Self {
            command: program,
            given: Vec::new(),
            positionals: 0,
            pending: None,
            is_past_flags: false,
        };
        for word in words {
            line.take(word);
        }
        line
    }

    fn take(&mut self, word: &str) {
        if self.pending.take().is_some() {
            return;
        }
        if !self.is_past_flags {
            if word == "--" {
                self.is_past_flags = true;
                return;
            }
            if word.len() > 1 && word.starts_with('-') {
                self.take_flags(word);
                return;
            }
            if let Some(command) = self.subcommands().find(|command| {
                command.get_name() == word || command.get_all_aliases().any(|alias| alias == word)
            }) {
                self.command = command;
                return;
            }
        }
        self.given.extend(self.positional());
        self.positionals += 1;
    }

    fn take_flags(&mut self, word: &str) {
        match word.strip_prefix("--") {
            Some(long) => {
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (name, Some(value)),
                    None => (long, None),
                };
                if let Some(flag) = self.long(name) {
                    self.given.push(flag);
                    if takes_value(flag) && value.is_none() {
                        self.pending = Some(flag);
                    }
                }
            }
            None => {
                for (at, letter) in word.char_indices().skip(1) {
                    let Some(flag) = self.short(letter) else {
                        return;
                    };
                    self.given.push(flag);
                    if takes_value(flag) {
                        if at + letter.len_utf8() == word.len() {
                            self.pending = Some(flag);
                        }
                        return;
                    }
                }
            }
        }
    }

    /// What the word under the cursor is, as far as it is typed.
    pub(super) fn place(&self, current: &str) -> Place<'c> {
        if let Some(argument) = self.pending {
            return Place::Value {
                argument,
                prefix: 0,
            };
        }
        let flag = if self.is_past_flags {
            None
        } else if let Some(long) = current.strip_prefix("--") {
            long.split_once('=').and_then(|(name, _)| {
                let prefix = "--".len() + name.len() + "=".len();
                Some((self.long(name)?, prefix))
            })
        } else if current.starts_with('-') {
            self.attached_value(current)
        } else {
            None
        };
        match flag {
            Some((argument, prefix)) if takes_value(argument) => Place::Value { argument, prefix },
            _ => Place::Word,
        }
    }

    /// The flag of a word such as `-qpVALUE` whose value has begun.
    fn attached_value(&self, current: &str) -> Option<(&'c Arg, usize)> {
        for (at, letter) in current.char_indices().skip(1) {
            let flag = self.short(letter)?;
            let end = at + letter.len_utf8();
            if takes_value(flag) {
                let equals = usize::from(current[end..].starts_with('='));
                return (end < current.len()).then_some((flag, end + equals));
            }
        }
        None
    }

    /// Whether `--` has said that no flag follows.
    pub(super) fn is_past_flags(&self) -> bool {
        self.is_past_flags
    }

    /// Whether that was given.
    pub(super) fn has(&self, argument: &Arg) -> bool {
        let id = argument.get_id();
        self.given.iter().any(|given| given.get_id() == id)
    }

    /// Whether a profile was given where one is all that is wanted.
    pub(super) fn names_profile(&self) -> bool {
        let mut given = self.given.iter();
        given.any(|argument| super::values::is_profile(argument) && !takes_many(argument))
    }

    /// The commands that may be named here.
    pub(super) fn subcommands(&self) -> impl Iterator<Item = &'c Command> + use<'c> {
        let is_over = self.is_past_flags || self.positionals > 0;
        let commands = self.command.get_subcommands();
        commands.filter(move |_| !is_over)
    }

    /// What the next value in its place is for.
    pub(super) fn positional(&self) -> Option<&'c Arg> {
        let mut all = self.command.get_positionals();
        let repeated = || {
            let last = self.command.get_positionals().last();
            last.filter(|last| takes_many(last))
        };
        all.nth(self.positionals).or_else(repeated)
    }

    /// All flags of the command.
    pub(super) fn flags(&self) -> impl Iterator<Item = &'c Arg> + use<'c> {
        self.command
            .get_arguments()
            .filter(|argument| !argument.is_positional())
    }

    fn long(&self, name: &str) -> Option<&'c Arg> {
        self.flags().find(|flag| {
            flag.get_long() == Some(name)
                || flag
                    .get_all_aliases()
                    .is_some_and(|aliases| aliases.contains(&name))
        })
    }

    fn short(&self, letter: char) -> Option<&'c Arg> {
        self.flags().find(|flag| flag.get_short() == Some(letter))
    }
}

fn takes_value(argument: &Arg) -> bool {
    argument.get_action().takes_values()
}

/// Puts together what bash took apart: its words and the one under the cursor.
pub(super) fn joined(words: Vec<String>, current: String) -> (Vec<String>, String) {
    let is_break = |word: &str| !word.is_empty() && word.chars().all(is_word_break);
    let mut whole: Vec<String> = Vec::new();
    let mut goes_on = false;
    for word in words.into_iter().chain([current]) {
        let breaks = is_break(&word);
        match whole.last_mut() {
            Some(last) if goes_on || breaks => last.push_str(&word),
            _ => whole.push(word),
        }
        goes_on = breaks;
    }
    let current = whole.pop().unwrap_or_default();
    (whole, current)
}

/// Where the piece begins that bash takes for the word under the cursor.
pub(super) fn begin_of_last_piece(current: &str) -> usize {
    current.rfind(is_word_break).map_or(0, |at| at + 1)
}

fn is_word_break(character: char) -> bool {
    BASH_WORD_BREAKS.contains(&character)
}
