//! Where the code shown on a device is typed in (RFC 8628 §3.3).

use super::{Html, Page};

/// "Enter code", with what was wrong with the last one.
pub(crate) fn device_entry(action: &str, problem: Option<&str>) -> Page {
    let mut html = Html::new();
    html.markup("<h1>Enter code</h1>\n<p>Enter the code that your app or device shows.</p>\n");
    if let Some(problem) = problem {
        html.alert(problem);
    }
    html.markup("<form method=\"post\" action=\"")
        .text(action)
        .markup("\">")
        .hidden("step", "code")
        .markup("<label for=\"user_code\">Code</label>\n")
        .markup("<input id=\"user_code\" name=\"user_code\" autocomplete=\"off\" autocapitalize=\"characters\" ")
        .markup("spellcheck=\"false\" required autofocus>\n")
        .markup("<button class=\"main\">Next</button></form>");
    Page::new("Enter code", html)
}

/// The end of the conversation in the browser.
pub(crate) fn device_answered(app_name: &str, was_approved: bool) -> Page {
    let (title, markup) = if was_approved {
        ("Signed in", "<h1>Signed in</h1>\n<p>You have signed in to ")
    } else {
        (
            "Declined",
            "<h1>Declined</h1>\n<p>You have not signed in to ",
        )
    };
    let mut html = Html::new();
    html.markup(markup)
        .name(app_name)
        .markup(" on your device. You may now close this window.</p>");
    Page::new(title, html)
}
