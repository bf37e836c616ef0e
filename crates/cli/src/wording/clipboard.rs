//! What became of `--copy`.

use crate::clipboard::Copied;
use crate::clipboard::HOLD;

/// Says where the answer is now, and for how long.
pub(crate) fn copied(copied: Copied) -> String {
    match copied {
        Copied::Held => format!(
            "Copied. The clipboard is cleared in {} seconds.",
            HOLD.as_secs()
        ),
        Copied::AskedTerminal => {
            "Sent to your terminal's clipboard (OSC 52). It may refuse, and nothing clears it: copy \
             something else when you are done."
                .to_owned()
        }
    }
}
