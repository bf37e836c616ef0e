//! A person at a browser, played: follows redirects, picks an account, agrees, sends forms.
//!
//! It knows the pages of the look-alike and goes nowhere but to this machine.

mod browser;
mod form;

use url::Url;

use self::browser::Browser;
use self::form::Form;
use super::failed;
use crate::command_error::CommandError;

/// Who is played: a member of the look-alike's tenant.
pub(super) const USER: &str = "ada@contoso.onmicrosoft.com";

/// More pages than any sign-in has.
const MANY_PAGES: usize = 20;

/// Signs in at a page, with the code that a device shows if there is one, and goes on until a page
/// asks for nothing more.
///
/// # Errors
/// If the address is not of this machine, or a page is not what a sign-in shows.
pub(super) fn visit(address: &Url, code: Option<&str>) -> Result<(), CommandError> {
    let mut browser = Browser::new();
    let mut at = address.clone();
    let mut page = browser.get(&at)?;
    for _ in 0..MANY_PAGES {
        if let Some(location) = &page.location {
            at = joined(&at, location)?;
            page = browser.get(&at)?;
        } else if let Some(form) = Form::first_of(&page.body) {
            let to = joined(&at, &form.action)?;
            let fields = filled_in(form, code)?;
            page = browser.post(&at, &to, &fields)?;
            at = to;
        } else if page.status == 200 {
            return Ok(());
        } else {
            return Err(failed(format!("a page has status {}", page.status)));
        }
    }
    Err(failed("the sign-in has no end"))
}

/// What a form sends once the person has filled it in.
fn filled_in(form: Form, code: Option<&str>) -> Result<Vec<(String, String)>, CommandError> {
    let mut fields = form.fields;
    for (name, value) in &mut fields {
        if name == "user_code" && value.is_empty() {
            code.ok_or_else(|| failed("a page asks for a code, and there is none"))?
                .clone_into(value);
        }
    }
    if !form.choices.is_empty() {
        let chosen = form.choices.into_iter().find(|(_, value)| value == USER);
        fields.push(chosen.ok_or_else(|| failed(format!("nobody can sign in as {USER}")))?);
    }
    Ok(fields)
}

fn joined(at: &Url, reference: &str) -> Result<Url, CommandError> {
    at.join(reference)
        .map_err(|error| failed(format!("a page leads to no address: {error}")))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use emulator::App;
    use emulator::Emulator;
    use emulator::Endpoint;
    use emulator::Platform;

    use super::*;

    const CLIENT_ID: &str = "11112222-bbbb-3333-cccc-4444dddd5555";

    #[test]
    fn the_person_signs_in_and_carries_the_answer_back() {
        let app = App::public(CLIENT_ID).redirect_uri(Platform::PublicClient, "http://localhost");
        let emulator = Emulator::builder().app(app).start().unwrap();
        // The look-alike itself is where the answer goes, so that it can be seen arriving.
        let landing = format!("http://localhost:{}", emulator.port());
        for mode in ["query", "form_post"] {
            emulator.clear_requests();
            let mut page = Url::parse(&emulator.authority("organizations")).unwrap();
            page.set_path("/organizations/oauth2/v2.0/authorize");
            page.query_pairs_mut().extend_pairs([
                ("client_id", CLIENT_ID),
                ("response_type", "code"),
                ("redirect_uri", &landing),
                ("scope", "User.Read openid"),
                ("state", "s"),
                (
                    "code_challenge",
                    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                ),
                ("code_challenge_method", "S256"),
                ("response_mode", mode),
            ]);
            let error = visit(&page, None).unwrap_err();
            assert_eq!(error.message, "a page has status 404", "{mode}");
            let last = emulator.requests().pop().unwrap();
            let carried = match mode {
                "query" => last.query_parameter("code"),
                _ => last.field("code"),
            };
            assert!(carried.is_some(), "{mode}");
        }
    }

    #[test]
    fn a_code_that_nobody_shows_cannot_be_typed_in() {
        let emulator = Emulator::builder().start().unwrap();
        let page = Url::parse(&emulator.device_login_page()).unwrap();
        let error = visit(&page, None).unwrap_err();
        assert_eq!(error.message, "a page asks for a code, and there is none");
        let error = visit(&page, Some("WRONG-ONE")).unwrap_err();
        assert_eq!(error.message, "the sign-in has no end");
        assert!(emulator.wait_for_requests(Endpoint::DeviceLogin, 3, Duration::ZERO));
    }

    #[test]
    fn no_other_machine_is_visited() {
        for address in [
            "https://login.microsoftonline.com/",
            "http://localhost.example/",
            "http://user@127.0.0.1/",
            "file:///etc/passwd",
        ] {
            let error = visit(&Url::parse(address).unwrap(), None).unwrap_err();
            assert!(error.message.contains("this machine"), "{}", error.message);
        }
    }
}
