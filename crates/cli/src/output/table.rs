//! Tables for people: on a terminal no wider than it is, elsewhere as wide as what they hold.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use unicode_width::UnicodeWidthChar as _;
use unicode_width::UnicodeWidthStr as _;

/// A column that may be cut keeps at least that many cells of the terminal.
const LEAST: usize = 8;
/// What stands between two columns.
const GAP: usize = 2;

/// One column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    head: &'static str,
    /// The higher, the sooner it is left out; 0 never is.
    rank: u8,
    may_be_cut: bool,
}

impl Column {
    /// A column that stays as long as there is any room, and is never cut while others can be.
    pub(crate) const fn name(head: &'static str) -> Self {
        Self {
            head,
            rank: 0,
            may_be_cut: false,
        }
    }

    /// A column of texts that say something when they are cut.
    pub(crate) const fn cut(head: &'static str, rank: u8) -> Self {
        Self {
            head,
            rank,
            may_be_cut: true,
        }
    }

    /// A column of texts that are of use whole or not at all, such as an id.
    pub(crate) const fn whole(head: &'static str, rank: u8) -> Self {
        Self {
            head,
            rank,
            may_be_cut: false,
        }
    }
}

/// The rows below the columns' heads; `width` is the terminal's, if one has to be fitted into.
/// The cells hold no character that a terminal acts on.
pub(crate) fn rendered<const N: usize>(
    columns: [Column; N],
    rows: &[[String; N]],
    width: Option<usize>,
) -> String {
    let natural: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let cells = rows.iter().map(|row| row[index].width());
            cells.fold(column.head.width(), usize::max)
        })
        .collect();
    let widths = match width {
        Some(width) => fitted(&columns, &natural, width),
        None => natural.iter().copied().map(Some).collect(),
    };
    let shown = |cells: [&str; N]| -> Vec<String> {
        let sized = cells.iter().zip(&widths);
        sized
            .filter_map(|(cell, width)| Some(cut(cell, (*width)?)))
            .collect()
    };
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(shown(columns.map(|column| column.head)));
    for row in rows {
        table.add_row(shown(row.each_ref().map(String::as_str)));
    }
    format!("{}\n", table.trim_fmt())
}

/// The width of each column, `None` for one that is left out.
fn fitted(columns: &[Column], natural: &[usize], width: usize) -> Vec<Option<usize>> {
    let mut widths: Vec<Option<usize>> = natural.iter().copied().map(Some).collect();
    let least = |index: usize| {
        if columns[index].may_be_cut {
            natural[index].min(LEAST)
        } else {
            natural[index]
        }
    };
    let room = |widths: &[Option<usize>], size: &dyn Fn(usize, usize) -> usize| -> usize {
        let shown = widths.iter().enumerate();
        shown
            .filter_map(|(index, width)| Some(size(index, (*width)?) + GAP))
            .sum()
    };
    while room(&widths, &|index, _| least(index)) > width {
        let candidates = (0..columns.len()).filter(|&index| widths[index].is_some());
        match candidates
            .filter(|&index| columns[index].rank > 0)
            .max_by_key(|&index| columns[index].rank)
        {
            Some(index) => widths[index] = None,
            None => break,
        }
    }
    loop {
        let excess = room(&widths, &|_, width| width).saturating_sub(width);
        let widest = (0..columns.len())
            .filter(|&index| columns[index].may_be_cut)
            .filter_map(|index| Some((widths[index]?, index)))
            .filter(|&(width, index)| width > least(index))
            .max();
        match widest {
            Some((current, index)) if excess > 0 => widths[index] = Some(current - 1),
            _ => break,
        }
    }
    // Only what never goes is left: that is cut after all.
    let left: Vec<usize> = (0..columns.len())
        .filter(|&index| widths[index].is_some())
        .collect();
    if let [only] = left[..] {
        widths[only] = Some(natural[only].min(width.saturating_sub(GAP)).max(1));
    }
    widths
}

/// The text in at most that many cells of the terminal.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > width {
            break;
        }
        shown.push(character);
    }
    shown.push('…');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        Column::name("NAME"),
        Column::cut("TENANT", 1),
        Column::whole("CLIENT ID", 3),
        Column::cut("SCOPES", 2),
    ];

    fn table(width: Option<usize>) -> String {
        let row = |name: &str, scopes: &str| {
            [
                name.to_owned(),
                "contoso.onmicrosoft.com".to_owned(),
                "11112222-bbbb-3333-cccc-4444dddd5555".to_owned(),
                scopes.to_owned(),
            ]
        };
        let rows = [
            row("service-principal", "https://graph.microsoft.com/.default"),
            row("日本語", "User.Read"),
        ];
        rendered(COLUMNS, &rows, width)
    }

    #[test]
    fn into_a_pipe_everything_goes_whole() {
        let text = table(None);
        for whole in [
            "contoso.onmicrosoft.com",
            "11112222-bbbb-3333-cccc-4444dddd5555",
            "https://graph.microsoft.com/.default",
        ] {
            assert!(text.contains(whole), "{text}");
        }
        assert!(!text.contains('…'), "{text}");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_no_row_takes_two() {
        for width in 20..200 {
            let text = table(Some(width));
            assert_eq!(text.lines().count(), 3, "{width}: {text}");
            for line in text.lines() {
                assert!(line.width() <= width, "{width}: {line:?}");
            }
            assert!(text.contains("service-principal"), "{width}: {text}");
        }
    }

    #[test]
    fn what_matters_least_goes_first_and_an_id_is_whole_or_absent() {
        let at_forty = table(Some(40));
        assert!(at_forty.contains("TENANT"), "{at_forty}");
        assert!(!at_forty.contains("CLIENT ID"), "{at_forty}");
        let at_eighty = table(Some(80));
        assert!(at_eighty.contains("SCOPES"), "{at_eighty}");
        for width in 20..200 {
            let text = table(Some(width));
            assert_eq!(
                text.contains("CLIENT ID"),
                text.contains("11112222-bbbb-3333-cccc-4444dddd5555"),
                "{width}: {text}"
            );
        }
    }

    #[test]
    fn a_name_alone_is_cut_rather_than_broken() {
        let rows = [["x".repeat(128)]];
        let text = rendered([Column::name("NAME")], &rows, Some(40));
        assert!(text.lines().all(|line| line.width() <= 40), "{text}");
        assert!(text.contains('…'));
    }
}
