//! The sealed token cache: one file per entry, named by what makes tokens interchangeable.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use model::AccessToken;
use model::Account;
use model::AccountId;
use model::ClientId;
use model::Flow;
use model::Timestamp;
use model::TokenEntry;
use serde::Deserialize;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::bytes::digest_name;
use crate::bytes::unhex;
use crate::envelope;
use crate::envelope::Envelope;
use crate::envelope::Kind;
use crate::envelope::SealError;
use crate::error::VaultError;
use crate::files::Directory;
use crate::key::Key;
use crate::key::KeyId;
use crate::notice::Notice;
use crate::sealed;
use crate::store::TOKENS;
use crate::store::Vault;

/// After that long without being rewritten an entry's file is removed, whoever sealed it.
const KEPT_FOR: Duration = Duration::from_hours(30 * 24);

/// Whom a token speaks for, as part of what names its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The application itself.
    App,
    /// The account with that identifier.
    Account(&'a str),
}

/// What makes two tokens interchangeable. Claims are no part of it: a token got with claims
/// replaces the one got without.
#[derive(Debug, Clone, Copy)]
pub struct EntryIdentity<'a> {
    /// The authority's address, without the tenant.
    pub authority: &'a str,
    /// How the authority is spoken to, and which cloud it was said to belong to: they decide where
    /// tokens are asked for, and which resource a bare permission means.
    pub dialect: &'a str,
    /// The tenant segment; empty where there is none.
    pub tenant: &'a str,
    /// The application.
    pub client_id: &'a str,
    /// Whom the token speaks for.
    pub subject: Subject<'a>,
    /// The scopes, normalised.
    pub scopes: &'a str,
    /// Whether the token was asked for with the `cp1` client capability (long-lived, revocable).
    pub cp1: bool,
}

impl EntryIdentity<'_> {
    /// The entry's name: SHA-256 over the parts, each behind its length.
    pub fn id(&self) -> EntryId {
        let (kind, account) = match self.subject {
            Subject::App => ("app", ""),
            Subject::Account(account) => ("account", account),
        };
        EntryId(digest_name(&[
            b"entra-auth-cli token 1",
            self.authority.as_bytes(),
            self.dialect.as_bytes(),
            self.tenant.as_bytes(),
            self.client_id.as_bytes(),
            kind.as_bytes(),
            account.as_bytes(),
            self.scopes.as_bytes(),
            if self.cp1 { b"cp1" } else { b"" },
        ]))
    }
}

/// A cache entry's name: 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(String);

impl EntryId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Option<Self> {
        unhex::<32>(text).map(|_| Self(text.to_owned()))
    }

    /// The file of the entry that this key sealed.
    pub(crate) fn file_name(&self, key: KeyId) -> String {
        format!("{}.{key}", self.0)
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What the cache holds.
#[derive(Debug)]
pub struct TokenList {
    /// The entries that this login session can open.
    pub entries: Vec<(EntryId, TokenEntry)>,
    /// How many more there are: sealed under another session's key, or under the master key while
    /// that cannot be had, damaged, or newer.
    pub closed: usize,
}

/// The sealed token cache.
#[derive(Debug, Clone, Copy)]
pub struct Tokens<'v> {
    vault: &'v Vault,
}

