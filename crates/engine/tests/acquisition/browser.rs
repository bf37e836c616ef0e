//! Signing in in a browser: what goes out, what may come back, and what is believed.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;

use engine::EngineError;
use engine::Invitation;
use engine::Issued;
use engine::landing::ListenError;
use model::CodeVerifier;
use model::Flow;
use model::Prompt;
use model::RedirectUri;
use model::ResponseMode;
use protocol::pkce;
use url::Url;
use zeroize::Zeroizing;

use crate::stage::Reply;
use crate::stage::Stage;
use crate::stage::request_of_a_person;
use crate::stage::text;
use crate::stage::token_with_nonce;

type Replies = Arc<Mutex<VecDeque<Reply>>>;

/// The sign-in page as the person finds it: what stands in its address.
struct Page {
    asked: HashMap<String, String>,
}

impl Page {
    fn at(url: &Url) -> Self {
        Self {
            asked: url.query_pairs().into_owned().collect(),
        }
    }

    fn asked(&self, name: &str) -> &str {
        self.asked.get(name).map_or("", String::as_str)
    }

    /// The authority signs the person in: it will answer the code with a token.
    fn signs_in(&self, person: &str, replies: &Replies) {
        let nonce = Some(self.asked("nonce"));
        replies
            .lock()
            .unwrap()
            .push_back(token_with_nonce("t", person, Some("r"), nonce));
    }

    /// The answer as it stands in an address or a form.
    fn answer(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .append_pair("code", "the-code")
            .append_pair("state", self.asked("state"))
            .finish()
    }

    /// Brings an answer to the redirect URI by a form, and gives what the browser shows.
    fn posts(&self, body: &str) -> String {
        let url = Url::parse(self.asked("redirect_uri")).unwrap();
        let port = url.port().unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(
            stream,
            "POST {} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            url.path(),
            body.len()
        )
        .unwrap();
        let mut shown = String::new();
        stream.read_to_string(&mut shown).unwrap();
        shown
    }
}

fn asks(stage: &Stage, flow: Flow) -> Result<Issued, EngineError> {
    stage.ask(&request_of_a_person(flow, "User.Read"))
}

/// Ada signs in where she is sent, in another thread as a browser would.
fn ada_signs_in(stage: &Stage) -> mpsc::Receiver<String> {
    let replies = stage.replies();
    let (screen, shown) = mpsc::channel();
    stage.who_is_invited(move |invitation| {
        let page = Page::at(invitation.form_post);
        page.signs_in("ada", &replies);
        let screen = screen.clone();
        std::thread::spawn(move || screen.send(page.posts(&page.answer())));
    });
    shown
}

/// What stands in a form that was sent.
fn fields(form: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect()
}

#[test]
fn a_code_is_redeemed_with_the_proof_that_was_announced() {
    let stage = Stage::new().with_a_person();
    let replies = stage.replies();
    let seen: Arc<Mutex<Option<HashMap<String, String>>>> = Arc::default();
    let address = Arc::clone(&seen);
    stage.who_is_invited(move |invitation| {
        let page = Page::at(invitation.form_post);
        *address.lock().unwrap() = Some(page.asked.clone());
        page.signs_in("ada", &replies);
        std::thread::spawn(move || page.posts(&page.answer()));
    });
    assert_eq!(text(&asks(&stage, Flow::InteractiveBrowser).unwrap()), "t");

    let asked = seen.lock().unwrap().take().unwrap();
    let sent = fields(&stage.network.forms()[0]);
    assert_eq!(sent["grant_type"], "authorization_code");
    assert_eq!(sent["code"], "the-code");
    assert_eq!(sent["redirect_uri"], asked["redirect_uri"]);
    assert_eq!(asked["code_challenge_method"], "S256");
    let verifier = CodeVerifier::from(sent["code_verifier"].clone());
    assert_eq!(asked["code_challenge"], pkce::challenge(&verifier));
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["response_mode"], "form_post");
    assert!(asked["state"].len() >= 43 && asked["nonce"].len() >= 43);
    assert!(
        asked["scope"].contains("offline_access"),
        "{}",
        asked["scope"]
    );
    assert!(!sent.contains_key("client_secret"));
    assert!(
        asked["redirect_uri"].starts_with("http://localhost:")
            && !asked["redirect_uri"].ends_with('/'),
        "{}",
        asked["redirect_uri"]
    );
}

