//! One run of the program.

use std::ffi::OsStr;
use std::fmt;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::thread::JoinHandle;

use rustix::process::Pid;
use rustix::process::Signal;
use serde_json::Value;

use super::PATIENCE;

/// A run that is being put together. Nothing of this test's own environment reaches it but `PATH`.
pub(crate) struct Call {
    command: Command,
    input: Vec<u8>,
    stdout: Option<Stdio>,
}

impl Call {
    pub(crate) fn new(program: &Path, home: &Path) -> Self {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .current_dir(home);
        Self {
            command,
            input: Vec::new(),
            stdout: None,
        }
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// What stands on stdin, which is a pipe in any case.
    pub(crate) fn input(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.input = text.into();
        self
    }

    /// Where stdout goes instead of to the test.
    pub(crate) fn stdout(mut self, stdout: impl Into<Stdio>) -> Self {
        self.stdout = Some(stdout.into());
        self
    }

    /// The command as it stands, to be run in another way.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    pub(crate) fn run(self) -> Outcome {
        self.start().finish()
    }

    pub(crate) fn start(mut self) -> Running {
        let shown = format!("{:?}", self.command.get_args());
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(self.stdout.take().unwrap_or_else(Stdio::piped))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = self.input;
        // A program that reads nothing closes the pipe, which is its right.
        std::thread::spawn(move || stdin.write_all(&input));
        let (line_sender, lines) = mpsc::channel();
        let (end_sender, ended) = mpsc::channel();
        let stdout = child.stdout.take().map(|mut pipe| {
            let ended = end_sender.clone();
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                pipe.read_to_end(&mut bytes).unwrap();
                let _ = ended.send(());
                bytes
            })
        });
        let pipe = child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut reader = BufReader::new(pipe);
            let mut bytes = Vec::new();
            loop {
                let begin = bytes.len();
                if reader.read_until(b'\n', &mut bytes).unwrap() == 0 {
                    break;
                }
                let line = String::from_utf8_lossy(&bytes[begin..]).into_owned();
                let _ = line_sender.send(line);
            }
            let _ = end_sender.send(());
            bytes
        });
        Running {
            child,
            shown,
            stdout,
            stderr: Some(stderr),
            lines,
            ended,
        }
    }
}

/// A run under way; killed when dropped.
pub(crate) struct Running {
    child: Child,
    shown: String,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    lines: mpsc::Receiver<String>,
    ended: mpsc::Receiver<()>,
}

impl Running {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        rustix::process::kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for a line on stderr that holds this text.
    pub(crate) fn wait_to_say(&self, text: &str) -> String {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return line,
                Ok(_) => {}
                Err(error) => panic!("{} never said {text:?}: {error}", self.shown),
            }
        }
    }

    pub(crate) fn finish(mut self) -> Outcome {
        for _ in 0..=usize::from(self.stdout.is_some()) {
            let end = self.ended.recv_timeout(PATIENCE);
            assert!(end.is_ok(), "{} does not end", self.shown);
        }
        let status = self.child.wait().unwrap();
        let stdout = self.stdout.take().map(|thread| thread.join().unwrap());
        Outcome {
            status,
            stdout: stdout.unwrap_or_default(),
            stderr: self.stderr.take().unwrap().join().unwrap(),
            shown: std::mem::take(&mut self.shown),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts all, does `meanwhile`, and waits for all.
pub(crate) fn at_once(
    calls: impl IntoIterator<Item = Call>,
    meanwhile: impl FnOnce(&[Running]),
) -> Vec<Outcome> {
    let running: Vec<Running> = calls.into_iter().map(Call::start).collect();
    meanwhile(&running);
    running.into_iter().map(Running::finish).collect()
}

/// What came of a run.
pub(crate) struct Outcome {
    pub(crate) status: std::process::ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    shown: String,
}

impl fmt::Debug for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        formatter
            .debug_struct("Outcome")
            .field("arguments", &self.shown)
            .field("status", &self.status)
            .field("stdout", &text(&self.stdout))
            .field("stderr", &text(&self.stderr))
            .finish()
    }
}

impl Outcome {
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    pub(crate) fn stdout(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    pub(crate) fn stderr(&self) -> &str {
        std::str::from_utf8(&self.stderr).unwrap()
    }

    /// All went well and nothing was said beside the answer.
    #[track_caller]
    pub(crate) fn answer(self) -> String {
        let (answer, said) = self.answer_and_words();
        assert_eq!(said, "", "something was said beside the answer");
        answer
    }

    /// All went well: the answer, and what was said beside it.
    #[track_caller]
    pub(crate) fn answer_and_words(self) -> (String, String) {
        assert_eq!(self.code(), Some(0), "{self:#?}");
        (self.stdout().to_owned(), self.stderr().to_owned())
    }

    /// It failed with this exit code and nothing on stdout: what it said.
    #[track_caller]
    pub(crate) fn failure(self, code: i32) -> String {
        assert_eq!(self.code(), Some(code), "{self:#?}");
        assert_eq!(self.stdout(), "", "a failure has no answer: {self:#?}");
        self.stderr().to_owned()
    }

    /// It failed with this exit code and said so in one line of JSON.
    #[track_caller]
    pub(crate) fn failure_document(self, code: i32) -> Value {
        let said = self.failure(code);
        let last = said.lines().last().unwrap_or_default();
        let document: Value =
            serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {said}"));
        assert_eq!(document["exit_code"], code, "{document}");
        document
    }
}
