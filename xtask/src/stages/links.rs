//! Relative links in Markdown: the file must exist, and the heading if one is named.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::{stage::Outcome, summary::Tests, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let pages = workspace
        .program("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .args(["--deduplicate", "*.md"])
        .read()?;
    let mut broken = Vec::new();
    for page in pages.lines().map(|page| workspace.root.join(page)) {
        // A page deleted but not yet committed is still listed.
        if page.exists() {
            broken.extend(broken_links(&page)?);
        }
    }
    if !broken.is_empty() {
        bail!("broken links: {}", broken.join(", "));
    }
    Ok(Tests::default())
}

/// `page: link` for every link of `page` that leads nowhere.
fn broken_links(page: &Path) -> anyhow::Result<Vec<String>> {
    let text = read(page)?;
    let mut broken = Vec::new();
    for event in Parser::new_ext(&text, options()) {
        let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event else {
            continue;
        };
        if is_relative(&dest_url) && !resolves(page, &dest_url)? {
            broken.push(format!("{}: {dest_url}", page.display()));
        }
    }
    Ok(broken)
}

/// Not an address with a scheme (RFC 3986 §3.1), such as `https:` or `mailto:`.
fn is_relative(link: &str) -> bool {
    let scheme_end = link.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c));
    !matches!(scheme_end, Some(end) if end > 0 && link[end..].starts_with(':'))
}

fn resolves(page: &Path, link: &str) -> anyhow::Result<bool> {
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let target: PathBuf = if file.is_empty() {
        page.to_owned()
    } else {
        page.parent()
            .context("a page with no folder")?
            .join(file.replace("%20", " "))
    };
    if !target.exists() {
        return Ok(false);
    }
    let is_page = target.extension().is_some_and(|ending| ending == "md");
    Ok(heading.is_empty() || !is_page || headings(&read(&target)?).contains(heading))
}

/// The anchors that code hosts make of headings: lower case, spaces to hyphens, other punctuation
/// dropped, `-1`, `-2` … behind a repeated one.
fn headings(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, options()) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(words) | Event::Code(words) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&words);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let anchor = anchor(&heading.take().unwrap_or_default());
                let repeats = (1..).map(|number| format!("{anchor}-{number}"));
                let mut candidates = std::iter::once(anchor.clone()).chain(repeats);
                anchors.extend(candidates.find(|candidate| !anchors.contains(candidate)));
            }
            _ => {}
        }
    }
    anchors
}

fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || "-_ ".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES
}

fn read(page: &Path) -> anyhow::Result<String> {
    fs::read_to_string(page).with_context(|| format!("reading {}", page.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{broken_links, headings};

    #[test]
    fn finds_broken_links_and_only_those() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("page.md");
        fs::write(folder.path().join("other.md"), "# One `two`, three!\n").unwrap();
        fs::write(
            &page,
            "# Here\n[a](other.md) [b](other.md#one-two-three) [c](#here) [d](https://x.test/y)\n\
             `[e](code.md)` [f](missing.md) [g](other.md#missing) [h](#missing) [i][r]\n\n\
             ```\n[j](fenced.md)\n```\n\n| [k](cell.md) |\n|---|\n\n[r]: reference.md\n",
        )
        .unwrap();

        let broken = broken_links(&page).unwrap();
        let links: Vec<&str> = broken.iter().filter_map(|b| b.split(": ").nth(1)).collect();
        let expected = [
            "missing.md",
            "other.md#missing",
            "#missing",
            "reference.md",
            "cell.md",
        ];
        assert_eq!(links, expected);
    }

    #[test]
    fn numbers_repeated_headings() {
        let anchors = headings("# Same\n## Same\n## Same\n");
        assert!(anchors.iter().eq(["same", "same-1", "same-2"]));
    }
}
