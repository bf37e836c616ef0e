//! A command line of this program: as a person reads it, and run.

use std::ffi::OsString;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use model::Clock;
use shlex::try_quote;

use super::failed;
use crate::command_error::CommandError;
use crate::command_error::Kind;

/// How wide a command line is written before it goes on in the next line.
const WIDTH: usize = 74;

/// How often a silent command is left alone to see whether someone interrupts.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// A command line of this program.
pub(super) struct Invocation {
    /// Words that stay together, such as a flag and its value.
    groups: Vec<Vec<String>>,
    secret_on_stdin: Option<&'static str>,
    variable: Option<(&'static str, &'static str)>,
}

/// What came of it.
pub(super) struct Finished {
    /// The exit code; `None` if a signal ended it.
    pub(super) exit_code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// From its start to its end, the start of the process included.
    pub(super) took: Duration,
}

impl Invocation {
    /// `entra-auth-cli` with a command.
    pub(super) fn of(command: &str) -> Self {
        Self {
            groups: vec![command.split(' ').map(ToOwned::to_owned).collect()],
            secret_on_stdin: None,
            variable: None,
        }
    }

    /// A flag with its value.
    pub(super) fn with(mut self, flag: &str, value: impl Into<String>) -> Self {
        self.groups.push(vec![flag.to_owned(), value.into()]);
        self
    }

    /// A flag that takes no value.
    pub(super) fn switch(mut self, flag: &str) -> Self {
        self.groups.push(vec![flag.to_owned()]);
        self
    }

    /// A secret on stdin, and the flag that reads it.
    pub(super) fn secret_on_stdin(mut self, flag: &str, secret: &'static str) -> Self {
        self.secret_on_stdin = Some(secret);
        self.switch(flag)
    }

    /// A variable that is set for it.
    pub(super) fn variable(mut self, name: &'static str, value: &'static str) -> Self {
        self.variable = Some((name, value));
        self
    }

    /// As a person would type it, in as many lines as it needs; a secret stands there as the
    /// variable that holds it.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = match self.secret_on_stdin {
            Some(_) => "echo \"$SECRET\" | entra-auth-cli".to_owned(),
            None => "entra-auth-cli".to_owned(),
        };
        for group in &self.groups {
            let words: Vec<String> = group.iter().map(|word| quoted(word)).collect();
            let words = words.join(" ");
            if line.chars().count() + 1 + words.chars().count() > WIDTH {
                line.push_str(" \\");
                lines.push(std::mem::replace(&mut line, format!("    {words}")));
            } else {
                line.push(' ');
                line.push_str(&words);
            }
        }
        lines.push(line);
        lines
    }

    /// The same without its flags' values, for a table.
    pub(super) fn in_short(&self) -> String {
        let profile = self.groups.iter().find(|group| group[0] == "-p");
        let command = self.groups[0].join(" ");
        match profile {
            Some(profile) => format!("{command} {}", profile.join(" ")),
            None => command,
        }
    }

    /// Runs it in this environment and no other, tells of each line on its stderr as it comes, and
    /// ends it if it is not over after `patience`, or if someone interrupts.
    pub(super) fn run(
        &self,
        environment: &[(String, OsString)],
        clock: &dyn Clock,
        patience: Duration,
        is_interrupted: &dyn Fn() -> bool,
        on_line: &mut dyn FnMut(&str) -> Result<(), CommandError>,
    ) -> Result<Finished, CommandError> {
        let cannot = |error: std::io::Error| {
            failed(format!("the program cannot start itself again: {error}"))
        };
        let program = std::env::current_exe().map_err(cannot)?;
        let mut command = Command::new(program);
        command
            .args(self.groups.iter().flatten())
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some((name, value)) = self.variable {
            command.env(name, value);
        }
        let started = clock.monotonic();
        let mut child = command.spawn().map_err(cannot)?;
        if let (Some(mut stdin), Some(secret)) = (child.stdin.take(), self.secret_on_stdin) {
            // One that ended before it read the secret says why.
            let _ = writeln!(stdin, "{secret}");
        }
        let heard = listen(&mut child);
        let end = started.saturating_add(patience);
        let ended = attend(&heard, clock, end, is_interrupted, on_line).and_then(|texts| {
            let status = child.wait().map_err(unreadable)?;
            Ok((status.code(), texts))
        });
        let took = clock.monotonic().saturating_sub(started);
        if ended.is_err() {
            // It may have ended this moment, which is as good.
            let _ = child.kill();
            let _ = child.wait();
        }
        let (exit_code, (stdout, stderr)) = ended?;
        Ok(Finished {
            exit_code,
            stdout,
            stderr,
            took,
        })
    }
}

