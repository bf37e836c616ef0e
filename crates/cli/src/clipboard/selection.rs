//! The clipboard of the desktop: X11, Wayland, macOS, Windows.

use std::time::Duration;

use arboard::Clipboard;
use arboard::Error;
use arboard::Set;
#[cfg(target_os = "macos")]
use arboard::SetExtApple as _;
#[cfg(all(unix, not(target_os = "macos")))]
use arboard::SetExtLinux as _;
#[cfg(windows)]
use arboard::SetExtWindows as _;
use model::Clock;
use zeroize::Zeroizing;

/// How often to look whether something else was copied. Where the process has to stay to serve the
/// contents, it goes soon after they are replaced. Elsewhere one look at the end is enough, and
/// macOS may ask the person to allow each.
const LOOK: Duration = if cfg!(all(unix, not(target_os = "macos"))) {
    Duration::from_millis(250)
} else {
    Duration::MAX
};

/// Puts the text on the clipboard, marked as secret, says so by `held`, and clears it after
/// `duration` if it still stands there.
pub(super) fn hold(
    text: &str,
    duration: Duration,
    clock: &dyn Clock,
    held: impl FnOnce(),
) -> Result<(), Error> {
    let mut clipboard = Clipboard::new()?;
    secret(clipboard.set()).text(text)?;
    held();
    let end = clock.monotonic() + duration;
    loop {
        let remaining = end.saturating_sub(clock.monotonic());
        if remaining.is_zero() {
            return clipboard.clear();
        }
        clock.sleep(remaining.min(LOOK));
        // A clipboard that cannot be read holds something else, or is gone with its display.
        let now = clipboard.get_text().map(Zeroizing::new);
        if now.is_ok_and(|now| *now == text) {
            continue;
        }
        return Ok(());
    }
}

/// Kept out of histories, synchronisation and other programs' monitoring as far as they honour the
/// mark: `x-kde-passwordManagerHint`, `org.nspasteboard.ConcealedType`,
/// `ExcludeClipboardContentFromMonitorProcessing`.
fn secret(set: Set<'_>) -> Set<'_> {
    #[cfg(unix)]
    return set.exclude_from_history();
    #[cfg(windows)]
    return set.exclude_from_monitoring();
}
