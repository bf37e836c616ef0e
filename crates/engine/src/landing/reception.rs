//! The sign-in as the listener sees it: the response is awaited, then its outcome.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::AuthorizationResponse;
use super::document::Document;

/// Takes the response, and keeps the page for those who brought it.
pub(super) struct Reception {
    state: String,
    /// Gone once the response was passed on.
    sender: Mutex<Option<mpsc::Sender<AuthorizationResponse>>>,
    landed: AtomicBool,
    page: watch::Sender<Option<Arc<Document>>>,
    guests: watch::Sender<Guests>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Guests {
    waiting: usize,
    served: usize,
}

/// A connection, from its first byte until its answer was written.
pub(super) struct Guest {
    reception: Arc<Reception>,
    waits: AtomicBool,
    served: AtomicBool,
}

impl Reception {
    pub(super) fn new(state: &str, sender: mpsc::Sender<AuthorizationResponse>) -> Self {
        Self {
            state: state.to_owned(),
            sender: Mutex::new(Some(sender)),
            landed: AtomicBool::new(false),
            page: watch::Sender::new(None),
            guests: watch::Sender::new(Guests::default()),
        }
    }

    /// Whether the response is the one that is waited for. The first such one is passed on.
    pub(super) fn recognises(&self, response: AuthorizationResponse) -> bool {
        if !response.has_state(&self.state) {
            return false;
        }
        self.landed.store(true, Ordering::Relaxed);
        let sender = self
            .sender
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(sender) = sender {
            // Nobody receives it any more if the sign-in has just been given up.
            let _ = sender.send(response);
        }
        true
    }

    /// Whether the response came.
    pub(super) fn has_landed(&self) -> bool {
        self.landed.load(Ordering::Relaxed)
    }

    /// Gives the page to everyone who waits and to everyone who comes.
    pub(super) fn show(&self, page: Document) {
        self.page.send_replace(Some(Arc::new(page)));
    }

    /// Until somebody got the page and nobody waits for it any more.
    pub(super) async fn all_served(&self) {
        let mut guests = self.guests.subscribe();
        // The sender lives as long as `self`.
        let _ = guests
            .wait_for(|guests| guests.served > 0 && guests.waiting == 0)
            .await;
    }
}

impl Guest {
    pub(super) fn new(reception: &Arc<Reception>) -> Self {
        Self {
            reception: Arc::clone(reception),
            waits: AtomicBool::new(false),
            served: AtomicBool::new(false),
        }
    }

    /// The page that ends the sign-in, once it is there; `None` if it is not in that time.
    pub(super) async fn page(&self, patience: Duration) -> Option<Arc<Document>> {
        if !self.waits.swap(true, Ordering::Relaxed) {
            self.reception
                .guests
                .send_modify(|guests| guests.waiting += 1);
        }
        let mut page = self.reception.page.subscribe();
        let shown = timeout(patience, page.wait_for(Option::is_some)).await;
        let page = shown.ok()?.ok()?.clone();
        self.served.store(page.is_some(), Ordering::Relaxed);
        page
    }

    /// Whether it brought the right answer and waits for the page.
    pub(super) fn waits(&self) -> bool {
        self.waits.load(Ordering::Relaxed)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        if !self.waits() {
            return;
        }
        let served = self.served.load(Ordering::Relaxed);
        self.reception.guests.send_modify(|guests| {
            guests.waiting -= 1;
            guests.served += usize::from(served);
        });
    }
}
