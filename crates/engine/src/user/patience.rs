//! How long to wait: for other processes, for the identity provider, for the person.

use std::time::Duration;

use model::Flow;

use crate::Engine;
use crate::EngineError;
use crate::acquire::DEFAULT_TIMEOUT;
use crate::acquire::Reach;
use crate::request::TokenRequest;
use crate::send::Sender;

/// How long a person may take to sign in in a browser: pages, second factors and coffee included.
const BROWSER_LIMIT: Duration = Duration::from_mins(15);

/// The longest life of a device code that is waited for.
const DEVICE_CODE_LIMIT: Duration = Duration::from_mins(30);

/// How long other processes are waited for while there is a token that still does.
const WHILE_A_TOKEN_SERVES: Duration = Duration::from_secs(2);

/// What a sign-in may take beyond the person's part.
const REST_OF_A_SIGN_IN: Duration = Duration::from_mins(2);

/// The time that one acquisition may take.
pub(super) struct Patience<'a> {
    engine: &'a Engine<'a>,
    deadline: Duration,
    allowed: Duration,
    /// What each round of requests may take, where the whole was not limited.
    each: Option<Duration>,
}

impl<'a> Patience<'a> {
    /// From now on the time runs.
    pub(super) fn begins(engine: &'a Engine<'a>, request: &TokenRequest, reach: Reach) -> Self {
        let asks_a_person =
            reach != Reach::Silent && engine.interaction.may_sign_in(request.flow).is_ok();
        let (allowed, each) = match request.timeout {
            Some(allowed) => (allowed, None),
            None if !asks_a_person => (DEFAULT_TIMEOUT, None),
            // Whoever holds the lock may be waiting for a device code, whatever is wanted here.
            None => (DEVICE_CODE_LIMIT + REST_OF_A_SIGN_IN, Some(DEFAULT_TIMEOUT)),
        };
        Self {
            engine,
            deadline: engine.clock.monotonic().saturating_add(allowed),
            allowed,
            each,
        }
    }

    /// How long to wait for other processes: not long where there is a token that still does.
    pub(super) fn for_others(&self, reach: Reach) -> Result<Duration, EngineError> {
        let left = self.left()?;
        Ok(match reach {
            Reach::Person => left,
            Reach::PersonUnlessBusy | Reach::Silent => left.min(WHILE_A_TOKEN_SERVES),
        })
    }

    /// What is left.
    ///
    /// # Errors
    /// [`EngineError::TimedOut`] if nothing is.
    pub(super) fn left(&self) -> Result<Duration, EngineError> {
        let left = self.deadline.saturating_sub(self.engine.clock.monotonic());
        if left.is_zero() {
            return Err(EngineError::TimedOut(self.allowed));
        }
        Ok(left)
    }

    /// For requests that begin now.
    pub(super) fn sender(&self) -> Result<Sender<'a>, EngineError> {
        let left = self.left()?;
        let allowed = self.each.map_or(left, |each| each.min(left));
        Ok(Sender::starting_now(self.engine, allowed))
    }

    /// How long a person may take who begins now.
    pub(super) fn for_a_person(&self, flow: Flow) -> Result<Duration, EngineError> {
        let limit = match flow {
            Flow::DeviceCode => DEVICE_CODE_LIMIT,
            Flow::ClientCredentials | Flow::AuthorizationCode | Flow::InteractiveBrowser => {
                BROWSER_LIMIT
            }
        };
        Ok(match self.each {
            // Waiting for others has used up none of the person's time.
            Some(_) => limit,
            None => limit.min(self.left()?),
        })
    }

    /// For requests that follow a person's part, however long that took.
    pub(super) fn sender_after_the_person(&self) -> Result<Sender<'a>, EngineError> {
        match self.each {
            Some(each) => Ok(Sender::starting_now(self.engine, each)),
            None => self.sender(),
        }
    }
}
