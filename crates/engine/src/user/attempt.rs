//! One attempt to get a person's token: by the refresh token, else by signing in; and keeping what
//! came of it.

use std::time::Duration;

use model::Account;
use model::Destination;
use model::TokenEntry;
use protocol::ClientAuthentication;
use protocol::Refusal;
use vault::AccountBook;
use vault::Lock;
use vault::RefreshTokenIdentity;
use vault::StoredRefreshToken;
use vault::Subject;
use vault::VaultError;

use super::patience::Patience;
use super::refresh;
use super::refresh::Refreshed;
use super::sign_in::SignIn;
use super::sign_in::SignedIn;
use super::who;
use super::who::Who;
use crate::Engine;
use crate::EngineError;
use crate::acquire::AnsweredBy;
use crate::acquire::Issued;
use crate::acquire::Reach;
use crate::acquire::Shortfall;
use crate::acquire::another_answered;
use crate::acquire::from_cache;
use crate::acquire::issued;
use crate::credential;
use crate::exchange::Exchange;
use crate::failure;
use crate::failure::Whose;
use crate::request::TokenRequest;

/// How long to wait for another process that writes down an account.
const WAIT_FOR_THE_BOOK: Duration = Duration::from_secs(10);

/// One attempt.
pub(super) struct Attempt<'a> {
    engine: &'a Engine<'a>,
    request: &'a TokenRequest,
    who: &'a Who,
    patience: &'a Patience<'a>,
    destination: Destination,
    dialect: String,
}

/// What tells this attempt from another that waited for it: keyed digests, secrets included.
struct Fingerprints {
    refresh: String,
    sign_in: String,
}

impl Fingerprints {
    fn of(&self, whose: Whose) -> &str {
        match whose {
            Whose::Program => &self.refresh,
            Whose::Person => &self.sign_in,
        }
    }
}

/// An attempt that failed.
struct Failed {
    error: EngineError,
    /// Whose part failed, for those who waited; `None` if they hear of something else.
    concerns: Option<Whose>,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(
        engine: &'a Engine<'a>,
        request: &'a TokenRequest,
        who: &'a Who,
        patience: &'a Patience<'a>,
    ) -> Self {
        Self {
            engine,
            request,
            who,
            patience,
            destination: request.destination(),
            dialect: request.refresh_dialect(),
        }
    }

    /// Signs in, and leaves the store alone.
    pub(super) fn without_store(&self) -> Result<Issued, EngineError> {
        self.check_person(Reach::Person, None)?;
        let exchange = self.exchange(self.authentication()?)?;
        let signed_in = self.signed_in(&exchange, None)?;
        Ok(issued(
            self.request,
            signed_in.tokens,
            Some(signed_in.account),
            signed_in.answered_by,
        ))
    }

    /// Gets a token, unless another process just did, or just failed in the same way.
    pub(super) fn holding(
        &self,
        lock: Lock,
        waiting_since: i128,
        seen: Option<&TokenEntry>,
        reach: Reach,
    ) -> Result<Issued, EngineError> {
        let started = self.engine.clock.now_nanoseconds();
        if let Some(entry) = self.cached()?
            && another_answered(self.request, seen, &entry, self.engine.clock)
        {
            lock.release()?;
            return Ok(from_cache(entry, AnsweredBy::AnotherProcess));
        }
        let stored = self.stored_refresh_token()?;
        if stored.is_none() {
            // Before anything costs a request or a secret.
            self.check_person(reach, None)?;
        }
        let authentication = self.authentication()?;
        let fingerprints = self.fingerprints(&authentication, stored.as_ref())?;
        let heard = |whose| {
            let now = self.engine.clock.now_nanoseconds();
            let fingerprint = fingerprints.of(whose);
            lock.failure()
                .and_then(|record| failure::shared(record, waiting_since, now, whose, fingerprint))
        };
        match self.obtained(authentication, stored.as_ref(), &heard, reach) {
            Ok(obtained) => {
                let issued = self.kept(obtained);
                lock.release()?;
                Ok(issued)
            }
            Err(Failed { error, concerns }) => {
                let ended = self.engine.clock.now_nanoseconds();
                let record = concerns.and_then(|whose| {
                    failure::left(&error, whose, started, ended, fingerprints.of(whose))
                });
                if let Some(record) = record {
                    lock.leave_failure(record)?;
                }
                Err(error)
            }
        }
    }

