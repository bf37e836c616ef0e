//! What is kept, as people read it.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use protocol::text::escaped;

use super::view::CacheDocument;
use super::view::CachedToken;
use super::view::SignIn;
use crate::wording;

/// Text from outside that is longer than this, in characters, is cut: one cell must not push the
/// others off the screen.
const LONGEST_CELL: usize = 60;

/// Cached tokens and who signed in, each in columns; nothing where there is neither.
pub(super) fn of(held: &CacheDocument) -> String {
    let parts = [tokens(&held.tokens), sign_ins(&held.sign_ins)];
    let shown: Vec<String> = parts.into_iter().flatten().collect();
    shown.join("\n")
}

fn tokens(tokens: &[CachedToken]) -> Option<String> {
    let heads = [
        "PROFILE",
        "FOR",
        "CLIENT ID",
        "TENANT",
        "SCOPES",
        "FLOW",
        "EXPIRES IN",
    ];
    let rows = tokens.iter().map(|token| {
        [
            cell(&token.profiles.join(", ")),
            cell(token.account.as_deref().unwrap_or(token.token_kind)),
            cell(&token.client_id),
            cell(&token.tenant_id),
            cell(&token.scope),
            cell(token.flow),
            wording::time_left(token.expires_in),
        ]
    });
    columns(heads, rows)
}

fn sign_ins(sign_ins: &[SignIn]) -> Option<String> {
    let heads = [
        "PROFILE",
        "ACCOUNT",
        "DEFAULT",
        "CLIENT ID",
        "TENANT",
        "REFRESH TOKEN SINCE",
    ];
    let rows = sign_ins.iter().map(|sign_in| {
        [
            cell(sign_in.profile.as_deref().unwrap_or_default()),
            cell(&sign_in.account),
            cell(if sign_in.is_default { "yes" } else { "" }),
            cell(&sign_in.client_id),
            cell(&sign_in.tenant_id),
            cell(sign_in.refresh_token_at.as_deref().unwrap_or_default()),
        ]
    });
    columns(heads, rows)
}

/// A table, if it has any row.
fn columns<const N: usize>(
    heads: [&str; N],
    rows: impl ExactSizeIterator<Item = [String; N]>,
) -> Option<String> {
    if rows.len() == 0 {
        return None;
    }
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(heads);
    for row in rows {
        table.add_row(row);
    }
    Some(format!("{}\n", table.trim_fmt()))
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
