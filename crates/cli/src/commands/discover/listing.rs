//! A list that is written element by element.

use model::Timestamp;
use protocol::graph::Application;

use super::rows;
use super::view::ApplicationDocument;
use crate::args::DiscoverOutput;
use crate::command_error::CommandError;
use crate::output::document;

/// A list under way.
pub(super) struct Listing {
    output: DiscoverOutput,
    written: usize,
}

impl Listing {
    pub(super) const fn new(output: DiscoverOutput) -> Self {
        Self { output, written: 0 }
    }

    /// How many applications there were so far.
    pub(super) const fn written(&self) -> usize {
        self.written
    }

    /// The text that these applications add to it.
    pub(super) fn with(
        &mut self,
        applications: &[Application],
        now: Timestamp,
    ) -> Result<String, CommandError> {
        let mut text = String::new();
        for application in applications {
            let element = match self.output {
                DiscoverOutput::Table => {
                    let head = (self.written == 0).then(rows::head).unwrap_or_default();
                    format!("{head}{}", rows::row(application, now))
                }
                DiscoverOutput::Json => {
                    let json = document::json(&ApplicationDocument::new(application, now))?;
                    let before = if self.written == 0 { "[\n  " } else { ",\n  " };
                    format!("{before}{}", json.trim_end().replace('\n', "\n  "))
                }
                DiscoverOutput::Yaml => {
                    let yaml = document::yaml(&ApplicationDocument::new(application, now))?;
                    format!("- {}\n", yaml.trim_end().replace('\n', "\n  "))
                }
            };
            text.push_str(&element);
            self.written += 1;
        }
        Ok(text)
    }

    /// What stands at the end of a list that is complete.
    pub(super) const fn end(&self) -> &'static str {
        match (self.output, self.written) {
            (DiscoverOutput::Json | DiscoverOutput::Yaml, 0) => "[]\n",
            (DiscoverOutput::Json, _) => "\n]\n",
            (DiscoverOutput::Table | DiscoverOutput::Yaml, _) => "",
        }
    }

    /// What follows the last element of one that is not: JSON stays open, so that nobody takes it
    /// for the whole.
    pub(super) fn broken_off(&self) -> &'static str {
        if self.output == DiscoverOutput::Json && self.written > 0 {
            "\n"
        } else {
            ""
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::HttpResponse;
    use protocol::graph;
    use serde_json::Value;
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

    fn applications(names: &[&str]) -> Vec<Application> {
        let value: Vec<Value> = names
            .iter()
            .map(|name| json!({"id": "o", "appId": "a", "displayName": name}))
            .collect();
        let response = HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: json!({ "value": value }).to_string().into_bytes(),
        };
        graph::page(&response).unwrap().applications
    }

    fn written(output: DiscoverOutput, pages: &[&[&str]]) -> String {
        let mut listing = Listing::new(output);
        let mut text = String::new();
        for page in pages {
            text.push_str(&listing.with(&applications(page), NOW).unwrap());
        }
        text + listing.end()
    }

    fn names(list: &Value) -> Vec<&str> {
        let elements = list.as_array().unwrap().iter();
        elements
            .map(|found| found["name"].as_str().unwrap())
            .collect()
    }

    #[test]
    fn pages_make_one_document() {
        let hostile = "C\u{1b}[2J\r\n\u{202e}\u{9b}'\"\\: - #";
        let all = ["a", "", "  b: [", hostile, "true", "- x\n\ny"];
        for pages in [
            &[&all[..3], &[], &all[3..]][..],
            &[&[][..], &all[..]],
            &[&all[..1], &all[1..2], &all[2..]],
        ] {
            let json = written(DiscoverOutput::Json, pages);
            assert_eq!(names(&serde_json::from_str(&json).unwrap()), all, "{json}");
            let yaml = written(DiscoverOutput::Yaml, pages);
            assert_eq!(
                names(&serde_saphyr::from_str(&yaml).unwrap()),
                all,
                "{yaml}"
            );
            for text in [json, yaml] {
                assert!(!protocol::text::acts_on_a_terminal(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn nothing_is_an_empty_document() {
        for output in [DiscoverOutput::Json, DiscoverOutput::Yaml] {
            assert_eq!(written(output, &[&[], &[]]), "[]\n");
        }
        assert_eq!(written(DiscoverOutput::Table, &[&[]]), "");
    }

    #[test]
    fn json_that_broke_off_is_no_document() {
        let mut listing = Listing::new(DiscoverOutput::Json);
        let text = listing.with(&applications(&["a"]), NOW).unwrap() + listing.broken_off();
        assert!(serde_json::from_str::<Value>(&text).is_err(), "{text}");
    }
}
