//! A token as people read it.

use anstyle::AnsiColor;
use anstyle::Style;
use jiff::tz::TimeZone;
use model::Timestamp;
use protocol::jwt::Decoded;
use protocol::ordered_json::Json;
use protocol::ordered_json::Object;
use protocol::text::escaped;
use protocol::token_meaning;
use protocol::token_meaning::Meaning;
use protocol::token_meaning::Validity;
use unicode_width::UnicodeWidthStr as _;

use super::verify::Verification;
use crate::output::wrapping::words_wrapped;
use crate::wording;

pub(super) const TITLE: Style = Style::new().bold();
pub(super) const NAME: Style = AnsiColor::Cyan.on_default();
const PHRASE: Style = Style::new().dimmed();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// A value longer than this is cut, in characters: `-o json` shows it whole.
const LONGEST_VALUE: usize = 2000;

/// Where a value begins that stands below its name, in columns.
const BELOW: usize = 4;

/// Names longer than this stand on a line of their own.
const LONGEST_NAME: usize = 22;

/// What it is written on.
pub(super) struct Page<'a> {
    /// In columns.
    pub(super) width: usize,
    /// The local time zone.
    pub(super) zone: &'a TimeZone,
}

impl Page<'_> {
    /// Everything there is to say, in styled lines.
    pub(super) fn of(
        &self,
        token: &Decoded,
        meaning: &Meaning,
        verification: Option<&Verification>,
        now: Timestamp,
    ) -> String {
        let mut lines = Vec::new();
        self.wrapped(
            &mut lines,
            0,
            &capitalised(&escaped(&meaning.summary)),
            TITLE,
        );
        match verification {
            Some(verification) => self.verdict(&mut lines, verification),
            None if token.claims.is_some() => self.wrapped(
                &mut lines,
                0,
                "By the token's own word: nothing here proves who wrote it.",
                PHRASE,
            ),
            None => {}
        }
        let text = |name: &str| token.header.as_ref()?.text(name);
        let description = token.kind.description();
        let has_more = token.header.is_some() || token.signature_length.is_some();
        // Without claims the first line says all that this part would.
        if has_more || meaning.summary != description {
            self.title(&mut lines, "Token");
        }
        if meaning.summary != description {
            self.row(&mut lines, "type", description, None);
        }
        if let Some(algorithm) = text("alg") {
            self.row(&mut lines, "algorithm", algorithm, None);
        }
        if let Some(length) = token.signature_length {
            let said = format!("{length} bytes");
            self.row(&mut lines, "signature", &said, None);
        }
        if let Some(header) = &token.header {
            self.title(&mut lines, "Header");
            for (name, value) in header.iter() {
                let phrase = token_meaning::header_phrase(token.kind, name);
                self.row(&mut lines, name, &shown(value), phrase);
            }
        }
        if let Some(claims) = &token.claims {
            self.title(&mut lines, "Claims");
            for (name, value) in claims.iter() {
                let phrase = token_meaning::claim_phrase(name, value);
                self.row(&mut lines, name, &shown(value), phrase.as_deref());
            }
            self.times(&mut lines, meaning, now, claims);
        }
        if !meaning.warnings.is_empty() {
            lines.push(String::new());
        }
        for warning in &meaning.warnings {
            self.hanging(&mut lines, "! ", &escaped(&warning.message), WARNING);
        }
        lines.push(String::new());
        lines.join("\n")
    }

    fn verdict(&self, lines: &mut Vec<String>, verification: &Verification) {
        if verification.genuine {
            let by = match &verification.authority {
                Some(authority) => format!("issued by {authority}"),
                None => "signed with a key of the file".to_owned(),
            };
            self.wrapped(lines, 0, &escaped(&format!("Genuine: {by}.")), GOOD);
        } else {
            self.wrapped(lines, 0, "Not to be accepted:", BAD);
        }
        for refused in &verification.refused {
            self.wrapped(lines, 2, &cut(&refused.message), BAD);
        }
        for claim in &verification.not_checked {
            let said = match *claim {
                "tenant" => "Not looked at: tenant. A token of any tenant passes; name yours with \
                             --tenant-id."
                    .to_owned(),
                claim => format!("Not looked at: {claim}."),
            };
            self.wrapped(lines, 0, &said, WARNING);
        }
    }

    fn times(&self, lines: &mut Vec<String>, meaning: &Meaning, now: Timestamp, claims: &Object) {
        let times = meaning.times;
        self.title(lines, "Times");
        for (name, claim, time) in [
            ("issued", "iat", times.issued),
            ("not before", "nbf", times.not_before),
            ("expires", "exp", times.expires),
        ] {
            match time {
                Some(time) => self.row(lines, name, &time.to_string(), self.local(time).as_deref()),
                None if claims.get(claim).is_some() => {
                    self.row(lines, name, "not a time", None);
                }
                None => self.row(lines, name, "not said", None),
            }
        }
        let style = match times.validity(now) {
            Validity::Valid => GOOD,
            Validity::NotYet | Validity::Expired => BAD,
            Validity::Unknown => WARNING,
        };
        let said = match times.unreadable {
            Some(why) => format!("whether it is valid cannot be told: {why}"),
            None => wording::validity(times, now),
        };
        self.wrapped(lines, 2, &said, style);
    }

    /// The moment by the local clock; none for years that no calendar has.
    fn local(&self, time: Timestamp) -> Option<String> {
        let instant = jiff::Timestamp::from_second(time.unix_seconds()).ok()?;
        let local = instant.to_zoned(self.zone.clone());
        Some(
            local
                .strftime("%Y-%m-%d %H:%M:%S %:z, local time")
                .to_string(),
        )
    }

    pub(super) fn title(&self, lines: &mut Vec<String>, title: &str) {
        lines.push(String::new());
        self.wrapped(lines, 0, title, TITLE);
    }

    /// A name, its value, and what it means below it.
    fn row(&self, lines: &mut Vec<String>, name: &str, value: &str, phrase: Option<&str>) {
        let (name, value) = (cut(name), cut(value));
        let beside = 4 + LONGEST_NAME.min(self.width / 3);
        let widest = value.split(' ').map(str::width).max().unwrap_or_default();
        // An id or an address that is broken cannot be copied: it gets the line below.
        let column = if widest <= self.width - beside {
            beside
        } else {
            BELOW
        };
        let mut values = words_wrapped(&value, self.width - column).into_iter();
        if name.width() + 4 <= column {
            let first = values.next().unwrap_or_default();
            let gap = " ".repeat(column - 2 - name.width());
            lines.push(
                format!("  {NAME}{name}{NAME:#}{gap}{first}")
                    .trim_end()
                    .to_owned(),
            );
        } else {
            self.wrapped(lines, 2, &name, NAME);
        }
        let indent = " ".repeat(column);
        lines.extend(values.map(|piece| format!("{indent}{piece}")));
        if let Some(phrase) = phrase {
            self.wrapped(lines, column, &escaped(phrase), PHRASE);
        }
    }

    /// Text behind a mark, set in below it.
    fn hanging(&self, lines: &mut Vec<String>, mark: &str, text: &str, style: Style) {
        let indent = mark.width();
        let mut space = mark.to_owned();
        for piece in words_wrapped(text, self.width - indent) {
            lines.push(format!("{style}{space}{piece}{style:#}"));
            space = " ".repeat(indent);
        }
    }

    /// Text from the tool itself or made harmless, in lines that fit.
    pub(super) fn wrapped(&self, lines: &mut Vec<String>, indent: usize, text: &str, style: Style) {
        let space = " ".repeat(indent);
        for piece in words_wrapped(text, self.width - indent) {
            lines.push(format!("{space}{style}{piece}{style:#}"));
        }
    }
}

