//! A sign-in as it looks from outside the program: the page it sends a person to, and the port that
//! the answer is brought to, by a browser or by somebody else.

use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpStream;

use emulator::App;
use emulator::Emulator;
use emulator::Platform;
use url::Url;

use super::CLIENT_ID;
use super::Call;
use super::Home;
use super::PATIENCE;
use super::Running;
use super::World;

pub(crate) const ADA: &str = "ada@contoso.onmicrosoft.com";

/// What came back over http.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

/// A sign-in page that was shown.
pub(crate) struct SignInPage {
    url: Url,
}

impl World {
    /// A provider where Ada signs in wherever a sign-in page would be shown, and the profile
    /// `desktop` of an application without a credential.
    pub(crate) fn of_ada() -> Self {
        Self::of_ada_at(Home::new())
    }

    /// The same with that home.
    pub(crate) fn of_ada_at(home: Home) -> Self {
        let app = App::public(CLIENT_ID).redirect_uri(Platform::PublicClient, "http://localhost");
        let emulator = Emulator::builder().app(app).start().unwrap();
        emulator.sign_in_automatically(ADA);
        let world = Self { emulator, home };
        world.create("desktop", &["--auth-method", "Public"], "");
        world
    }

    /// The same provider, taken for one that is known by its metadata alone.
    pub(crate) fn of_ada_at_openid_provider() -> Self {
        let world = Self::of_ada();
        let tenant = world.emulator.authority(emulator::DEFAULT_TENANT_ID);
        let creation = world.call(&["config", "create", "--force", "--name", "desktop"]);
        let creation = creation
            .args(["--authority-type", "oidc", "--auth-method", "Public"])
            .args(["--authority", &format!("{tenant}/v2.0")])
            .args(["--client-id", CLIENT_ID, "--scope", "User.Read"]);
        creation.run().answer_and_words();
        world
    }

    /// A call that shows the address of the sign-in page and waits for the answer.
    pub(crate) fn sign_in_call(&self) -> Call {
        self.call(&["get-token", "-f", "InteractiveBrowser", "--no-browser"])
    }

    /// Has Ada sign in with the profile `desktop`.
    #[track_caller]
    pub(crate) fn sign_ada_in(&self) {
        let running = self.sign_in_call().start();
        let page = SignInPage::shown_by(&running);
        page.is_brought(&page.answer());
        running.finish().answer_and_words();
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl SignInPage {
    /// Waits until the program shows the page's address.
    pub(crate) fn shown_by(running: &Running) -> Self {
        Self::at(running.wait_to_say("/authorize?").trim_end())
    }

    /// The page at that address.
    pub(crate) fn at(address: &str) -> Self {
        Self {
            url: Url::parse(address).unwrap(),
        }
    }

    pub(crate) fn address(&self) -> &str {
        self.url.as_str()
    }

    /// What the page is asked for.
    #[track_caller]
    pub(crate) fn asked(&self, name: &str) -> String {
        let mut asked = self.url.query_pairs();
        let (_, value) = asked.find(|(asked, _)| asked == name).unwrap();
        value.into_owned()
    }

    /// The same page asked for something else.
    pub(crate) fn asked_instead(&self, changes: &[(&str, &str)]) -> Self {
        let asked: Vec<(String, String)> = self.url.query_pairs().into_owned().collect();
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(asked.iter().map(|(name, value)| {
                let change = changes.iter().find(|(changed, _)| changed == name);
                (name.as_str(), change.map_or(value.as_str(), |(_, to)| to))
            }));
        Self { url }
    }

    fn redirect_uri(&self) -> Url {
        Url::parse(&self.asked("redirect_uri")).unwrap()
    }

    /// Where the program listens.
    pub(crate) fn port(&self) -> u16 {
        self.redirect_uri().port().unwrap()
    }

    /// What the provider answers once the person whom it signs in automatically was there: the
    /// form, or the query, that a browser would bring to the redirect URI.
    #[track_caller]
    pub(crate) fn answer(&self) -> String {
        let reply = get(self.url.as_str());
        let location = reply.header("location");
        let location = location.unwrap_or_else(|| panic!("nobody signs in: {reply:?}"));
        Url::parse(location).unwrap().query().unwrap().to_owned()
    }

    /// One value of the provider's answer.
    pub(crate) fn answered(&self, name: &str) -> String {
        let answer = self.answer();
        let mut found = url::form_urlencoded::parse(answer.as_bytes());
        let (_, value) = found.find(|(found, _)| found == name).unwrap();
        value.into_owned()
    }

    /// Brings a form to the redirect URI.
    pub(crate) fn is_brought(&self, form: &str) -> Reply {
        let port = self.port();
        let path = self.redirect_uri().path().to_owned();
        send(port, &post(port, &path, form))
    }
}

/// A form as a browser sends it.
pub(crate) fn post(port: u16, path: &str, form: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
}

/// Sends this to a port of 127.0.0.1, and takes what comes until the other side closes.
#[track_caller]
pub(crate) fn send(port: u16, request: &str) -> Reply {
    let mut stream = connection(port);
    // A server that has heard enough may close before the end.
    let _ = stream.write_all(request.as_bytes());
    received(&mut stream)
}

/// A connection to a port of 127.0.0.1.
pub(crate) fn connection(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// The reply on a connection; status 0 if there is none.
pub(crate) fn received(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    // What came before a connection broke counts.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).unwrap_or("0");
    Reply {
        status: status.parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// Gets a page of this machine.
#[track_caller]
pub(crate) fn get(address: &str) -> Reply {
    let url = Url::parse(address).unwrap();
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let (host, port) = (url.host_str().unwrap(), url.port().unwrap());
    send(
        port,
        &format!("GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"),
    )
}
