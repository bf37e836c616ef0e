//! Forgetting who signed in, as `logout`, `cache clear` and `config` do it: what is locked, in
//! which order things go, and what stays because others hold it.

use std::time::Duration;

use model::Account;
use model::Clock;
use model::Destination;
use model::ProfileName;
use vault::AccountBook;
use vault::AccountOwner;
use vault::Lock;
use vault::LockName;
use vault::RefreshTokenId;
use vault::Vault;
use vault::VaultError;

use crate::command_error::CommandError;
use crate::settings::Store;
use crate::ui::Ui;
use crate::wording;

/// How long forgetting waits for a sign-in that is under way, where nothing else is said.
pub(super) const PATIENCE: Duration = engine::DEFAULT_TIMEOUT;

/// Which of the accounts are meant.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which<'a> {
    /// The one that is meant where none is named.
    Default,
    /// The one that a person calls so.
    Named(&'a str),
    /// All of them.
    All,
}

/// What came of it.
pub(super) enum Outcome {
    /// Nobody is signed in, or not the one that was named: these are.
    Nobody(Vec<Account>),
    /// Accounts were forgotten.
    Done(Box<SignedOut>),
}

/// What was forgotten, and what was not.
pub(crate) struct SignedOut {
    /// Whose accounts they were.
    pub(crate) owner: AccountOwner,
    /// Where they had signed in.
    pub(crate) destination: Destination,
    /// Who was forgotten.
    pub(crate) accounts: Vec<Account>,
    /// How many access tokens went with them.
    pub(crate) access_tokens: usize,
    /// How many refresh tokens did.
    pub(crate) refresh_tokens: usize,
    /// Those whose refresh tokens stay, because somebody else signed in with them too.
    pub(crate) shared: Vec<(Account, AccountOwner)>,
    /// Who is still signed in.
    pub(crate) left: Option<AccountBook>,
}

/// Signing out, within a time.
pub(super) struct SignOut<'a> {
    ui: &'a Ui,
    vault: &'a Vault,
    clock: &'a dyn Clock,
    /// By the monotonic clock.
    deadline: Duration,
}

impl<'a> SignOut<'a> {
    /// Signing out of this store, which waits at most that long for others.
    pub(super) fn within(ui: &'a Ui, store: &'a Store, allowed: Duration) -> Self {
        Self {
            ui,
            vault: &store.vault,
            clock: &*store.clock,
            deadline: store.clock.monotonic().saturating_add(allowed),
        }
    }

    /// Forgets the owner's accounts that are meant, with their access tokens, and with the refresh
    /// tokens that nobody else holds.
    ///
    /// A sign-in that is under way is waited for, and so is a refresh: neither brings back what was
    /// forgotten. The account goes last, so that after an interruption the same command ends what
    /// it began.
    pub(super) fn of(
        &self,
        owner: &AccountOwner,
        which: Which<'_>,
    ) -> Result<Outcome, CommandError> {
        let failed = |error: VaultError| wording::vault(&error);
        // Where nobody is signed in there is nothing to wait for.
        if self.vault.accounts().get(owner).map_err(failed)?.is_none() {
            return Ok(Outcome::Nobody(Vec::new()));
        }
        let _sign_in = self.lock(&LockName::sign_in(owner)).map_err(failed)?;
        let Some(book) = self.vault.accounts().get(owner).map_err(failed)? else {
            return Ok(Outcome::Nobody(Vec::new()));
        };
        let meant = match which {
            Which::All => book.accounts.clone(),
            Which::Named(text) => book.find(text).cloned().into_iter().collect(),
            Which::Default => match book.default_account() {
                Some(account) => vec![account.clone()],
                None => return Err(wording::which_account(owner, &book.accounts)),
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
            self.forget(account, &mut done).map_err(failed)?;
        }
        Ok(Outcome::Done(Box::new(done)))
    }

    /// Forgets every account of a profile that goes away or is made anew, and says so.
    ///
    /// Without the store's key nobody can see which refresh tokens are theirs: then those stay, and
    /// that is said too. They are of no use to a profile that is made anew.
    pub(super) fn of_profile(&self, profile: &ProfileName) -> Result<(), CommandError> {
        let owner = AccountOwner::Profile(profile.clone());
        let accounts = self.vault.accounts();
        if let Err(VaultError::KeyUnavailable { .. }) = accounts.get(&owner) {
            let removed = accounts.remove(&owner);
            removed.map_err(|error| wording::vault(&error))?;
            self.ui.warn(&wording::refresh_tokens_left(&owner));
        } else if let Outcome::Done(done) = self.of(&owner, Which::All)? {
            self.say(&done);
        }
        Ok(())
    }

    /// Says what was forgotten.
    pub(super) fn say(&self, done: &SignedOut) {
        for line in wording::signed_out(done) {
            self.ui.note(&line);
        }
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
                self.ui.note(&wording::waiting_for_a_sign_in(holder));
            })
    }

    fn remaining(&self) -> Duration {
        self.deadline.saturating_sub(self.clock.monotonic())
    }
}
