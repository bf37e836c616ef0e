//! A sign of life while something takes its time.

use std::io::IsTerminal as _;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;

use super::screen;

/// On a terminal, nothing that is over sooner is worth a flicker.
const BEFORE_SPINNER: Duration = Duration::from_millis(150);

/// In a log, only a long wait is worth a line.
const BEFORE_LINE: Duration = Duration::from_secs(2);

const TICK: Duration = Duration::from_millis(100);

const FRAMES: [char; 4] = ['⠋', '⠹', '⠼', '⠧'];

/// Says what is being waited for; asked anew each time it is shown.
pub(super) type Caption = Box<dyn Fn() -> String + Send>;

/// Shows what is being waited for, once it takes long enough, until dropped.
pub(super) struct Waiting {
    captions: Option<Sender<Caption>>,
    thread: Option<JoinHandle<()>>,
}

impl Waiting {
    /// Begins to wait; nothing is shown yet.
    pub(super) fn begin(caption: Caption) -> Self {
        let (captions, received) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            if std::io::stderr().is_terminal() {
                spin(caption, &received);
            } else {
                tell(caption, &received);
            }
        });
        Self {
            captions: Some(captions),
            thread: Some(thread),
        }
    }

    /// Says what is being waited for now.
    pub(super) fn say(&self, caption: Caption) {
        if let Some(captions) = &self.captions {
            // The thread ends only after this sender is gone.
            let _ = captions.send(caption);
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.captions = None;
        if let Some(thread) = self.thread.take() {
            // A spinner that panicked is no reason to fail: the hook has reported it.
            let _ = thread.join();
        }
    }
}

/// The time left, as minutes and seconds: `14:59`.
pub(super) fn minutes_and_seconds(left: Duration) -> String {
    let seconds = left.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Waits until the wait is worth a word, and gives the latest caption; `None` if it ended sooner.
fn patiently(
    mut caption: Caption,
    received: &Receiver<Caption>,
    patience: Duration,
) -> Option<Caption> {
    loop {
        match received.recv_timeout(patience) {
            Ok(newer) => caption = newer,
            Err(RecvTimeoutError::Timeout) => return Some(caption),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
}

fn spin(caption: Caption, received: &Receiver<Caption>) {
    let Some(mut caption) = patiently(caption, received, BEFORE_SPINNER) else {
        return;
    };
    for frame in FRAMES.iter().cycle() {
        screen::moving_line(&format!("{frame} {}", caption()));
        match received.recv_timeout(TICK) {
            Ok(newer) => caption = newer,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    screen::clear_moving_line();
}

fn tell(caption: Caption, received: &Receiver<Caption>) {
    let Some(caption) = patiently(caption, received, BEFORE_LINE) else {
        return;
    };
    for caption in std::iter::once(caption).chain(received) {
        screen::line(&caption());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_said_in_minutes_and_seconds() {
        for (seconds, said) in [(900, "15:00"), (61, "1:01"), (59, "0:59"), (0, "0:00")] {
            assert_eq!(minutes_and_seconds(Duration::from_secs(seconds)), said);
        }
        assert_eq!(minutes_and_seconds(Duration::from_millis(1999)), "0:01");
    }
}
