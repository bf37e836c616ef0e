//! Authorization codes: once, within ten minutes (RFC 6749 §4.1.2).

use std::collections::HashMap;
use std::sync::Mutex;

use aws_lc_rs::error::Unspecified;

use crate::directory::{AccountId, Platform};
use crate::entra_error::EntraError;
use crate::identifiers::random_text;
use crate::sign_in::Authentication;
use crate::state::lock;

/// How long a code can be redeemed.
const LIFETIME_SECONDS: i64 = 10 * 60;
/// Entra's codes are far longer than other providers'.
const RANDOM_BYTES: usize = 480;

/// What a code stands for.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizationCode {
    pub(crate) client_id: String,
    /// The tenant, or the word, of the authorization request's path.
    pub(crate) tenant_key: String,
    pub(crate) redirect_uri: String,
    pub(crate) platform: Platform,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: Option<String>,
    pub(crate) account: AccountId,
    pub(crate) authentication: Authentication,
    pub(crate) issued_at: i64,
}

/// The codes issued so far.
#[derive(Default)]
pub(crate) struct AuthorizationCodes {
    by_code: Mutex<HashMap<String, Redeemable>>,
}

struct Redeemable {
    code: AuthorizationCode,
    was_redeemed: bool,
}

impl std::fmt::Debug for AuthorizationCodes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AuthorizationCodes")
            .field("count", &lock(&self.by_code).len())
            .finish()
    }
}

impl AuthorizationCodes {
    pub(crate) fn issue(&self, code: AuthorizationCode) -> Result<String, Unspecified> {
        let text = format!("1.{}", random_text(RANDOM_BYTES)?);
        let entry = Redeemable {
            code,
            was_redeemed: false,
        };
        lock(&self.by_code).insert(text.clone(), entry);
        Ok(text)
    }

    /// What a code of this client stands for: AADSTS54005 after it was redeemed, 70008 after ten
    /// minutes, 70000 when it is another client's, 9002313 when it was never issued.
    pub(crate) fn find(
        &self,
        text: &str,
        client_id: &str,
        now: i64,
    ) -> Result<AuthorizationCode, EntraError> {
        let by_code = lock(&self.by_code);
        let entry = by_code.get(text).ok_or_else(EntraError::malformed_grant)?;
        if !entry.code.client_id.eq_ignore_ascii_case(client_id) {
            return Err(EntraError::grant_of_another_client());
        }
        if entry.was_redeemed {
            return Err(EntraError::invalid_grant(
                54005,
                "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an \
                 existing refresh token.",
            ));
        }
        if now - entry.code.issued_at > LIFETIME_SECONDS {
            return Err(EntraError::invalid_grant(
                70008,
                "The provided authorization code or refresh token has expired due to inactivity. Send a new \
                 interactive authorization request for this user and resource.",
            ));
        }
        Ok(entry.code.clone())
    }

    /// Marks a code as redeemed.
    pub(crate) fn redeem(&self, text: &str) {
        if let Some(entry) = lock(&self.by_code).get_mut(text) {
            entry.was_redeemed = true;
        }
    }
}
