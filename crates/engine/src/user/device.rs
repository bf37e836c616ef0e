//! The device authorization grant (RFC 8628): the person signs in on another device.

use std::time::Duration;

use protocol::HttpResponse;
use protocol::device_authorization;
use protocol::device_authorization::DeviceAuthorization;
use protocol::device_authorization::Poll;
use protocol::grant::device_code;
use protocol::relay;
use protocol::retry;

use super::sign_in::SignIn;
use super::sign_in::SignedIn;
use crate::EngineError;
use crate::exchange::unbuildable;
use crate::interaction::DeviceInvitation;

/// What `slow_down` adds to the interval, for good (RFC 8628 §3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// The longest pause between two polls while the network fails.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How long a code is still asked about that has ended by our clock while the server says that it
/// has not: clocks differ.
const GRACE: Duration = Duration::from_secs(30);

/// Gets a device code, shows it, and waits for the person.
pub(super) fn signed_in(sign_in: &SignIn<'_>) -> Result<SignedIn, EngineError> {
    let invitation = authorized(sign_in)?;
    sign_in
        .engine
        .interaction
        .show_device_code(&DeviceInvitation {
            user_code: &invitation.user_code,
            verification_uri: &invitation.verification_uri,
            verification_uri_complete: invitation.verification_uri_complete.as_ref(),
            message: invitation.message.as_deref(),
            expires_in: invitation.expires_in,
        });
    let tokens = polled(sign_in, &invitation)?;
    sign_in.identified(tokens, None)
}

/// The code, from an authority that does not pass off Microsoft's pages as its own.
fn authorized(sign_in: &SignIn<'_>) -> Result<DeviceAuthorization, EngineError> {
    let exchange = sign_in.exchange;
    let sender = sign_in.patience.sender()?;
    let claims = sign_in.claims.as_deref();
    let authority = &exchange.request.authority;
    if exchange.endpoints.device_authorization.is_none() {
        return Err(EngineError::NoSuchService {
            authority: authority.to_string(),
            service: "device authorization",
        });
    }
    let invitation = sender.send(
        retry::MAX_ATTEMPTS,
        || {
            device_authorization::request(&exchange.grant(), &sign_in.scopes, claims)
                .map_err(unbuildable)
        },
        |response| {
            device_authorization::reply(response, sender.clock.now())
                .map_err(|error| exchange.failure(error))
        },
    )?;
    let complete = invitation.verification_uri_complete.as_ref();
    for address in [Some(&invitation.verification_uri), complete]
        .into_iter()
        .flatten()
    {
        relay::check(authority, address).map_err(EngineError::Relay)?;
    }
    for text in [Some(&invitation.user_code), invitation.message.as_ref()]
        .into_iter()
        .flatten()
    {
        relay::check_text(authority, text).map_err(EngineError::Relay)?;
    }
    Ok(invitation)
}

/// What a poll means for the next one.
enum Polled {
    Tokens(Box<model::TokenSet>),
    /// Not yet.
    Pending,
    /// Not yet, and not so often.
    SlowDown,
    /// Nobody knows: no answer, or one that says to try again, after that long if it says so.
    NoAnswer(Option<Duration>),
}

/// Polls until there are tokens or a refusal, or the code has ended. Sleeps first; all time is the
/// monotonic clock's, so that a machine that slept asks once more before it gives up.
fn polled(
    sign_in: &SignIn<'_>,
    invitation: &DeviceAuthorization,
) -> Result<model::TokenSet, EngineError> {
    let clock = sign_in.engine.clock;
    let limit = sign_in
        .patience
        .for_a_person(sign_in.exchange.request.flow)?
        .min(invitation.expires_in);
    // Where the person was given less time than the code has, nothing is to be gained by grace.
    let grace = if limit < invitation.expires_in {
        Duration::ZERO
    } else {
        GRACE
    };
    let ends = clock.monotonic().saturating_add(limit);
    let mut interval = invitation.interval;
    let mut pause = interval;
    loop {
        let left = ends.saturating_sub(clock.monotonic());
        let overdue = left.is_zero();
        clock.sleep(if overdue { pause } else { pause.min(left) });
        let in_time = clock.monotonic() < ends;
        match poll(sign_in, invitation)? {
            Polled::Tokens(tokens) => return Ok(*tokens),
            Polled::Pending => pause = interval,
            Polled::SlowDown => {
                interval += SLOWER;
                pause = interval;
            }
            Polled::NoAnswer(asked) => {
                if !in_time {
                    return Err(EngineError::NotSignedIn(limit));
                }
                pause = asked
                    .unwrap_or(pause * 2)
                    .clamp(interval, LONGEST_PAUSE.max(interval));
            }
        }
        if clock.monotonic() >= ends.saturating_add(grace) {
            return Err(EngineError::NotSignedIn(limit));
        }
    }
}

fn poll(sign_in: &SignIn<'_>, invitation: &DeviceAuthorization) -> Result<Polled, EngineError> {
    let exchange = sign_in.exchange;
    let sender = sign_in.patience.sender_after_the_person()?;
    let claims = sign_in.claims.as_deref();
    let asked_to_wait = |response: &HttpResponse| response.retry_after(sender.clock.now());
    let outcome = sender.send(
        1,
        || {
            let now = sender.clock.now();
            device_code::request(&exchange.grant(), &invitation.device_code, claims, now)
                .map_err(unbuildable)
        },
        |response| match exchange.read(response, sender.clock.now()) {
            Ok(tokens) => Ok(Polled::Tokens(Box::new(tokens))),
            Err(EngineError::Refused(refusal)) => {
                match device_authorization::poll_answer(&refusal) {
                    Poll::Pending => Ok(Polled::Pending),
                    Poll::SlowDown => Ok(Polled::SlowDown),
                    Poll::Failed if refusal.is_transient() => {
                        Ok(Polled::NoAnswer(asked_to_wait(response)))
                    }
                    Poll::Expired => Err(EngineError::NotSignedIn(invitation.expires_in)),
                    Poll::Declined | Poll::Failed => Err(EngineError::Refused(refusal)),
                }
            }
            Err(EngineError::Reply(reply)) if reply.is_transient() => {
                Ok(Polled::NoAnswer(asked_to_wait(response)))
            }
            Err(error) => Err(error),
        },
    );
    match outcome {
        Err(EngineError::Transport { host, source }) => {
            tracing::info!(target: "engine", host, error = %source, "no answer to a poll");
            Ok(Polled::NoAnswer(None))
        }
        outcome => outcome,
    }
}
