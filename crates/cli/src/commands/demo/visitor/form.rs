//! The form of a page, as far as the look-alike's pages have one: attributes in double quotes, the
//! way onward in the first form.

/// A form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// Where it leads, perhaps relative to the page.
    pub(super) action: String,
    pub(super) fields: Vec<(String, String)>,
    /// What its buttons add, one of them: an account to pick.
    pub(super) choices: Vec<(String, String)>,
}

impl Form {
    /// The first form of a page.
    pub(super) fn first_of(page: &str) -> Option<Self> {
        let (_, after) = page.split_once("<form ")?;
        let (inside, _) = after.split_once("</form>")?;
        let mut tags = inside.split('<');
        let mut form = Self {
            action: attribute(tags.next()?, "action")?,
            fields: Vec::new(),
            choices: Vec::new(),
        };
        for tag in tags {
            let named = attribute(tag, "name")
                .map(|name| (name, attribute(tag, "value").unwrap_or_default()));
            if tag.starts_with("input ") {
                form.fields.extend(named);
            } else if tag.starts_with("button ") {
                form.choices.extend(named);
            }
        }
        Some(form)
    }
}

/// An attribute of a tag, given from behind its `<`.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (tag, _) = tag.split_once('>')?;
    let (_, after) = tag.split_once(&format!(" {name}=\"")).or_else(|| {
        // The tag's own name is gone where the form itself was looked for.
        tag.split_once(&format!("{name}=\""))
            .filter(|(before, _)| before.is_empty())
    })?;
    let (value, _) = after.split_once('"')?;
    Some(unescaped(value))
}

/// A text without the entities that stand in the way of markup.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let entity = after
            .split_once(';')
            .and_then(|(name, after)| character(name).map(|character| (character, after)));
        let (character, after) = entity.unwrap_or(('&', after));
        plain.push(character);
        rest = after;
    }
    plain.push_str(rest);
    plain
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        _ => char::from_u32(entity.strip_prefix('#')?.parse().ok()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_form_is_read_as_a_browser_reads_it() {
        let page = "<p>Text</p><form method=\"post\" action=\"/a?b=1&amp;c=&#39;\">\n\
            <input type=\"hidden\" name=\"step\" value=\"account\"><label for=\"x\">X</label>\
            <input id=\"x\" name=\"x\" required>\
            <button name=\"account\" value=\"&quot;ada&quot;\">Ada</button>\
            <button class=\"main\">Next</button></form>\
            <form method=\"post\" action=\"/cancel\"></form>";
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            Form::first_of(page),
            Some(Form {
                action: "/a?b=1&c='".to_owned(),
                fields: vec![pair("step", "account"), pair("x", "")],
                choices: vec![pair("account", "\"ada\"")],
            })
        );
        for none in [
            "",
            "<p>Signed in</p>",
            "<form action=\"/a\">",
            "<form action=/a></form>",
        ] {
            assert_eq!(Form::first_of(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_no_entity_stays() {
        assert_eq!(unescaped("a&b; &#x; &amp;amp; &lt"), "a&b; &#x; &amp; &lt");
    }
}
