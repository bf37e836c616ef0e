//! Forgetting who signed in: what is locked, in which order things go, and what stays because others
//! hold it.

use std::time::Duration;

use model::Account;
use model::Clock;
use model::Destination;
use thiserror::Error;
use vault::AccountBook;
use vault::AccountOwner;
use vault::Lock;
use vault::LockName;
use vault::RefreshTokenId;
use vault::Vault;
use vault::VaultError;

/// Why nobody could be signed out.
#[derive(Debug, Error)]
pub enum SignOutError {
    /// Several accounts are signed in, and none of them is the default.
    #[error("several accounts are signed in, and none is the default")]
    WhichAccount(Vec<Account>),
    /// The local store failed, or another process was busy until the deadline.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Which of the accounts are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// The one that is meant where none is named.
    Default,
    /// The one that a person calls so.
    Named(&'a str),
    /// All of them.
    All,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// Nobody is signed in, or not the one that was named: these are.
    Nobody(Vec<Account>),
    /// Accounts were forgotten.
    Done(Box<SignedOut>),
}

/// What was forgotten, and what was not.
#[derive(Debug)]
pub struct SignedOut {
    /// Whose accounts they were.
    pub owner: AccountOwner,
    /// Where they had signed in.
    pub destination: Destination,
    /// Who was forgotten.
    pub accounts: Vec<Account>,
    /// How many access tokens went with them.
    pub access_tokens: usize,
    /// How many refresh tokens did.
    pub refresh_tokens: usize,
    /// Those whose refresh tokens stay, because somebody else signed in with them too.
    pub shared: Vec<(Account, AccountOwner)>,
    /// Who is still signed in.
    pub left: Option<AccountBook>,
}

/// Signing out, within a time.
pub struct SignOut<'a> {
    vault: &'a Vault,
    clock: &'a dyn Clock,
    /// Is told once whom is waited for: the process id, if that left one.
    waits: &'a dyn Fn(Option<u32>),
    /// By the monotonic clock.
    deadline: Duration,
}

impl<'a> SignOut<'a> {
    /// Signing out of this store, which waits at most that long for others.
    pub fn within(
        vault: &'a Vault,
        clock: &'a dyn Clock,
        waits: &'a dyn Fn(Option<u32>),
        allowed: Duration,
    ) -> Self {
        Self {
            vault,
            clock,
            waits,
            deadline: clock.monotonic().saturating_add(allowed),
        }
    }

    /// Forgets the owner's accounts that are meant, with their access tokens, and with the refresh
    /// tokens that nobody else holds.
    ///
    /// A sign-in that is under way is waited for, and so is a refresh: neither brings back what was
    /// forgotten. The account goes last, so that after an interruption the same command ends what
    /// it began.
    ///
    /// # Errors
    /// [`SignOutError::WhichAccount`] if several are signed in and nothing says which is meant;
    /// [`SignOutError::Vault`] if the store fails, or another process is busy until the deadline.
    pub fn of(&self, owner: &AccountOwner, which: Which<'_>) -> Result<Outcome, SignOutError> {
        // Where nobody is signed in there is nothing to wait for.
        if self.vault.accounts().get(owner)?.is_none() {
            return Ok(Outcome::Nobody(Vec::new()));
        }
        self.of_whoever_comes(owner, which)
    }

    /// The same for an owner that goes away: a first sign-in that is under way is waited for too,
    /// since it would leave an account that nobody owns.
    ///
    /// # Errors
    /// As for [`of`](Self::of).
    pub fn of_whoever_comes(
        &self,
        owner: &AccountOwner,
        which: Which<'_>,
    ) -> Result<Outcome, SignOutError> {
        let _hold = self
            .vault
            .hold(self.remaining(), &mut |holder| (self.waits)(holder))?;
        let _sign_in = self.lock(&LockName::sign_in(owner))?;
        let Some(book) = self.vault.accounts().get(owner)? else {
            return Ok(Outcome::Nobody(Vec::new()));
        };
        let meant = match which {
            Which::All => book.accounts.clone(),
            Which::Named(text) => book.find(text).cloned().into_iter().collect(),
            Which::Default => match book.default_account() {
                Some(account) => vec![account.clone()],
                None => return Err(SignOutError::WhichAccount(book.accounts)),
            },
        };
        if meant.is_empty() {
            return Ok(Outcome::Nobody(book.accounts));
        }
        let mut done = SignedOut {
            owner: owner.clone(),
            destination: book.destination,
            accounts: Vec::new(),
            access_tokens: 0,
            refresh_tokens: 0,
            shared: Vec::new(),
            left: None,
        };
        for account in meant {
            self.forget(account, &mut done)?;
        }
        Ok(Outcome::Done(Box::new(done)))
    }

    fn forget(&self, account: Account, done: &mut SignedOut) -> Result<(), VaultError> {
        let vault = self.vault;
        let destination = &done.destination;
        let names = self.refresh_tokens_of(destination, &account)?;
        let _refreshes = names
            .iter()
            .map(|name| self.lock(&LockName::refresh_token(name)))
            .collect::<Result<Vec<Lock>, VaultError>>()?;
        let refresh_tokens = match self.other_holder(done, &account)? {
            Some(holder) => {
                done.shared.push((account.clone(), holder));
                0
            }
            None => vault
                .refresh_tokens()
                .remove_for_account(destination, &account.id)?,
        };
        done.refresh_tokens += refresh_tokens;
        done.access_tokens += vault
            .tokens()
            .remove_for_account(&done.destination.client_id, &account.id)?;
        done.left = vault
            .accounts()
            .update(&done.owner, self.remaining(), &mut |book| {
                book.map(|book| book.without(&account.id))
            })?;
        done.accounts.push(account);
        Ok(())
    }

    /// In an order that all processes keep to, so that none waits for the other.
    fn refresh_tokens_of(
        &self,
        destination: &Destination,
        account: &Account,
    ) -> Result<Vec<RefreshTokenId>, VaultError> {
        let held = self.vault.refresh_tokens().list()?.held;
        let theirs = held
            .into_iter()
            .filter(|held| held.destination == *destination && held.account == account.id);
        let mut names: Vec<RefreshTokenId> = theirs.map(|held| held.id).collect();
        names.sort();
        Ok(names)
    }

    /// Who else signed in with that account at the same destination.
    fn other_holder(
        &self,
        done: &SignedOut,
        account: &Account,
    ) -> Result<Option<AccountOwner>, VaultError> {
        let all = self.vault.accounts().list()?;
        let other = all.into_iter().find(|(owner, book)| {
            *owner != done.owner
                && book.destination == done.destination
                && book.accounts.iter().any(|known| known.id == account.id)
        });
        Ok(other.map(|(owner, _)| owner))
    }

    fn lock(&self, name: &LockName) -> Result<Lock, VaultError> {
        let since = self.clock.now_nanoseconds();
        self.vault
            .locks()
            .acquire(name, self.remaining(), since, &mut |holder| {
                (self.waits)(holder);
            })
    }

    fn remaining(&self) -> Duration {
        self.deadline.saturating_sub(self.clock.monotonic())
    }
}
