//! Running programs: no standard input, output shown as it comes, failure is an error.

use std::{
    ffi::OsStr,
    fmt,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};

/// Beginnings of the variables that would change what the product does under test.
const PRODUCT_VARIABLES: [&str; 2] = ["ENTRA_AUTH_", "AZURE_"];

/// One program to run.
pub(crate) struct Step(Command);

impl Step {
    pub(crate) fn new(program: impl AsRef<OsStr>, directory: &Path) -> Self {
        let mut command = Command::new(program);
        command.current_dir(directory).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let is_ours = |prefix: &str| name.to_string_lossy().starts_with(prefix);
            if PRODUCT_VARIABLES.iter().any(|prefix| is_ours(prefix)) {
                command.env_remove(name);
            }
        }
        Self(command)
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.0.arg(argument);
        self
    }

    pub(crate) fn args(mut self, arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> Self {
        self.0.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// These variables and no others, but for PATH.
    pub(crate) fn only_env(mut self, variables: &[(&str, PathBuf)]) -> Self {
        self.0.env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            self.0.env("PATH", path);
        }
        self.0.envs(variables.iter().cloned());
        self
    }

    pub(crate) fn directory(mut self, directory: &Path) -> Self {
        self.0.current_dir(directory);
        self
    }

    /// Runs to the end, output passed through.
    pub(crate) fn run(mut self) -> anyhow::Result<()> {
        println!("$ {self}");
        let status = self
            .0
            .status()
            .with_context(|| format!("starting {self}"))?;
        self.succeeded(status)
    }

    /// As [`run`](Self::run), but a program that takes longer than `limit` is killed and has failed.
    pub(crate) fn run_within(mut self, limit: Duration) -> anyhow::Result<()> {
        println!("$ {self}");
        let mut child = self.0.spawn().with_context(|| format!("starting {self}"))?;
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = child.try_wait()? {
                return self.succeeded(status);
            }
            if Instant::now() > deadline {
                child.kill()?;
                child.wait()?;
                bail!("{self} took longer than {} s", limit.as_secs());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs to the end, output passed through and returned as well, standard error last.
    pub(crate) fn run_and_read(mut self) -> anyhow::Result<String> {
        println!("$ {self}");
        self.0.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.0.spawn().with_context(|| format!("starting {self}"))?;
        let stdout = child.stdout.take().context("no standard output")?;
        let stderr = child.stderr.take().context("no standard error")?;
        let (output, errors) = thread::scope(|scope| {
            let errors = scope.spawn(|| copy_through(stderr, &mut std::io::stderr()));
            let output = copy_through(stdout, &mut std::io::stdout());
            (output, errors.join())
        });
        let mut text = output?;
        match errors {
            Ok(errors) => text.push_str(&errors?),
            Err(_) => bail!("reading the standard error of {self} panicked"),
        }
        let status = child.wait()?;
        self.succeeded(status)?;
        Ok(text)
    }

    /// Runs quietly and returns standard output; on failure the error holds standard error.
    pub(crate) fn read(mut self) -> anyhow::Result<String> {
        let output = self
            .0
            .output()
            .with_context(|| format!("starting {self}"))?;
        ensure!(
            output.status.success(),
            "{self} ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Runs quietly with `input` on standard input.
    pub(crate) fn run_with_input(mut self, input: &str) -> anyhow::Result<()> {
        self.0.stdin(Stdio::piped());
        let mut child = self.0.spawn().with_context(|| format!("starting {self}"))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes())?;
        }
        let status = child.wait()?;
        self.succeeded(status)
    }

    /// Starts a server that prints one line when it is ready and ends when its standard input closes.
    pub(crate) fn serve(mut self) -> anyhow::Result<Server> {
        self.0.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = self.0.spawn().with_context(|| format!("starting {self}"))?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().context("no standard output")?;
        let mut server = Server {
            child,
            stdin,
            ready: String::new(),
        };
        BufReader::new(stdout).read_line(&mut server.ready)?;
        ensure!(!server.ready.is_empty(), "{self} ended before it was ready");
        Ok(server)
    }

    fn succeeded(&self, status: ExitStatus) -> anyhow::Result<()> {
        ensure!(status.success(), "{self} ended with {status}");
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.get_program().display())?;
        for argument in self.0.get_args() {
            write!(formatter, " {}", argument.display())?;
        }
        Ok(())
    }
}

/// A running server; it is stopped when this is dropped.
pub(crate) struct Server {
    child: Child,
    stdin: Option<ChildStdin>,
    /// The line it printed when it was ready.
    pub(crate) ready: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stdin.take());
        if let Err(error) = self.child.wait() {
            eprintln!("waiting for process {}: {error}", self.child.id());
        }
    }
}

fn copy_through(from: impl Read, to: &mut impl Write) -> anyhow::Result<String> {
    let mut text = String::new();
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        text.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    to.flush()?;
    Ok(text)
}
