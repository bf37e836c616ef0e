//! Everything that can be explained.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use protocol::aadsts;
use protocol::error_names;
use serde::Serialize;

use super::finding::Kind;
use crate::error_codes;

/// The entries that were asked for; `docs/schema/explanations.schema.json`.
#[derive(Debug, Serialize)]
pub(super) struct Catalogue {
    schema_version: u8,
    entries: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Listed {
    code: String,
    kind: Kind,
    meaning: String,
    /// What else is looked through.
    #[serde(skip)]
    more: String,
}

impl Catalogue {
    /// The entries that have all of these words in them, in any letter case; of no words, all.
    pub(super) fn of(words: &str) -> Self {
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        let mut entries = all();
        entries.retain(|entry| {
            let text = format!("{} {} {}", entry.code, entry.meaning, entry.more).to_lowercase();
            words.iter().all(|word| text.contains(word))
        });
        Self {
            schema_version: 1,
            entries,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// One line each; nothing if there is none.
    pub(super) fn table(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        let mut table = Table::new();
        table.load_style(NOTHING);
        table.set_header(["CODE", "MEANING"]);
        for entry in &self.entries {
            table.add_row([&entry.code, &entry.meaning]);
        }
        format!("{}\n", table.trim_fmt())
    }
}

fn all() -> Vec<Listed> {
    let numbers = aadsts::entries().map(|entry| Listed {
        code: format!("AADSTS{}", entry.code),
        kind: Kind::Aadsts,
        meaning: entry.meaning.clone(),
        more: format!(
            "{} {} {:?} {}",
            entry.cause,
            entry.next_step,
            entry.category,
            entry.errors.join(" ")
        ),
    });
    let ours = error_codes::entries().iter().map(|entry| Listed {
        code: entry.code.clone(),
        kind: Kind::Program,
        meaning: entry.meaning.clone(),
        more: format!("{} {}", entry.cause, entry.example),
    });
    let names = error_names::entries().iter().map(|entry| Listed {
        code: entry.name.clone(),
        kind: Kind::Name,
        meaning: entry.meaning.clone(),
        more: format!("{:?} {}", entry.kind, entry.source),
    });
    numbers.chain(ours).chain(names).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_to_be_there() {
        assert!(Catalogue::of("").entries.len() > 300);
        let found = Catalogue::of("Consent admin");
        assert!(
            found
                .entries
                .iter()
                .any(|entry| entry.code == "AADSTS90094")
        );
        assert!(found.entries.len() < 40);
        assert!(Catalogue::of("consent zebra").is_empty());
    }
}
