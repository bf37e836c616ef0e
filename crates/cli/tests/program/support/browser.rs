//! What `$BROWSER` names: something that takes an address, and a person behind it.

use std::fs::File;
use std::fs::OpenOptions;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;

use super::Call;
use super::Home;
use super::PATIENCE;
use super::World;

/// A browser of the person in that home. Pages are visited when the test says so, or at once.
pub(crate) struct Browser {
    program: PathBuf,
    /// Every address it was ever given, one a line.
    history: PathBuf,
    given: Receiver<String>,
    /// The other end of what the program writes to; an empty line ends the thread.
    door: File,
    thread: Option<JoinHandle<()>>,
}

/// A page that a browser was given and has not visited.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) address: String,
}

/// Where a visit ended.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Browser {
    /// A browser that waits for the test to visit each page.
    pub(crate) fn by_hand(home: &Home) -> Self {
        Self::new(home, |page, given| {
            // A test that looks at no page has its reasons.
            let _ = given.send(page.address);
        })
    }

    /// A browser that visits each page at once.
    pub(crate) fn automatic(home: &Home) -> Self {
        Self::new(home, |page, given| {
            // Whoever opened it may have been killed meanwhile.
            let _ = page.try_visit();
            let _ = given.send(page.address);
        })
    }

    fn new(home: &Home, take: impl Fn(Page, &Sender<String>) + Send + 'static) -> Self {
        let (pipe, history) = (home.at("browser.pipe"), home.at("browser.history"));
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success(), "mkfifo {}", pipe.display());
        std::fs::write(&history, "").unwrap();
        let program = home.put_script(
            "browser",
            &format!(
                "printf '%s\\n' \"$1\" >>'{}'\nprintf '%s\\n' \"$1\" >'{}'",
                history.display(),
                pipe.display()
            ),
        );
        // Open for both, so that neither end ever waits for the other.
        let door = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&pipe)
            .unwrap();
        let lines = BufReader::new(door.try_clone().unwrap()).lines();
        let (sender, given) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            for address in lines.map_while(Result::ok).take_while(|it| !it.is_empty()) {
                take(Page { address }, &sender);
            }
        });
        Self {
            program,
            history,
            given,
            door,
            thread: Some(thread),
        }
    }

    /// A call that opens its pages here.
    pub(crate) fn call(&self, world: &World, arguments: &[&str]) -> Call {
        self.known_to(world.call(arguments))
    }

    /// The same for a call that leads to the program in another way.
    pub(crate) fn known_to(&self, call: Call) -> Call {
        call.env("BROWSER", &self.program)
    }

    /// The next page that the program opens; of an automatic browser, once it was visited.
    #[track_caller]
    pub(crate) fn next_page(&self) -> Page {
        match self.given.recv_timeout(PATIENCE) {
            Ok(address) => Page { address },
            Err(error) => panic!("no page was opened: {error}"),
        }
    }

    /// How many pages were ever opened.
    pub(crate) fn pages(&self) -> usize {
        let history = std::fs::read_to_string(&self.history).unwrap();
        history.lines().count()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.door.write_all(b"\n");
        if let Some(thread) = self.thread.take() {
            // A browser that panicked has said so.
            let _ = thread.join();
        }
    }
}

impl Page {
    /// Follows redirects and sends the forms that send themselves, until nothing is left to do.
    #[track_caller]
    pub(crate) fn visit(&self) -> Visit {
        match self.try_visit() {
            Ok(visit) => visit,
            Err(error) => panic!("{}: {error}", self.address),
        }
    }

    /// What the address asks the sign-in page for.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&self.address).unwrap();
        url.query_pairs()
            .find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    }

    fn try_visit(&self) -> Result<Visit, ureq::Error> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE));
        let agent = ureq::Agent::from(config.build());
        let mut reply = agent.get(&self.address).call()?;
        loop {
            let status = reply.status().as_u16();
            let text = reply.body_mut().read_to_string()?;
            let Some((action, fields)) = form_that_sends_itself(&text) else {
                return Ok(Visit { status, text });
            };
            reply = agent.post(&action).send_form(fields)?;
        }
    }
}

/// Where the form of such a page goes, and what it holds (OAuth 2.0 Form Post Response Mode).
fn form_that_sends_itself(html: &str) -> Option<(String, Vec<(String, String)>)> {
    if !html.contains("document.forms[0].submit()") {
        return None;
    }
    let action = attribute(html, "action")?;
    let inputs = html.split("<input type=\"hidden\" ").skip(1);
    let fields = inputs.filter_map(|input| {
        let name = attribute(input, "name")?;
        Some((name, attribute(input, "value")?))
    });
    Some((action, fields.collect()))
}

fn attribute(html: &str, name: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("{name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let unescaped = value
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#13;", "\r")
        .replace("&#10;", "\n")
        .replace("&amp;", "&");
    Some(unescaped)
}
