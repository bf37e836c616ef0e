//! What every check may look at.

use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use engine::SystemClock;
use vault::Vault;
use vault::survey::KeyAccess;

use super::check::Verdict;
use crate::settings::Store;
use crate::settings::Variables;
use crate::wording;

/// The machine as every check sees it.
pub(super) struct Here {
    pub(super) variables: Variables,
    pub(super) clock: Arc<SystemClock>,
    /// How long one check may take.
    pub(super) timeout: Duration,
}

impl Here {
    /// How long what a check waits for may take, so that it can say itself that it did not come.
    pub(super) fn patience(&self) -> Duration {
        self.timeout.mul_f64(0.9)
    }
}

/// What is kept on it: a store that is only looked at, and nobody to ask.
pub(super) struct Scene {
    pub(super) here: Arc<Here>,
    pub(super) store: Store,
    key: OnceLock<Result<KeyAccess, Verdict>>,
}

impl Scene {
    pub(super) fn new(here: Arc<Here>, store: Store) -> Self {
        Self {
            here,
            store,
            key: OnceLock::new(),
        }
    }

    pub(super) fn vault(&self) -> &Vault {
        &self.store.vault
    }

    /// Whether the store's key can be had; tried once for all checks.
    pub(super) fn key(&self) -> &Result<KeyAccess, Verdict> {
        self.key.get_or_init(|| {
            self.vault()
                .key_access()
                .map_err(|error| wording::vault(&error).into())
        })
    }

    /// Why what is sealed cannot be looked at, if so.
    pub(super) fn sealed(&self) -> Option<Verdict> {
        match self.key() {
            Ok(KeyAccess::Had | KeyAccess::NoStore) => None,
            Ok(KeyAccess::WouldAsk | KeyAccess::MayAsk) | Err(_) => Some(Verdict::skipped(
                "it is sealed, and the store's key was not had (see Key of the store)",
            )),
        }
    }
}
