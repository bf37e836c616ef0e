//! A sign of life while something takes its time.

use std::io::IsTerminal;
use std::sync::mpsc;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;

/// On a terminal, nothing that is over sooner is worth a flicker.
const BEFORE_SPINNER: Duration = Duration::from_millis(150);

/// In a log, only a long wait is worth a line.
const BEFORE_LINE: Duration = Duration::from_secs(2);

const TICK: Duration = Duration::from_millis(100);

/// Shows what is being waited for, once it takes long enough, until dropped.
pub(super) struct Waiting {
    messages: Option<Sender<String>>,
    thread: Option<JoinHandle<()>>,
}

impl Waiting {
    /// Begins to wait; nothing is shown yet.
    pub(super) fn begin(message: String) -> Self {
        let (messages, received) = mpsc::channel::<String>();
        let thread = std::thread::spawn(move || {
            let on_terminal = std::io::stderr().is_terminal();
            let patience = if on_terminal {
                BEFORE_SPINNER
            } else {
                BEFORE_LINE
            };
            let mut message = message;
            loop {
                match received.recv_timeout(patience) {
                    Ok(newer) => message = newer,
                    Err(RecvTimeoutError::Timeout) => break,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
            if on_terminal {
                let spinner = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
                spinner.set_message(message);
                spinner.enable_steady_tick(TICK);
                for newer in received {
                    spinner.set_message(newer);
                }
                spinner.finish_and_clear();
            } else {
                use std::io::Write as _;
                // If stderr is gone, there is nobody to tell.
                let _ = writeln!(anstream::stderr().lock(), "{message}");
                for newer in received {
                    let _ = writeln!(anstream::stderr().lock(), "{newer}");
                }
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
