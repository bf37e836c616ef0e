//! Sealed records: AES-256-GCM-SIV (RFC 8452) under a key of their own purpose, bound to where and
//! what they are. docs/design/store-format.md describes the bytes.

use aws_lc_rs::aead::Aad;
use aws_lc_rs::aead::Nonce;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::bytes::length_prefixed;
use crate::error::VaultError;
use crate::key::Key;
use crate::key::KeyId;

const MAGIC: &[u8; 8] = b"EACLSEAL";
const FORMAT: u16 = 1;
const NONCE_LENGTH: usize = 12;
const TAG_LENGTH: usize = 16;
/// Magic, format, kind, key id, nonce, length of the destination.
const FIXED_LENGTH: usize = 8 + 2 + 1 + 8 + NONCE_LENGTH + 4;

/// The largest sealed file that is read, in bytes: far beyond any token.
pub(crate) const SIZE_LIMIT: u64 = 1 << 20;

/// What a record is. Each kind has a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Token = 1,
    ClientSecret = 2,
    CertificatePassword = 3,
    Approval = 4,
    RefreshToken = 5,
    Accounts = 6,
    AccountsCopy = 7,
    SigningKeys = 8,
}

impl Kind {
    fn purpose(self) -> &'static [u8] {
        match self {
            Self::Token => b"seal token",
            Self::ClientSecret => b"seal client secret",
            Self::CertificatePassword => b"seal certificate password",
            Self::Approval => b"seal approval",
            Self::RefreshToken => b"seal refresh token",
            Self::Accounts => b"seal accounts",
            Self::AccountsCopy => b"seal accounts copy",
            Self::SigningKeys => b"seal signing keys",
        }
    }
}

/// Why a sealed record cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealError {
    /// It is no sealed record of this program.
    #[error("it is not a sealed record")]
    Foreign,
    /// A newer version of this program wrote it.
    #[error("a newer version of this program wrote it (format {found}, known is 1)")]
    Newer {
        /// The format's number.
        found: u16,
    },
    /// It ends too early.
    #[error("it is cut short")]
    CutShort,
    /// It is a record of another kind, put in this one's place.
    #[error("it is another kind of record, put in this one's place")]
    WrongKind,
    /// It was sealed under another key.
    #[error("it was sealed under another key")]
    WrongKey,
    /// It was changed, or belongs to another record or another store.
    #[error("it was changed, or belongs elsewhere")]
    Tampered,
    /// It was opened, but what it holds makes no sense to this version.
    #[error("its contents make no sense to this version")]
    Contents,
}

/// A sealed record's parts, before it is opened.
#[derive(Debug)]
pub(crate) struct Envelope<'a> {
    key_id: KeyId,
    nonce: &'a [u8],
    /// What the record is bound to: readable without the key, not changeable without it.
    pub(crate) bound: &'a [u8],
    sealed: &'a [u8],
}

