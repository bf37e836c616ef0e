//! A person gets a token: from the cache, else by the refresh token, else by signing in.
//!
//! docs/design/staying-signed-in.md says what is kept and which lock guards what.

mod attempt;
mod browser;
mod device;
mod patience;
mod refresh;
mod sign_in;
mod who;

use model::Account;
use model::RefreshToken;
use model::TokenEntry;
use vault::AccountBook;
use vault::EntryId;
use vault::LockName;
use vault::RefreshTokenIdentity;
use vault::Subject;
use vault::Vault;
use vault::VaultError;

use self::attempt::Attempt;
use self::patience::Patience;
use self::who::Who;
use crate::Engine;
use crate::EngineError;
use crate::acquire::Issued;
use crate::acquire::Reach;
use crate::permission;
use crate::request::CacheUse;
use crate::request::TokenRequest;

/// Answers a request for a person's token.
pub(crate) fn token(engine: &Engine<'_>, request: &TokenRequest) -> Result<Issued, EngineError> {
    if request.cache == CacheUse::None {
        permission::check(engine, request)?;
        let who = Who::New(request.sign_in.account.clone());
        let patience = Patience::begins(engine, request, Reach::Person);
        return Attempt::new(engine, request, &who, &patience).without_store();
    }
    let (who, cached) = known(engine.vault, request)?;
    let mut issued = engine.planned(request, cached, |seen, reach| {
        permission::check(engine, request)?;
        under_lock(engine, request, who.clone(), seen, reach)
    })?;
    if request.wants_refresh_token && issued.refresh_token.is_none() {
        issued.refresh_token = kept_refresh_token(engine, request, issued.entry.account.as_ref())?;
    }
    Ok(issued)
}

/// The name that a token of whom a request means has in the cache; `None` if nobody is known who is
/// meant.
pub(crate) fn entry_id(
    vault: &Vault,
    request: &TokenRequest,
) -> Result<Option<EntryId>, EngineError> {
    Ok(entry_id_of(request, &meant(vault, request)?))
}

/// Whom a request means, as far as is known, and the token of theirs that lies in the cache.
fn known(vault: &Vault, request: &TokenRequest) -> Result<(Who, Option<TokenEntry>), EngineError> {
    let who = meant(vault, request)?;
    let cached = match entry_id_of(request, &who) {
        Some(id) => vault.tokens().get(&id)?,
        None => None,
    };
    Ok((who, cached))
}

fn meant(vault: &Vault, request: &TokenRequest) -> Result<Who, EngineError> {
    let book = vault.accounts().known(&request.account_owner())?;
    check_place(request, book.as_ref())?;
    Who::meant(book.as_ref(), &request.sign_in)
}

fn entry_id_of(request: &TokenRequest, who: &Who) -> Option<EntryId> {
    match who {
        Who::Known(account) => Some(request.entry_id(Subject::Account(account.id.as_str()))),
        Who::New(_) => None,
    }
}

/// Refuses to take the accounts of one place for those of another: a profile that was edited or
/// imported over since its accounts signed in.
fn check_place(request: &TokenRequest, book: Option<&AccountBook>) -> Result<(), EngineError> {
    let requested = request.destination();
    match book {
        Some(book) if book.destination != requested => Err(VaultError::DestinationChanged {
            stored: Box::new(book.destination.clone()),
            requested: Box::new(requested),
        }
        .into()),
        _ => Ok(()),
    }
}

fn kept_refresh_token(
    engine: &Engine<'_>,
    request: &TokenRequest,
    account: Option<&Account>,
) -> Result<Option<RefreshToken>, EngineError> {
    let Some(account) = account else {
        return Ok(None);
    };
    let identity = RefreshTokenIdentity {
        destination: &request.destination(),
        dialect: &request.refresh_dialect(),
        account: &account.id,
    };
    let stored = engine.vault.refresh_tokens().get(&identity)?;
    Ok(stored.map(|stored| stored.token))
}

/// Gets a token while holding the lock that suits who is meant.
///
/// Once it is held, everything is looked at anew: another process may have signed somebody in or
/// out meanwhile, and then another lock is the right one.
fn under_lock(
    engine: &Engine<'_>,
    request: &TokenRequest,
    mut who: Who,
    seen: Option<&TokenEntry>,
    reach: Reach,
) -> Result<Issued, EngineError> {
    let owner = request.account_owner();
    let destination = request.destination();
    let dialect = request.refresh_dialect();
    let waiting_since = engine.clock.now_nanoseconds();
    let patience = Patience::begins(engine, request, reach);
    let _hold = engine.hold(patience.for_others(reach)?)?;
    loop {
        let name = match &who {
            Who::Known(account) => {
                let identity = RefreshTokenIdentity {
                    destination: &destination,
                    dialect: &dialect,
                    account: &account.id,
                };
                LockName::refresh_token(&identity.id())
            }
            Who::New(_) => LockName::sign_in(&owner),
        };
        let lock = engine.lock(&name, patience.for_others(reach)?, waiting_since)?;
        let book = engine.vault.accounts().get(&owner)?;
        check_place(request, book.as_ref())?;
        let meant = Who::meant(book.as_ref(), &request.sign_in)?;
        if meant.is_guarded_like(&who) {
            let attempt = Attempt::new(engine, request, &meant, &patience);
            return attempt.holding(lock, waiting_since, seen, reach);
        }
        lock.release()?;
        who = meant;
    }
}
