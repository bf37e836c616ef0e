//! What the browser shows at the end of a sign-in: the same that the terminal says.
//!
//! The pages load nothing and run nothing, so that a policy can forbid everything but their style.

mod html;

use engine::Page;
use model::Account;

use html::Html;

const STYLE: &str = include_str!("style.css");

const TICK: &str = "<svg class=\"good\" viewBox=\"0 0 48 48\" width=\"48\" height=\"48\" \
                    aria-hidden=\"true\"><circle cx=\"24\" cy=\"24\" r=\"22\"/>\
                    <path d=\"M15 25l6.5 6.5L34 18\"/></svg>\n";
const CROSS: &str = "<svg class=\"bad\" viewBox=\"0 0 48 48\" width=\"48\" height=\"48\" \
                     aria-hidden=\"true\"><circle cx=\"24\" cy=\"24\" r=\"22\"/>\
                     <path d=\"M17 17l14 14M31 17L17 31\"/></svg>\n";

/// The sign-in worked, and this is the account that it was.
pub(crate) fn signed_in(account: &Account) -> Page {
    let mut body = Html::default()
        .markup("<main>\n")
        .markup(TICK)
        .markup("<h1>You are signed in</h1>\n<dl>\n<dt>Account</dt><dd>")
        .name(&account.username)
        .markup("</dd>\n");
    if !account.tenant_id.is_empty() {
        body = body
            .markup("<dt>Tenant</dt><dd>")
            .name(&account.tenant_id)
            .markup("</dd>\n");
    }
    page(
        "Signed in",
        body.markup("</dl>\n<p role=\"status\">You can close this tab and go back to the terminal.</p>\n</main>"),
    )
}

/// The sign-in did not work: what happened and what to do, as the terminal says it.
pub(crate) fn refused(message: &str, hints: &[String]) -> Page {
    let mut body = Html::default()
        .markup("<main>\n")
        .markup(CROSS)
        .markup("<h1>The sign-in did not work</h1>\n<p class=\"reason\" role=\"alert\">")
        .name(&sentence(message))
        .markup("</p>\n");
    if !hints.is_empty() {
        body = body.markup("<h2>What you can do</h2>\n<ul>\n");
        for hint in hints {
            body = body.markup("<li>").name(hint).markup("</li>\n");
        }
        body = body.markup("</ul>\n");
    }
    page(
        "Not signed in",
        body.markup(
            "<p>The terminal says the same. You can close this tab and go on there.</p>\n</main>",
        ),
    )
}

/// On the terminal the message follows `error:`, here it stands alone. Only a plain word gets a
/// capital letter: a name stays what it is.
fn sentence(message: &str) -> String {
    let word = message.split(' ').next().unwrap_or_default();
    let is_plain = word.bytes().all(|byte| byte.is_ascii_lowercase());
    match word.get(..1) {
        Some(first) if is_plain => format!("{}{}", first.to_uppercase(), &message[1..]),
        _ => message.to_owned(),
    }
}

fn page(title: &str, body: Html) -> Page {
    Page {
        title: format!("{title} · entra-auth-cli"),
        style: STYLE.to_owned(),
        body: body
            .markup("\n<footer>entra-auth-cli</footer>")
            .into_string(),
    }
}

#[cfg(test)]
mod tests {
    use model::AccountId;

    use super::*;

    const HOSTILE: &str = "<script>alert(\"1\")</script>&amp;'\u{202e}\u{1b}[2J\r\n</main>";
    const HARMLESS: &str = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;&#39;\
                            \\u{202e}\\u{1b}[2J\\r\\n&lt;/main&gt;";

    fn account(username: &str, tenant_id: &str) -> Account {
        Account {
            id: AccountId::of_entra("object", "tenant"),
            username: username.to_owned(),
            tenant_id: tenant_id.to_owned(),
        }
    }

    /// Nothing is loaded or run, and every element is closed.
    fn assert_static(page: &Page) {
        let html = format!("{}{}", page.style, page.body);
        for active in [
            "<script", "<link", "<img", "<form", "<iframe", "src=", "href=", "url(", "@import",
            "style=", "http:", "https:",
        ] {
            assert!(!html.contains(active), "{active} in {html}");
        }
        for element in [
            "main", "h1", "h2", "p", "dl", "dt", "dd", "ul", "li", "bdi", "svg",
        ] {
            let opened = page.body.matches(&format!("<{element}>")).count()
                + page.body.matches(&format!("<{element} ")).count();
            let closed = page.body.matches(&format!("</{element}>")).count();
            assert_eq!(opened, closed, "{element} in {}", page.body);
        }
        assert!(!page.style.contains("</"));
    }

    #[test]
    fn the_account_and_its_tenant_are_named() {
        let page = signed_in(&account("ada@contoso.com", "0a1b"));
        assert_static(&page);
        assert_eq!(page.title, "Signed in · entra-auth-cli");
        assert!(page.body.contains("<bdi>ada@contoso.com</bdi>"));
        assert!(
            page.body
                .contains("<dt>Tenant</dt><dd><bdi>0a1b</bdi></dd>")
        );
        assert!(
            page.body
                .contains("You can close this tab and go back to the terminal.")
        );
    }

    #[test]
    fn a_provider_without_tenants_has_none_named() {
        let page = signed_in(&account("ada@example.com", ""));
        assert_static(&page);
        assert!(!page.body.contains("Tenant"));
    }

    #[test]
    fn what_happened_and_every_next_step_are_said() {
        let hints = [
            "Ask an administrator".to_owned(),
            "Try -f DeviceCode".to_owned(),
        ];
        let page = refused("access was denied", &hints);
        assert_static(&page);
        assert_eq!(page.title, "Not signed in · entra-auth-cli");
        assert!(
            page.body
                .contains("role=\"alert\"><bdi>Access was denied</bdi></p>")
        );
        for hint in &hints {
            assert!(page.body.contains(&format!("<li><bdi>{hint}</bdi></li>")));
        }
        let alone = refused("access was denied", &[]);
        assert_static(&alone);
        assert!(!alone.body.contains("What you can do"));
    }

    #[test]
    fn a_message_begins_with_a_capital_letter_unless_it_begins_with_a_name() {
        for (message, shown) in [
            ("nobody signed in", "Nobody signed in"),
            ("a reply is missing", "A reply is missing"),
            ("ada@contoso.com signed in", "ada@contoso.com signed in"),
            ("éa", "éa"),
            ("`x` is wrong", "`x` is wrong"),
            ("", ""),
        ] {
            assert_eq!(sentence(message), shown);
        }
    }

    #[test]
    fn text_from_outside_stays_text() {
        for page in [
            signed_in(&account(HOSTILE, "")),
            signed_in(&account("ada", HOSTILE)),
            refused(HOSTILE, &[]),
            refused("no", &[HOSTILE.to_owned()]),
        ] {
            assert_static(&page);
            assert!(page.body.contains(HARMLESS), "{}", page.body);
            assert!(!page.title.contains("alert"), "{}", page.title);
        }
    }
}
