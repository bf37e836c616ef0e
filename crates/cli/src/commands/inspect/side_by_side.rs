//! Two tokens side by side, as people read them.

use model::Timestamp;
use protocol::ordered_json::Json;

use super::comparison::Comparison;
use super::comparison::Difference;
use super::pretty::BAD;
use super::pretty::GOOD;
use super::pretty::NAME;
use super::pretty::Page;
use super::pretty::TITLE;
use super::pretty::cut;
use super::pretty::shown;

/// Members that differ between any two tokens: they stand last.
const ALWAYS: [&str; 8] = ["aio", "exp", "iat", "jti", "nbf", "nonce", "rh", "uti"];

/// Claims whose numbers are moments (RFC 7519 §4.1, OpenID Connect Core 1.0 §2), in seconds since
/// the epoch.
const MOMENTS: [&str; 4] = ["auth_time", "exp", "iat", "nbf"];

/// What only the first token has or says with `-`, what the other does with `+`.
pub(super) fn page(page: &Page<'_>, this: &str, comparison: &Comparison<'_>) -> String {
    let mut lines = Vec::new();
    if comparison.same {
        page.wrapped(&mut lines, 0, "Header and claims are the same.", TITLE);
    } else {
        page.wrapped(&mut lines, 0, &format!("- {this}"), BAD);
        page.wrapped(&mut lines, 0, "+ the token it is compared with", GOOD);
    }
    for (title, differences) in [
        ("Header", &comparison.header),
        ("Claims", &comparison.claims),
    ] {
        if differences.is_empty() {
            continue;
        }
        page.title(&mut lines, title);
        let (last, first): (Vec<_>, Vec<_>) = differences
            .iter()
            .partition(|difference| ALWAYS.contains(&difference.name));
        for difference in first.into_iter().chain(last) {
            member(page, &mut lines, difference);
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

fn member(page: &Page<'_>, lines: &mut Vec<String>, difference: &Difference<'_>) {
    let name = difference.name;
    page.wrapped(lines, 2, &cut(name), NAME);
    for (sign, value, style) in [("-", difference.this, BAD), ("+", difference.other, GOOD)] {
        if let Some(value) = value {
            let moment = moment(name, value).map_or_else(String::new, |at| format!(" ({at})"));
            let said = format!("{sign} {}{moment}", cut(&shown(value)));
            page.wrapped(lines, 4, &said, style);
        }
    }
}

fn moment(name: &str, value: &Json) -> Option<Timestamp> {
    let seconds = value.as_seconds().filter(|_| MOMENTS.contains(&name))?;
    Some(Timestamp::from_unix_seconds(seconds))
}
