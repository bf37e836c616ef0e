//! Sealed refresh tokens (RFC 6749 §1.5): one for each account at each destination, under the
//! master key, bound to the one place it may be sent to.

use std::borrow::Cow;
use std::fmt;

use aws_lc_rs::constant_time;
use model::AccountId;
use model::Destination;
use model::Flow;
use model::RefreshToken;
use model::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::bytes::digest_name;
use crate::envelope;
use crate::envelope::Kind;
use crate::error::VaultError;
use crate::files::Durability;
use crate::sealed;
use crate::sealed::Sealed;
use crate::store::REFRESH_TOKENS;
use crate::store::Vault;

/// What tells one refresh token from all others: it serves every resource and every scope of its
/// client, so neither is part of it.
#[derive(Debug, Clone, Copy)]
pub struct RefreshTokenIdentity<'a> {
    /// The one place it may be sent to.
    pub destination: &'a Destination,
    /// How the authority is spoken to, and which cloud it was said to belong to: they decide where
    /// tokens are asked for.
    pub dialect: &'a str,
    /// Whom it speaks for.
    pub account: &'a AccountId,
}

impl RefreshTokenIdentity<'_> {
    /// The record's name: SHA-256 over the parts, each behind its length.
    pub fn id(&self) -> RefreshTokenId {
        let [authority, tenant, client_id] = self.destination.parts();
        RefreshTokenId(digest_name(&[
            b"entra-auth-cli refresh token 1",
            authority.as_bytes(),
            self.dialect.as_bytes(),
            tenant.as_bytes(),
            client_id.as_bytes(),
            self.account.as_str().as_bytes(),
        ]))
    }
}

/// A refresh token's name: 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefreshTokenId(String);

impl RefreshTokenId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RefreshTokenId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A refresh token with what is known of where it came from.
#[derive(Debug, Clone)]
pub struct StoredRefreshToken {
    /// The token itself.
    pub token: RefreshToken,
    /// When it was received, by this machine's clock.
    pub obtained_on: Timestamp,
    /// The flow by which the person signed in.
    pub flow: Flow,
}

/// What is told of a refresh token that is kept, without the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRefreshToken {
    /// Its name.
    pub id: RefreshTokenId,
    /// The one place it may be sent to.
    pub destination: Destination,
    /// How the authority is spoken to.
    pub dialect: String,
    /// Whom it speaks for.
    pub account: AccountId,
    /// When it was received.
    pub obtained_on: Timestamp,
    /// The flow by which the person signed in.
    pub flow: Flow,
}

/// The refresh tokens that are kept.
#[derive(Debug)]
pub struct RefreshTokenList {
    /// Those that can be opened, in no order.
    pub held: Vec<HeldRefreshToken>,
    /// How many more there are: damaged, of another store, or newer.
    pub closed: usize,
}

/// The sealed refresh tokens.
///
/// Nothing here takes a lock. Who replaces one, or drops one because it was refused, holds
/// [`LockName::refresh_token`](crate::LockName::refresh_token).
#[derive(Debug, Clone, Copy)]
pub struct RefreshTokens<'v> {
    vault: &'v Vault,
}

