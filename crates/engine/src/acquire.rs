//! Carries a plan out: lock, look again, ask, keep.

use std::time::Duration;

use model::Clock;
use model::Flow;
use model::RefreshToken;
use model::TokenEntry;
use model::TokenKind;
use model::TokenSet;
use protocol::ClientAuthentication;
use protocol::Endpoints;
use protocol::HttpClient;
use protocol::HttpResponse;
use protocol::ReplyError;
use protocol::discovery;
use protocol::grant::GrantRequest;
use protocol::grant::client_credentials;
use protocol::identifier;
use protocol::reply;
use protocol::scope_rules;
use vault::LockError;
use vault::LockName;
use vault::Vault;
use vault::VaultError;

use crate::EngineError;
use crate::credential;
use crate::failure;
use crate::interaction::Environment;
use crate::interaction::Interaction;
use crate::interaction::Progress;
use crate::plan::Asked;
use crate::plan::Fallback;
use crate::plan::Plan;
use crate::plan::plan;
use crate::request::CacheUse;
use crate::request::Credential;
use crate::request::TokenRequest;
use crate::send::Sender;

/// Gets tokens, with the outside it was handed.
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
    /// Whether it lay in the cache before.
    pub from_cache: bool,
    /// The refresh token that came with it, if any.
    pub refresh_token: Option<RefreshToken>,
    /// What went less well than it should have, though there is a token.
    pub shortfall: Option<Shortfall>,
}

/// What went less well than it should have, though there is a token.
#[derive(Debug)]
pub enum Shortfall {
    /// A new one was due and could not be had; this is the old one, which still lives.
    NotRenewed(Box<EngineError>),
    /// It could not be kept for the next time.
    NotKept(VaultError),
}

impl Engine<'_> {
    /// Answers a request, from the cache if it can.
    ///
    /// Of many processes that ask the same at once, one asks the identity provider, and the
    /// others take its answer or its refusal.
    pub fn token(&self, request: &TokenRequest) -> Result<Issued, EngineError> {
        // From here on the time allowed runs: opening the store may have to wait for a keyring.
        let allowed = request.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let sender = Sender {
            http: self.http,
            clock: self.clock,
            interaction: self.interaction,
            deadline: self.clock.monotonic().saturating_add(allowed),
            allowed,
        };
        let cached = match request.cache {
            CacheUse::None => None,
            CacheUse::ReadAndWrite | CacheUse::WriteOnly => {
                self.vault.tokens().get(&request.entry_id())?
            }
        };
        match plan(asked(request), cached.as_ref(), self.clock.now()) {
            Plan::Acquire => self.acquired(request, cached.as_ref(), &sender),
            Plan::Renew(fallback) => {
                let outcome = self.acquired(request, cached.as_ref(), &sender);
                match (outcome, cached) {
                    (Err(error), Some(entry))
                        if still_serves(&entry, &error, fallback, self.clock) =>
                    {
                        Ok(Issued {
                            entry,
                            from_cache: true,
                            refresh_token: None,
                            shortfall: Some(Shortfall::NotRenewed(Box::new(error))),
                        })
                    }
                    (outcome, _) => outcome,
                }
            }
            Plan::UseCached => match cached {
                Some(entry) => Ok(from_cache(entry)),
                None => self.acquired(request, None, &sender),
            },
        }
    }

    fn acquired(
        &self,
        request: &TokenRequest,
        seen: Option<&TokenEntry>,
        sender: &Sender<'_>,
    ) -> Result<Issued, EngineError> {
        self.permitted(request)?;
        if request.cache == CacheUse::None {
            let authentication = credential::authentication(self, request, sender.remaining()?)?;
            let tokens = exchanged(request, authentication, sender)?;
            return Ok(issued(request, tokens));
        }
        self.acquired_under_lock(request, seen, sender)
    }

    /// What must hold before a secret is read or the network touched.
    fn permitted(&self, request: &TokenRequest) -> Result<(), EngineError> {
        if request.flow != Flow::ClientCredentials {
            return Err(EngineError::FlowNotSupported(request.flow));
        }
        if matches!(request.credential, Credential::None) {
            return Err(EngineError::CredentialMissing {
                what: "client secret, certificate or client assertion",
                profile: request.profile.clone(),
            });
        }
        let kind = TokenKind::of(request.flow);
        if kind == TokenKind::App
            && let Some(tenant) = request.authority.tenant()
            && !tenant.is_concrete()
        {
            return Err(EngineError::TenantNotConcrete {
                tenant: tenant.to_string(),
            });
        }
        scope_rules::check(&request.scopes, kind, &request.authority)?;
        credential::check_destination(self.vault, request)?;
        let (Some(profile), Some(wanted)) = (&request.profile, &request.approval) else {
            return Ok(());
        };
        let approved = self.vault.approvals().get(profile)?;
        if approved.as_ref() == Some(wanted) {
            return Ok(());
        }
        let approved_for = approved
            .map(|approval| Box::new(approval.destination))
            .filter(|destination| **destination != wanted.destination);
        Err(EngineError::NotApproved {
            profile: profile.clone(),
            destination: Box::new(wanted.destination.clone()),
            approved_for,
            references: wanted.references.clone(),
        })
    }

    fn acquired_under_lock(
        &self,
        request: &TokenRequest,
        seen: Option<&TokenEntry>,
        sender: &Sender<'_>,
    ) -> Result<Issued, EngineError> {
        let entry_id = request.entry_id();
        let waiting_since = self.clock.now_nanoseconds();
        let lock = self.vault.locks().acquire(
            &LockName::entry(&entry_id),
            sender.remaining()?,
            failure::from_when(waiting_since),
            &mut |holder| {
                self.interaction
                    .progress(Progress::WaitingForAnother(holder));
            },
        )?;
        let started = self.clock.now_nanoseconds();

        let tokens = self.vault.tokens();
        let cached = tokens.get(&entry_id)?;
        if let Some(entry) = cached
            && another_answered(request, seen, &entry, self.clock)
        {
            lock.release()?;
            return Ok(from_cache(entry));
        }
        let authentication = credential::authentication(self, request, sender.remaining()?)?;
        let fingerprint = self.vault.fingerprint(&[
            &credential::distinguishing(&authentication),
            request.claims.as_deref().unwrap_or_default(),
        ])?;
        let now = self.clock.now_nanoseconds();
        let failed_for_all = lock
            .failure()
            .and_then(|record| failure::shared(record, waiting_since, now, &fingerprint));
        if let Some(error) = failed_for_all {
            tracing::info!(target: "engine", "another process just asked the same, and this is its answer");
            return Err(error);
        }
        match exchanged(request, authentication, sender) {
            Ok(tokens_received) => {
                let mut issued = issued(request, tokens_received);
                if let Err(error) = tokens.put(&entry_id, &issued.entry) {
                    issued.shortfall = Some(Shortfall::NotKept(error));
                }
                lock.release()?;
                Ok(issued)
            }
            Err(error) => {
                let ended = self.clock.now_nanoseconds();
                if let Some(record) = failure::left(&error, started, ended, &fingerprint) {
                    lock.leave_failure(record)?;
                }
                Err(error)
            }
        }
    }
}

