//! An HTTP header (RFC 6750 §2.1), for `curl -H @-` and the like.

use model::TokenEntry;
use zeroize::Zeroizing;

/// `Authorization: Bearer …`. The scheme is the token's own type if that is a plain word.
pub(super) fn rendered(entry: &TokenEntry) -> Zeroizing<String> {
    let is_word = !entry.token_type.is_empty()
        && entry
            .token_type
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let scheme = if is_word && !entry.token_type.eq_ignore_ascii_case("bearer") {
        entry.token_type.as_str()
    } else {
        "Bearer"
    };
    Zeroizing::new(format!(
        "Authorization: {scheme} {}\n",
        entry.access_token.expose_secret()
    ))
}