impl<'v> RefreshTokens<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self { vault }
    }

    /// The refresh token of that identity. One that cannot be opened counts as absent, told as
    /// [`Notice::UnusableEntry`](crate::Notice::UnusableEntry), and its file is left alone: the
    /// person is asked again, and the next [`put`](Self::put) replaces it.
    ///
    /// # Errors
    /// [`VaultError`] if the file cannot be read, or the master key is missing, wrong or locked.
    pub fn get(
        self,
        identity: &RefreshTokenIdentity<'_>,
    ) -> Result<Option<StoredRefreshToken>, VaultError> {
        let id = identity.id();
        let Some(found) = Sealed::read(self.vault, REFRESH_TOKENS, id.0.clone())? else {
            return Ok(None);
        };
        let opened = self.open(&found, &id)?;
        Ok(opened.map(|(_, stored)| stored))
    }

    /// Keeps a refresh token, replacing the one of that identity. Once this returns, it survives a
    /// power cut.
    ///
    /// # Errors
    /// [`VaultError`] if no key can be had or the file cannot be written; the token there was is
    /// then still there.
    pub fn put(
        self,
        identity: &RefreshTokenIdentity<'_>,
        stored: &StoredRefreshToken,
    ) -> Result<(), VaultError> {
        let id = identity.id();
        let plaintext = Contents::of(identity, stored).to_json()?;
        let bytes = envelope::seal(
            self.vault.master_key()?,
            Kind::RefreshToken,
            id.as_str(),
            &sealed::bound_to(identity.destination),
            &plaintext,
        )?;
        sealed::write(self.vault, REFRESH_TOKENS, id.as_str(), &bytes, None)
    }

    /// Forgets the refresh token of that identity; returns whether there was one. Asks for no key.
    ///
    /// # Errors
    /// [`VaultError`] if the file cannot be removed.
    pub fn remove(self, identity: &RefreshTokenIdentity<'_>) -> Result<bool, VaultError> {
        Ok(self.remove_named(&[identity.id().0])? > 0)
    }

    /// Forgets the refresh token of that identity if it is still this one, compared in constant
    /// time; returns whether it was. A provider's refusal of an old token must not remove a newer
    /// one.
    ///
    /// # Errors
    /// [`VaultError`] as for [`get`](Self::get), or if the file cannot be removed.
    pub fn remove_if(
        self,
        identity: &RefreshTokenIdentity<'_>,
        refused: &RefreshToken,
    ) -> Result<bool, VaultError> {
        let is_still_that_one = self.get(identity)?.is_some_and(|stored| {
            constant_time::verify_slices_are_equal(
                stored.token.expose_secret().as_bytes(),
                refused.expose_secret().as_bytes(),
            )
            .is_ok()
        });
        Ok(is_still_that_one && self.remove(identity)?)
    }

    /// Forgets what that account may use at that destination, in whatever dialect; returns how many
    /// refresh tokens there were.
    ///
    /// # Errors
    /// [`VaultError`] as for [`list`](Self::list), or if a file cannot be removed.
    pub fn remove_for_account(
        self,
        destination: &Destination,
        account: &AccountId,
    ) -> Result<usize, VaultError> {
        let theirs: Vec<String> = self
            .list()?
            .held
            .into_iter()
            .filter(|held| held.destination == *destination && held.account == *account)
            .map(|held| held.id.0)
            .collect();
        self.remove_named(&theirs)
    }

    /// Forgets all refresh tokens, those that cannot be opened included; returns how many there
    /// were. Asks for no key.
    ///
    /// # Errors
    /// [`VaultError`] if a file cannot be removed.
    pub fn remove_all(self) -> Result<usize, VaultError> {
        self.remove_named(&sealed::digest_names(self.vault, REFRESH_TOKENS)?)
    }

    /// What is kept. A record that cannot be opened is told, counted, and left alone.
    ///
    /// # Errors
    /// [`VaultError`] if the directory cannot be read, or the master key is missing, wrong or
    /// locked.
    pub fn list(self) -> Result<RefreshTokenList, VaultError> {
        let mut list = RefreshTokenList {
            held: Vec::new(),
            closed: 0,
        };
        for name in sealed::digest_names(self.vault, REFRESH_TOKENS)? {
            let id = RefreshTokenId(name.clone());
            let opened = match sealed::read_or_tell(self.vault, REFRESH_TOKENS, name)? {
                Some(found) => self.open(&found, &id)?,
                None => None,
            };
            match opened {
                Some((held, _)) => list.held.push(held),
                None => list.closed += 1,
            }
        }
        Ok(list)
    }

    fn open(
        self,
        found: &Sealed,
        id: &RefreshTokenId,
    ) -> Result<Option<(HeldRefreshToken, StoredRefreshToken)>, VaultError> {
        found.open_or_tell(
            self.vault,
            Kind::RefreshToken,
            id.as_str(),
            || self.vault.key_of_existing_store(),
            |destination, text| {
                let contents: Contents<'_> = serde_json::from_slice(text).ok()?;
                Some(contents.into_parts(id.clone(), destination))
            },
        )
    }

    fn remove_named(self, names: &[String]) -> Result<usize, VaultError> {
        sealed::remove(self.vault, REFRESH_TOKENS, names, Durability::Lasting)
    }
}

