//! A sign of life while something takes its time.

use std::io::IsTerminal as _;
use std::io::Write as _;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;

/// On a terminal, nothing that is over sooner is worth a flicker.
const BEFORE_SPINNER: Duration = Duration::from_millis(150);

/// In a log, only a long wait is worth a line.
const BEFORE_LINE: Duration = Duration::from_secs(2);

const TICK: Duration = Duration::from_millis(100);

const FRAMES: [char; 4] = ['⠋', '⠹', '⠼', '⠧'];

/// Goes to the beginning of the line and clears it (ECMA-48: CR, EL).
const CLEAR_LINE: &str = "\r\x1b[2K";

/// Shows what is being waited for, once it takes long enough, until dropped.
pub(super) struct Waiting {
    messages: Option<Sender<String>>,
    thread: Option<JoinHandle<()>>,
}

impl Waiting {
    /// Begins to wait; nothing is shown yet.
    pub(super) fn begin(message: String) -> Self {
        let (messages, received) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            if std::io::stderr().is_terminal() {
                spin(message, &received);
            } else {
                tell(message, &received);
            }
        });
        Self {
            messages: Some(messages),
            thread: Some(thread),
        }
    }

    /// Says what is being waited for now.
    pub(super) fn say(&self, message: String) {
        if let Some(messages) = &self.messages {
            // The thread ends only after this sender is gone.
            let _ = messages.send(message);
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.messages = None;
        if let Some(thread) = self.thread.take() {
            // A spinner that panicked is no reason to fail: the hook has reported it.
            let _ = thread.join();
        }
    }
}

/// Waits until the wait is worth a word, and gives the latest message; `None` if it ended sooner.
fn patiently(
    mut message: String,
    received: &Receiver<String>,
    patience: Duration,
) -> Option<String> {
    loop {
        match received.recv_timeout(patience) {
            Ok(newer) => message = newer,
            Err(RecvTimeoutError::Timeout) => return Some(message),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
}

fn spin(message: String, received: &Receiver<String>) {
    let Some(mut message) = patiently(message, received, BEFORE_SPINNER) else {
        return;
    };
    // If stderr is gone, there is nobody to tell.
    let draw = |text: &str| {
        let mut stderr = std::io::stderr().lock();
        let _ = write!(stderr, "{CLEAR_LINE}{text}").and_then(|()| stderr.flush());
    };
    for frame in FRAMES.iter().cycle() {
        draw(&format!("{frame} {message}"));
        match received.recv_timeout(TICK) {
            Ok(newer) => message = newer,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    draw("");
}

fn tell(message: String, received: &Receiver<String>) {
    let Some(message) = patiently(message, received, BEFORE_LINE) else {
        return;
    };
    for message in std::iter::once(message).chain(received) {
        // If stderr is gone, there is nobody to tell.
        let _ = writeln!(std::io::stderr().lock(), "{message}");
    }
}