/// Seals a record.
pub(crate) fn seal(
    key: &Key,
    kind: Kind,
    record: &str,
    bound: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let cipher = key.cipher(kind.purpose()).ok_or(VaultError::Cryptography)?;
    let mut sealed = Zeroizing::new(Vec::with_capacity(plaintext.len() + TAG_LENGTH));
    sealed.extend_from_slice(plaintext);
    let nonce = cipher
        .seal_in_place_append_tag(
            Aad::from(associated_data(key, kind, record, bound)),
            &mut *sealed,
        )
        .map_err(|_| VaultError::Cryptography)?;
    let mut bytes = Vec::with_capacity(FIXED_LENGTH + bound.len() + sealed.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_be_bytes());
    bytes.push(kind as u8);
    bytes.extend_from_slice(&key.id().0);
    bytes.extend_from_slice(nonce.as_ref());
    bytes.extend_from_slice(&u32::try_from(bound.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend_from_slice(bound);
    bytes.extend_from_slice(&sealed);
    Ok(bytes)
}

impl<'a> Envelope<'a> {
    /// Reads the parts that stand in the clear.
    pub(crate) fn parse(bytes: &'a [u8], kind: Kind) -> Result<Self, SealError> {
        let mut rest = Reader(bytes);
        if rest.0.len() >= MAGIC.len() && !rest.0.starts_with(MAGIC)
            || !MAGIC.starts_with(&rest.0[..rest.0.len().min(MAGIC.len())])
        {
            return Err(SealError::Foreign);
        }
        rest.take(MAGIC.len())?;
        let format = u16::from_be_bytes(rest.array()?);
        if format != FORMAT {
            return Err(if format > FORMAT {
                SealError::Newer { found: format }
            } else {
                SealError::Foreign
            });
        }
        if rest.array::<1>()? != [kind as u8] {
            return Err(SealError::WrongKind);
        }
        let key_id = KeyId(rest.array()?);
        let nonce = rest.take(NONCE_LENGTH)?;
        let bound_length = u32::from_be_bytes(rest.array()?);
        let bound = rest.take(usize::try_from(bound_length).unwrap_or(usize::MAX))?;
        if rest.0.len() < TAG_LENGTH {
            return Err(SealError::CutShort);
        }
        Ok(Self {
            key_id,
            nonce,
            bound,
            sealed: rest.0,
        })
    }

    /// Opens the record that should stand under this name.
    pub(crate) fn open(
        &self,
        key: &Key,
        kind: Kind,
        record: &str,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        if self.key_id != key.id() {
            return Err(SealError::WrongKey);
        }
        let cipher = key.cipher(kind.purpose()).ok_or(SealError::Tampered)?;
        let nonce =
            Nonce::try_assume_unique_for_key(self.nonce).map_err(|_| SealError::CutShort)?;
        let mut plaintext = Zeroizing::new(self.sealed.to_vec());
        let length = cipher
            .open_in_place(
                nonce,
                Aad::from(associated_data(key, kind, record, self.bound)),
                &mut plaintext,
            )
            .map_err(|_| SealError::Tampered)?
            .len();
        plaintext.truncate(length);
        Ok(plaintext)
    }
}

fn associated_data(key: &Key, kind: Kind, record: &str, bound: &[u8]) -> Vec<u8> {
    length_prefixed(&[
        MAGIC,
        &FORMAT.to_be_bytes(),
        &[kind as u8],
        &key.store().0,
        record.as_bytes(),
        &key.id().0,
        bound,
    ])
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], SealError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(SealError::CutShort)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], SealError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::key::StoreId;

    fn key(byte: u8, store: u8) -> Key {
        Key::from_slice(&[byte; 32], StoreId([store; 16])).unwrap()
    }

    fn open(bytes: &[u8], key: &Key, kind: Kind, record: &str) -> Result<Vec<u8>, SealError> {
        Ok(Envelope::parse(bytes, kind)?
            .open(key, kind, record)?
            .to_vec())
    }

    fn sealed() -> Vec<u8> {
        seal(&key(1, 1), Kind::Token, "name", b"bound", b"hush").unwrap()
    }

    #[test]
    fn opens_only_as_what_it_was_sealed_as() {
        let bytes = sealed();
        assert_eq!(
            open(&bytes, &key(1, 1), Kind::Token, "name").unwrap(),
            b"hush"
        );
        assert_eq!(
            open(&bytes, &key(1, 1), Kind::Token, "other"),
            Err(SealError::Tampered)
        );
        assert_eq!(
            open(&bytes, &key(1, 1), Kind::Approval, "name"),
            Err(SealError::WrongKind)
        );
        assert_eq!(
            open(&bytes, &key(2, 1), Kind::Token, "name"),
            Err(SealError::WrongKey)
        );
        assert_eq!(
            open(&bytes, &key(1, 2), Kind::Token, "name"),
            Err(SealError::WrongKey)
        );
    }

    #[test]
    fn any_cut_and_any_flipped_bit_is_noticed() {
        let bytes = sealed();
        for length in 0..bytes.len() {
            let error = open(&bytes[..length], &key(1, 1), Kind::Token, "name").unwrap_err();
            assert!(
                matches!(error, SealError::CutShort | SealError::Tampered),
                "{length}: {error:?}"
            );
        }
        for position in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[position / 8] ^= 1 << (position % 8);
            assert!(
                open(&changed, &key(1, 1), Kind::Token, "name").is_err(),
                "bit {position}"
            );
        }
    }

    #[test]
    fn a_newer_format_says_so() {
        let mut bytes = sealed();
        bytes[9] = 2;
        assert_eq!(
            open(&bytes, &key(1, 1), Kind::Token, "name"),
            Err(SealError::Newer { found: 2 })
        );
    }

    #[test]
    fn equal_texts_are_sealed_differently() {
        assert_ne!(sealed(), sealed());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(open(&bytes, &key(1, 1), Kind::Token, "name").is_err());
            let mut after_magic = MAGIC.to_vec();
            after_magic.extend_from_slice(&[0, 1, 1]);
            after_magic.extend_from_slice(&bytes);
            prop_assert!(open(&after_magic, &key(1, 1), Kind::Token, "name").is_err());
        }

        #[test]
        fn whatever_is_sealed_opens(
            plaintext in proptest::collection::vec(any::<u8>(), 0..500),
            bound in proptest::collection::vec(any::<u8>(), 0..100),
            record in ".{0,40}",
        ) {
            let bytes = seal(
                &key(3, 3), Kind::ClientSecret, &record, &bound, &plaintext,
            ).unwrap();
            let envelope = Envelope::parse(&bytes, Kind::ClientSecret).unwrap();
            prop_assert_eq!(envelope.bound, &bound[..]);
            prop_assert_eq!(
                &envelope.open(&key(3, 3), Kind::ClientSecret, &record).unwrap()[..],
                &plaintext[..]
            );
        }
    }
}
