//! `$skiptoken`: where the next page begins, bound to the query it continues.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Opaque to clients.
pub(super) fn written(offset: usize, query: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{offset}:{}", fingerprint(query)))
}

/// Where the page begins; `None` for a token of another query.
pub(super) fn read(token: &str, query: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (offset, of_query) = text.split_once(':')?;
    (of_query == fingerprint(query))
        .then(|| offset.parse().ok())
        .flatten()
}

fn fingerprint(query: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, query.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_token_continues_its_own_query_only() {
        let token = written(100, "$top=100");
        assert_eq!(read(&token, "$top=100"), Some(100));
        assert_eq!(read(&token, "$top=99"), None);
        assert_eq!(read("x", "$top=100"), None);
    }
}
