//! HTML that cannot forget to escape: markup is known when the program is built, everything else
//! is text.

use std::fmt::Write as _;
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::reply::Reply;

const STYLE: &str = include_str!("style.css");

static STYLE_SOURCE: LazyLock<String> = LazyLock::new(|| source_of(STYLE));

/// A piece of HTML.
#[derive(Clone, Debug, Default)]
pub(crate) struct Html(String);

/// A whole page, not yet a reply.
#[derive(Debug)]
pub(crate) struct Page {
    status: u16,
    title: &'static str,
    body: Html,
    form_target: Option<String>,
    script: Option<&'static str>,
}

impl Html {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds markup.
    pub(crate) fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds text, for content and for quoted attribute values alike.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // Browsers turn a literal line break in a form field into CR LF and drop NUL.
                '\r' | '\n' | '\t' => {
                    // Writing to a String cannot fail.
                    let _ = write!(self.0, "&#{};", u32::from(character));
                }
                _ => self.0.push(character),
            }
        }
        self
    }

    /// Adds a field that nobody sees.
    pub(crate) fn hidden(&mut self, name: &str, value: &str) -> &mut Self {
        self.markup("<input type=\"hidden\" name=\"")
            .text(name)
            .markup("\" value=\"")
            .text(value)
            .markup("\">")
    }

    /// Adds a sentence that a screen reader reads at once.
    pub(crate) fn alert(&mut self, message: &str) -> &mut Self {
        self.markup("<p role=\"alert\">")
            .text(message)
            .markup("</p>\n")
    }

    /// Adds a name that a stranger has chosen, kept from reordering what stands around it.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        self.markup("<bdi>").text(name).markup("</bdi>")
    }
}

impl Page {
    pub(crate) fn new(title: &'static str, body: Html) -> Self {
        Self {
            status: 200,
            title,
            body,
            form_target: None,
            script: None,
        }
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Allows forms to lead to this address, too: browsers hold a redirect after a form against
    /// the policy as well.
    pub(crate) fn with_form_target(mut self, target: Option<String>) -> Self {
        self.form_target = target;
        self
    }

    /// Runs a script at the end of the page.
    pub(crate) fn with_script(mut self, script: &'static str) -> Self {
        self.script = Some(script);
        self
    }

    pub(crate) fn reply(self) -> Reply {
        let mut html = Html::new();
        html.markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .markup("<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
            .text(self.title)
            .markup("</title>\n<style>")
            .markup(STYLE)
            .markup("</style>\n</head>\n<body>\n<main>\n");
        html.0.push_str(&self.body.0);
        html.markup("\n</main>\n<footer>An emulator of Microsoft Entra ID. Nothing here is real.</footer>\n");
        if let Some(script) = self.script {
            html.markup("<script>").markup(script).markup("</script>\n");
        }
        html.markup("</body>\n</html>\n");
        let form_target = self
            .form_target
            .map(|target| format!(" {target}"))
            .unwrap_or_default();
        let script = self.script.map_or_else(String::new, |script| {
            format!("; script-src {}", source_of(script))
        });
        let policy = format!(
            "default-src 'none'; style-src {}; form-action 'self'{form_target}; base-uri 'none'; frame-ancestors \
             'none'{script}",
            *STYLE_SOURCE
        );
        Reply::new(self.status, "text/html; charset=utf-8", html.0)
            .with_header("content-security-policy", policy)
            .with_header("referrer-policy", "strict-origin-when-cross-origin")
            .with_header("x-frame-options", "DENY")
    }
}

/// What a policy names an inline style or script by.
fn source_of(text: &str) -> String {
    format!(
        "'sha256-{}'",
        STANDARD.encode(digest(&SHA256, text.as_bytes()))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        let mut html = Html::new();
        html.markup("<p title=\"")
            .text("\"><script>alert('&amp;')</script>\r\n")
            .markup("\">");
        assert_eq!(
            html.0,
            "<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;&amp;amp;&#39;)&lt;/script&gt;&#13;&#10;\">"
        );
    }

    #[test]
    fn the_policy_names_style_script_and_form_target() {
        let reply = Page::new("Title", Html::new())
            .with_form_target(Some("http://localhost:1".to_owned()))
            .with_script("void 0")
            .reply();
        let policy = &reply
            .headers
            .iter()
            .find(|(name, _)| *name == "content-security-policy")
            .unwrap()
            .1;
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(policy.contains("form-action 'self' http://localhost:1;"));
        assert!(policy.contains("script-src 'sha256-"));
    }
}
