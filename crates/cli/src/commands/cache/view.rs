//! What is kept, as scripts read it: `docs/schema/cache.schema.json`. No token is part
//! of it.

use model::Account;
use model::Destination;
use model::Profile;
use model::Timestamp;
use model::TokenEntry;
use model::TokenKind;
use serde::Serialize;
use vault::AccountBook;
use vault::AccountOwner;
use vault::HeldRefreshToken;
use vault::RefreshTokenList;

use crate::settings;

/// All there is to show.
#[derive(Serialize)]
pub(super) struct CacheDocument {
    schema_version: u8,
    pub(super) tokens: Vec<CachedToken>,
    /// How many more there are that this session cannot open.
    pub(super) closed_tokens: usize,
    pub(super) sign_ins: Vec<SignIn>,
    /// How many refresh tokens belong to none of them.
    pub(super) other_refresh_tokens: usize,
    /// Why who signed in cannot be told, if it cannot.
    pub(super) sign_ins_unreadable: Option<String>,
}

/// An account that signed in.
#[derive(Serialize)]
pub(super) struct SignIn {
    /// `None` where it signed in without a profile.
    pub(super) profile: Option<String>,
    authority: String,
    pub(super) tenant_id: String,
    pub(super) client_id: String,
    pub(super) account: String,
    account_id: String,
    pub(super) is_default: bool,
    /// By which flow, if there is a refresh token.
    flow: Option<&'static str>,
    /// When its refresh token came: RFC 3339, UTC.
    pub(super) refresh_token_at: Option<String>,
    /// The same in seconds since the epoch.
    refresh_token_on: Option<i64>,
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
        sign_ins: SignIns,
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
            sign_ins: sign_ins.accounts,
            other_refresh_tokens: sign_ins.other_refresh_tokens,
            sign_ins_unreadable: sign_ins.unreadable,
        }
    }
}

/// Who signed in, as far as it can be told.
#[derive(Default)]
pub(super) struct SignIns {
    pub(super) accounts: Vec<SignIn>,
    pub(super) other_refresh_tokens: usize,
    pub(super) unreadable: Option<String>,
}

impl SignIns {
    /// What there is to say of these accounts and refresh tokens, those of one owner or of all, in
    /// an order that does not change from call to call.
    pub(super) fn new(
        books: &[(AccountOwner, AccountBook)],
        refresh_tokens: &RefreshTokenList,
        only: Option<&AccountOwner>,
    ) -> Self {
        let is_of = |book: &AccountBook, held: &HeldRefreshToken| {
            let is_known = book.accounts.iter().any(|known| known.id == held.account);
            is_known && book.destination == held.destination
        };
        let held = &refresh_tokens.held;
        let of_nobody = held
            .iter()
            .filter(|held| !books.iter().any(|(_, book)| is_of(book, held)));
        let other_refresh_tokens = match only {
            Some(_) => 0,
            None => of_nobody.count() + refresh_tokens.closed,
        };
        let mut accounts: Vec<SignIn> = books
            .iter()
            .filter(|(owner, _)| only.is_none_or(|only| only == owner))
            .flat_map(|(owner, book)| {
                book.accounts.iter().map(move |account| {
                    let is_theirs = |found: &&HeldRefreshToken| {
                        found.account == account.id && found.destination == book.destination
                    };
                    SignIn::new(owner, book, account, held.iter().find(is_theirs))
                })
            })
            .collect();
        accounts.sort_by(|one, other| one.key().cmp(&other.key()));
        Self {
            accounts,
            other_refresh_tokens,
            unreadable: None,
        }
    }
}

impl SignIn {
    fn new(
        owner: &AccountOwner,
        book: &AccountBook,
        account: &Account,
        refresh_token: Option<&HeldRefreshToken>,
    ) -> Self {
        let since = refresh_token.map(|held| held.obtained_on);
        Self {
            profile: match owner {
                AccountOwner::Profile(name) => Some(name.to_string()),
                AccountOwner::Destination(_) => None,
            },
            authority: book.destination.authority.clone(),
            tenant_id: book.destination.tenant.clone(),
            client_id: book.destination.client_id.to_string(),
            account: account.username.clone(),
            account_id: account.id.to_string(),
            is_default: book.default.as_ref() == Some(&account.id),
            flow: refresh_token.map(|held| held.flow.as_str()),
            refresh_token_at: since.map(|since| since.to_string()),
            refresh_token_on: since.map(Timestamp::unix_seconds),
        }
    }

    fn key(&self) -> impl Ord + '_ {
        (
            &self.profile,
            &self.authority,
            &self.tenant_id,
            &self.client_id,
            &self.account,
            &self.account_id,
        )
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
