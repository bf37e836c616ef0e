//! Refresh tokens: their lives, and how they end ("Refresh tokens in the Microsoft identity
//! platform").

use std::collections::HashMap;
use std::sync::Mutex;

use aws_lc_rs::error::Unspecified;

use crate::directory::{AccountId, Platform};
use crate::entra_error::EntraError;
use crate::identifiers::{random_guid, random_text};
use crate::sign_in::Authentication;
use crate::state::lock;

/// How long a refresh token lives without being used.
const INACTIVITY_SECONDS: i64 = 90 * 24 * 60 * 60;
/// How long a single-page application stays signed in, however often it refreshes.
const SINGLE_PAGE_SECONDS: i64 = 24 * 60 * 60;
/// Entra's refresh tokens are longer than a kilobyte.
const RANDOM_BYTES: usize = 900;

/// What becomes of a refresh token that has been used.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RefreshRotation {
    /// It stays valid next to the new one, as with Entra.
    #[default]
    KeepOld,
    /// It is used up. Whoever uses it again loses the whole family of tokens (RFC 9700 §4.14.2),
    /// with AADSTS70000 and the suberror `bad_token`.
    RevokeOnReuse,
}

/// What a refresh token stands for.
#[derive(Clone, Debug)]
pub(crate) struct RefreshToken {
    pub(crate) client_id: String,
    pub(crate) platform: Platform,
    pub(crate) account: AccountId,
    /// The scope of the request that led to it, for requests without one.
    pub(crate) scope: String,
    pub(crate) authentication: Authentication,
    /// When the person signed in and when this very token was issued.
    pub(crate) signed_in_at: i64,
    pub(crate) issued_at: i64,
    /// What it shares with every token that came of the same sign-in.
    pub(crate) family: String,
}

/// The refresh tokens issued so far.
#[derive(Default)]
pub(crate) struct RefreshTokens {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    rotation: RefreshRotation,
    by_token: HashMap<String, Entry>,
}

struct Entry {
    token: RefreshToken,
    status: Status,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Status {
    Valid,
    UsedUp,
    /// The family was revoked because one of its tokens came twice.
    FamilyRevoked,
    /// The password was changed, or an administrator revoked the user's sessions.
    SignInsRevoked,
}

impl std::fmt::Debug for RefreshTokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let inner = lock(&self.inner);
        formatter
            .debug_struct("RefreshTokens")
            .field("rotation", &inner.rotation)
            .field("count", &inner.by_token.len())
            .finish()
    }
}

impl RefreshTokens {
    pub(crate) fn set_rotation(&self, rotation: RefreshRotation) {
        lock(&self.inner).rotation = rotation;
    }

    /// The name of a new family.
    pub(crate) fn new_family() -> Result<String, Unspecified> {
        random_guid()
    }

    pub(crate) fn issue(&self, token: RefreshToken) -> Result<String, Unspecified> {
        let text = format!("1.{}", random_text(RANDOM_BYTES)?);
        let entry = Entry {
            token,
            status: Status::Valid,
        };
        lock(&self.inner).by_token.insert(text.clone(), entry);
        Ok(text)
    }

    /// What a refresh token of this client stands for, if it is still alive: AADSTS9002313 when it
    /// was never issued, 70000 when it is another client's or its family was revoked, 50173 when
    /// the user's sign-ins were, 700082 after ninety idle days, 700084 after a single-page
    /// application's day.
    pub(crate) fn find(
        &self,
        text: &str,
        client_id: &str,
        now: i64,
    ) -> Result<RefreshToken, EntraError> {
        let mut inner = lock(&self.inner);
        let entry = inner
            .by_token
            .get(text)
            .ok_or_else(EntraError::malformed_grant)?;
        let token = entry.token.clone();
        if !token.client_id.eq_ignore_ascii_case(client_id) {
            return Err(EntraError::grant_of_another_client());
        }
        match entry.status {
            Status::Valid => {}
            Status::SignInsRevoked => return Err(sign_ins_revoked(&token)),
            Status::FamilyRevoked => return Err(used_twice()),
            Status::UsedUp => {
                inner.mark(Status::FamilyRevoked, |other| other.family == token.family);
                return Err(used_twice());
            }
        }
        if token.platform == Platform::SinglePageApplication
            && now - token.signed_in_at > SINGLE_PAGE_SECONDS
        {
            return Err(dead(
                700_084,
                "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime \
                 of 1.00:00:00, which can't be extended. It is now expired and a new sign in request must be sent by \
                 the SPA to the sign in page.",
            ));
        }
        if now - token.issued_at > INACTIVITY_SECONDS {
            return Err(dead(
                700_082,
                "The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.",
            ));
        }
        Ok(token)
    }

    /// A refresh token has been exchanged: what that means is a matter of the rotation.
    pub(crate) fn mark_used(&self, text: &str) {
        let mut inner = lock(&self.inner);
        if inner.rotation == RefreshRotation::RevokeOnReuse
            && let Some(entry) = inner.by_token.get_mut(text)
        {
            entry.status = Status::UsedUp;
        }
    }

    /// Ends every refresh token of an account.
    pub(crate) fn revoke_sign_ins(&self, account: &AccountId) {
        lock(&self.inner).mark(Status::SignInsRevoked, |token| token.account == *account);
    }
}

impl Inner {
    fn mark(&mut self, status: Status, is_meant: impl Fn(&RefreshToken) -> bool) {
        for entry in self.by_token.values_mut() {
            if is_meant(&entry.token) {
                entry.status = status;
            }
        }
    }
}

fn sign_ins_revoked(token: &RefreshToken) -> EntraError {
    dead(
        50173,
        &format!(
            "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have \
             changed or reset their password. The grant was issued on '{}'.",
            crate::clock::error_timestamp(token.issued_at)
        ),
    )
}

fn used_twice() -> EntraError {
    dead(
        70000,
        "Provided grant is invalid or malformed: the refresh token was used before, and all that came of the same \
         sign-in is revoked.",
    )
}

/// A token that will never work again.
fn dead(code: u32, message: &str) -> EntraError {
    EntraError {
        suberror: Some("bad_token".to_owned()),
        ..EntraError::invalid_grant(code, message)
    }
}
