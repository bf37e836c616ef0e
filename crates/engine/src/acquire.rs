//! Answers a request: from the cache if it can, else by the acquisition that suits the flow.

use std::fmt;
use std::time::Duration;

use model::Clock;
use model::RefreshToken;
use model::TokenEntry;
use model::TokenKind;
use model::TokenSet;
use protocol::HttpClient;
use vault::Hold;
use vault::Lock;
use vault::LockError;
use vault::LockName;
use vault::Subject;
use vault::Vault;
use vault::VaultError;

use crate::EngineError;
use crate::app;
use crate::failure;
use crate::interaction::Environment;
use crate::interaction::Interaction;
use crate::interaction::Progress;
use crate::plan::Asked;
use crate::plan::Fallback;
use crate::plan::Plan;
use crate::plan::plan;
use crate::request::CacheUse;
use crate::request::TokenRequest;
use crate::send::Sender;
use crate::user;

/// The time a request may take where nothing else was said and no person is asked.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);

/// Gets tokens, with the outside it was handed.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    /// What is kept.
    pub vault: &'a Vault,
    /// The time.
    pub clock: &'a dyn Clock,
    /// The network.
    pub http: &'a dyn HttpClient,
    /// The person.
    pub interaction: &'a dyn Interaction,
    /// The process environment, for secrets that are kept there.
    pub environment: &'a dyn Environment,
}

/// A token, and how it was come by.
#[derive(Debug)]
pub struct Issued {
    /// The token with what there is to say about it.
    pub entry: TokenEntry,
    /// Who gave it.
    pub answered_by: AnsweredBy,
    /// The refresh token that came with it, or that is kept beside it, if that was wished for.
    pub refresh_token: Option<RefreshToken>,
    /// What went less well than it should have, though there is a token.
    pub shortfall: Option<Shortfall>,
}

impl Issued {
    /// Whether it lay in the cache before.
    pub fn is_from_cache(&self) -> bool {
        match self.answered_by {
            AnsweredBy::Cache | AnsweredBy::AnotherProcess => true,
            AnsweredBy::RefreshToken | AnsweredBy::NewRequest | AnsweredBy::Person => false,
        }
    }
}

/// Who gave a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnsweredBy {
    /// The cache, at the first look.
    Cache,
    /// Another process, which put it in the cache while this one waited for it.
    AnotherProcess,
    /// The identity provider, for a refresh token (RFC 6749 §6).
    RefreshToken,
    /// The identity provider, for the application's own credential (RFC 6749 §4.4).
    NewRequest,
    /// The identity provider, after a person signed in.
    Person,
}

impl fmt::Display for AnsweredBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Cache => "the cache",
            Self::AnotherProcess => "another process, by way of the cache",
            Self::RefreshToken => "the refresh token",
            Self::NewRequest => "a new request",
            Self::Person => "a person who signed in",
        })
    }
}

/// What went less well than it should have, though there is a token.
#[derive(Debug)]
pub enum Shortfall {
    /// A new one was due and could not be had; this is the old one, which still lives.
    NotRenewed(Box<EngineError>),
    /// It could not be kept for the next time.
    NotKept(VaultError),
}

/// How far an acquisition may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// As far as it takes.
    Person,
    /// As far as it takes, unless others are busy: there is a token that still does.
    PersonUnlessBusy,
    /// No further than to the identity provider: there is a token that does.
    Silent,
}

impl Engine<'_> {
    /// Answers a request, from the cache if it can.
    ///
    /// Of many processes that ask the same at once, one asks the identity provider or the person,
    /// and the others take its answer or its refusal.
    pub fn token(&self, request: &TokenRequest) -> Result<Issued, EngineError> {
        // From here on the time allowed runs: opening the store may have to wait for a keyring.
        let sender = Sender::starting_now(self, request.timeout.unwrap_or(DEFAULT_TIMEOUT));
        let issued = match TokenKind::of(request.flow) {
            TokenKind::App => {
                let cached = match request.cache {
                    CacheUse::None => None,
                    CacheUse::ReadAndWrite | CacheUse::WriteOnly => {
                        self.vault.tokens().get(&request.entry_id(Subject::App))?
                    }
                };
                self.planned(request, cached, |seen, _| {
                    app::acquired(self, request, seen, &sender)
                })
            }
            TokenKind::User => user::token(self, request),
        }?;
        tracing::info!(target: "engine", "answered by {}", issued.answered_by);
        Ok(issued)
    }

    /// Takes the lock that an acquisition holds, and says whom it waits for. The lock shows what
    /// failed for those who were waiting by `waiting_since`.
    pub(crate) fn lock(
        &self,
        name: &LockName,
        deadline: Duration,
        waiting_since: i128,
    ) -> Result<Lock, VaultError> {
        let since = failure::from_when(waiting_since);
        self.vault
            .locks()
            .acquire(name, deadline, since, &mut |holder| {
                self.interaction
                    .progress(Progress::WaitingForAnother(holder));
            })
    }

    /// Keeps what protects the store as it is while records are read and written. Taken before any
    /// lock.
    pub(crate) fn hold(&self, deadline: Duration) -> Result<Hold, VaultError> {
        self.vault.hold(deadline, &mut |holder| {
            self.interaction
                .progress(Progress::WaitingForAChange(holder));
        })
    }

    /// Does what the plan says, given what is cached.
    pub(crate) fn planned(
        &self,
        request: &TokenRequest,
        cached: Option<TokenEntry>,
        acquire: impl Fn(Option<&TokenEntry>, Reach) -> Result<Issued, EngineError>,
    ) -> Result<Issued, EngineError> {
        match plan(asked(request), cached.as_ref(), self.clock.now()) {
            Plan::Acquire => acquire(cached.as_ref(), Reach::Person),
            Plan::Renew(fallback) => {
                let reach = match fallback {
                    Fallback::OnAnyFailure => Reach::Silent,
                    Fallback::WithoutAnAnswer => Reach::PersonUnlessBusy,
                };
                let outcome = acquire(cached.as_ref(), reach);
                match (outcome, cached) {
                    (Err(error), Some(entry))
                        if still_serves(&entry, &error, fallback, self.clock) =>
                    {
                        Ok(Issued {
                            shortfall: Some(Shortfall::NotRenewed(Box::new(error))),
                            ..from_cache(entry, AnsweredBy::Cache)
                        })
                    }
                    (outcome, _) => outcome,
                }
            }
            Plan::UseCached => match cached {
                Some(entry) => Ok(from_cache(entry, AnsweredBy::Cache)),
                None => acquire(None, Reach::Person),
            },
        }
    }
}