impl<'v> Tokens<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self { vault }
    }

    /// The entry of that name. One that cannot be opened is a miss, told as
    /// [`Notice::UnusableEntry`], and its file is left alone.
    ///
    /// # Errors
    /// [`VaultError`] if files cannot be read, or the master key is needed and cannot be had.
    pub fn get(self, id: &EntryId) -> Result<Option<TokenEntry>, VaultError> {
        let Some(header) = self.vault.existing_header()? else {
            return Ok(None);
        };
        let Some(records) = self.vault.existing_records(TOKENS)? else {
            return Ok(None);
        };
        let session = self.vault.existing_session_key(header.store)?;
        let name = id.file_name(session.map_or(header.key_id, Key::id));
        let Some(bytes) = records.read(&name, envelope::SIZE_LIMIT)? else {
            return Ok(None);
        };
        let key = match session {
            Some(key) => key,
            None => self.vault.master_key()?,
        };
        match open(&bytes, key, id) {
            Ok(entry) => Ok(Some(entry)),
            Err(why) => {
                self.unusable(&records, &name, why);
                Ok(None)
            }
        }
    }

    /// Whether there is an entry of that name, whichever key sealed it and whether or not it opens.
    /// Asks for no key.
    ///
    /// # Errors
    /// [`VaultError`] if the cache cannot be read.
    pub fn is_kept(self, id: &EntryId) -> Result<bool, VaultError> {
        let Some(records) = self.vault.existing_records(TOKENS)? else {
            return Ok(false);
        };
        Ok(entries(&records)?.iter().any(|(_, found, _)| found == id))
    }

    /// Keeps an entry, replacing the one of that name that this session's key sealed.
    ///
    /// # Errors
    /// [`VaultError`] if no key can be had or the file cannot be written.
    pub fn put(self, id: &EntryId, entry: &TokenEntry) -> Result<(), VaultError> {
        let key = self.vault.token_key()?;
        let contents = Contents::of(entry);
        let plaintext = contents.to_json()?;
        let bytes = envelope::seal(key, Kind::Token, id.as_str(), &[], &plaintext)?;
        let name = id.file_name(key.id());
        sealed::write(self.vault, TOKENS, &name, &bytes, Some(KEPT_FOR))
    }

    /// Forgets the entries of that name, whichever key sealed them; returns whether there was one.
    ///
    /// # Errors
    /// [`VaultError`] if a file cannot be removed.
    pub fn remove(self, id: &EntryId) -> Result<bool, VaultError> {
        Ok(self.remove_where(|found, _| found == id)? > 0)
    }

    /// Forgets everything, what other keys sealed included; returns how many entries there were.
    ///
    /// # Errors
    /// [`VaultError`] if a file cannot be removed.
    pub fn clear(self) -> Result<usize, VaultError> {
        self.remove_where(|_, _| true)
    }

    /// Forgets the entries of an application that this session can open; returns how many.
    ///
    /// # Errors
    /// [`VaultError`] if the cache cannot be read or a file cannot be removed.
    pub fn remove_for_client(self, client_id: &ClientId) -> Result<usize, VaultError> {
        self.remove_opened(|entry| entry.client_id == *client_id)
    }

    /// Forgets the entries of an application that speak for that account and that this session can
    /// open; returns how many.
    ///
    /// # Errors
    /// [`VaultError`] if the cache cannot be read or a file cannot be removed.
    pub fn remove_for_account(
        self,
        client_id: &ClientId,
        account: &AccountId,
    ) -> Result<usize, VaultError> {
        self.remove_opened(|entry| {
            let speaks_for = entry.account.as_ref().map(|account| &account.id);
            entry.client_id == *client_id && speaks_for == Some(account)
        })
    }

    /// All entries, in no order.
    ///
    /// # Errors
    /// [`VaultError`] if the cache cannot be read, or there is no session key and the master key
    /// cannot be had.
    pub fn list(self) -> Result<TokenList, VaultError> {
        let mut list = TokenList {
            entries: Vec::new(),
            closed: 0,
        };
        let (Some(header), Some(records)) = (
            self.vault.existing_header()?,
            self.vault.existing_records(TOKENS)?,
        ) else {
            return Ok(list);
        };
        let session = self.vault.existing_session_key(header.store)?;
        // Asked for once at the most: a locked keyring takes its time to say so.
        let mut master = None;
        for (name, id, key_id) in entries(&records)? {
            let key = match session {
                Some(key) if key.id() == key_id => Some(key),
                _ if key_id != header.key_id => None,
                None => Some(self.vault.master_key()?),
                Some(_) => match master {
                    Some(tried) => tried,
                    None => *master.insert(self.master_key_beside_a_session()?),
                },
            };
            let Some(key) = key else {
                list.closed += 1;
                continue;
            };
            let Some(bytes) = records.read(&name, envelope::SIZE_LIMIT)? else {
                continue;
            };
            match open(&bytes, key, &id) {
                Ok(entry) => list.entries.push((id, entry)),
                Err(why) => {
                    self.unusable(&records, &name, why);
                    list.closed += 1;
                }
            }
        }
        Ok(list)
    }

    /// The master key where the session's opens most: one that cannot be had is told by what stays
    /// closed.
    fn master_key_beside_a_session(self) -> Result<Option<&'v Key>, VaultError> {
        match self.vault.master_key() {
            Ok(key) => Ok(Some(key)),
            Err(VaultError::KeyUnavailable { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn remove_opened(self, chosen: impl Fn(&TokenEntry) -> bool) -> Result<usize, VaultError> {
        let theirs: Vec<EntryId> = self
            .list()?
            .entries
            .into_iter()
            .filter(|(_, entry)| chosen(entry))
            .map(|(id, _)| id)
            .collect();
        self.remove_where(|id, _| theirs.contains(id))
    }

    fn remove_where(self, chosen: impl Fn(&EntryId, KeyId) -> bool) -> Result<usize, VaultError> {
        let Some(records) = self.vault.existing_records(TOKENS)? else {
            return Ok(0);
        };
        let mut removed = 0;
        for (name, id, key) in entries(&records)? {
            if chosen(&id, key) && records.remove(&name)? {
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn unusable(self, records: &Directory, name: &str, why: SealError) {
        self.vault.keys.notices.notice(&Notice::UnusableEntry {
            path: records.path_of(name),
            why,
        });
    }
}

/// The tokens that a key seals: file and record names.
pub(crate) fn under(records: &Directory, key: KeyId) -> Result<Vec<(String, EntryId)>, VaultError> {
    let mut found = entries(records)?;
    found.retain(|(_, _, sealed_under)| *sealed_under == key);
    Ok(found.into_iter().map(|(name, id, _)| (name, id)).collect())
}

/// File names, with the entry and the key that each names. Other files are none of ours.
fn entries(records: &Directory) -> Result<Vec<(String, EntryId, KeyId)>, VaultError> {
    Ok(records
        .names()?
        .into_iter()
        .filter_map(|name| {
            let (id, key) = name.split_once('.')?;
            let (id, key) = (EntryId::parse(id)?, KeyId::parse(key)?);
            Some((name, id, key))
        })
        .collect())
}

fn open(bytes: &[u8], key: &Key, id: &EntryId) -> Result<TokenEntry, SealError> {
    let plaintext = Envelope::parse(bytes, Kind::Token)?.open(key, Kind::Token, id.as_str())?;
    let contents: Contents<'_> =
        serde_json::from_slice(&plaintext).map_err(|_| SealError::Contents)?;
    contents.into_entry().ok_or(SealError::Contents)
}

/// An entry as it is sealed.
#[derive(Serialize, Deserialize)]
struct Contents<'a> {
    #[serde(borrow)]
    access_token: Cow<'a, str>,
    token_type: String,
    scope: String,
    obtained_on: Timestamp,
    expires_on: Timestamp,
    refresh_on: Option<Timestamp>,
    authority: String,
    tenant_id: String,
    client_id: ClientId,
    account: Option<Account>,
    flow: Flow,
}

impl<'a> Contents<'a> {
    fn of(entry: &'a TokenEntry) -> Self {
        Self {
            access_token: Cow::Borrowed(entry.access_token.expose_secret()),
            token_type: entry.token_type.clone(),
            scope: entry.scope.clone(),
            obtained_on: entry.obtained_on,
            expires_on: entry.expires_on,
            refresh_on: entry.refresh_on,
            authority: entry.authority.clone(),
            tenant_id: entry.tenant_id.clone(),
            client_id: entry.client_id.clone(),
            account: entry.account.clone(),
            flow: entry.flow,
        }
    }

    fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        // Room enough that the buffer never grows, which would leave copies of the token behind.
        let room = self.access_token.len() * 2 + self.scope.len() * 6 + 16_384;
        let mut json = Zeroizing::new(Vec::with_capacity(room));
        serde_json::to_writer(&mut *json, self).map_err(|_| VaultError::Cryptography)?;
        Ok(json)
    }

    fn into_entry(self) -> Option<TokenEntry> {
        Some(TokenEntry {
            access_token: AccessToken::parse(self.access_token.into_owned()).ok()?,
            token_type: self.token_type,
            scope: self.scope,
            obtained_on: self.obtained_on,
            expires_on: self.expires_on,
            refresh_on: self.refresh_on,
            authority: self.authority,
            tenant_id: self.tenant_id,
            client_id: self.client_id,
            account: self.account,
            flow: self.flow,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::StoreId;

    fn identity() -> EntryIdentity<'static> {
        EntryIdentity {
            authority: "https://login.microsoftonline.com",
            dialect: "entra public",
            tenant: "contoso.com",
            client_id: "c",
            subject: Subject::App,
            scopes: "a b",
            cp1: false,
        }
    }

    #[test]
    fn every_part_names_the_entry() {
        let base = identity();
        let others = [
            EntryIdentity {
                authority: "https://login.microsoftonline.us",
                ..base
            },
            EntryIdentity {
                dialect: "oidc ",
                ..base
            },
            EntryIdentity {
                tenant: "fabrikam.com",
                ..base
            },
            EntryIdentity {
                client_id: "d",
                ..base
            },
            EntryIdentity {
                subject: Subject::Account(""),
                ..base
            },
            EntryIdentity {
                subject: Subject::Account("ann"),
                ..base
            },
            EntryIdentity {
                scopes: "a",
                ..base
            },
            EntryIdentity { cp1: true, ..base },
        ];
        let mut ids: Vec<EntryId> = others.iter().map(EntryIdentity::id).collect();
        ids.push(base.id());
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), others.len() + 1);
        assert_eq!(base.id(), identity().id());
    }

    #[test]
    fn an_entry_whose_account_this_version_does_not_understand_does_not_open() {
        let key = Key::from_slice(&[1; 32], StoreId([1; 16])).unwrap();
        let id = identity().id();
        let opened_with = |account: serde_json::Value| {
            let contents = serde_json::json!({
                "access_token": "token", "token_type": "Bearer", "scope": "a",
                "obtained_on": 1, "expires_on": 2, "refresh_on": null,
                "authority": "https://a", "tenant_id": "t", "client_id": "c",
                "account": account, "flow": "DeviceCode",
            })
            .to_string();
            let text = contents.as_bytes();
            let bytes = envelope::seal(&key, Kind::Token, id.as_str(), &[], text).unwrap();
            open(&bytes, &key, &id).map(|entry| entry.account)
        };
        let account = serde_json::json!({"id": "o.t", "username": "ada", "tenant_id": "t"});
        assert_eq!(opened_with(account).unwrap().unwrap().username, "ada");
        assert_eq!(opened_with(serde_json::Value::Null), Ok(None));
        for foreign in [
            serde_json::json!("ada"),
            serde_json::json!({"id": "o.t"}),
            serde_json::json!(7),
        ] {
            assert_eq!(opened_with(foreign), Err(SealError::Contents));
        }
    }
}
