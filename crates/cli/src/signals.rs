//! What Ctrl-C and a termination do once there is something to interrupt.

use std::sync::Arc;
use std::sync::Once;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use signal_hook::consts::SIGINT;
use signal_hook::consts::SIGTERM;

/// The signals that end the process, each with its exit code.
const ENDINGS: [(i32, i32); 2] = [(SIGINT, 130), (SIGTERM, 143)];

/// From now on Ctrl-C ends the process with exit code 130 and SIGTERM with 143, at once, after
/// `give_back`: locks are the kernel's to release, and no file is ever half written under its own
/// name. A second signal waits for nothing, should `give_back` be stuck at a terminal that takes
/// no more output.
///
/// The warm path does without: the default action ends the process all the same.
pub(crate) fn end_with_exit_codes(give_back: fn()) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let came_before = Arc::new(AtomicBool::new(false));
        for (signal, exit_code) in ENDINGS {
            // Without a handler the signal's default action ends the process, with the same code
            // in a shell. The order counts: the first signal finds the flag down.
            let _ = signal_hook::flag::register_conditional_shutdown(
                signal,
                exit_code,
                Arc::clone(&came_before),
            );
            let _ = signal_hook::flag::register(signal, Arc::clone(&came_before));
        }
        if let Some(first_signal) = waiter() {
            std::thread::spawn(move || {
                if let Some(exit_code) = first_signal() {
                    give_back();
                    end(exit_code);
                }
            });
        }
    });
}

/// Does what Ctrl-C does, for a terminal that hands it over as a key.
pub(crate) fn interrupt() {
    if signal_hook::low_level::raise(SIGINT).is_err() {
        end(130);
    }
}

#[expect(
    clippy::exit,
    reason = "a signal ends the process whatever its other threads wait for"
)]
fn end(exit_code: i32) -> ! {
    std::process::exit(exit_code)
}

/// What waits for the first of these signals and gives its exit code; `None` if nothing can.
#[cfg(unix)]
fn waiter() -> Option<impl FnOnce() -> Option<i32> + Send> {
    let signals = signal_hook::iterator::Signals::new(ENDINGS.map(|(signal, _)| signal));
    let mut signals = signals.ok()?;
    Some(move || {
        let came = signals.forever().next()?;
        let ending = ENDINGS.into_iter().find(|(signal, _)| *signal == came);
        ending.map(|(_, exit_code)| exit_code)
    })
}

/// The same where there is no way to be woken by a signal.
#[cfg(not(unix))]
fn waiter() -> Option<impl FnOnce() -> Option<i32> + Send> {
    /// Nobody feels a delay of this length.
    const BETWEEN_LOOKS: std::time::Duration = std::time::Duration::from_millis(50);

    let interruption = Interruption::noted();
    Some(move || {
        loop {
            if let Some(exit_code) = interruption.exit_code() {
                return Some(i32::from(exit_code));
            }
            std::thread::park_timeout(BETWEEN_LOOKS);
        }
    })
}

/// What came in the meantime, for a command that has something to clear away before it ends.
pub(crate) struct Interruption(Arc<AtomicUsize>);

impl Interruption {
    /// From now on Ctrl-C and SIGTERM are noted, and end nothing.
    pub(crate) fn noted() -> Self {
        let exit_code = Arc::default();
        for (signal, its_exit_code) in [(SIGINT, 130), (SIGTERM, 143)] {
            // Without a handler the signal's default action ends the process.
            let _ =
                signal_hook::flag::register_usize(signal, Arc::clone(&exit_code), its_exit_code);
        }
        Self(exit_code)
    }

    /// The exit code to end with, if one of them came.
    pub(crate) fn exit_code(&self) -> Option<u8> {
        let noted = self.0.load(Ordering::SeqCst);
        u8::try_from(noted).ok().filter(|code| *code != 0)
    }
}
