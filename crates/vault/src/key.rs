//! 32-byte keys and what is derived from them.

use std::fmt;

use aws_lc_rs::aead::AES_256_GCM_SIV;
use aws_lc_rs::aead::RandomizedNonceKey;
use aws_lc_rs::constant_time;
use aws_lc_rs::hkdf;
use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::bytes::hex;
use crate::bytes::length_prefixed;
use crate::bytes::unhex;
use crate::error::VaultError;

/// The length of every key, in bytes.
pub(crate) const KEY_LENGTH: usize = 32;

/// A key's public name: derived from it, telling nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyId(pub(crate) [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex(&self.0))
    }
}

impl KeyId {
    /// Reads what [`KeyId`]'s `Display` shows.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }
}

/// A store's name: random, public, bound into everything sealed in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StoreId(pub(crate) [u8; 16]);

impl fmt::Display for StoreId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex(&self.0))
    }
}

impl StoreId {
    /// A new name.
    pub(crate) fn random() -> Result<Self, VaultError> {
        let mut bytes = [0; 16];
        fill_random(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads what [`StoreId`]'s `Display` shows.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }
}

/// Random bytes from the operating system's generator, through the cryptographic library.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), VaultError> {
    aws_lc_rs::rand::fill(bytes).map_err(|_| VaultError::Cryptography)
}

/// A master key or a session key. Seals nothing itself: each purpose has a key derived from it
/// (HKDF-SHA-256, RFC 5869), bound to the store.
pub(crate) struct Key {
    bytes: Zeroizing<[u8; KEY_LENGTH]>,
    id: KeyId,
    store: StoreId,
}

impl Key {
    /// Makes a new key for this store.
    pub(crate) fn random(store: StoreId) -> Result<Self, VaultError> {
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        fill_random(bytes.as_mut())?;
        Ok(Self::new(bytes, store))
    }

    /// Takes the key's bytes; `None` if there are not 32 of them.
    pub(crate) fn from_slice(bytes: &[u8], store: StoreId) -> Option<Self> {
        let mut own = Zeroizing::new([0; KEY_LENGTH]);
        if bytes.len() != KEY_LENGTH {
            return None;
        }
        own.copy_from_slice(bytes);
        Some(Self::new(own, store))
    }

    fn new(bytes: Zeroizing<[u8; KEY_LENGTH]>, store: StoreId) -> Self {
        let mut id = [0; 8];
        derive(bytes.as_ref(), b"key id", store, &mut id);
        Self {
            bytes,
            id: KeyId(id),
            store,
        }
    }

    /// Its public name.
    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    /// The store it belongs to.
    pub(crate) fn store(&self) -> StoreId {
        self.store
    }

    /// The key itself, to be put where keys are kept.
    pub(crate) fn expose(&self) -> &[u8; KEY_LENGTH] {
        &self.bytes
    }

    /// A value that only this key gives: proof that the right one was found.
    pub(crate) fn check_value(&self) -> [u8; 32] {
        let mut check = [0; 32];
        derive(self.bytes.as_ref(), b"check value", self.store, &mut check);
        check
    }

    /// Whether a stored check value is this key's, compared in constant time.
    pub(crate) fn matches(&self, check: &[u8; 32]) -> bool {
        constant_time::verify_slices_are_equal(&self.check_value(), check).is_ok()
    }

    /// The cipher for one purpose.
    pub(crate) fn cipher(&self, purpose: &[u8]) -> Option<RandomizedNonceKey> {
        let mut derived = Zeroizing::new([0; KEY_LENGTH]);
        derive(self.bytes.as_ref(), purpose, self.store, derived.as_mut());
        RandomizedNonceKey::new(&AES_256_GCM_SIV, derived.as_ref()).ok()
    }

    /// A keyed digest of these parts, as hexadecimal text.
    pub(crate) fn fingerprint(&self, parts: &[&str]) -> String {
        let mut derived = Zeroizing::new([0; KEY_LENGTH]);
        derive(
            self.bytes.as_ref(),
            b"fingerprint",
            self.store,
            derived.as_mut(),
        );
        let key = hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref());
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        let message = Zeroizing::new(length_prefixed(&parts));
        hex(hmac::sign(&key, &message).as_ref())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key({}, [REDACTED])", self.id)
    }
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

#[expect(
    clippy::expect_used,
    reason = "HKDF-SHA-256 fails only beyond 8,160 bytes of output, and every output here is short"
)]
fn derive(key: &[u8], purpose: &[u8], store: StoreId, output: &mut [u8]) {
    let info = [purpose, store.0.as_slice()];
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"entra-auth-cli store 1")
        .extract(key)
        .expand(&info, Length(output.len()))
        .and_then(|material| material.fill(output))
        .expect("HKDF output is short");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8, store: u8) -> Key {
        Key::from_slice(&[byte; 32], StoreId([store; 16])).unwrap()
    }

    #[test]
    fn names_and_checks_depend_on_key_and_store() {
        assert_eq!(key(1, 1).id(), key(1, 1).id());
        assert_ne!(key(1, 1).id(), key(2, 1).id());
        assert_ne!(key(1, 1).id(), key(1, 2).id());
        assert!(key(1, 1).matches(&key(1, 1).check_value()));
        assert!(!key(1, 1).matches(&key(1, 2).check_value()));
        assert!(!key(1, 1).matches(&key(2, 1).check_value()));
    }

    #[test]
    fn fingerprints_are_keyed_and_keep_boundaries() {
        assert_eq!(key(1, 1).fingerprint(&["a"]), key(1, 1).fingerprint(&["a"]));
        assert_ne!(key(1, 1).fingerprint(&["a"]), key(2, 1).fingerprint(&["a"]));
        assert_ne!(
            key(1, 1).fingerprint(&["ab", "c"]),
            key(1, 1).fingerprint(&["a", "bc"])
        );
    }

    #[test]
    fn debug_shows_no_key_byte() {
        let shown = format!("{:?}", key(0xab, 1));
        assert!(
            shown.contains("[REDACTED]") && !shown.contains("abab"),
            "{shown}"
        );
    }

    #[test]
    fn a_key_has_32_bytes() {
        assert!(Key::from_slice(&[0; 31], StoreId([0; 16])).is_none());
        assert!(Key::from_slice(&[0; 33], StoreId([0; 16])).is_none());
    }
}
