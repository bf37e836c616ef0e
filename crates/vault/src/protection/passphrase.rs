//! A master key sealed under a passphrase: Argon2id (RFC 9106), then AES-256-GCM-SIV.

use argon2::Algorithm;
use argon2::Argon2;
use argon2::Params;
use argon2::Version;
use aws_lc_rs::aead::AES_256_GCM_SIV;
use aws_lc_rs::aead::Aad;
use aws_lc_rs::aead::Nonce;
use aws_lc_rs::aead::RandomizedNonceKey;
use aws_lc_rs::constant_time;
use model::Passphrase;
use zeroize::Zeroizing;

use crate::bytes::length_prefixed;
use crate::error::VaultError;
use crate::header::HeaderError;
use crate::key::KEY_LENGTH;
use crate::key::Key;
use crate::key::StoreId;
use crate::key::fill_random;
use crate::protection::KeyUnavailable;

const MOST_MEMORY_KIB: u32 = 1 << 20;
const MOST_PASSES: u32 = 10;
const MOST_LANES: u32 = 16;

/// What deriving a key costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

impl Cost {
    /// 64 MiB and three passes: RFC 9106 §4, second choice, on one lane.
    pub(crate) const NEW: Self = Self {
        memory_kib: 1 << 16,
        passes: 3,
        lanes: 1,
    };

    /// Takes the cost that a file asks for, if it is bearable: at most 1 GiB, ten passes and
    /// sixteen lanes.
    pub(crate) fn checked(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, HeaderError> {
        if memory_kib > MOST_MEMORY_KIB || passes > MOST_PASSES || lanes > MOST_LANES {
            return Err(HeaderError::ExcessiveCost { memory_kib, passes });
        }
        Params::new(memory_kib, passes, lanes, None)
            .map_err(|_| HeaderError::Field("memoryKib"))?;
        Ok(Self {
            memory_kib,
            passes,
            lanes,
        })
    }
}

/// A master key sealed under a passphrase.
#[derive(Debug, Clone)]
pub(crate) struct WrappedKey {
    pub(crate) cost: Cost,
    pub(crate) salt: [u8; 16],
    /// The derived half that is stored: tells a wrong passphrase from a changed file.
    pub(crate) commitment: [u8; 32],
    pub(crate) nonce: [u8; 12],
    pub(crate) sealed: [u8; KEY_LENGTH + 16],
}

impl WrappedKey {
    /// Seals the key under a passphrase.
    pub(crate) fn wrap(key: &Key, passphrase: &Passphrase, cost: Cost) -> Result<Self, VaultError> {
        let mut salt = [0; 16];
        fill_random(&mut salt)?;
        let derived =
            derive(passphrase, &salt, cost).map_err(|why| VaultError::KeyNotMade { why })?;
        let (wrapping, commitment) = halves(&derived);
        let cipher = RandomizedNonceKey::new(&AES_256_GCM_SIV, wrapping)
            .map_err(|_| VaultError::Cryptography)?;
        let mut sealed = [0; KEY_LENGTH + 16];
        let (text, room) = sealed.split_at_mut(KEY_LENGTH);
        text.copy_from_slice(key.expose());
        let (nonce, tag) = cipher
            .seal_in_place_separate_tag(Aad::from(associated_data(key.store(), cost)), text)
            .map_err(|_| VaultError::Cryptography)?;
        room.copy_from_slice(tag.as_ref());
        Ok(Self {
            cost,
            salt,
            commitment: *commitment,
            nonce: *nonce.as_ref(),
            sealed,
        })
    }

    /// Opens the key with the passphrase.
    pub(crate) fn unwrap(
        &self,
        passphrase: &Passphrase,
        store: StoreId,
    ) -> Result<Key, KeyUnavailable> {
        let derived = derive(passphrase, &self.salt, self.cost)?;
        let (wrapping, commitment) = halves(&derived);
        if constant_time::verify_slices_are_equal(commitment, &self.commitment).is_err() {
            return Err(KeyUnavailable::WrongPassphrase);
        }
        let cipher = RandomizedNonceKey::new(&AES_256_GCM_SIV, wrapping)
            .map_err(|_| KeyUnavailable::DerivationFailed)?;
        let mut text = Zeroizing::new(self.sealed);
        let key = cipher
            .open_in_place(
                Nonce::assume_unique_for_key(self.nonce),
                Aad::from(associated_data(store, self.cost)),
                text.as_mut(),
            )
            .map_err(|_| KeyUnavailable::Damaged)?;
        Key::from_slice(key, store).ok_or(KeyUnavailable::Damaged)
    }
}

/// The half that seals, and the half that may be stored to tell a wrong passphrase.
pub(crate) fn halves(derived: &[u8; 64]) -> (&[u8; 32], &[u8; 32]) {
    let (wrapping, rest) = derived.split_first_chunk().unwrap_or((&[0; 32], &[]));
    (wrapping, rest.first_chunk().unwrap_or(&[0; 32]))
}

/// What the passphrase gives with this salt, at this cost.
pub(crate) fn derive(
    passphrase: &Passphrase,
    salt: &[u8],
    cost: Cost,
) -> Result<Zeroizing<[u8; 64]>, KeyUnavailable> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(64))
        .map_err(|_| KeyUnavailable::DerivationFailed)?;
    let mut derived = Zeroizing::new([0; 64]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(
            passphrase.expose_secret().as_bytes(),
            salt,
            derived.as_mut(),
        )
        .map_err(|_| KeyUnavailable::DerivationFailed)?;
    Ok(derived)
}

fn associated_data(store: StoreId, cost: Cost) -> Vec<u8> {
    length_prefixed(&[
        b"master key under passphrase",
        &store.0,
        &cost.memory_kib.to_be_bytes(),
        &cost.passes.to_be_bytes(),
        &cost.lanes.to_be_bytes(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost {
        memory_kib: 64,
        passes: 1,
        lanes: 1,
    };

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::from(text.to_owned())
    }

    fn key() -> Key {
        Key::from_slice(&[7; 32], StoreId([9; 16])).unwrap()
    }

    #[test]
    fn the_passphrase_opens_what_it_sealed() {
        let wrapped = WrappedKey::wrap(&key(), &passphrase("correct horse"), CHEAP).unwrap();
        let opened = wrapped
            .unwrap(&passphrase("correct horse"), StoreId([9; 16]))
            .unwrap();
        assert_eq!(opened.expose(), key().expose());
    }

    #[test]
    fn a_wrong_passphrase_and_a_changed_file_are_told_apart() {
        let wrapped = WrappedKey::wrap(&key(), &passphrase("correct horse"), CHEAP).unwrap();
        let wrong = wrapped.unwrap(&passphrase("battery"), StoreId([9; 16]));
        assert!(matches!(wrong, Err(KeyUnavailable::WrongPassphrase)));

        let mut changed = wrapped.clone();
        changed.sealed[0] ^= 1;
        let damaged = changed.unwrap(&passphrase("correct horse"), StoreId([9; 16]));
        assert!(matches!(damaged, Err(KeyUnavailable::Damaged)));

        let elsewhere = wrapped.unwrap(&passphrase("correct horse"), StoreId([8; 16]));
        assert!(matches!(elsewhere, Err(KeyUnavailable::Damaged)));
    }

    #[test]
    fn what_a_file_may_ask_for_is_limited() {
        assert!(Cost::checked(1 << 20, 10, 1).is_ok());
        assert!(Cost::checked((1 << 20) + 1, 1, 1).is_err());
        assert!(Cost::checked(1 << 16, 11, 1).is_err());
        assert!(Cost::checked(1 << 16, 0, 1).is_err());
    }
}
