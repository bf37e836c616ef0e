//! Sends a request as often as it makes sense, within the time allowed.

use std::time::Duration;

use aws_lc_rs::rand;
use model::Clock;
use protocol::HttpClient;
use protocol::HttpRequest;
use protocol::HttpResponse;
use protocol::TransportError;
use protocol::retry;
use url::Url;

use crate::Engine;
use crate::EngineError;
use crate::interaction::Interaction;
use crate::interaction::Progress;

/// What a request needs of the outside, and until when.
pub(crate) struct Sender<'a> {
    pub(crate) http: &'a dyn HttpClient,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) interaction: &'a dyn Interaction,
    /// By the monotonic clock.
    pub(crate) deadline: Duration,
    /// All the time there was, to say so when it ran out.
    pub(crate) allowed: Duration,
}

impl<'a> Sender<'a> {
    /// From now on the time allowed runs.
    pub(crate) fn starting_now(engine: &Engine<'a>, allowed: Duration) -> Self {
        Self {
            http: engine.http,
            clock: engine.clock,
            interaction: engine.interaction,
            deadline: engine.clock.monotonic().saturating_add(allowed),
            allowed,
        }
    }

    /// What is left of the time allowed.
    ///
    /// # Errors
    /// [`EngineError::TimedOut`] if nothing is.
    pub(crate) fn remaining(&self) -> Result<Duration, EngineError> {
        let remaining = self.deadline.saturating_sub(self.clock.monotonic());
        if remaining.is_zero() {
            return Err(EngineError::TimedOut(self.allowed));
        }
        Ok(remaining)
    }

    /// Sends what `build` makes, anew for each attempt (an assertion serves once) and `attempts`
    /// times at most, and gives what `read` finds in the last answer, whatever its status.
    ///
    /// An answer that cannot be used is read again without the secrets it repeats, so that no error
    /// holds one. One that can is taken as it came: a token in it may be the one that was sent.
    pub(crate) fn send<T>(
        &self,
        attempts: u32,
        build: impl Fn() -> Result<HttpRequest, EngineError>,
        read: impl Fn(&HttpResponse) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let mut attempt = 1;
        loop {
            let request = build()?;
            let host = host_and_port(&request.url);
            self.interaction.progress(Progress::Asking(&host));
            let outcome = self.http.send(&request, self.remaining()?);
            let (kind, asked) = match &outcome {
                Ok(response) => (
                    retry::Outcome::Status(response.status),
                    response.retry_after(self.clock.now()),
                ),
                Err(error) => (retry::Outcome::Transport(error.kind), None),
            };
            let delay = retry::next_delay(attempt, kind, asked, jitter());
            match delay.filter(|_| attempt < attempts) {
                Some(delay) if delay < self.deadline.saturating_sub(self.clock.monotonic()) => {
                    let why = reason(&outcome);
                    self.interaction
                        .progress(Progress::TryingAgain(delay, &why));
                    self.clock.sleep(delay);
                    attempt += 1;
                }
                _ => {
                    let response =
                        outcome.map_err(|source| EngineError::Transport { host, source })?;
                    return read(&response).or_else(|_| read(&response.scrubbed_of(&request)));
                }
            }
        }
    }
}

/// The host, with its port where that is not the usual one.
fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn reason(outcome: &Result<HttpResponse, TransportError>) -> String {
    match outcome {
        Ok(response) => format!("status {}", response.status),
        Err(error) => error.to_string(),
    }
}

/// A number from 0 up to 1, so that many clients do not come back at the same moment.
fn jitter() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness there is no jitter, which is no reason to fail.
    if rand::fill(&mut bytes).is_err() {
        return 0.5;
    }
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}
