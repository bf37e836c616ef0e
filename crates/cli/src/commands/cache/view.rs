//! What is kept, as scripts read it: `docs/schema/cache.schema.json`. No token is part of it.

use model::Destination;
use model::Profile;
use model::Timestamp;
use model::TokenEntry;
use model::TokenKind;
use serde::Serialize;

use crate::settings;

/// All there is to show.
#[derive(Serialize)]
pub(super) struct CacheDocument {
    schema_version: u8,
    pub(super) tokens: Vec<CachedToken>,
    /// How many more there are that this session cannot open.
    pub(super) closed_tokens: usize,
}

/// A cached access token, without the token.
#[derive(Serialize)]
pub(super) struct CachedToken {
    /// The profiles whose requests it can answer.
    pub(super) profiles: Vec<String>,
    pub(super) authority: String,
    pub(super) tenant_id: String,
    pub(super) client_id: String,
    pub(super) account: Option<String>,
    pub(super) account_id: Option<String>,
    pub(super) token_kind: &'static str,
    pub(super) flow: &'static str,
    pub(super) scope: String,
    /// Seconds left at the moment of printing.
    pub(super) expires_in: i64,
    /// RFC 3339, UTC.
    expires_at: String,
    /// Seconds since the epoch.
    expires_on: i64,
}

/// A profile, and where its requests go.
pub(super) struct Owner {
    name: String,
    authority: String,
    destination: Destination,
}

impl Owner {
    /// `None` for a profile that names no destination yet: no token is its own.
    pub(super) fn of(profile: &Profile) -> Option<Self> {
        Some(Self {
            name: profile.name.to_string(),
            authority: settings::profile_authority(profile).ok()?.address(),
            destination: settings::profile_destination(profile).ok()?,
        })
    }

    fn owns(&self, entry: &TokenEntry) -> bool {
        self.authority == entry.authority && self.destination.client_id == entry.client_id
    }
}

impl CacheDocument {
    /// What there is to say of these tokens now, in an order that does not change from call to
    /// call.
    pub(super) fn new(
        entries: &[TokenEntry],
        closed_tokens: usize,
        owners: &[Owner],
        now: Timestamp,
    ) -> Self {
        let mut tokens: Vec<CachedToken> = entries
            .iter()
            .map(|entry| CachedToken::new(entry, owners, now))
            .collect();
        tokens.sort_by(|one, other| one.key().cmp(&other.key()));
        Self {
            schema_version: 1,
            tokens,
            closed_tokens,
        }
    }
}

impl CachedToken {
    fn new(entry: &TokenEntry, owners: &[Owner], now: Timestamp) -> Self {
        let account = entry.account.as_ref();
        Self {
            profiles: owners
                .iter()
                .filter(|owner| owner.owns(entry))
                .map(|owner| owner.name.clone())
                .collect(),
            authority: entry.authority.clone(),
            tenant_id: entry.tenant_id.clone(),
            client_id: entry.client_id.to_string(),
            account: account.map(|account| account.username.clone()),
            account_id: account.map(|account| account.id.to_string()),
            token_kind: TokenKind::of(entry.flow).as_str(),
            flow: entry.flow.as_str(),
            scope: entry.scope.clone(),
            expires_in: entry.expires_on.seconds_since(now).max(0),
            expires_at: entry.expires_on.to_string(),
            expires_on: entry.expires_on.unix_seconds(),
        }
    }

    fn key(&self) -> impl Ord + '_ {
        (
            &self.profiles,
            &self.authority,
            &self.client_id,
            &self.account,
            &self.scope,
            self.expires_on,
        )
    }
}
