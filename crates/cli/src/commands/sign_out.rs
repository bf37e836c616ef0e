//! Forgetting who signed in, as `logout`, `cache clear` and `config` do it, and saying so.

use std::time::Duration;

use engine::sign_out::Outcome;
use engine::sign_out::SignOutError;
use engine::sign_out::SignedOut;
use engine::sign_out::Which;
use model::ProfileName;
use vault::AccountOwner;
use vault::VaultError;

use crate::command_error::CommandError;
use crate::settings::Store;
use crate::ui::Ui;
use crate::wording;

/// How long forgetting waits for a sign-in that is under way, where nothing else is said.
pub(super) const PATIENCE: Duration = engine::DEFAULT_TIMEOUT;

/// Signing out, within a time.
pub(super) struct SignOut<'a> {
    ui: &'a Ui,
    store: &'a Store,
    allowed: Duration,
    waits: Box<dyn Fn(Option<u32>) + 'a>,
}

impl<'a> SignOut<'a> {
    /// Signing out of this store, which waits at most that long for others.
    pub(super) fn within(ui: &'a Ui, store: &'a Store, allowed: Duration) -> Self {
        Self {
            ui,
            store,
            allowed,
            waits: Box::new(|holder| ui.note(&wording::waiting_for_a_sign_in(holder))),
        }
    }

    /// Forgets the owner's accounts that are meant.
    pub(super) fn of(
        &self,
        owner: &AccountOwner,
        which: Which<'_>,
    ) -> Result<Outcome, CommandError> {
        self.signing_out()
            .of(owner, which)
            .map_err(|error| worded(owner, error))
    }

    /// Forgets every account of a profile that goes away or is made anew, and says so.
    ///
    /// Without the store's key nobody can see which refresh tokens are theirs: then those stay, and
    /// that is said too. They are of no use to a profile that is made anew.
    pub(super) fn of_profile(&self, profile: &ProfileName) -> Result<(), CommandError> {
        let owner = AccountOwner::Profile(profile.clone());
        let accounts = self.store.vault.accounts();
        if let Err(VaultError::KeyUnavailable { .. }) = accounts.get(&owner) {
            let removed = accounts.remove(&owner);
            removed.map_err(|error| wording::vault(&error))?;
            self.ui.warn(&wording::refresh_tokens_left(&owner));
            return Ok(());
        }
        let outcome = self.signing_out().of_whoever_comes(&owner, Which::All);
        if let Outcome::Done(done) = outcome.map_err(|error| worded(&owner, error))? {
            self.say(&done);
        }
        Ok(())
    }

    fn signing_out(&self) -> engine::sign_out::SignOut<'_> {
        let Store { vault, clock, .. } = self.store;
        engine::sign_out::SignOut::within(vault, &**clock, &self.waits, self.allowed)
    }

    /// Says what was forgotten.
    pub(super) fn say(&self, done: &SignedOut) {
        for line in wording::signed_out(done) {
            self.ui.note(&line);
        }
    }
}

fn worded(owner: &AccountOwner, error: SignOutError) -> CommandError {
    match error {
        SignOutError::WhichAccount(accounts) => wording::which_account(owner, &accounts),
        SignOutError::Vault(error) => wording::vault(&error),
    }
}
