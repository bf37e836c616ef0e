//! A listener, and a client that sends what it is told to.

use std::io::ErrorKind;
use std::io::Read as _;
use std::io::Write as _;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::TryRecvError;
use std::time::Duration;

use engine::Page;
use engine::landing::Landing;
use engine::landing::Listener;
use engine::landing::Patience;
use model::RedirectUri;

pub(crate) const STATE: &str = "kJ0vXbq2m8Zt4wPz7sR1yN5uH3cE6fLdGaTiQoWxVnM";
/// Longer than anything takes that works.
const FOREVER: Duration = Duration::from_secs(30);
/// Long enough to notice an answer that should not come.
const MOMENT: Duration = Duration::from_millis(150);

/// A listener that waits for [`STATE`].
pub(crate) struct Stage {
    pub(crate) landing: Landing,
    pub(crate) port: u16,
    /// Where requests go.
    pub(crate) address: SocketAddr,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// A connection.
pub(crate) struct Client(pub(crate) TcpStream);

impl Stage {
    pub(crate) fn new() -> Self {
        Self::at("http://localhost", Patience::default())
    }

    pub(crate) fn at(redirect: &str, patience: Patience) -> Self {
        let listener = Listener::bind(&RedirectUri::parse(redirect).unwrap(), None).unwrap();
        let port = listener.redirect_uri().loopback().unwrap().port.unwrap();
        let address = match listener.redirect_uri().loopback().unwrap().addresses[0] {
            IpAddr::V4(_) => SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            IpAddr::V6(_) => SocketAddr::from((Ipv6Addr::LOCALHOST, port)),
        };
        Self {
            landing: listener.serve_with(STATE, patience).unwrap(),
            port,
            address,
        }
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.address)
    }

    /// Sends this, with `{port}` filled in, and reads the reply to its end.
    pub(crate) fn ask(&self, request: &str) -> Reply {
        let mut client = self.connect();
        client.send(&request.replace("{port}", &self.port.to_string()));
        client.reply()
    }

    /// `GET` of that, as a browser sends it.
    pub(crate) fn get(&self, target: &str) -> Reply {
        self.ask(&get(target))
    }

    /// A form, whose reply is not waited for.
    pub(crate) fn post(&self, form: &str) -> Client {
        let mut client = self.connect();
        client.send(&post("/", form).replace("{port}", &self.port.to_string()));
        client
    }

    /// Brings the right answer as a form, and takes it out of the channel.
    pub(crate) fn land(&self) -> Client {
        let client = self.post(&format!("code=abc&state={STATE}"));
        self.expect_landed();
        client
    }

    /// The answer has arrived, exactly once.
    pub(crate) fn expect_landed(&self) {
        let response = self.landing.responses().recv_timeout(FOREVER).unwrap();
        assert!(response.has_state(STATE));
        self.expect_no_more();
    }

    /// The answer was taken: nothing else ever comes.
    pub(crate) fn expect_no_more(&self) {
        let more = self.landing.responses().recv_timeout(FOREVER);
        assert_eq!(more.err(), Some(RecvTimeoutError::Disconnected));
    }

    /// Nothing so far was taken for the answer, and the wait goes on.
    pub(crate) fn expect_waiting(&self) {
        let response = self.landing.responses().try_recv();
        assert_eq!(response.err(), Some(TryRecvError::Empty));
    }

    /// Whatever happened before: the right answer still lands, and its page comes.
    pub(crate) fn expect_a_sign_in_still_works(self) {
        self.expect_waiting();
        let mut browser = self.land();
        self.landing.finish(page());
        assert!(browser.reply().body.contains("signed in as Ada"));
    }

    /// All that was sent before has been read when this returns: the listener reads in the order
    /// in which it is spoken to.
    pub(crate) fn settle(&self) {
        assert_eq!(self.get("/settle").status, 404);
    }
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(FOREVER)).unwrap();
        stream.set_write_timeout(Some(FOREVER)).unwrap();
        Self(stream)
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).unwrap();
    }

    /// Sends as much as is taken: whoever refuses it may close before it ends.
    pub(crate) fn send_what_is_taken(&mut self, text: &str) {
        let _ = self.0.write_all(text.as_bytes());
    }

    /// All that comes until the connection ends, which it has to.
    pub(crate) fn read_to_end(&mut self) -> String {
        let mut text = Vec::new();
        if let Err(error) = self.0.read_to_end(&mut text) {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
        }
        String::from_utf8(text).unwrap()
    }

    pub(crate) fn reply(&mut self) -> Reply {
        Reply::parse(&self.read_to_end())
    }

    /// Nothing comes for now, and the connection stands.
    pub(crate) fn expect_silence(&mut self) {
        self.0.set_read_timeout(Some(MOMENT)).unwrap();
        let kind = self.0.read(&mut [0]).unwrap_err().kind();
        assert!(
            matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "{kind}"
        );
        self.0.set_read_timeout(Some(FOREVER)).unwrap();
    }
}

impl Reply {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        Self {
            status: status.parse().unwrap(),
            headers,
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(header, _)| header == name);
        let first = found.next().map(|(_, value)| value.as_str());
        assert_eq!(found.next(), None, "{name} twice");
        first
    }
}

pub(crate) fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: localhost:{{port}}\r\n\r\n")
}

pub(crate) fn post(target: &str, form: &str) -> String {
    format!(
        "POST {target} HTTP/1.1\r\nHost: localhost:{{port}}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nOrigin: https://login.example\r\n\
         Content-Length: {}\r\n\r\n{form}",
        form.len()
    )
}

pub(crate) fn page() -> Page {
    Page {
        title: "Signed in".to_owned(),
        style: "p { color: green }".to_owned(),
        body: "<p>signed in as Ada</p>".to_owned(),
    }
}
