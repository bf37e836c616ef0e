//! Every token of the corpus, as people are shown it.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use model::Timestamp;
use protocol::jwt;
use protocol::text;
use protocol::token_meaning;
use serde::Deserialize;
use unicode_width::UnicodeWidthStr as _;

use super::pretty::Page;

/// Written by `tests/peers/python/token_corpus.py`.
const CORPUS: &str = include_str!("../../../../protocol/tests/data/tokens/corpus.json");
const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);
const WIDTH: usize = 80;

#[derive(Deserialize)]
struct Row {
    name: String,
    token: String,
    repeated: Option<Repeated>,
}

/// What `<repeated>` stands for in a token.
#[derive(Deserialize)]
struct Repeated {
    letters: String,
    times: usize,
}

impl Row {
    fn whole(&self) -> String {
        let repeated = self.repeated.as_ref();
        let letters = repeated.map(|repeated| repeated.letters.repeat(repeated.times));
        self.token
            .replace("<repeated>", &letters.unwrap_or_default())
    }
}

fn corpus() -> BTreeMap<String, Vec<Row>> {
    serde_json::from_str(CORPUS).unwrap()
}

fn shown(token: &str) -> String {
    let text = jwt::token_in(token).unwrap();
    let decoded = jwt::decode(&text.token);
    let mut meaning = token_meaning::meaning(&decoded, NOW);
    let of_text = token_meaning::warning_of_text(&text);
    meaning.warnings.extend(of_text);
    let zone = TimeZone::fixed(jiff::tz::offset(1));
    let page = Page {
        width: WIDTH,
        zone: &zone,
    };
    let styled = page.of(&decoded, &meaning, None, NOW);
    anstream::adapter::strip_str(&styled).to_string()
}

#[test]
fn every_token_is_shown_as_before() {
    for (group, rows) in corpus() {
        let pages: Vec<String> = rows
            .iter()
            .map(|row| format!("=== {}\n\n{}", row.name, shown(&row.whole())))
            .collect();
        insta::assert_snapshot!(format!("corpus_{group}"), pages.join("\n"));
    }
}

#[test]
fn none_acts_on_the_terminal_or_breaks_a_word_or_gives_itself_away() {
    let corpus = corpus();
    let rows: Vec<&Row> = corpus.values().flatten().collect();
    assert!(rows.len() >= 60, "{}", rows.len());
    for row in rows {
        let token = row.whole();
        let shown = shown(&token);
        assert!(!text::acts_on_a_terminal(&shown), "{}: {shown:?}", row.name);
        for line in shown.lines() {
            let is_one_word = !line.trim_start().contains(' ');
            assert!(line.width() <= WIDTH || is_one_word, "{}: {line}", row.name);
        }
        let signature = token.rsplit('.').next().unwrap_or_default();
        assert!(
            signature.len() < 20 || !shown.contains(signature),
            "{}: {shown}",
            row.name
        );
    }
}
