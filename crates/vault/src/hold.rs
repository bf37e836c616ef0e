//! Holding on to what protects the store: whoever writes records under the master key keeps the
//! protection from being changed meanwhile. docs/design/changing-protection.md says why.

use std::sync::Arc;
use std::sync::PoisonError;
use std::time::Duration;

use crate::error::VaultError;
use crate::header::Header;
use crate::locks::Lock;
use crate::locks::LockName;
use crate::locks::SharedLock;
use crate::notice::Notice;
use crate::store::Vault;

/// How long a single write waits for a change of the protection: that takes moments, unless a
/// keyring has to be waited for.
const WAIT_TO_WRITE: Duration = Duration::from_mins(1);

/// Keeps the store's protection as it is, as long as this lives.
#[derive(Debug, Clone)]
#[must_use = "the protection stays as it is only as long as this value lives"]
pub struct Hold {
    _lock: Arc<HeldLock>,
}

/// The lock of the protection.
#[derive(Debug)]
pub(crate) enum HeldLock {
    Shared {
        _lock: SharedLock,
    },
    /// That of the protection, and that of its announcement.
    Alone {
        _locks: Box<[Lock; 2]>,
    },
}

impl Vault {
    /// Keeps the protection from being changed as long as the [`Hold`] lives. Taken before anything
    /// is read that decides what will be written; others hold it at the same time. What a killed
    /// change left behind is removed.
    ///
    /// `on_wait` is called once, with the process id of who is waited for if it is known.
    ///
    /// # Errors
    /// [`VaultError::ProtectionChanged`] if it was changed since this vault read the header: nothing
    /// was written, and another vault can do it. [`VaultError::Lock`] at the deadline.
    pub fn hold(
        &self,
        deadline: Duration,
        on_wait: &mut dyn FnMut(Option<u32>),
    ) -> Result<Hold, VaultError> {
        if let Some(hold) = self.held() {
            return Ok(hold);
        }
        let waiting = Waiting::begin(self, deadline);
        let mut on_wait = once(on_wait);
        // Who announced a change goes first, or a stream of writers would keep it out for ever.
        let name = LockName::announced_change();
        let passage = self
            .locks()
            .pass(&name, waiting.remaining(), &mut on_wait)?;
        let name = LockName::protection();
        let lock = self
            .locks()
            .acquire_shared(&name, waiting.remaining(), &mut on_wait)?;
        drop(passage);
        let hold = self.holding(HeldLock::Shared { _lock: lock });
        self.must_be_current()?;
        if let Err(error) = self.finish_change() {
            // What is left opens nothing and stands in nobody's way but the next change's.
            let why = error.to_string();
            self.keys.notices.notice(&Notice::ChangeUnfinished { why });
        }
        Ok(hold)
    }

    /// The same for a single write.
    pub(crate) fn hold_to_write(&self) -> Result<Hold, VaultError> {
        self.hold(WAIT_TO_WRITE, &mut |_| ())
    }

    /// Keeps everybody else from writing records under the master key. Announced first: who comes
    /// later waits for it, so that only those are waited for who write already.
    pub(crate) fn hold_alone(
        &self,
        deadline: Duration,
        on_wait: &mut dyn FnMut(Option<u32>),
    ) -> Result<Hold, VaultError> {
        let waiting = Waiting::begin(self, deadline);
        let mut on_wait = once(on_wait);
        let mut acquire = |name: &LockName| {
            let since = self.clock.now_nanoseconds();
            self.locks()
                .acquire(name, waiting.remaining(), since, &mut on_wait)
        };
        let announced = acquire(&LockName::announced_change())?;
        let lock = acquire(&LockName::protection())?;
        let hold = self.holding(HeldLock::Alone {
            _locks: Box::new([lock, announced]),
        });
        self.must_be_current()?;
        Ok(hold)
    }

    /// Refuses to go on with a header that is not the store's any more.
    pub(crate) fn must_be_current(&self) -> Result<(), VaultError> {
        let (Some(known), Some(state)) = (self.known_header(), self.existing_state()?) else {
            return Ok(());
        };
        match Header::read(state)? {
            Some(header) if header.key_id != known.key_id => Err(VaultError::ProtectionChanged),
            _ => Ok(()),
        }
    }

    fn held(&self) -> Option<Hold> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.upgrade().map(|lock| Hold { _lock: lock })
    }

    fn holding(&self, lock: HeldLock) -> Hold {
        let lock = Arc::new(lock);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Arc::downgrade(&lock);
        Hold { _lock: lock }
    }
}

/// Waiting for several locks, one after the other, until one deadline.
struct Waiting<'v> {
    vault: &'v Vault,
    began: Duration,
    deadline: Duration,
}

impl<'v> Waiting<'v> {
    fn begin(vault: &'v Vault, deadline: Duration) -> Self {
        Self {
            vault,
            began: vault.clock.monotonic(),
            deadline,
        }
    }

    fn remaining(&self) -> Duration {
        let waited = self.vault.clock.monotonic().saturating_sub(self.began);
        self.deadline.saturating_sub(waited)
    }
}

/// The same call, made the first time only.
fn once(on_wait: &mut dyn FnMut(Option<u32>)) -> impl FnMut(Option<u32>) {
    let mut told = false;
    move |holder| {
        if !told {
            told = true;
            on_wait(holder);
        }
    }
}
