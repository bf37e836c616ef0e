//! A person signs in: what both ways to do so have in common.

use model::Account;
use model::Flow;
use model::Scopes;
use model::TokenSet;
use protocol::Refusal;

use super::browser;
use super::device;
use super::patience::Patience;
use super::who::Who;
use crate::Engine;
use crate::EngineError;
use crate::acquire::AnsweredBy;
use crate::exchange::Exchange;
use crate::interaction::SignInNotice;

/// Tokens, and whom they speak for.
pub(super) struct SignedIn {
    pub(super) tokens: TokenSet,
    pub(super) account: Account,
    /// What brought them.
    pub(super) answered_by: AnsweredBy,
}

/// One sign-in.
pub(super) struct SignIn<'a> {
    pub(super) engine: &'a Engine<'a>,
    pub(super) exchange: &'a Exchange<'a>,
    pub(super) who: &'a Who,
    pub(super) patience: &'a Patience<'a>,
    /// What is asked for, the scopes of the sign-in itself included.
    pub(super) scopes: Scopes,
    /// Why the refresh token did not do, if there was one.
    pub(super) refused: Option<&'a Refusal>,
    /// What is demanded of the sign-in (OIDC Core §5.5).
    pub(super) claims: Option<String>,
}

impl SignIn<'_> {
    /// Says who asks whom for what, lets the person sign in, and says who did.
    pub(super) fn carried_out(&self) -> Result<SignedIn, EngineError> {
        let request = self.exchange.request;
        let interaction = self.engine.interaction;
        let tenant = request.authority.tenant().map(ToString::to_string);
        interaction.sign_in_begins(&SignInNotice {
            flow: request.flow,
            authority: request.authority.base(),
            tenant: tenant.as_deref().unwrap_or_default(),
            client_id: &request.client_id,
            scopes: &request.scopes,
            account: self.who.name(),
            because: self.refused,
        });
        let outcome = match request.flow {
            Flow::DeviceCode => device::signed_in(self),
            Flow::ClientCredentials | Flow::AuthorizationCode | Flow::InteractiveBrowser => {
                browser::signed_in(self)
            }
        };
        interaction.sign_in_ends(outcome.as_ref().ok().map(|signed_in| &signed_in.account));
        outcome
    }

    /// Who signed in, by the ID token, if it is somebody who was meant.
    pub(super) fn identified(
        &self,
        tokens: TokenSet,
        nonce: Option<&str>,
    ) -> Result<SignedIn, EngineError> {
        let Some(id_token) = &tokens.id_token else {
            return Err(EngineError::NobodyNamed);
        };
        let account = self
            .exchange
            .account_of(id_token, nonce, self.engine.clock.now())?;
        self.who.check(&account, &self.exchange.request.sign_in)?;
        Ok(SignedIn {
            tokens,
            account,
            answered_by: AnsweredBy::Person,
        })
    }
}
