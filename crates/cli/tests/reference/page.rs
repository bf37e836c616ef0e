//! A Markdown page, as far as these tests read it.

use std::path::Path;

/// A page by its sections.
pub(crate) struct Page {
    name: String,
    sections: Vec<Section>,
}

/// What stands below one heading, up to the next.
pub(crate) struct Section {
    /// The heading's text.
    pub(crate) title: String,
    /// Its lines.
    pub(crate) text: String,
}

impl Page {
    /// Reads a page below docs.
    pub(crate) fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../docs")
            .join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut sections = Vec::new();
        for line in text.lines() {
            let title = line.trim_start_matches('#');
            if title.len() < line.len() && title.starts_with(' ') {
                sections.push(Section {
                    title: title.trim().to_owned(),
                    text: String::new(),
                });
            } else if let Some(section) = sections.last_mut() {
                let Section { text, .. } = section;
                text.push_str(line);
                text.push('\n');
            }
        }
        Self {
            name: name.to_owned(),
            sections,
        }
    }

    pub(crate) fn section(&self, title: &str) -> &Section {
        let found = self.sections.iter().find(|section| section.title == title);
        found.unwrap_or_else(|| panic!("{} has no section `{title}`", self.name))
    }

    /// The section that a link such as `#who-is-asked` leads to.
    pub(crate) fn section_at(&self, anchor: &str) -> &Section {
        let anchor_of = |title: &str| title.to_lowercase().replace(' ', "-");
        let found = self
            .sections
            .iter()
            .find(|section| anchor_of(&section.title) == anchor);
        found.unwrap_or_else(|| panic!("{} has no section #{anchor}", self.name))
    }

    pub(crate) fn sections(&self) -> &[Section] {
        &self.sections
    }
}

impl Section {
    /// The rows of the section's tables without their heads, cell by cell.
    pub(crate) fn rows(&self) -> Vec<Vec<&str>> {
        let is_row = |line: &str| line.starts_with("| ");
        let lines: Vec<&str> = self.text.lines().collect();
        let heads = lines.iter().skip(1).map(|next| next.starts_with("|--"));
        lines
            .iter()
            .zip(heads.chain([false]))
            .filter(|(line, is_head)| is_row(line) && !is_head)
            .map(|(line, _)| {
                let inner = line.trim().trim_matches('|');
                inner.split('|').map(str::trim).collect()
            })
            .collect()
    }

    /// What stands as code in the first cells: one name a row.
    pub(crate) fn names(&self) -> Vec<String> {
        let rows = self.rows();
        rows.iter().filter_map(|row| code(row[0]).pop()).collect()
    }
}

/// The pieces of a text that stand between backticks.
pub(crate) fn code(text: &str) -> Vec<String> {
    let pieces = text.split('`').skip(1).step_by(2);
    pieces.map(ToOwned::to_owned).collect()
}