fn asked(request: &TokenRequest) -> Asked {
    Asked {
        cache: request.cache,
        min_ttl: request.min_ttl,
        claims: request.claims.is_some(),
    }
}

/// Whether what lies in the cache now, under the lock, answers the request.
///
/// A request for a new token is answered by one that another process put there since this one
/// looked, but never by one that was got without the claims demanded here.
fn another_answered(
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

fn from_cache(entry: TokenEntry) -> Issued {
    Issued {
        entry,
        from_cache: true,
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
        | EngineError::Vault(VaultError::Lock(LockError::TimedOut { .. })) => true,
        EngineError::Refused(refusal) => refusal.is_transient(),
        EngineError::Reply(reply) => reply.is_transient(),
        _ => false,
    };
    lives && (fallback == Fallback::OnAnyFailure || no_answer)
}

/// Asks the identity provider.
fn exchanged(
    request: &TokenRequest,
    mut authentication: ClientAuthentication,
    sender: &Sender<'_>,
) -> Result<TokenSet, EngineError> {
    let correlation_id = identifier::random_guid().map_err(unbuildable)?;
    tracing::info!(
        target: "engine",
        correlation_id,
        authority = %request.authority,
        client_id = %request.client_id,
        "asking for a token"
    );
    let endpoints = endpoints_of(request, &correlation_id, sender)?;
    credential::fit_algorithm(&mut authentication, request, &endpoints);
    let grant = GrantRequest {
        endpoints: &endpoints,
        authority_kind: request.authority.kind(),
        client_id: &request.client_id,
        authentication: &authentication,
        correlation_id: &correlation_id,
    };
    let build = || {
        client_credentials::request(
            &grant,
            &request.scopes,
            request.claims.as_deref(),
            sender.clock.now(),
        )
        .map_err(unbuildable)
    };
    let read = |response: &HttpResponse| {
        reply::token(response, &request.scopes, sender.clock.now()).map_err(|error| match error {
            ReplyError::Refused(mut refusal) => {
                // What the provider does not say back, its logs know by what was sent.
                refusal
                    .correlation_id
                    .get_or_insert_with(|| correlation_id.clone());
                EngineError::Refused(refusal)
            }
            other => EngineError::Reply(other),
        })
    };
    sender.send(build, read)
}

fn unbuildable(error: impl std::error::Error) -> EngineError {
    EngineError::Request(error.to_string())
}

fn endpoints_of(
    request: &TokenRequest,
    correlation_id: &str,
    sender: &Sender<'_>,
) -> Result<Endpoints, EngineError> {
    if !request.authority.kind().needs_discovery() {
        return Endpoints::of_entra(&request.authority).map_err(unbuildable);
    }
    sender.send(
        || Ok(discovery::request(&request.authority, correlation_id)?),
        |response| Ok(discovery::read(&request.authority, response)?),
    )
}

fn issued(request: &TokenRequest, tokens: TokenSet) -> Issued {
    let tenant = request.authority.tenant().map(ToString::to_string);
    Issued {
        entry: TokenEntry {
            access_token: tokens.access_token,
            token_type: tokens.token_type,
            scope: tokens.scope,
            obtained_on: tokens.obtained_on,
            expires_on: tokens.expires_on,
            refresh_on: tokens.refresh_on,
            authority: request.authority.address(),
            tenant_id: tenant.unwrap_or_default(),
            client_id: request.client_id.clone(),
            account: None,
            flow: request.flow,
        },
        from_cache: false,
        refresh_token: tokens.refresh_token,
        shortfall: None,
    }
}

/// The time a request may take where nothing else was said.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);