#[test]
fn the_page_tells_how_it_ended() {
    let stage = Stage::new().with_a_person();
    let shown = ada_signs_in(&stage);
    asks(&stage, Flow::InteractiveBrowser).unwrap();
    let shown = shown.recv().unwrap();
    assert!(
        shown.contains("200 OK") && shown.contains("signed in as ada@contoso.com"),
        "{shown}"
    );

    let stage = Stage::new().with_a_person();
    let (screen, shown) = mpsc::channel();
    stage.who_is_invited(move |invitation| {
        let page = Page::at(invitation.form_post);
        let screen = screen.clone();
        std::thread::spawn(move || {
            let body = format!(
                "error=access_denied&error_description=AADSTS65004%3A+no&state={}",
                page.asked("state")
            );
            screen.send(page.posts(&body))
        });
    });
    let error = asks(&stage, Flow::InteractiveBrowser).unwrap_err();
    assert!(
        matches!(&error, EngineError::Refused(refusal)
            if refusal.error == "access_denied" && refusal.code() == Some(65004)),
        "{error:?}"
    );
    let shown = shown.recv().unwrap();
    assert!(shown.contains("failed: "), "{shown}");
    assert!(stage.told().contains(&"nobody signed in".to_owned()));
}

#[test]
fn an_answer_to_another_question_changes_nothing() {
    let stage = Stage::new().with_a_person();
    let replies = stage.replies();
    stage.who_is_invited(move |invitation| {
        let page = Page::at(invitation.form_post);
        page.signs_in("ada", &replies);
        std::thread::spawn(move || {
            for stray in [
                "code=stolen&state=guessed",
                "code=stolen",
                "error=access_denied&error_description=injected&state=guessed",
                "error=access_denied",
                "",
            ] {
                assert!(page.posts(stray).contains(" 400 "), "{stray}");
            }
            page.posts(&page.answer());
        });
    });
    assert_eq!(text(&asks(&stage, Flow::InteractiveBrowser).unwrap()), "t");
    assert!(stage.network.forms()[0].contains("code=the-code"));
}

#[test]
fn another_sign_ins_id_token_is_refused() {
    let stage = Stage::new().with_a_person();
    let replies = stage.replies();
    stage.who_is_invited(move |invitation| {
        let page = Page::at(invitation.form_post);
        let foreign = token_with_nonce("t", "mallory", Some("r"), Some("another nonce"));
        replies.lock().unwrap().push_back(foreign);
        std::thread::spawn(move || page.posts(&page.answer()));
    });
    let error = asks(&stage, Flow::InteractiveBrowser).unwrap_err();
    assert!(matches!(error, EngineError::IdToken(_)), "{error:?}");
    stage.alone();
    let error = asks(&stage, Flow::InteractiveBrowser).unwrap_err();
    assert!(
        matches!(error, EngineError::PersonNeeded { .. }),
        "{error:?}"
    );
}

#[test]
fn another_providers_answer_is_refused() {
    let stage = Stage::new().with_a_person();
    stage.who_is_invited(move |invitation| {
        let page = Page::at(invitation.form_post);
        std::thread::spawn(move || {
            page.posts(&format!("{}&iss=https%3A%2F%2Fevil.example", page.answer()))
        });
    });
    let error = asks(&stage, Flow::InteractiveBrowser).unwrap_err();
    assert!(
        matches!(error, EngineError::AuthorizationResponse(_)),
        "{error:?}"
    );
    assert!(stage.network.forms().is_empty(), "the code goes nowhere");
}

fn pastes(invitation: &Invitation<'_>, address: &str) {
    invitation
        .pasted
        .send(Zeroizing::new(address.to_owned()))
        .unwrap();
}

#[test]
fn what_is_pasted_is_checked_like_what_lands() {
    for flow in [Flow::InteractiveBrowser, Flow::AuthorizationCode] {
        let stage = Stage::new().with_a_person();
        let replies = stage.replies();
        stage.who_is_invited(move |invitation| {
            let page = Page::at(invitation.query);
            assert_eq!(page.asked("response_mode"), "query");
            page.signs_in("ada", &replies);
            let base = page.asked("redirect_uri").to_owned();
            pastes(invitation, "hello");
            pastes(invitation, &format!("{base}?code=stolen&state=guessed"));
            pastes(invitation, invitation.query.as_str());
            pastes(invitation, &format!("{base}?{}", page.answer()));
        });
        let mut request = request_of_a_person(flow, "User.Read");
        if flow == Flow::AuthorizationCode {
            request.sign_in.redirect_uri =
                Some(RedirectUri::parse("https://app.example/signed-in").unwrap());
        }
        assert_eq!(text(&stage.ask(&request).unwrap()), "t");
        let in_vain = stage
            .told()
            .iter()
            .filter(|line| line.starts_with("PastedInVain"))
            .count();
        assert_eq!(in_vain, 3, "{:?}", stage.told());
    }
}

