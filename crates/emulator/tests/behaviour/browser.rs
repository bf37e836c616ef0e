//! A browser without scripts: cookies, links that are followed by hand, forms that are filled in.

use std::collections::BTreeMap;

use crate::support::{Reply, agent, read};

/// A browser with a cookie jar for one host.
#[derive(Default)]
pub(crate) struct Browser {
    cookies: BTreeMap<String, String>,
}

/// A form of a page.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) buttons: Vec<Button>,
}

/// A button of a form, with what it adds to the fields.
#[derive(Clone, Debug)]
pub(crate) struct Button {
    pub(crate) label: String,
    field: Option<(String, String)>,
}

impl Browser {
    pub(crate) fn get(&mut self, url: &str) -> Reply {
        let mut request = agent().get(url);
        if let Some(cookies) = self.cookie_header() {
            request = request.header("cookie", cookies);
        }
        let reply = read(request.call());
        self.keep_cookies(&reply);
        reply
    }

    pub(crate) fn has_cookies(&self) -> bool {
        !self.cookies.is_empty()
    }

    /// Presses the button whose label begins with this text.
    pub(crate) fn press(&mut self, origin: &str, page: &Reply, label: &str) -> Reply {
        self.fill_and_press(origin, page, &[], label)
    }

    /// Fills in visible fields, then presses the button whose label begins with this text.
    pub(crate) fn fill_and_press(
        &mut self,
        origin: &str,
        page: &Reply,
        values: &[(&str, &str)],
        label: &str,
    ) -> Reply {
        let forms = forms(&page.body);
        let (form, button) = forms
            .iter()
            .find_map(|form| {
                let button = form
                    .buttons
                    .iter()
                    .find(|button| button.label.starts_with(label))?;
                Some((form, button))
            })
            .unwrap_or_else(|| panic!("no button {label:?} on {}", page.body));
        let mut fields = form.fields.clone();
        for (name, value) in values {
            let field = fields.iter_mut().find(|(field, _)| field == name);
            (*value).clone_into(&mut field.expect("a field of this name").1);
        }
        fields.extend(button.field.clone());
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let url = url::Url::parse(origin).unwrap().join(&form.action).unwrap();
        let mut request = agent()
            .post(url.as_str())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", origin);
        if let Some(cookies) = self.cookie_header() {
            request = request.header("cookie", cookies);
        }
        let reply = read(request.send(body));
        self.keep_cookies(&reply);
        reply
    }

    fn cookie_header(&self) -> Option<String> {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    fn keep_cookies(&mut self, reply: &Reply) {
        let Some(cookie) = reply.header("set-cookie") else {
            return;
        };
        let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        if cookie.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// The forms of a page. The parser knows just what the pages use, and fails on anything else: an
/// attribute that is not quoted, a tag that is not closed, a text with a bare `<`.
pub(crate) fn forms(html: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut button: Option<Button> = None;
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece
            .split_once('>')
            .unwrap_or_else(|| panic!("a bare '<' in {html}"));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let attributes = attributes_of(attributes);
        let attribute = |name: &str| attributes.get(name).cloned();
        match name {
            "form" => {
                assert_eq!(attribute("method").as_deref(), Some("post"));
                forms.push(Form {
                    action: attribute("action").unwrap(),
                    fields: Vec::new(),
                    buttons: Vec::new(),
                });
            }
            "input" => forms.last_mut().unwrap().fields.push((
                attribute("name").unwrap(),
                attribute("value").unwrap_or_default(),
            )),
            "button" => {
                button = Some(Button {
                    label: String::new(),
                    field: attribute("name").map(|name| (name, attribute("value").unwrap())),
                });
            }
            "/button" => forms
                .last_mut()
                .unwrap()
                .buttons
                .push(button.take().expect("a button that was opened")),
            _ => {}
        }
        if let Some(button) = &mut button {
            button.label.push_str(&unescape(text));
        }
    }
    assert!(button.is_none(), "a button that is not closed in {html}");
    forms
}

fn attributes_of(text: &str) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        rest = rest[end..].trim_start();
        let value = if let Some(quoted) = rest.strip_prefix("=\"") {
            let (value, after) = quoted.split_once('"').unwrap();
            rest = after.trim_start();
            unescape(value)
        } else {
            assert!(!rest.starts_with('='), "an unquoted value in {text}");
            String::new()
        };
        assert!(attributes.insert(name, value).is_none(), "twice in {text}");
    }
    attributes
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let (entity, after) = after.split_once(';').expect("a whole entity");
        plain.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            number => {
                let code = number.strip_prefix('#').expect("a known entity");
                char::from_u32(code.parse().unwrap()).unwrap()
            }
        });
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// The text that follows a tag with this attribute, such as an alert.
pub(crate) fn alert(html: &str) -> Option<String> {
    let (_, after) = html.split_once("role=\"alert\">")?;
    Some(unescape(after.split('<').next().unwrap()))
}
