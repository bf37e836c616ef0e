//! `store.json`: names the store and its master key, and says what protects the key.

use std::borrow::Cow;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;

use crate::bytes::hex;
use crate::bytes::unhex;
use crate::error::VaultError;
use crate::files::Directory;
use crate::key::Key;
use crate::key::KeyId;
use crate::key::StoreId;
use crate::protection::KeyFile;
use crate::protection::Protection;
use crate::protection::keyring::SERVICE;
use crate::protection::passphrase::Cost;
use crate::protection::passphrase::WrappedKey;
use crate::store::UNDER_THE_MASTER_KEY;

pub(crate) const NAME: &str = "store.json";
/// The format of a store whose protection was never changed.
const FIRST_FORMAT: u32 = 1;
/// The format of one whose records lie in directories named by their key.
const FORMAT: u32 = 2;
const SIZE_LIMIT: u64 = 1 << 16;

/// What is wrong with the file that describes a store.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum HeaderError {
    /// It is not the JSON this program writes.
    #[error("{0}")]
    Syntax(String),
    /// A newer version of this program made the store.
    #[error("a newer version of this program made it (format {found}, known are 1 and 2)")]
    Newer {
        /// The format's number.
        found: u32,
    },
    /// A field holds what can never stand there.
    #[error("the value of `{0}` is impossible")]
    Field(&'static str),
    /// It asks for more memory or time than deriving a key may take.
    #[error(
        "it asks for {memory_kib} KiB of memory and {passes} passes over it, more than is allowed"
    )]
    ExcessiveCost {
        /// The memory asked for, in KiB.
        memory_kib: u32,
        /// The passes asked for.
        passes: u32,
    },
}

/// What is known of a store without its key.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) store: StoreId,
    pub(crate) key_id: KeyId,
    pub(crate) check: [u8; 32],
    pub(crate) keeping: Keeping,
    /// Whether the protection was changed since the store was made: then the directories of records
    /// are named by their key.
    resealed: bool,
}

/// How the master key is kept, with what is needed to get at it.
#[derive(Debug)]
pub(crate) enum Keeping {
    Keyring { service: String, account: String },
    KeyFile { path: PathBuf },
    Passphrase(WrappedKey),
}

impl Keeping {
    /// The same as data to show.
    pub(crate) fn protection(&self) -> Protection {
        match self {
            Self::Keyring { service, account } => Protection::Keyring {
                service: service.clone(),
                account: account.clone(),
            },
            Self::KeyFile { path } => Protection::KeyFile { path: path.clone() },
            Self::Passphrase(_) => Protection::Passphrase,
        }
    }
}

/// The account of the keyring's item that holds a new store's key.
pub(crate) fn first_account(store: StoreId) -> String {
    format!("master-key:{store}")
}

/// The account of the item that holds the key which a changed protection makes: no other key of the
/// store ever had it.
pub(crate) fn account_of_another(store: StoreId, key: KeyId) -> String {
    format!("master-key:{store}.{key}")
}

#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

/// A header as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Written {
    format: u32,
    store_id: String,
    key_id: String,
    check: String,
    protection: WrittenProtection,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum WrittenProtection {
    #[serde(rename_all = "camelCase")]
    Keyring { service: String, account: String },
    #[serde(rename_all = "camelCase")]
    KeyFile { path: PathBuf },
    #[serde(rename_all = "camelCase")]
    Passphrase {
        derivation: String,
        memory_kib: u32,
        passes: u32,
        lanes: u32,
        salt: String,
        commitment: String,
        nonce: String,
        wrapped_key: String,
    },
}

impl Header {
    /// The header of a new store.
    pub(crate) fn new(key: &Key, keeping: Keeping) -> Self {
        Self {
            store: key.store(),
            key_id: key.id(),
            check: key.check_value(),
            keeping,
            resealed: false,
        }
    }

    /// The header that the same store has under a new key.
    pub(crate) fn resealed(key: &Key, keeping: Keeping) -> Self {
        Self {
            resealed: true,
            ..Self::new(key, keeping)
        }
    }

