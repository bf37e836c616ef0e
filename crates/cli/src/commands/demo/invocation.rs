//! A command line of this program: as a person reads it, and run.

use std::io::Read;
use std::io::Write;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use model::Clock;
use shlex::try_quote;

use super::failed;
use super::throw_away::ThrowAway;
use crate::command_error::CommandError;
use crate::command_error::Kind;

/// How wide a command line is written before it goes on in the next line.
const WIDTH: usize = 74;

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

    /// Runs it in the throw-away configuration, and ends it if it is not over after `patience`.
    pub(super) fn run(
        &self,
        place: &ThrowAway,
        clock: &dyn Clock,
        patience: Duration,
    ) -> Result<Finished, CommandError> {
        let cannot = |error: std::io::Error| {
            failed(format!("the program cannot start itself again: {error}"))
        };
        let program = std::env::current_exe().map_err(cannot)?;
        let mut command = Command::new(program);
        command
            .args(self.groups.iter().flatten())
            .env_clear()
            .envs(place.variables())
            .env("ENTRA_AUTH_NO_INPUT", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some((name, value)) = self.variable {
            command.env(name, value);
        }
        keep_what_sockets_need(&mut command);
        let started = clock.monotonic();
        let mut child = command.spawn().map_err(cannot)?;
        if let (Some(mut stdin), Some(secret)) = (child.stdin.take(), self.secret_on_stdin) {
            // One that ended before it read the secret says why.
            let _ = writeln!(stdin, "{secret}");
        }
        let stdout = read_aside(child.stdout.take());
        let stderr = read_aside(child.stderr.take());
        let ended = wait(&mut child, &stdout, &stderr, patience);
        let took = clock.monotonic().saturating_sub(started);
        let (exit_code, stdout, stderr) = ended?;
        Ok(Finished {
            exit_code,
            stdout,
            stderr,
            took,
        })
    }
}

fn quoted(word: &str) -> String {
    match try_quote(word) {
        Ok(quoted) => quoted.into_owned(),
        // A word with a NUL in it cannot be passed to any program.
        Err(_) => word.to_owned(),
    }
}

/// Winsock finds its libraries by this variable.
fn keep_what_sockets_need(command: &mut Command) {
    #[cfg(windows)]
    if let Some(root) = crate::settings::Variables.raw("SYSTEMROOT") {
        command.env("SYSTEMROOT", root);
    }
    #[cfg(not(windows))]
    let _ = command;
}

fn read_aside<S: Read + Send + 'static>(stream: Option<S>) -> Receiver<std::io::Result<String>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = match stream {
            Some(mut stream) => stream.read_to_string(&mut text),
            None => Ok(0),
        };
        // Nobody listens any more once the patience is over.
        let _ = sender.send(read.map(|_| text));
    });
    receiver
}

/// Waits until both streams are closed, which is when it ends.
fn wait(
    child: &mut Child,
    stdout: &Receiver<std::io::Result<String>>,
    stderr: &Receiver<std::io::Result<String>>,
    patience: Duration,
) -> Result<(Option<i32>, String, String), CommandError> {
    let unreadable = |error: std::io::Error| failed(format!("a command failed: {error}"));
    let mut texts = Vec::new();
    for stream in [stdout, stderr] {
        let Ok(text) = stream.recv_timeout(patience) else {
            // It may have ended this moment, which is as good.
            let _ = child.kill();
            let _ = child.wait();
            return Err(CommandError::new(
                Kind::TimedOut,
                "demo_timed_out",
                format!("a command did not end within {} s", patience.as_secs()),
            ));
        };
        texts.push(text);
    }
    let exit_code = child.wait().map_err(unreadable)?.code();
    let mut texts = texts.into_iter();
    let mut next = || texts.next().unwrap_or_else(|| Ok(String::new()));
    let (stdout, stderr) = (next(), next());
    Ok((
        exit_code,
        stdout.map_err(unreadable)?,
        stderr.map_err(unreadable)?,
    ))
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
    fn in_short_it_is_the_command_and_the_profile() {
        let invocation = Invocation::of("get-token")
            .with("-p", "webapp")
            .switch("--force");
        assert_eq!(invocation.in_short(), "get-token -p webapp");
        assert_eq!(Invocation::of("config list").in_short(), "config list");
    }
}
