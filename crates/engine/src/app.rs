//! An app gets a token for itself: lock, look again, ask, keep.

use model::TokenEntry;
use model::TokenSet;
use protocol::ClientAuthentication;
use protocol::grant::client_credentials;
use protocol::retry;
use vault::LockName;
use vault::Subject;

use crate::Engine;
use crate::EngineError;
use crate::acquire::AnsweredBy;
use crate::acquire::Issued;
use crate::acquire::Shortfall;
use crate::acquire::another_answered;
use crate::acquire::from_cache;
use crate::acquire::issued;
use crate::credential;
use crate::exchange::Exchange;
use crate::failure;
use crate::failure::Whose;
use crate::permission;
use crate::request::CacheUse;
use crate::request::TokenRequest;
use crate::send::Sender;

/// Gets a new token.
pub(crate) fn acquired(
    engine: &Engine<'_>,
    request: &TokenRequest,
    seen: Option<&TokenEntry>,
    sender: &Sender<'_>,
) -> Result<Issued, EngineError> {
    permission::check(engine, request)?;
    if request.cache == CacheUse::None {
        let authentication = credential::authentication(engine, request, sender.remaining()?)?;
        let tokens = exchanged(request, authentication, sender)?;
        return Ok(issued(request, tokens, None, AnsweredBy::NewRequest));
    }
    acquired_under_lock(engine, request, seen, sender)
}

fn acquired_under_lock(
    engine: &Engine<'_>,
    request: &TokenRequest,
    seen: Option<&TokenEntry>,
    sender: &Sender<'_>,
) -> Result<Issued, EngineError> {
    let entry_id = request.entry_id(Subject::App);
    let waiting_since = engine.clock.now_nanoseconds();
    let name = LockName::entry(&entry_id);
    let _hold = engine.hold(sender.remaining()?)?;
    let lock = engine.lock(&name, sender.remaining()?, waiting_since)?;
    let started = engine.clock.now_nanoseconds();

    let tokens = engine.vault.tokens();
    let cached = tokens.get(&entry_id)?;
    if let Some(entry) = cached
        && another_answered(request, seen, &entry, engine.clock)
    {
        lock.release()?;
        return Ok(from_cache(entry, AnsweredBy::AnotherProcess));
    }
    let authentication = credential::authentication(engine, request, sender.remaining()?)?;
    let fingerprint = engine.vault.fingerprint(&[
        &credential::distinguishing(&authentication),
        request.claims.as_deref().unwrap_or_default(),
    ])?;
    let now = engine.clock.now_nanoseconds();
    let failed_for_all = lock.failure().and_then(|record| {
        failure::shared(record, waiting_since, now, Whose::Program, &fingerprint)
    });
    if let Some(error) = failed_for_all {
        tracing::info!(target: "engine", "another process just asked the same, and this is its answer");
        return Err(error);
    }
    match exchanged(request, authentication, sender) {
        Ok(received) => {
            let mut issued = issued(request, received, None, AnsweredBy::NewRequest);
            if let Err(error) = tokens.put(&entry_id, &issued.entry) {
                issued.shortfall = Some(Shortfall::NotKept(error));
            }
            lock.release()?;
            Ok(issued)
        }
        Err(error) => {
            let ended = engine.clock.now_nanoseconds();
            if let Some(record) =
                failure::left(&error, Whose::Program, started, ended, &fingerprint)
            {
                lock.leave_failure(record)?;
            }
            Err(error)
        }
    }
}

/// Asks the identity provider.
fn exchanged(
    request: &TokenRequest,
    authentication: ClientAuthentication,
    sender: &Sender<'_>,
) -> Result<TokenSet, EngineError> {
    let exchange = Exchange::begin(request, authentication, sender)?;
    let claims = request.claims_to_send(None)?;
    exchange.tokens(sender, retry::MAX_ATTEMPTS, |grant, now| {
        client_credentials::request(grant, &request.scopes, claims.as_deref(), now)
    })
}