    fn obtained(
        &self,
        authentication: ClientAuthentication,
        stored: Option<&StoredRefreshToken>,
        heard: &dyn Fn(Whose) -> Option<EngineError>,
        reach: Reach,
    ) -> Result<SignedIn, Failed> {
        let passed_on = |error| Failed {
            error,
            concerns: None,
        };
        // A sign-in that failed is the weightier news: were it lost, the next one would ask again.
        let silently = |error| Failed {
            error,
            concerns: heard(Whose::Person).is_none().then_some(Whose::Program),
        };
        let asking = |error| Failed {
            concerns: self.concerns_others(&error).then_some(Whose::Person),
            error,
        };
        let mut refused = match heard(Whose::Program) {
            Some(EngineError::PersonNeeded { refused, .. }) => refused,
            Some(error) => return Err(passed_on(error)),
            None => None,
        };
        if stored.is_none()
            && let Some(error) = heard(Whose::Person)
        {
            return Err(passed_on(error));
        }
        let exchange = self.exchange(authentication).map_err(silently)?;
        if let (Some(stored), Who::Known(account), None) = (stored, self.who, &refused) {
            match self
                .refreshed(&exchange, stored, account)
                .map_err(silently)?
            {
                Refreshed::SignedIn(signed_in) => return Ok(*signed_in),
                Refreshed::PersonNeeded(refusal) => refused = Some(refusal),
            }
        }
        self.check_person(reach, refused.as_deref())
            .map_err(silently)?;
        if let Some(error) = heard(Whose::Person) {
            return Err(passed_on(error));
        }
        self.signed_in(&exchange, refused.as_deref())
            .map_err(asking)
    }

    /// Whether a sign-in that failed so has failed for all who wait: one that was given too little
    /// time by its own command has not.
    fn concerns_others(&self, error: &EngineError) -> bool {
        self.request.timeout.is_none() || !matches!(error, EngineError::NotSignedIn(_))
    }

    /// New tokens by the refresh token, for who was meant, or the refusal after which a person has
    /// to be asked.
    fn refreshed(
        &self,
        exchange: &Exchange<'_>,
        stored: &StoredRefreshToken,
        account: &Account,
    ) -> Result<Refreshed, EngineError> {
        let sender = self.patience.sender()?;
        let identity = self.identity(account);
        let refreshed =
            refresh::refreshed(self.engine, exchange, &identity, stored, account, &sender)?;
        if let Refreshed::SignedIn(signed_in) = &refreshed {
            self.who.check(&signed_in.account, &self.request.sign_in)?;
        }
        Ok(refreshed)
    }

    fn signed_in(
        &self,
        exchange: &Exchange<'_>,
        refused: Option<&Refusal>,
    ) -> Result<SignedIn, EngineError> {
        let demanded = refused.and_then(|refusal| refusal.claims.as_deref());
        SignIn {
            engine: self.engine,
            exchange,
            who: self.who,
            patience: self.patience,
            scopes: exchange.scopes_of_a_person(),
            refused,
            claims: self.request.claims_to_send(demanded)?,
        }
        .carried_out()
    }

    /// Refuses to go on where a person would have to be asked and may not be.
    fn check_person(&self, reach: Reach, refused: Option<&Refusal>) -> Result<(), EngineError> {
        let may_be_asked = reach != Reach::Silent
            && self
                .engine
                .interaction
                .may_sign_in(self.request.flow)
                .is_ok();
        if may_be_asked {
            return Ok(());
        }
        let demanded = refused.and_then(|refusal| refusal.claims.as_deref());
        Err(EngineError::PersonNeeded {
            claims: self.request.claims_to_send(demanded)?,
            refused: refused.cloned().map(Box::new),
        })
    }