#[test]
fn who_cannot_paste_is_told_that_a_person_is_needed() {
    let stage = Stage::new().with_a_person();
    let mut request = request_of_a_person(Flow::AuthorizationCode, "User.Read");
    request.sign_in.redirect_uri = Some(RedirectUri::parse("https://app.example/").unwrap());
    let error = stage.ask(&request).unwrap_err();
    assert!(
        matches!(error, EngineError::PersonNeeded { .. }),
        "{error:?}"
    );
}

#[test]
fn a_registered_port_that_is_taken_is_an_error() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let stage = Stage::new().with_a_person();
    let mut request = request_of_a_person(Flow::AuthorizationCode, "User.Read");
    let registered = format!("http://localhost:{port}/cb");
    request.sign_in.redirect_uri = Some(RedirectUri::parse(&registered).unwrap());
    let error = stage.ask(&request).unwrap_err();
    assert!(
        matches!(&error, EngineError::Listen { source, .. }
            if matches!(**source, ListenError::InUse { port: found, .. } if found == port)),
        "{error:?}"
    );
    assert!(!stage.told().iter().any(|line| line.starts_with("invited")));
}

#[test]
fn wishes_reach_the_sign_in_page() {
    let stage = Stage::new().with_a_person();
    let replies = stage.replies();
    stage.who_is_invited(move |invitation| {
        let page = Page::at(invitation.form_post);
        assert_eq!(page.asked("response_mode"), "query");
        assert_eq!(page.asked("prompt"), "login");
        assert_eq!(page.asked("login_hint"), "ada@contoso.com");
        assert_eq!(page.asked("domain_hint"), "contoso.com");
        assert!(page.asked("claims").contains("cp1"));
        page.signs_in("ada", &replies);
        std::thread::spawn(move || page.posts(&page.answer()));
    });
    let mut request = request_of_a_person(Flow::InteractiveBrowser, "User.Read");
    request.declares_cp1 = true;
    request.sign_in.prompt = Some(Prompt::Login);
    request.sign_in.login_hint = Some("ada@contoso.com".to_owned());
    request.sign_in.domain_hint = Some("contoso.com".to_owned());
    request.sign_in.response_mode = Some(ResponseMode::Query);
    stage.ask(&request).unwrap();
    assert!(stage.network.forms()[0].contains("cp1"));
}

#[test]
fn when_nothing_comes_back_the_likely_reason_is_told_once_and_it_ends() {
    let stage = Stage::new().with_a_person();
    let clock = Arc::clone(&stage.clock);
    stage.who_is_invited(move |_| clock.tick(Duration::from_secs(4)));
    let mut request = request_of_a_person(Flow::InteractiveBrowser, "User.Read");
    request.timeout = Some(Duration::from_mins(1));
    let error = stage.ask(&request).unwrap_err();
    assert!(matches!(error, EngineError::NotSignedIn(_)), "{error:?}");
    let hints = stage
        .told()
        .iter()
        .filter(|line| line.starts_with("NothingCameBack"))
        .count();
    assert_eq!(hints, 1);
    assert!(
        !stage.left_a_failure(&request),
        "others may have more time than this command gave itself"
    );
}

#[test]
fn a_browser_that_came_back_while_the_machine_slept_is_heard() {
    let stage = Stage::new().with_a_person();
    let replies = stage.replies();
    let clock = Arc::clone(&stage.clock);
    stage.who_is_invited(move |invitation| {
        let page = Page::at(invitation.form_post);
        page.signs_in("ada", &replies);
        clock.advance(Duration::from_hours(2));
        std::thread::spawn(move || page.posts(&page.answer()));
    });
    assert_eq!(text(&asks(&stage, Flow::InteractiveBrowser).unwrap()), "t");
}
