//! Giving a profile another name: who is kept from signing in meanwhile.

use std::time::Duration;

use model::Clock;
use model::ProfileName;
use thiserror::Error;
use vault::AccountOwner;
use vault::Lock;
use vault::LockName;
use vault::ProfilesError;
use vault::RefreshTokenId;
use vault::Vault;
use vault::VaultError;

/// Why a profile kept its name.
#[derive(Debug, Error)]
pub enum RenameError {
    /// The local store failed, or another process was busy until the deadline.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The profiles could not be read or changed.
    #[error(transparent)]
    Profiles(#[from] ProfilesError),
}

/// Gives the profile of exactly that name another one; what is stored for it goes along.
///
/// A sign-in or a refresh that is under way with either name is waited for, so that it does not
/// bring the old one back. `waits` is told once whom is waited for: the process id, if that left
/// one.
///
/// # Errors
/// [`RenameError::Vault`] if the store fails, or another process is busy until the deadline;
/// [`RenameError::Profiles`] as for [`vault::Renames::rename`].
pub fn rename(
    vault: &Vault,
    clock: &dyn Clock,
    waits: &dyn Fn(Option<u32>),
    allowed: Duration,
    from: &ProfileName,
    to: &ProfileName,
) -> Result<(), RenameError> {
    let deadline = clock.monotonic().saturating_add(allowed);
    let lock = |name: &LockName| {
        let left = deadline.saturating_sub(clock.monotonic());
        let since = clock.now_nanoseconds();
        vault
            .locks()
            .acquire(name, left, since, &mut |holder| waits(holder))
    };
    let _hold = vault.hold(allowed, &mut |holder| waits(holder))?;
    let owner = AccountOwner::Profile(from.clone());
    // In an order that all processes keep to, so that none waits for the other.
    let mut names = [from, to];
    names.sort();
    let _sign_ins = names
        .iter()
        .take(if from == to { 1 } else { 2 })
        .map(|&name| lock(&LockName::sign_in(&AccountOwner::Profile(name.clone()))))
        .collect::<Result<Vec<Lock>, VaultError>>()?;
    let _refreshes = refresh_tokens_of(vault, &owner)?
        .iter()
        .map(|id| lock(&LockName::refresh_token(id)))
        .collect::<Result<Vec<Lock>, VaultError>>()?;
    Ok(vault.renames().rename(from, to)?)
}

/// Those of everybody who signed in, in the order in which they are locked.
fn refresh_tokens_of(
    vault: &Vault,
    owner: &AccountOwner,
) -> Result<Vec<RefreshTokenId>, VaultError> {
    let Some(book) = vault.accounts().get(owner)? else {
        return Ok(Vec::new());
    };
    let held = vault.refresh_tokens().list()?.held;
    let theirs = held.into_iter().filter(|held| {
        held.destination == book.destination
            && book
                .accounts
                .iter()
                .any(|account| account.id == held.account)
    });
    let mut ids: Vec<RefreshTokenId> = theirs.map(|held| held.id).collect();
    ids.sort();
    Ok(ids)
}
