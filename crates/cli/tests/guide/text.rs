//! Markdown, as far as these tests read it.

use std::path::Path;

/// A page of the repository.
pub(crate) fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The code blocks of that language, each with its lines, indentation taken off.
pub(crate) fn blocks(page: &str, language: &str) -> Vec<Vec<String>> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, Vec<String>)> = None;
    for line in page.lines() {
        let fence = line.trim_start().strip_prefix("```");
        open = match (fence, open) {
            (Some(name), None) => Some((name == language, Vec::new())),
            (Some(_), Some((is_wanted, lines))) => {
                if is_wanted {
                    blocks.push(lines);
                }
                None
            }
            (None, Some((is_wanted, mut lines))) => {
                lines.push(line.trim_start().to_owned());
                Some((is_wanted, lines))
            }
            (None, None) => None,
        };
    }
    assert!(open.is_none(), "a code block is not closed");
    blocks
}

/// A command of a transcript, and what it is shown to print.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) command: String,
    pub(crate) shown: Vec<String>,
}

/// The commands of a page's `console` blocks, in order: what stands behind `$ `.
pub(crate) fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in blocks(page, "console").into_iter().flatten() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step {
                command: command.to_owned(),
                shown: Vec::new(),
            }),
            (None, Some(step)) => step.shown.push(line),
            (None, None) => panic!("`{line}` stands before any command"),
        }
    }
    steps
}
