//! Runs the program that a `command` reference names, such as a password manager's.

use std::io::Read;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use model::Clock;
use zeroize::Zeroize;
use zeroize::Zeroizing;

use crate::error::ReferenceError;

/// Longer output than this is no secret.
const LONGEST_OUTPUT: u64 = 64 * 1024;

/// How often a program that still runs is looked at.
const POLL: Duration = Duration::from_millis(5);

/// Runs the program, without a shell, its input closed, the variables `kept_back` taken from its
/// environment, and gives what it wrote on its standard output.
///
/// Its standard error goes to ours, so that a password manager can say what it wants; a program
/// still running after `timeout` is ended.
pub(crate) fn output(
    arguments: &[String],
    timeout: Duration,
    kept_back: &[String],
    clock: &dyn Clock,
) -> Result<Zeroizing<Vec<u8>>, ReferenceError> {
    let Some((program, rest)) = arguments.split_first() else {
        return Err(ReferenceError::NoProgram);
    };
    let mut command = Command::new(program);
    command
        .args(rest)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    for name in kept_back {
        command.env_remove(name);
    }
    let mut child = command
        .spawn()
        .map_err(|source| ReferenceError::NotStarted {
            program: program.clone(),
            source,
        })?;
    let Some(mut stdout) = child.stdout.take() else {
        return Err(ReferenceError::NoProgram);
    };
    let (sender, receiver) = mpsc::channel();
    // The pipe is read beside the waiting: a program that fills it would never end otherwise.
    std::thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::new());
        let outcome = stdout
            .by_ref()
            .take(LONGEST_OUTPUT + 1)
            .read_to_end(&mut bytes);
        // The receiver is gone when the program was ended; its output then matters to nobody.
        let _ = sender.send(outcome.map(|_| bytes));
    });
    let deadline = clock.monotonic().saturating_add(timeout);
    let status = wait(&mut child, deadline, clock, program)?;
    if !status.success() {
        // A program that writes on and on dies of the pipe that was closed when enough was read.
        if let Ok(Ok(bytes)) = receiver.try_recv()
            && bytes.len() as u64 > LONGEST_OUTPUT
        {
            return Err(ReferenceError::TooLong(program.clone()));
        }
        return Err(ReferenceError::CommandFailed {
            program: program.clone(),
            status: status.to_string(),
        });
    }
    // Programs that it left behind may hold the pipe open.
    let mut bytes = receiver
        .recv_timeout(deadline.saturating_sub(clock.monotonic()))
        .map_err(|_| ReferenceError::TimedOut(program.clone()))?
        .map_err(|source| ReferenceError::NotStarted {
            program: program.clone(),
            source,
        })?;
    if bytes.len() as u64 > LONGEST_OUTPUT {
        bytes.zeroize();
        return Err(ReferenceError::TooLong(program.clone()));
    }
    Ok(bytes)
}

fn wait(
    child: &mut Child,
    deadline: Duration,
    clock: &dyn Clock,
    program: &str,
) -> Result<std::process::ExitStatus, ReferenceError> {
    let failed = |source| ReferenceError::NotStarted {
        program: program.to_owned(),
        source,
    };
    loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            return Ok(status);
        }
        if clock.monotonic() >= deadline {
            child.kill().map_err(failed)?;
            child.wait().map_err(failed)?;
            return Err(ReferenceError::TimedOut(program.to_owned()));
        }
        clock.sleep(POLL);
    }
}
