//! What is kept, as people read it.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use protocol::text::escaped;

use super::view::CachedToken;
use crate::wording;

/// Text from outside that is longer than this, in characters, is cut: one cell must not push the
/// others off the screen.
const LONGEST_CELL: usize = 60;

/// The cached tokens in columns.
pub(super) fn tokens(tokens: &[CachedToken]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header([
        "PROFILE",
        "FOR",
        "CLIENT ID",
        "TENANT",
        "SCOPES",
        "FLOW",
        "EXPIRES IN",
    ]);
    for token in tokens {
        table.add_row([
            cell(&token.profiles.join(", ")),
            cell(token.account.as_deref().unwrap_or(token.token_kind)),
            cell(&token.client_id),
            cell(&token.tenant_id),
            cell(&token.scope),
            cell(token.flow),
            wording::time_left(token.expires_in),
        ]);
    }
    format!("{}\n", table.trim_fmt())
}

/// Text from outside in one line of harmless characters; a bar where there is none, so that no
/// column is taken for its neighbour.
fn cell(text: &str) -> String {
    let safe = escaped(text);
    if safe.is_empty() {
        return "-".to_owned();
    }
    if safe.chars().count() <= LONGEST_CELL {
        return safe.into_owned();
    }
    let mut cut: String = safe.chars().take(LONGEST_CELL - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_one_harmless_line_of_bounded_width() {
        assert_eq!(cell(""), "-");
        assert_eq!(cell("a\nb\u{1b}[2J\u{202e}"), r"a\nb\u{1b}[2J\u{202e}");
        let long = cell(&"ä".repeat(1000));
        assert_eq!(long.chars().count(), LONGEST_CELL);
        assert!(long.ends_with('…'), "{long}");
    }
}