/// What a command's streams bring.
enum Heard {
    Line(String),
    EndOfStderr,
    /// All of stdout.
    Answer(String),
    Unreadable(std::io::Error),
}

/// Reads both streams, each aside.
fn listen(child: &mut Child) -> Receiver<Heard> {
    let (sender, heard) = mpsc::channel();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Nobody listens any more once the patience is over.
    let aside = sender.clone();
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = stdout.map_or(Ok(0), |mut stdout| stdout.read_to_string(&mut text));
        let _ = aside.send(read.map_or_else(Heard::Unreadable, |_| Heard::Answer(text)));
    });
    std::thread::spawn(move || {
        for line in stderr
            .into_iter()
            .flat_map(|pipe| BufReader::new(pipe).lines())
        {
            let _ = sender.send(line.map_or_else(Heard::Unreadable, Heard::Line));
        }
        let _ = sender.send(Heard::EndOfStderr);
    });
    heard
}

/// Waits until both streams are closed, which is when it ends. Gives what they brought.
fn attend(
    heard: &Receiver<Heard>,
    clock: &dyn Clock,
    end: Duration,
    is_interrupted: &dyn Fn() -> bool,
    on_line: &mut dyn FnMut(&str) -> Result<(), CommandError>,
) -> Result<(String, String), CommandError> {
    let (mut answer, mut lines, mut has_ended) = (None, String::new(), false);
    loop {
        if let (Some(answer), true) = (&mut answer, has_ended) {
            return Ok((std::mem::take(answer), lines));
        }
        if is_interrupted() {
            return Err(CommandError::interrupted());
        }
        let left = end.saturating_sub(clock.monotonic());
        match heard.recv_timeout(left.min(BETWEEN_LOOKS)) {
            Ok(Heard::Line(line)) => {
                on_line(&line)?;
                lines.push_str(&line);
                lines.push('\n');
            }
            Ok(Heard::Answer(text)) => answer = Some(text),
            Ok(Heard::EndOfStderr) => has_ended = true,
            Ok(Heard::Unreadable(error)) => return Err(unreadable(error)),
            Err(_) if left > BETWEEN_LOOKS => {}
            Err(_) => {
                return Err(CommandError::new(
                    Kind::TimedOut,
                    "demo_timed_out",
                    "a command did not end in time",
                ));
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
fn unreadable(error: std::io::Error) -> CommandError {
    failed(format!("a command failed: {error}"))
}

fn quoted(word: &str) -> String {
    match try_quote(word) {
        Ok(quoted) => quoted.into_owned(),
        // A word with a NUL in it cannot be passed to any program.
        Err(_) => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_command_line_goes_on_in_the_next_line() {
        let invocation = Invocation::of("config create")
            .with("--name", "service-principal")
            .with("--scope", "https://graph.microsoft.com/.default")
            .with("--certificate-path", "/tmp/with space.pem")
            .secret_on_stdin("--client-secret-stdin", "never shown");
        assert_eq!(
            invocation.lines(),
            [
                r#"echo "$SECRET" | entra-auth-cli config create --name service-principal \"#,
                r"    --scope https://graph.microsoft.com/.default \",
                r"    --certificate-path '/tmp/with space.pem' --client-secret-stdin",
            ]
        );
    }

    #[test]
    fn a_silent_command_is_waited_for_no_longer_than_it_may_take() {
        let (_sender, heard) = mpsc::channel();
        let clock = engine::SystemClock::start();
        let attended = |end, is_interrupted: bool| {
            let attended = attend(&heard, &clock, end, &|| is_interrupted, &mut |_| Ok(()));
            attended.unwrap_err().kind
        };
        assert_eq!(attended(Duration::ZERO, false), Kind::TimedOut);
        assert_eq!(attended(Duration::MAX, true), Kind::Interrupted);
    }

    #[test]
    fn in_short_it_is_the_command_and_the_profile() {
        let invocation = Invocation::of("get-token")
            .with("-p", "webapp")
            .switch("--force");
        assert_eq!(invocation.in_short(), "get-token -p webapp");
        assert_eq!(Invocation::of("config list").in_short(), "config list");
    }
}
