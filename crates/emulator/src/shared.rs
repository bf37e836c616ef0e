//! What the server thread and the handle outside share: the state, the log, faults and pauses.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use crate::fault::FaultQueue;
use crate::request_log::RequestLog;
use crate::state::State;

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) base_url: String,
    pub(crate) state: State,
    pub(crate) log: RequestLog,
    pub(crate) faults: FaultQueue,
    token_delay_milliseconds: AtomicU64,
    holds: watch::Sender<usize>,
    /// How many more pages of applications go out before the others wait.
    pages: watch::Sender<usize>,
}

impl Shared {
    pub(crate) fn new(base_url: String, state: State) -> Self {
        Self {
            base_url,
            state,
            log: RequestLog::default(),
            faults: FaultQueue::default(),
            token_delay_milliseconds: AtomicU64::new(0),
            holds: watch::Sender::new(0),
            pages: watch::Sender::new(usize::MAX),
        }
    }

    pub(crate) fn set_token_delay(&self, delay: Duration) {
        let milliseconds = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.token_delay_milliseconds
            .store(milliseconds, Ordering::Relaxed);
    }

    /// Waits the standing delay, and as long as anyone holds token replies back.
    pub(crate) async fn pause_token_reply(&self) {
        let delay = self.token_delay_milliseconds.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(delay)).await;
        // It fails only when the sender is gone, which `self` owns.
        let _ = self.holds.subscribe().wait_for(|holds| *holds == 0).await;
    }

    /// Waits until another page of applications may go out.
    pub(crate) async fn pause_page(&self) {
        // It fails only when the sender is gone, which `self` owns.
        let _ = self.pages.subscribe().wait_for(|pages| *pages > 0).await;
        self.pages
            .send_modify(|pages| *pages = pages.saturating_sub(1));
    }

    pub(crate) fn allow_pages(&self, count: usize) {
        self.pages.send_replace(count);
    }

    pub(crate) fn hold(&self) {
        self.holds.send_modify(|holds| *holds += 1);
    }

    pub(crate) fn release(&self) {
        self.holds.send_modify(|holds| *holds -= 1);
    }
}