/// A refresh token as it is sealed; the destination is what the record is bound to.
#[derive(Serialize, Deserialize)]
struct Contents<'a> {
    #[serde(borrow)]
    refresh_token: Cow<'a, str>,
    obtained_on: Timestamp,
    flow: Flow,
    dialect: String,
    account: AccountId,
}

impl<'a> Contents<'a> {
    fn of(identity: &RefreshTokenIdentity<'_>, stored: &'a StoredRefreshToken) -> Self {
        Self {
            refresh_token: Cow::Borrowed(stored.token.expose_secret()),
            obtained_on: stored.obtained_on,
            flow: stored.flow,
            dialect: identity.dialect.to_owned(),
            account: identity.account.clone(),
        }
    }

    fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        // Room enough that the buffer never grows, which would leave copies of the token behind:
        // six characters are the most that JSON makes of one byte.
        let lengths = [
            self.refresh_token.len(),
            self.dialect.len(),
            self.account.as_str().len(),
        ];
        let room = lengths.iter().sum::<usize>() * 6 + 1024;
        let mut json = Zeroizing::new(Vec::with_capacity(room));
        serde_json::to_writer(&mut *json, self).map_err(|_| VaultError::Cryptography)?;
        Ok(json)
    }

    fn into_parts(
        self,
        id: RefreshTokenId,
        destination: Destination,
    ) -> (HeldRefreshToken, StoredRefreshToken) {
        let held = HeldRefreshToken {
            id,
            destination,
            dialect: self.dialect,
            account: self.account,
            obtained_on: self.obtained_on,
            flow: self.flow,
        };
        let stored = StoredRefreshToken {
            token: RefreshToken::from(self.refresh_token.into_owned()),
            obtained_on: self.obtained_on,
            flow: self.flow,
        };
        (held, stored)
    }
}

#[cfg(test)]
mod tests {
    use model::ClientId;

    use super::*;

    #[test]
    fn every_part_names_the_record() {
        let destination = |authority: &str, tenant: &str, client: &str| Destination {
            authority: authority.to_owned(),
            tenant: tenant.to_owned(),
            client_id: ClientId::parse(client).unwrap(),
        };
        let base = destination("https://a", "t", "c");
        let (ada, eve) = (
            AccountId::of_entra("ada", "t"),
            AccountId::of_entra("eve", "t"),
        );
        let mut ids = Vec::new();
        for destination in [
            &base,
            &destination("https://b", "t", "c"),
            &destination("https://a", "u", "c"),
            &destination("https://a", "t", "d"),
            &destination("https://a", "tc", "c"),
        ] {
            for dialect in ["entra public", "oidc "] {
                for account in [&ada, &eve] {
                    let identity = RefreshTokenIdentity {
                        destination,
                        dialect,
                        account,
                    };
                    ids.push(identity.id());
                }
            }
        }
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn the_buffer_never_grows_whatever_the_token_holds() {
        let (destination, account) = (
            Destination {
                authority: "https://a".to_owned(),
                tenant: "t".to_owned(),
                client_id: ClientId::parse("c").unwrap(),
            },
            AccountId::of_issuer("\u{1}\"", "https://a"),
        );
        let identity = RefreshTokenIdentity {
            destination: &destination,
            dialect: "entra public",
            account: &account,
        };
        for text in ["", "\u{1}", "\"\\", "ä"] {
            let stored = StoredRefreshToken {
                token: RefreshToken::from(text.repeat(5_000)),
                obtained_on: Timestamp::from_unix_seconds(i64::MIN),
                flow: Flow::InteractiveBrowser,
            };
            let contents = Contents::of(&identity, &stored);
            let json = contents.to_json().unwrap();
            let room = (stored.token.expose_secret().len() + 12 + account.as_str().len()) * 6;
            assert_eq!(json.capacity(), room + 1024);
            assert!(json.len() <= json.capacity());
        }
    }
}
