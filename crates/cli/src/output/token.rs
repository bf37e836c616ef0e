//! The access token alone.

use model::TokenEntry;
use zeroize::Zeroizing;

/// The token and a newline.
pub(super) fn rendered(entry: &TokenEntry) -> Zeroizing<String> {
    Zeroizing::new(format!("{}\n", entry.access_token.expose_secret()))
}
