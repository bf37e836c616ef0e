//! What a successful token request gives, and what the cache keeps of it.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::AccessToken;
use crate::Account;
use crate::ClientId;
use crate::Flow;
use crate::IdToken;
use crate::RefreshToken;
use crate::Timestamp;

/// A successful token reply, its times made absolute (RFC 6749 §5.1).
#[derive(Debug, Clone)]
pub struct TokenSet {
    /// The token itself.
    pub access_token: AccessToken,
    /// How it is used, nearly always `Bearer` (RFC 6749 §7.1).
    pub token_type: String,
    /// Granted scopes, separated by spaces; those asked for where the server named none.
    pub scope: String,
    /// When the token was received, by this machine's clock.
    pub obtained_on: Timestamp,
    /// When it ends: `obtained_on` plus the server's `expires_in`.
    pub expires_on: Timestamp,
    /// From when on Entra would like it replaced (`refresh_in`), if it said so.
    pub refresh_on: Option<Timestamp>,
    /// The refresh token that came along, if any.
    pub refresh_token: Option<RefreshToken>,
    /// Who signed in, if anyone did and `openid` was asked for.
    pub id_token: Option<IdToken>,
    /// Entra's `client_info`: base64url of JSON with the account's home (`uid`, `utid`).
    pub client_info: Option<String>,
}

/// Whom a token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenKind {
    /// The application itself.
    App,
    /// A person, through the application.
    User,
}

impl TokenKind {
    /// Whom the tokens of this flow speak for.
    pub const fn of(flow: Flow) -> Self {
        if flow.is_for_a_person() {
            Self::User
        } else {
            Self::App
        }
    }

    /// `app` or `user`, as it stands in output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::User => "user",
        }
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A cached access token, with what is needed to say whose it is.
///
/// The refresh token is no part of it: that is a record of its own, under the stronger key.
#[derive(Debug, Clone)]
pub struct TokenEntry {
    /// The access token.
    pub access_token: AccessToken,
    /// How it is used, nearly always `Bearer`.
    pub token_type: String,
    /// Granted scopes, separated by spaces.
    pub scope: String,
    /// When it was received.
    pub obtained_on: Timestamp,
    /// When it ends.
    pub expires_on: Timestamp,
    /// From when on it should be replaced while it still works.
    pub refresh_on: Option<Timestamp>,
    /// The authority it came from, tenant included.
    pub authority: String,
    /// The directory that issued it: what the reply or the authority named.
    pub tenant_id: String,
    /// The application it was issued to.
    pub client_id: ClientId,
    /// The account it speaks for; `None` for an app.
    pub account: Option<Account>,
    /// The flow that got it.
    pub flow: Flow,
}
