//! `cargo xtask errors`: the pages that list the product's error codes, from the table that the
//! program itself reads.

use std::{fmt::Write as _, fs, path::PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::workspace::Workspace;

const TABLE: &str = "crates/cli/data/errors.json";
const PAGE: &str = "docs/errors.md";
const EXIT_CODES: &str = "docs/reference/exit-codes.md";

/// How the table of error codes begins; it ends with the page.
const HEAD: &str = "| code | exit code | meaning |\n|---|---|---|\n";

const BEGINNING: &str = "\
# Error codes

Every error has a stable code, shown in brackets behind the message, and with `-o json` as `code` \
([json.md](reference/json.md#error)). \
This page has each: what it means, what usually leads to it, and what to do. \
`entra-auth-cli explain CODE` says the same, and with `-p` fills in a profile. \
What the kinds of exit code mean: [exit codes](reference/exit-codes.md).

The messages are examples: they name your own profile, host or file. Written by `cargo xtask errors` \
from [`errors.json`](../crates/cli/data/errors.json).
";

/// Writes both pages.
pub(crate) fn run() -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    for (path, text) in pages(&workspace)? {
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Fails if a page is not what the table says.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    for (path, text) in pages(workspace)? {
        // A page that is not there has no text.
        if fs::read_to_string(&path).unwrap_or_default() != text {
            bail!("{} is out of date: run cargo xtask errors", path.display());
        }
    }
    Ok(())
}

/// Each page's path and the text it should have.
fn pages(workspace: &Workspace) -> anyhow::Result<[(PathBuf, String); 2]> {
    let read = |name: &str| {
        let path = workspace.root.join(name);
        fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
    };
    let entries = entries(&read(TABLE)?)?;
    let exit_codes = read(EXIT_CODES)?;
    let (before, _) = exit_codes
        .split_once(HEAD)
        .with_context(|| format!("{EXIT_CODES} has no table of error codes"))?;
    Ok([
        (workspace.root.join(PAGE), page(&entries)),
        (
            workspace.root.join(EXIT_CODES),
            format!("{before}{HEAD}{}", rows(&entries)),
        ),
    ])
}

struct Entry {
    code: String,
    exit_codes: String,
    meaning: String,
    cause: String,
    next_step: String,
    example: String,
}

fn entries(table: &str) -> anyhow::Result<Vec<Entry>> {
    let table: Vec<Value> = serde_json::from_str(table)?;
    table.iter().map(entry).collect()
}

fn entry(value: &Value) -> anyhow::Result<Entry> {
    let text = |name: &str| {
        let text = value[name].as_str();
        text.map(str::to_owned)
            .with_context(|| format!("{value} has no {name}"))
    };
    let exit_codes: Vec<String> = value["exit_codes"]
        .as_array()
        .context("no exit codes")?
        .iter()
        .map(Value::to_string)
        .collect();
    Ok(Entry {
        code: text("code")?,
        exit_codes: exit_codes.join(" or "),
        meaning: text("meaning")?,
        cause: text("cause")?,
        next_step: text("next_step")?.replace("{profile}", "NAME"),
        example: text("example")?,
    })
}

fn rows(entries: &[Entry]) -> String {
    entries.iter().fold(String::new(), |mut text, entry| {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            entry.code, entry.exit_codes, entry.meaning
        );
        text
    })
}

fn page(entries: &[Entry]) -> String {
    entries
        .iter()
        .fold(BEGINNING.to_owned(), |mut text, entry| {
            let _ = write!(
                text,
                "\n## {}\n\nExit code {}: {}.\n\n```\nerror: {}{}\n```\n\n\
                 - Why: {}\n- What to do: {}\n",
                entry.code,
                entry.exit_codes,
                entry.meaning,
                entry.example,
                code_behind(entry),
                in_prose(&entry.cause),
                in_prose(&entry.next_step)
            );
            text
        })
}

/// What is printed behind the message: the code, unless the message names it.
fn code_behind(entry: &Entry) -> String {
    if entry.example.contains(&format!("({})", entry.code)) {
        String::new()
    } else {
        format!(" [{}]", entry.code)
    }
}

/// The text where Markdown would read `<`, `*`, `_` and the like.
fn in_prose(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut in_code = false;
    for character in text.chars() {
        match character {
            '`' => in_code = !in_code,
            '<' | '*' | '_' | '[' | '\\' if !in_code => safe.push('\\'),
            _ => {}
        }
        safe.push(character);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{entries, in_prose, page, rows};

    const TABLE: &str = r#"[{
        "code": "not_so", "exit_codes": [4, 2], "meaning": "it is not", "cause": "Because.",
        "next_step": "Do it: config edit {profile} X_Y", "example": "no `a`"
    }]"#;

    #[test]
    fn an_entry_stands_in_both_pages() {
        let entries = entries(TABLE).unwrap();
        assert_eq!(rows(&entries), "| `not_so` | 4 or 2 | it is not |\n");
        let page = page(&entries);
        let expected = "## not_so\n\nExit code 4 or 2: it is not.\n\n```\nerror: no `a` [not_so]\n```\n\n\
                        - Why: Because.\n- What to do: Do it: config edit NAME X\\_Y\n";
        assert!(page.ends_with(expected), "{page}");
    }

    #[test]
    fn an_entry_that_lacks_something_is_an_error() {
        assert!(entries(r#"[{"code": "a", "exit_codes": [1]}]"#).is_err());
    }

    #[test]
    fn code_stays_code() {
        assert_eq!(in_prose("`a_b` c_d <e>"), "`a_b` c\\_d \\<e>");
    }
}