/// A value in one line, unescaped: a text as it is, anything else as JSON.
pub(super) fn shown(value: &Json) -> String {
    match value {
        Json::Text(text) => text.clone(),
        // A value that was read can be written.
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// Text from outside in harmless characters, cut where it is very long.
pub(super) fn cut(text: &str) -> String {
    let total = text.chars().count();
    if total <= LONGEST_VALUE {
        return escaped(text).into_owned();
    }
    let beginning: String = text.chars().take(LONGEST_VALUE).collect();
    format!(
        "{}… ({total} characters; -o json shows all)",
        escaped(&beginning)
    )
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::jwt;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

    fn token(claims: &str) -> String {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT","kid":"k1"}"#);
        format!("{header}.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    fn page(token: &str, width: usize, zone: &TimeZone) -> String {
        let decoded = jwt::decode(token);
        let meaning = token_meaning::meaning(&decoded, NOW);
        let styled = Page { width, zone }.of(&decoded, &meaning, None, NOW);
        anstream::adapter::strip_str(&styled).to_string()
    }

    const CLAIMS: &str = r#"{"aud":"https://graph.microsoft.com","idtyp":"app","appid":"22222222-2222-4222-8222-222222222222","tid":"11111111-1111-4111-8111-111111111111","roles":["User.Read.All","Mail.Send"],"iat":1767222000,"nbf":1767222000,"exp":1767228120,"ver":"1.0","unheard":{"b":1,"a":2}}"#;

    #[test]
    fn it_is_shown_in_the_shape_people_know() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        insta::assert_snapshot!(page(&token(CLAIMS), 80, &zone));
    }

    #[test]
    fn a_broken_one_shows_what_is_left() {
        let whole = token(CLAIMS);
        let broken = whole.replacen('.', ".*", 1);
        insta::assert_snapshot!(page(&broken, 80, &TimeZone::UTC));
    }

    #[test]
    fn what_can_be_copied_stays_in_one_piece_where_there_is_room() {
        let issuer = "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0";
        let id = "11111111-1111-4111-8111-111111111111";
        let scopes = "Files.Read Mail.Read Calendars.Read";
        let claims = serde_json::json!({"iss": issuer, "tid": id, "scp": scopes}).to_string();
        let lines = |width: usize| -> Vec<String> {
            let page = page(&token(&claims), width, &TimeZone::UTC);
            page.lines().map(str::to_owned).collect()
        };
        let below = |value: &str| format!("    {value}");
        assert!(lines(120).contains(&format!("  iss                     {issuer}")));
        let at_80 = lines(80);
        assert!(at_80.contains(&below(issuer)), "{at_80:#?}");
        assert!(at_80.contains(&format!("  tid                     {id}")));
        let at_40 = lines(40);
        assert!(at_40.contains(&below(id)), "{at_40:#?}");
        assert!(!at_40.contains(&below(scopes)), "{at_40:#?}");
    }

    #[test]
    fn what_the_first_line_says_is_not_said_again() {
        for token in ["opaque", "eyJlbmMiOiJBMjU2R0NNIn0.a.b.c.d"] {
            let shown = page(token, 80, &TimeZone::UTC);
            assert_eq!(shown.matches("can read it").count(), 1, "{shown}");
        }
    }

    proptest! {
        #[test]
        fn only_a_word_is_too_long_and_none_acts_on_the_terminal(
            name in any::<String>(), value in any::<String>(), width in 40..=200usize,
        ) {
            let claims = serde_json::json!({name: value.clone(), "exp": value}).to_string();
            let shown = page(&token(&claims), width, &TimeZone::UTC);
            for line in shown.lines() {
                let is_one_word = line.split(' ').filter(|word| !word.is_empty()).count() <= 1;
                prop_assert!(line.width() <= width || is_one_word, "{line}");
            }
            prop_assert!(!protocol::text::acts_on_a_terminal(&shown), "{shown:?}");
        }
    }
}
