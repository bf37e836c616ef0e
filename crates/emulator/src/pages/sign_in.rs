//! Choosing an account, the second factor, and consent.

use super::{Html, Page};

/// Where the forms of a sign-in lead and what they carry along.
#[derive(Clone, Debug)]
pub(crate) struct SignInForm {
    pub(crate) action: String,
    pub(crate) hidden: Vec<(&'static str, String)>,
    /// Where the browser may be redirected to from there, as a source of a content security policy.
    pub(crate) leads_to: Option<String>,
}

/// A line of the account picker.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccountChoice<'a> {
    pub(crate) user_principal_name: &'a str,
    pub(crate) display_name: &'a str,
    pub(crate) is_signed_in: bool,
}

impl SignInForm {
    /// Opens a form that takes a step.
    fn open(&self, html: &mut Html, step: &str) {
        html.markup("<form method=\"post\" action=\"")
            .text(&self.action)
            .markup("\">")
            .hidden("step", step);
        for (name, value) in &self.hidden {
            html.hidden(name, value);
        }
    }

    /// A form of a single button.
    fn button(&self, html: &mut Html, step: &str, label: &'static str) {
        self.open(html, step);
        html.markup("<button class=\"plain\">")
            .markup(label)
            .markup("</button></form>\n");
    }

    fn page(&self, title: &'static str, body: Html) -> Page {
        Page::new(title, body).with_form_target(self.leads_to.clone())
    }
}

fn heading(title: &'static str) -> Html {
    let mut html = Html::new();
    html.markup("<h1>").markup(title).markup("</h1>\n");
    html
}

/// "Pick an account".
pub(crate) fn account_picker(
    form: &SignInForm,
    app_name: &str,
    choices: &[AccountChoice<'_>],
) -> Page {
    let mut html = heading("Pick an account");
    html.markup("<p>to continue to ")
        .name(app_name)
        .markup("</p>\n");
    form.open(&mut html, "account");
    for choice in choices {
        html.markup("<button name=\"account\" value=\"")
            .text(choice.user_principal_name)
            .markup("\">")
            .name(choice.display_name)
            .markup("<small>")
            .name(choice.user_principal_name)
            .markup(if choice.is_signed_in {
                " · signed in</small></button>\n"
            } else {
                "</small></button>\n"
            });
    }
    html.markup("</form>\n");
    form.button(&mut html, "other", "Use another account");
    form.button(&mut html, "cancel", "Cancel");
    form.page("Pick an account", html)
}

/// "Sign in", with a field for a user principal name and what was wrong with the last one.
pub(crate) fn another_account(
    form: &SignInForm,
    app_name: &str,
    hint: &str,
    problem: Option<&str>,
) -> Page {
    let mut html = heading("Sign in");
    html.markup("<p>to continue to ")
        .name(app_name)
        .markup("</p>\n");
    if let Some(problem) = problem {
        html.alert(problem);
    }
    form.open(&mut html, "account");
    html.markup("<label for=\"account\">User principal name</label>\n")
        .markup(
            "<input id=\"account\" name=\"account\" autocomplete=\"username\" inputmode=\"email\" ",
        )
        .markup("autocapitalize=\"none\" spellcheck=\"false\" required autofocus value=\"")
        .text(hint)
        .markup("\">\n<button class=\"main\">Next</button></form>\n");
    form.button(&mut html, "cancel", "Cancel");
    form.page("Sign in", html)
}

/// "Approve the sign-in request": where a second factor would be asked for.
pub(crate) fn second_factor(form: &SignInForm, user_principal_name: &str) -> Page {
    let mut html = heading("Approve the sign-in request");
    html.markup("<p>")
        .name(user_principal_name)
        .markup(" has to approve this sign-in with a second factor.</p>\n");
    form.open(&mut html, "approve");
    html.hidden("account", user_principal_name)
        .markup("<button class=\"main\" autofocus>Approve</button></form>\n");
    form.button(&mut html, "cancel", "Cancel");
    form.page("Approve the sign-in request", html)
}

/// "Permissions requested"; for a device also the question whether it is really wanted.
pub(crate) fn consent(
    form: &SignInForm,
    app_name: &str,
    user_principal_name: &str,
    permissions: &[String],
    is_on_device: bool,
) -> Page {
    let title = if is_on_device {
        "Are you trying to sign in on another device?"
    } else {
        "Permissions requested"
    };
    let mut html = heading(title);
    html.markup("<p>").name(app_name);
    html.markup(if is_on_device {
        " has asked for this code. Go on only if you started this sign-in yourself. It would like to:</p>\n<ul>\n"
    } else {
        " would like to:</p>\n<ul>\n"
    });
    for permission in permissions {
        html.markup("<li>").text(permission).markup("</li>\n");
    }
    html.markup("</ul>\n<p><small>Signed in as ")
        .name(user_principal_name)
        .markup("</small></p>\n");
    form.open(&mut html, "accept");
    html.hidden("account", user_principal_name)
        .markup("<button class=\"main\" autofocus>")
        .markup(if is_on_device { "Continue" } else { "Accept" })
        .markup("</button></form>\n");
    form.button(&mut html, "cancel", "Cancel");
    form.page(title, html)
}

/// "Need admin approval": AADSTS90094.
pub(crate) fn administrator_needed(
    form: &SignInForm,
    app_name: &str,
    permissions: &[String],
) -> Page {
    let mut html = heading("Need admin approval");
    html.markup("<p>").name(app_name).markup(
        " needs permission that only an administrator can grant (AADSTS90094):</p>\n<ul>\n",
    );
    for permission in permissions {
        html.markup("<li>").text(permission).markup("</li>\n");
    }
    html.markup("</ul>\n");
    form.button(
        &mut html,
        "other",
        "Have an admin account? Sign in with that account",
    );
    form.button(
        &mut html,
        "cancel",
        "Return to the application without granting consent",
    );
    form.page("Need admin approval", html)
}