    /// The directory in which this key's records of a kind lie. Tokens tell their key by their own
    /// names.
    pub(crate) fn directory<'n>(&self, records: &'n str) -> Cow<'n, str> {
        if self.resealed && UNDER_THE_MASTER_KEY.contains(&records) {
            Cow::Owned(format!("{records}.{}", self.key_id))
        } else {
            Cow::Borrowed(records)
        }
    }

    /// Whether the key is in the keyring's item that this program names for it.
    pub(crate) fn names_own_item(&self) -> bool {
        let own = if self.resealed {
            account_of_another(self.store, self.key_id)
        } else {
            first_account(self.store)
        };
        matches!(
            &self.keeping,
            Keeping::Keyring { service, account } if service == SERVICE && *account == own
        )
    }

    /// Whether the key is in the file that this program names for it in the data directory.
    pub(crate) fn names_own_file(&self, data: &Path) -> bool {
        let own = if self.resealed {
            KeyFile::path_of_another(data, self.store, self.key_id)
        } else {
            KeyFile::default_path(data, self.store)
        };
        matches!(&self.keeping, Keeping::KeyFile { path } if *path == own)
    }

    /// Where the header of a store in this directory stands.
    pub(crate) fn path(state: &Directory) -> PathBuf {
        state.path_of(NAME)
    }

    /// Reads the header; `None` if there is none.
    pub(crate) fn read(state: &Directory) -> Result<Option<Self>, VaultError> {
        let Some(bytes) = state.read(NAME, SIZE_LIMIT)? else {
            return Ok(None);
        };
        Self::parse(&bytes)
            .map(Some)
            .map_err(|why| VaultError::Header {
                path: Self::path(state),
                why,
            })
    }

    /// Writes the header where there is none yet; returns whether it did.
    pub(crate) fn write(&self, state: &Directory) -> Result<bool, VaultError> {
        let bytes = self.to_bytes().map_err(|error| VaultError::Header {
            path: Self::path(state),
            why: HeaderError::Syntax(error.to_string()),
        })?;
        Ok(state.write_if_absent(NAME, &bytes)?)
    }

    /// Puts this header in the place of the one there is.
    pub(crate) fn replace(&self, state: &Directory) -> Result<(), VaultError> {
        let bytes = self.to_bytes().map_err(|error| VaultError::Header {
            path: Self::path(state),
            why: HeaderError::Syntax(error.to_string()),
        })?;
        Ok(state.replace(NAME, &bytes)?)
    }

    fn parse(bytes: &[u8]) -> Result<Self, HeaderError> {
        let syntax = |error: serde_json::Error| HeaderError::Syntax(error.to_string());
        let FormatOnly { format } = serde_json::from_slice(bytes).map_err(syntax)?;
        if format > FORMAT {
            return Err(HeaderError::Newer { found: format });
        }
        let written: Written = serde_json::from_slice(bytes).map_err(syntax)?;
        written.into_header()
    }

    fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(&self.written())?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The header as it is written.
    pub(crate) fn written(&self) -> Written {
        Written {
            format: if self.resealed { FORMAT } else { FIRST_FORMAT },
            store_id: self.store.to_string(),
            key_id: self.key_id.to_string(),
            check: hex(&self.check),
            protection: WrittenProtection::of(&self.keeping),
        }
    }
}

impl Written {
    /// The header that was written.
    pub(crate) fn into_header(self) -> Result<Header, HeaderError> {
        let resealed = match self.format {
            FIRST_FORMAT => false,
            FORMAT => true,
            _ => return Err(HeaderError::Field("format")),
        };
        Ok(Header {
            store: StoreId::parse(&self.store_id).ok_or(HeaderError::Field("storeId"))?,
            key_id: KeyId::parse(&self.key_id).ok_or(HeaderError::Field("keyId"))?,
            check: unhex(&self.check).ok_or(HeaderError::Field("check"))?,
            keeping: self.protection.into_keeping()?,
            resealed,
        })
    }
}

impl WrittenProtection {
    fn of(keeping: &Keeping) -> Self {
        match keeping {
            Keeping::Keyring { service, account } => Self::Keyring {
                service: service.clone(),
                account: account.clone(),
            },
            Keeping::KeyFile { path } => Self::KeyFile { path: path.clone() },
            Keeping::Passphrase(wrapped) => Self::Passphrase {
                derivation: "argon2id".to_owned(),
                memory_kib: wrapped.cost.memory_kib,
                passes: wrapped.cost.passes,
                lanes: wrapped.cost.lanes,
                salt: hex(&wrapped.salt),
                commitment: hex(&wrapped.commitment),
                nonce: hex(&wrapped.nonce),
                wrapped_key: hex(&wrapped.sealed),
            },
        }
    }

