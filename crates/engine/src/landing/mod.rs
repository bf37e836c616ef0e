//! Where the browser lands with the answer to a sign-in: a listener on this machine's loopback
//! addresses (RFC 8252 §7.3), up for one sign-in and gone with it.
//!
//! It is open to every program of this machine and, by way of the browser, to every web page. So
//! nothing but a request with the right `state` moves it: all else gets a short answer and a line
//! in the log, and the wait goes on.

mod address;
mod connection;
mod document;
mod error;
mod gate;
mod holder;
mod reception;
mod seats;
mod server;
mod stray;

use std::fmt;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use model::RedirectUri;
use tokio::sync::oneshot;

use crate::Page;

pub use error::ListenError;
pub use holder::command_that_names_holder;
pub use protocol::authorization_response::AuthorizationResponse;

/// The loopback addresses of a redirect URI, bound and not yet served: browsers that come now
/// wait.
#[derive(Debug)]
pub struct Listener {
    sockets: Vec<TcpListener>,
    redirect_uri: RedirectUri,
    path: String,
    port: u16,
}

/// How long the listener waits for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a request, from the connection to its last byte. Slower ones are closed.
    pub request: Duration,
    /// For the page that ends the sign-in, while a browser waits for it. After that the browser
    /// is sent back to the terminal.
    pub outcome: Duration,
    /// For a browser to fetch that page, once it is there.
    pub farewell: Duration,
}

/// A listener at work, on a thread of its own. Dropping it closes everything at once.
pub struct Landing {
    responses: mpsc::Receiver<AuthorizationResponse>,
    farewell: Option<oneshot::Sender<Page>>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Binds all loopback addresses that the redirect URI stands for, at `port`, else at the port
    /// that the URI names, else at one that is free on all of them.
    ///
    /// An address family that this machine lacks is done without. Nothing is shared with another
    /// socket: an address that somebody else holds is [`ListenError::InUse`] where the port is
    /// fixed, and means another port where it is not, since `localhost` would lead the browser to
    /// whoever holds it. (On Windows another program of the *same* user may bind over a bound
    /// address; other users cannot, see "Using `SO_REUSEADDR` and `SO_EXCLUSIVEADDRUSE`" there.)
    ///
    /// # Errors
    /// [`ListenError`], with what stood in the way.
    pub fn bind(redirect: &RedirectUri, port: Option<u16>) -> Result<Self, ListenError> {
        let loopback = redirect
            .loopback()
            .ok_or_else(|| ListenError::NotThisMachine(redirect.clone()))?;
        let wanted = port.or(loopback.port).unwrap_or(0);
        let (sockets, port) = address::bind(&loopback.addresses, wanted)?;
        let redirect_uri = if loopback.port == Some(port) {
            redirect.clone()
        } else {
            redirect.at_port(port)
        };
        Ok(Self {
            sockets,
            redirect_uri,
            path: loopback.path,
            port,
        })
    }

    /// The redirect URI with its port: the text that goes to both endpoints (RFC 6749 §4.1.3).
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Answers browsers from now on, and takes the response that has this `state`.
    ///
    /// # Errors
    /// [`ListenError::NotServed`] if this machine gives no thread or event loop.
    pub fn serve(self, state: &str) -> Result<Landing, ListenError> {
        self.serve_with(state, Patience::default())
    }

    /// The same, waiting as long as said.
    ///
    /// # Errors
    /// [`ListenError::NotServed`] if this machine gives no thread or event loop.
    pub fn serve_with(self, state: &str, patience: Patience) -> Result<Landing, ListenError> {
        let (sender, responses) = mpsc::channel();
        let reception = Arc::new(reception::Reception::new(state, sender));
        let gate = gate::Gate::new(self.path, self.port);
        let (farewell, stop) = oneshot::channel();
        let thread = server::start(self.sockets, gate, reception, patience, stop)
            .map_err(ListenError::NotServed)?;
        Ok(Landing {
            responses,
            farewell: Some(farewell),
            thread: Some(thread),
        })
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(5),
            outcome: Duration::from_secs(10),
            farewell: Duration::from_secs(2),
        }
    }
}

impl Landing {
    /// Where the response arrives: the first one with the right `state`, and none after it. The
    /// channel is closed after it.
    pub fn responses(&self) -> &mpsc::Receiver<AuthorizationResponse> {
        &self.responses
    }

    /// Shows the page to every browser that waits for it, and closes everything.
    ///
    /// Returns once it was handed out, or [`Patience::farewell`] later; at once if no browser
    /// landed here.
    pub fn finish(mut self, page: Page) {
        if let Some(farewell) = self.farewell.take() {
            // It cannot be sent only if the thread panicked, which the panic hook has reported.
            let _ = farewell.send(page);
        }
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        drop(self.farewell.take());
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been reported by the panic hook.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Landing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Landing").finish_non_exhaustive()
    }
}