    /// Keeps everything, the refresh token first: whatever happens afterwards, the newest one is
    /// there. What could not be kept is no reason to withhold the token.
    fn kept(&self, obtained: SignedIn) -> Issued {
        let SignedIn {
            tokens,
            account,
            answered_by,
        } = obtained;
        let vault = self.engine.vault;
        let refresh_token = tokens.refresh_token.clone();
        let mut issued = issued(self.request, tokens, Some(account.clone()), answered_by);
        let kept = [
            refresh_token.map_or(Ok(()), |token| {
                let stored = StoredRefreshToken {
                    token,
                    obtained_on: issued.entry.obtained_on,
                    flow: self.request.flow,
                };
                vault
                    .refresh_tokens()
                    .put(&self.identity(&account), &stored)
            }),
            self.noted(&account),
            vault.tokens().put(
                &self.request.entry_id(Subject::Account(account.id.as_str())),
                &issued.entry,
            ),
        ];
        issued.shortfall = kept
            .into_iter()
            .find_map(Result::err)
            .map(Shortfall::NotKept);
        issued
    }

    /// Notes the account as one of the profile's.
    fn noted(&self, account: &Account) -> Result<(), VaultError> {
        let becomes_default = who::lets_choose(&self.request.sign_in);
        let owner = self.request.account_owner();
        self.engine
            .vault
            .accounts()
            .update(&owner, WAIT_FOR_THE_BOOK, &mut |book| {
                let book = book
                    .filter(|book| book.destination == self.destination)
                    .unwrap_or_else(|| AccountBook::new(self.destination.clone()));
                Some(book.with(account.clone(), becomes_default))
            })
            .map(|_| ())
    }

    fn identity<'b>(&'b self, account: &'b Account) -> RefreshTokenIdentity<'b> {
        RefreshTokenIdentity {
            destination: &self.destination,
            dialect: &self.dialect,
            account: &account.id,
        }
    }

    fn cached(&self) -> Result<Option<TokenEntry>, VaultError> {
        let Who::Known(account) = self.who else {
            return Ok(None);
        };
        let subject = Subject::Account(account.id.as_str());
        self.engine
            .vault
            .tokens()
            .get(&self.request.entry_id(subject))
    }

    fn stored_refresh_token(&self) -> Result<Option<StoredRefreshToken>, VaultError> {
        match self.who {
            Who::Known(account) if !self.request.demands_a_person() => self
                .engine
                .vault
                .refresh_tokens()
                .get(&self.identity(account)),
            Who::Known(_) | Who::New(_) => Ok(None),
        }
    }

    fn authentication(&self) -> Result<ClientAuthentication, EngineError> {
        let allowed = self.patience.sender()?.remaining()?;
        credential::authentication(self.engine, self.request, allowed)
    }

    fn exchange(&self, authentication: ClientAuthentication) -> Result<Exchange<'a>, EngineError> {
        Exchange::begin(self.request, authentication, &self.patience.sender()?)
    }

    fn fingerprints(
        &self,
        authentication: &ClientAuthentication,
        stored: Option<&StoredRefreshToken>,
    ) -> Result<Fingerprints, VaultError> {
        let credential = credential::distinguishing(authentication);
        let claims = self.request.claims.as_deref().unwrap_or_default();
        let scopes = self.request.scopes.to_string();
        let token = stored.map_or("", |stored| stored.token.expose_secret());
        let flow = self.request.flow.as_str();
        // Whoever signs in for one account says nothing for another.
        let account = match self.who {
            Who::New(Some(name)) => name.to_lowercase(),
            Who::New(None) | Who::Known(_) => String::new(),
        };
        let vault = self.engine.vault;
        Ok(Fingerprints {
            refresh: vault.fingerprint(&["refresh", &credential, claims, &scopes, token])?,
            sign_in: vault.fingerprint(&["sign-in", &credential, flow, &account])?,
        })
    }
}
