//! The refresh token: a new access token without the person.

use model::Account;
use protocol::Refusal;
use protocol::grant::refresh_token;
use vault::RefreshTokenIdentity;
use vault::StoredRefreshToken;

use super::sign_in::SignedIn;
use crate::Engine;
use crate::EngineError;
use crate::acquire::AnsweredBy;
use crate::exchange::Exchange;
use crate::send::Sender;

/// How often a refresh is sent at most. A provider that replaces refresh tokens may take the second
/// time for theft, so it is not repeated more than a lost reply deserves.
const ATTEMPTS: u32 = 2;

/// What became of a refresh.
pub(super) enum Refreshed {
    /// New tokens, and whom they speak for.
    SignedIn(Box<SignedIn>),
    /// The refresh token does not do for this; a person may.
    PersonNeeded(Box<Refusal>),
}

/// Asks with the refresh token. One that the provider calls dead is forgotten, if it is still the
/// one that is kept: the refusal of an old one says nothing about a newer one. Tokens that name
/// nobody speak for who had the refresh token.
pub(super) fn refreshed(
    engine: &Engine<'_>,
    exchange: &Exchange<'_>,
    identity: &RefreshTokenIdentity<'_>,
    stored: &StoredRefreshToken,
    had_it: &Account,
    sender: &Sender<'_>,
) -> Result<Refreshed, EngineError> {
    let scopes = exchange.scopes_of_a_person();
    let claims = exchange.request.claims_to_send(None)?;
    let outcome = exchange.tokens(sender, ATTEMPTS, |grant, now| {
        refresh_token::request(grant, &stored.token, &scopes, claims.as_deref(), now)
    });
    match outcome {
        Ok(tokens) => {
            let account = match &tokens.id_token {
                // OIDC Core §12.2: without a nonce.
                Some(id_token) => exchange.account_of(id_token, None, engine.clock.now())?,
                None => had_it.clone(),
            };
            Ok(Refreshed::SignedIn(Box::new(SignedIn {
                tokens,
                account,
                answered_by: AnsweredBy::RefreshToken,
            })))
        }
        Err(EngineError::Refused(refusal)) => {
            let kind = exchange.request.authority.kind();
            if refusal.refresh_token_is_dead(kind) {
                engine
                    .vault
                    .refresh_tokens()
                    .remove_if(identity, &stored.token)?;
                Ok(Refreshed::PersonNeeded(refusal))
            } else if refusal.needs_person(kind) {
                Ok(Refreshed::PersonNeeded(refusal))
            } else {
                Err(EngineError::Refused(refusal))
            }
        }
        Err(error) => Err(error),
    }
}