/// What the cache holds for a request.
#[derive(Debug)]
pub enum Cached {
    /// A token, expired or not.
    Token(Box<TokenEntry>),
    /// A token that cannot be opened here: sealed under a key that is not at hand, such as that of
    /// another login session, or damaged.
    Closed,
    /// No token.
    Nothing,
}

/// What lies in the cache for a request. Nobody is asked: no network, no person, and no lock is
/// taken. Only where there is no token to open, the names of all entries are read.
///
/// # Errors
/// [`EngineError`] if the cache cannot be read, or whose token it is cannot be told.
pub fn cached(vault: &Vault, request: &TokenRequest) -> Result<Cached, EngineError> {
    let id = match TokenKind::of(request.flow) {
        TokenKind::App => Some(request.entry_id(Subject::App)),
        TokenKind::User => user::entry_id(vault, request)?,
    };
    let Some(id) = id else {
        return Ok(Cached::Nothing);
    };
    let tokens = vault.tokens();
    Ok(match tokens.get(&id)? {
        Some(entry) => Cached::Token(Box::new(entry)),
        None if tokens.is_kept(&id)? => Cached::Closed,
        None => Cached::Nothing,
    })
}

/// What the plan needs to know of a request.
fn asked(request: &TokenRequest) -> Asked {
    Asked {
        cache: request.cache,
        min_ttl: request.min_ttl,
        bypass: request.claims.is_some() || request.demands_a_person(),
    }
}

/// Whether what lies in the cache now, under the lock, answers the request.
///
/// A request for a new token is answered by one that another process put there since this one
/// looked, but never by one that was got without the claims or the sign-in demanded here.
pub(crate) fn another_answered(
    request: &TokenRequest,
    seen: Option<&TokenEntry>,
    entry: &TokenEntry,
    clock: &dyn Clock,
) -> bool {
    let is_new = seen
        .is_none_or(|seen| seen.access_token.expose_secret() != entry.access_token.expose_secret());
    let mut asked = asked(request);
    if is_new && asked.cache == CacheUse::WriteOnly {
        asked.cache = CacheUse::ReadAndWrite;
    }
    plan(asked, Some(entry), clock.now()) == Plan::UseCached
}

/// A token from the cache, as the answer.
pub(crate) fn from_cache(entry: TokenEntry, answered_by: AnsweredBy) -> Issued {
    Issued {
        entry,
        answered_by,
        refresh_token: None,
        shortfall: None,
    }
}

fn still_serves(
    entry: &TokenEntry,
    error: &EngineError,
    fallback: Fallback,
    clock: &dyn Clock,
) -> bool {
    let lives = entry.expires_on > clock.now();
    let no_answer = match error {
        EngineError::Transport { .. }
        | EngineError::TimedOut(_)
        | EngineError::PersonNeeded { .. }
        | EngineError::Vault(VaultError::Lock(LockError::TimedOut { .. })) => true,
        EngineError::Refused(refusal) => refusal.is_transient(),
        EngineError::Reply(reply) => reply.is_transient(),
        _ => false,
    };
    lives && (fallback == Fallback::OnAnyFailure || no_answer)
}

/// What a reply gave, as the answer and for the cache.
pub(crate) fn issued(
    request: &TokenRequest,
    tokens: TokenSet,
    account: Option<model::Account>,
    answered_by: AnsweredBy,
) -> Issued {
    let asked_tenant = request.authority.tenant().map(ToString::to_string);
    let told_tenant = account
        .as_ref()
        .map(|account| account.tenant_id.clone())
        .filter(|tenant| !tenant.is_empty());
    Issued {
        entry: TokenEntry {
            access_token: tokens.access_token,
            token_type: tokens.token_type,
            scope: tokens.scope,
            obtained_on: tokens.obtained_on,
            expires_on: tokens.expires_on,
            refresh_on: tokens.refresh_on,
            authority: request.authority.address(),
            tenant_id: told_tenant.or(asked_tenant).unwrap_or_default(),
            client_id: request.client_id.clone(),
            account,
            flow: request.flow,
        },
        answered_by,
        refresh_token: tokens.refresh_token,
        shortfall: None,
    }
}