    fn into_keeping(self) -> Result<Keeping, HeaderError> {
        Ok(match self {
            Self::Keyring { service, account } => Keeping::Keyring { service, account },
            Self::KeyFile { path } => Keeping::KeyFile { path },
            Self::Passphrase {
                derivation,
                memory_kib,
                passes,
                lanes,
                salt,
                commitment,
                nonce,
                wrapped_key,
            } => {
                if derivation != "argon2id" {
                    return Err(HeaderError::Field("derivation"));
                }
                Keeping::Passphrase(WrappedKey {
                    cost: Cost::checked(memory_kib, passes, lanes)?,
                    salt: unhex(&salt).ok_or(HeaderError::Field("salt"))?,
                    commitment: unhex(&commitment).ok_or(HeaderError::Field("commitment"))?,
                    nonce: unhex(&nonce).ok_or(HeaderError::Field("nonce"))?,
                    sealed: unhex(&wrapped_key).ok_or(HeaderError::Field("wrappedKey"))?,
                })
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> Key {
        Key::from_slice(&[7; 32], StoreId([9; 16])).unwrap()
    }

    fn header() -> Header {
        let keeping = Keeping::Keyring {
            service: "s".to_owned(),
            account: "a".to_owned(),
        };
        Header::new(&key(), keeping)
    }

    #[test]
    fn reads_what_it_writes() {
        let read = Header::parse(&header().to_bytes().unwrap()).unwrap();
        assert_eq!(read.store, StoreId([9; 16]));
        assert_eq!(read.key_id, key().id());
        assert!(key().matches(&read.check));
        assert!(matches!(read.keeping, Keeping::Keyring { .. }));
    }

    #[test]
    fn a_changed_protection_names_the_directories_by_the_key() {
        let header = header();
        assert_eq!(header.directory("secrets"), "secrets");
        let resealed = Header::resealed(&key(), header.keeping);
        let read = Header::parse(&resealed.to_bytes().unwrap()).unwrap();
        let name = format!("secrets.{}", key().id());
        assert_eq!(read.directory("secrets"), name);
        assert_eq!(read.directory("tokens"), "tokens");
    }

    #[test]
    fn holds_no_byte_of_the_key() {
        let text = String::from_utf8(header().to_bytes().unwrap()).unwrap();
        assert!(!text.contains(&hex(&[7; 4])), "{text}");
    }

    #[test]
    fn a_newer_format_is_named() {
        assert_eq!(
            Header::parse(br#"{"format": 3, "anything": []}"#).unwrap_err(),
            HeaderError::Newer { found: 3 }
        );
        assert_eq!(
            Header::parse(
                String::from_utf8(header().to_bytes().unwrap())
                    .unwrap()
                    .replace("\"format\": 1", "\"format\": 0")
                    .as_bytes()
            )
            .unwrap_err(),
            HeaderError::Field("format")
        );
    }

    #[test]
    fn absurd_costs_are_refused_before_memory_is_taken() {
        for (memory_kib, passes, lanes) in
            [(1 << 30, 3, 1), (65536, 11, 1), (65536, 3, 1000), (0, 3, 1)]
        {
            let text = format!(
                r#"{{"format":1,"storeId":"{}","keyId":"{}","check":"{}","protection":{{
                "kind":"passphrase","derivation":"argon2id","memoryKib":{memory_kib},
                "passes":{passes},"lanes":{lanes},"salt":"{}","commitment":"{}","nonce":"{}",
                "wrappedKey":"{}"}}}}"#,
                "0".repeat(32),
                "0".repeat(16),
                "0".repeat(64),
                "0".repeat(32),
                "0".repeat(64),
                "0".repeat(24),
                "0".repeat(96),
            );
            let error = Header::parse(text.as_bytes()).unwrap_err();
            assert!(
                matches!(
                    error,
                    HeaderError::ExcessiveCost { .. } | HeaderError::Field(_)
                ),
                "{error:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(Header::parse(&bytes).is_err());
        }

        #[test]
        fn no_cut_passes_for_whole(length in 0usize..200) {
            let bytes = header().to_bytes().unwrap();
            let length = length.min(bytes.len() - 3);
            prop_assert!(Header::parse(&bytes[..length]).is_err());
        }
    }
}
