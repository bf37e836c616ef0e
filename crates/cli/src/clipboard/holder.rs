//! The process that holds the clipboard, from both ends.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::process::Child;
use std::process::Command;
use std::process::ExitCode;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use protocol::text::escaped;

use super::unavailable;
use crate::command_error::CommandError;
use crate::ui::Ui;

/// What the holder says once it holds the clipboard; anything else is why it cannot.
const HELD: &str = "held";

/// A display that has not answered by then hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// More than this is no reason.
const LONGEST_REASON: u64 = 4096;

/// Starts a holder, without the variables `kept_back`, hands it the text and waits until it holds
/// the clipboard.
pub(super) fn start(kept_back: &[String], text: &str) -> Result<(), CommandError> {
    let failed = |error: std::io::Error| {
        unavailable(&format!("the program cannot start itself again: {error}"))
    };
    let program = std::env::current_exe().map_err(failed)?;
    let mut command = Command::new(program);
    command
        .arg("hold-clipboard")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    for name in kept_back {
        command.env_remove(name);
    }
    detach(&mut command);
    let mut holder = command.spawn().map_err(failed)?;
    let answer = hand_over(&mut holder, text);
    match answer {
        Ok(()) => Ok(()),
        Err(why) => {
            // It may have ended by itself, which is as good.
            let _ = holder.kill();
            let _ = holder.wait();
            Err(unavailable(&why))
        }
    }
}

/// Gives the holder the text; the error is why it does not hold it.
fn hand_over(holder: &mut Child, text: &str) -> Result<(), String> {
    let said_nothing = || "the process that would hold it said nothing".to_owned();
    let (Some(mut input), Some(output)) = (holder.stdin.take(), holder.stdout.take()) else {
        return Err(said_nothing());
    };
    // A holder that ended before it read everything has said why.
    let _ = input.write_all(text.as_bytes());
    drop(input);
    let (sender, answers) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(output.take(LONGEST_REASON)).read_line(&mut line);
        // Nobody listens any more once the patience is over.
        let _ = sender.send(read.map(|_| line));
    });
    match answers.recv_timeout(PATIENCE) {
        Ok(Ok(line)) => match line.trim_end() {
            HELD => Ok(()),
            "" => Err(said_nothing()),
            why => Err(escaped(why).into_owned()),
        },
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!(
            "the display did not answer within {} s",
            PATIENCE.as_secs()
        )),
    }
}

/// Lets the process live on when this one, its shell or its terminal ends, and keeps Ctrl-C away
/// from it.
#[cfg(unix)]
fn detach(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(windows)]
fn detach(command: &mut Command) {
    use std::os::windows::process::CommandExt as _;
    /// `DETACHED_PROCESS` and `CREATE_NEW_PROCESS_GROUP` (Win32, "Process Creation Flags").
    const FLAGS: u32 = 0x0000_0008 | 0x0000_0200;
    command.creation_flags(FLAGS);
}

/// The holder itself.
pub(super) fn run(ui: &Ui, duration: Duration) -> Result<ExitCode, CommandError> {
    match held_for(ui, duration) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(why) => {
            ui.answer(&format!("{}\n", escaped(&why)))?;
            Err(unavailable(&why))
        }
    }
}

#[cfg(feature = "clipboard")]
fn held_for(ui: &Ui, duration: Duration) -> Result<(), String> {
    /// More than this is no token.
    const LONGEST_TEXT: u64 = 1024 * 1024;

    let mut text = zeroize::Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .take(LONGEST_TEXT)
        .read_to_string(&mut text)
        .map_err(|error| error.to_string())?;
    let clock = engine::SystemClock::start();
    // Whoever waited may be gone: the clipboard is held all the same.
    let held = || drop(ui.answer(&format!("{HELD}\n")));
    super::selection::hold(&text, duration, &clock, held).map_err(|error| error.to_string())
}

#[cfg(not(feature = "clipboard"))]
fn held_for(_ui: &Ui, _duration: Duration) -> Result<(), String> {
    Err("this program was built without the feature `clipboard`".to_owned())
}
