//! Everything the emulator was sent.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::request::Request;
use crate::routes::{Endpoint, Route};
use crate::state::lock;

/// The requests received, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    requests: Mutex<Vec<Request>>,
    arrived: Condvar,
    connections: AtomicUsize,
}

impl RequestLog {
    pub(crate) fn count_connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// How many connections were accepted, whether or not a request came over them.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    pub(crate) fn record(&self, request: Request) {
        lock(&self.requests).push(request);
        self.arrived.notify_all();
    }

    pub(crate) fn all(&self) -> Vec<Request> {
        lock(&self.requests).clone()
    }

    pub(crate) fn sent_to(&self, endpoint: Endpoint) -> Vec<Request> {
        lock(&self.requests)
            .iter()
            .filter(|request| is_for(request, endpoint))
            .cloned()
            .collect()
    }

    pub(crate) fn clear(&self) {
        lock(&self.requests).clear();
    }

    /// Waits until an endpoint has received this many requests; `false` if it has not in time.
    pub(crate) fn wait_for(&self, endpoint: Endpoint, count: usize, timeout: Duration) -> bool {
        let too_few = |requests: &mut Vec<Request>| {
            requests
                .iter()
                .filter(|request| is_for(request, endpoint))
                .count()
                < count
        };
        let (_requests, result) = self
            .arrived
            .wait_timeout_while(lock(&self.requests), timeout, too_few)
            .unwrap_or_else(PoisonError::into_inner);
        !result.timed_out()
    }
}

fn is_for(request: &Request, endpoint: Endpoint) -> bool {
    Route::find(&request.path).is_some_and(|route| route.endpoint() == endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::tests::form_post;

    #[test]
    fn requests_are_counted_by_endpoint() {
        let log = RequestLog::default();
        log.record(form_post("/t/oauth2/v2.0/token", ""));
        log.record(form_post("/t/discovery/v2.0/keys", ""));
        log.record(form_post("/elsewhere", ""));
        assert_eq!(log.all().len(), 3);
        assert_eq!(log.sent_to(Endpoint::Token).len(), 1);
        assert!(log.wait_for(Endpoint::Keys, 1, Duration::ZERO));
        assert!(!log.wait_for(Endpoint::Keys, 2, Duration::ZERO));
        log.clear();
        assert!(log.all().is_empty());
    }
}
