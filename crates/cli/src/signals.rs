//! What Ctrl-C and a termination do once there is something to interrupt.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use signal_hook::consts::SIGINT;
use signal_hook::consts::SIGTERM;

/// From now on Ctrl-C ends the process with exit code 130 and SIGTERM with 143, at once: locks are
/// the kernel's to release, and no file is ever half written under its own name.
///
/// The warm path does without: the default action ends the process all the same.
pub(crate) fn end_with_exit_codes() {
    let always = Arc::new(AtomicBool::new(true));
    for (signal, exit_code) in [(SIGINT, 130), (SIGTERM, 143)] {
        // Without a handler the signal's default action ends the process, with the same code
        // in a shell.
        let _ = signal_hook::flag::register_conditional_shutdown(
            signal,
            exit_code,
            Arc::clone(&always),
        );
    }
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
