//! Everything the endpoints share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::client_assertion::Strictness;
use crate::clock::Clock;
use crate::directory::Directory;
use crate::graph::Registrations;
use crate::issued::{AuthorizationCodes, DeviceCodes, RefreshTokens};
use crate::sign_in::{Consents, Policies, Sessions, SignInScript};
use crate::signing_key::SigningKeys;

/// Entra's tokens for apps live an hour; `expires_in` says one second less.
pub(crate) const DEFAULT_TOKEN_LIFETIME: Duration = Duration::from_secs(3599);

/// What the emulator knows and remembers.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) directory: Directory,
    pub(crate) registrations: Registrations,
    pub(crate) clock: Clock,
    pub(crate) signing_keys: SigningKeys,
    pub(crate) used_assertions: UsedAssertions,
    pub(crate) strictness: Strictness,
    pub(crate) sessions: Sessions,
    pub(crate) consents: Consents,
    pub(crate) policies: Policies,
    pub(crate) sign_in_script: SignInScript,
    pub(crate) authorization_codes: AuthorizationCodes,
    pub(crate) device_codes: DeviceCodes,
    pub(crate) refresh_tokens: RefreshTokens,
    token_lifetime_seconds: AtomicU64,
}

impl State {
    pub(crate) fn new(
        directory: Directory,
        registrations: Registrations,
        clock: Clock,
        strictness: Strictness,
        token_lifetime: Duration,
        device_codes: DeviceCodes,
    ) -> Self {
        Self {
            directory,
            registrations,
            clock,
            signing_keys: SigningKeys::default(),
            used_assertions: UsedAssertions::default(),
            strictness,
            sessions: Sessions::default(),
            consents: Consents::default(),
            policies: Policies::default(),
            sign_in_script: SignInScript::default(),
            authorization_codes: AuthorizationCodes::default(),
            device_codes,
            refresh_tokens: RefreshTokens::default(),
            token_lifetime_seconds: AtomicU64::new(token_lifetime.as_secs()),
        }
    }

    /// How long new tokens live, in seconds.
    pub(crate) fn token_lifetime(&self) -> i64 {
        i64::try_from(self.token_lifetime_seconds.load(Ordering::Relaxed)).unwrap_or(i64::MAX)
    }

    pub(crate) fn set_token_lifetime(&self, lifetime: Duration) {
        self.token_lifetime_seconds
            .store(lifetime.as_secs(), Ordering::Relaxed);
    }
}

/// The `jti` of every client assertion accepted and not yet expired (RFC 7523 §3, item 7).
#[derive(Debug, Default)]
pub(crate) struct UsedAssertions {
    expiry_by_id: Mutex<HashMap<(String, String), i64>>,
}

impl UsedAssertions {
    /// Remembers an assertion until `expires_at`; `false` if it was used before.
    pub(crate) fn remember(
        &self,
        client_id: &str,
        token_id: &str,
        expires_at: i64,
        now: i64,
    ) -> bool {
        let mut used = lock(&self.expiry_by_id);
        used.retain(|_, expiry| *expiry >= now);
        used.insert((client_id.to_owned(), token_id.to_owned()), expires_at)
            .is_none()
    }
}

/// Locks, taking the value as it is if another thread panicked while holding it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assertion_is_remembered_per_client_until_it_expires() {
        let used = UsedAssertions::default();
        assert!(used.remember("app", "1", 1_000, 900));
        assert!(!used.remember("app", "1", 1_000, 950));
        assert!(used.remember("other", "1", 1_000, 950));
        assert!(used.remember("app", "1", 2_000, 1_001));
    }
}
