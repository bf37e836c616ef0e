//! What to do about a request, given what is cached: pure, so that every case can be tested.

use std::time::Duration;

use model::Timestamp;
use model::TokenEntry;

use crate::request::CacheUse;
use crate::request::MinTtl;

/// How far a token's time of receipt may lie ahead of the clock before it is not believed.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);

/// An expiry further away than this is a mistake, not a lifetime.
const LONGEST_LIFETIME: Duration = Duration::from_hours(10 * 365 * 24);

/// What a request says about cached tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) cache: CacheUse,
    pub(crate) min_ttl: MinTtl,
    /// Claims or a sign-in were demanded: no token from before can meet them.
    pub(crate) bypass: bool,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    /// The cached token answers.
    UseCached,
    /// Get a new one; if that fails for the reasons named, the cached one still answers.
    Renew(Fallback),
    /// Get a new one.
    Acquire,
}

/// When a cached token may stand in for the new one that could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fallback {
    /// Whatever the reason: the token has the life it needs, renewing was only early.
    OnAnyFailure,
    /// Only where no answer came: an answer that says no is the truth.
    WithoutAnAnswer,
}

/// Decides.
pub(crate) fn plan(asked: Asked, cached: Option<&TokenEntry>, now: Timestamp) -> Plan {
    let Some(entry) = cached else {
        return Plan::Acquire;
    };
    if asked.cache != CacheUse::ReadAndWrite || asked.bypass || !is_believable(entry, now) {
        return Plan::Acquire;
    }
    let remaining = entry.expires_on.seconds_since(now);
    let needed = i64::try_from(asked.min_ttl.duration().as_secs()).unwrap_or(i64::MAX);
    if remaining <= 0 {
        Plan::Acquire
    } else if remaining < needed {
        match asked.min_ttl {
            MinTtl::Preferred(_) => Plan::Renew(Fallback::WithoutAnAnswer),
            MinTtl::Required(_) => Plan::Acquire,
        }
    } else if entry.refresh_on.is_some_and(|refresh_on| refresh_on <= now) {
        Plan::Renew(Fallback::OnAnyFailure)
    } else {
        Plan::UseCached
    }
}

/// Whether the entry's times can be true. A clock that was set back would stretch a token's life.
fn is_believable(entry: &TokenEntry, now: Timestamp) -> bool {
    entry.obtained_on <= now.plus(CLOCK_TOLERANCE) && entry.expires_on <= now.plus(LONGEST_LIFETIME)
}

#[cfg(test)]
mod tests {
    use model::AccessToken;
    use model::ClientId;
    use model::Flow;
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    fn entry(expires_in: i64, refresh_in: Option<i64>) -> TokenEntry {
        let at = |seconds: i64| Timestamp::from_unix_seconds(NOW.unix_seconds() + seconds);
        TokenEntry {
            access_token: AccessToken::parse("token".to_owned()).unwrap(),
            token_type: "Bearer".to_owned(),
            scope: String::new(),
            obtained_on: at(-10),
            expires_on: at(expires_in),
            refresh_on: refresh_in.map(at),
            authority: String::new(),
            tenant_id: String::new(),
            client_id: ClientId::parse("app").unwrap(),
            account: None,
            flow: Flow::ClientCredentials,
        }
    }

    fn normal(seconds: u64) -> Asked {
        Asked {
            cache: CacheUse::ReadAndWrite,
            min_ttl: MinTtl::Preferred(Duration::from_secs(seconds)),
            bypass: false,
        }
    }

    fn required(seconds: u64) -> Asked {
        Asked {
            min_ttl: MinTtl::Required(Duration::from_secs(seconds)),
            ..normal(0)
        }
    }

    #[test]
    fn nothing_cached_means_a_new_token() {
        assert_eq!(plan(normal(300), None, NOW), Plan::Acquire);
    }

    #[test]
    fn a_token_serves_down_to_the_buffer() {
        for (left, expected) in [
            (3600, Plan::UseCached),
            (300, Plan::UseCached),
            (299, Plan::Renew(Fallback::WithoutAnAnswer)),
            (1, Plan::Renew(Fallback::WithoutAnAnswer)),
            (0, Plan::Acquire),
            (-1, Plan::Acquire),
        ] {
            assert_eq!(
                plan(normal(300), Some(&entry(left, None)), NOW),
                expected,
                "{left}"
            );
        }
    }

    #[test]
    fn a_lifetime_someone_asked_for_is_a_promise() {
        assert_eq!(
            plan(required(600), Some(&entry(599, None)), NOW),
            Plan::Acquire
        );
        assert_eq!(
            plan(required(600), Some(&entry(600, None)), NOW),
            Plan::UseCached
        );
        assert_eq!(
            plan(required(0), Some(&entry(1, None)), NOW),
            Plan::UseCached
        );
        assert_eq!(plan(required(0), Some(&entry(0, None)), NOW), Plan::Acquire);
    }

    #[test]
    fn past_the_refresh_point_a_living_token_never_gets_lost() {
        let early = entry(7200, Some(0));
        assert_eq!(
            plan(normal(300), Some(&early), NOW),
            Plan::Renew(Fallback::OnAnyFailure)
        );
        let later = entry(7200, Some(1));
        assert_eq!(plan(normal(300), Some(&later), NOW), Plan::UseCached);
    }

    #[test]
    fn force_and_claims_pass_the_cache_by() {
        let fresh = entry(3600, None);
        for asked in [
            Asked {
                cache: CacheUse::WriteOnly,
                ..normal(300)
            },
            Asked {
                cache: CacheUse::None,
                ..normal(300)
            },
            Asked {
                bypass: true,
                ..normal(300)
            },
        ] {
            assert_eq!(plan(asked, Some(&fresh), NOW), Plan::Acquire, "{asked:?}");
        }
    }

    #[test]
    fn times_that_cannot_be_true_are_not_believed() {
        let mut from_the_future = entry(7200, None);
        from_the_future.obtained_on = NOW.plus(CLOCK_TOLERANCE).plus(Duration::from_secs(1));
        assert_eq!(
            plan(normal(300), Some(&from_the_future), NOW),
            Plan::Acquire
        );
        let for_ever = entry(i64::from(u32::MAX), None);
        assert_eq!(plan(normal(300), Some(&for_ever), NOW), Plan::Acquire);
    }

    proptest! {
        #[test]
        fn a_dead_token_is_never_used(
            left in i64::MIN / 4..i64::MAX / 4,
            refresh in proptest::option::of(-100_000_i64..100_000),
            needed in 0_u64..1_000_000,
            is_required: bool,
        ) {
            let asked = if is_required { required(needed) } else { normal(needed) };
            let decided = plan(asked, Some(&entry(left, refresh)), NOW);
            if left <= 0 {
                prop_assert_eq!(decided, Plan::Acquire);
            }
            if decided == Plan::UseCached {
                prop_assert!(left >= i64::try_from(needed).unwrap());
            }
        }
    }
}
