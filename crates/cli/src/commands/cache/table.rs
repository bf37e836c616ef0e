//! What is kept, as people read it.

use protocol::text::escaped;

use super::view::CacheDocument;
use super::view::CachedToken;
use super::view::SignIn;
use crate::output::table;
use crate::output::table::Column;
use crate::wording;

/// Text from outside that is longer than this, in characters, is cut: one cell must not push the
/// others off the screen.
const LONGEST_CELL: usize = 60;

/// Cached tokens and who signed in, each in columns, in lines of at most that many characters;
/// nothing where there is neither.
pub(super) fn of(held: &CacheDocument, width: Option<usize>) -> String {
    let parts = [tokens(&held.tokens, width), sign_ins(&held.sign_ins, width)];
    let shown: Vec<String> = parts.into_iter().flatten().collect();
    shown.join("\n")
}

fn tokens(tokens: &[CachedToken], width: Option<usize>) -> Option<String> {
    let columns = [
        Column::cut("PROFILE", 0),
        Column::cut("FOR", 1),
        Column::whole("CLIENT ID", 6),
        Column::cut("TENANT", 5),
        Column::cut("SCOPES", 3),
        Column::cut("FLOW", 4),
        Column::whole("EXPIRES IN", 2),
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
    in_columns(columns, &rows.collect::<Vec<_>>(), width)
}

fn sign_ins(sign_ins: &[SignIn], width: Option<usize>) -> Option<String> {
    let columns = [
        Column::cut("PROFILE", 0),
        Column::cut("ACCOUNT", 0),
        Column::cut("DEFAULT", 2),
        Column::whole("CLIENT ID", 5),
        Column::cut("TENANT", 4),
        Column::cut("REFRESH TOKEN SINCE", 3),
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
    in_columns(columns, &rows.collect::<Vec<_>>(), width)
}

/// A table, if it has any row.
fn in_columns<const N: usize>(
    columns: [Column; N],
    rows: &[[String; N]],
    width: Option<usize>,
) -> Option<String> {
    (!rows.is_empty()).then(|| table::rendered(columns, rows, width))
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
