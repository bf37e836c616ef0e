//! A sealed export: Argon2id (RFC 9106) makes a key of the passphrase, AES-256-GCM-SIV (RFC 8452)
//! seals under it. A checksum tells damage before anybody is asked for a passphrase, a key
//! commitment tells a wrong passphrase from a changed file.

use aws_lc_rs::aead::AES_256_GCM_SIV;
use aws_lc_rs::aead::Aad;
use aws_lc_rs::aead::Nonce;
use aws_lc_rs::aead::RandomizedNonceKey;
use aws_lc_rs::constant_time;
use aws_lc_rs::digest;
use model::Passphrase;
use zeroize::Zeroizing;

use super::Bundle;
use super::BundleError;
use super::contents;
use crate::bytes::length_prefixed;
use crate::error::VaultError;
use crate::header::HeaderError;
use crate::key::fill_random;
use crate::protection::passphrase::Cost;
use crate::protection::passphrase::derive;
use crate::protection::passphrase::halves;

const MAGIC: &[u8; 8] = b"EACLEXPT";
const FORMAT: u16 = 1;
const TAG_LENGTH: usize = 16;
const CHECKSUM_LENGTH: usize = 32;

/// A sealed export that is whole as far as can be seen without its passphrase.
#[derive(Debug)]
pub struct SealedBundle {
    cost: Cost,
    salt: [u8; 16],
    commitment: [u8; 32],
    nonce: [u8; 12],
    sealed: Vec<u8>,
}

/// Whether these bytes begin as a sealed export does, be it cut short.
pub(super) fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC) || !bytes.is_empty() && MAGIC.starts_with(bytes)
}

/// Seals the contents of an export.
pub(super) fn seal(
    contents: &[u8],
    passphrase: &Passphrase,
    cost: Cost,
) -> Result<Vec<u8>, BundleError> {
    let failed = |_| BundleError::Vault(VaultError::Cryptography);
    let mut salt = [0; 16];
    fill_random(&mut salt)?;
    let derived = derive(passphrase, &salt, cost).map_err(|_| BundleError::DerivationFailed)?;
    let (sealing, commitment) = halves(&derived);
    let cipher = RandomizedNonceKey::new(&AES_256_GCM_SIV, sealing).map_err(failed)?;
    // Room for the tag: a buffer that grows would leave a copy of the text behind.
    let mut sealed = Zeroizing::new(Vec::with_capacity(contents.len() + TAG_LENGTH));
    sealed.extend_from_slice(contents);
    let associated = associated_data(cost, &salt, commitment);
    let nonce = cipher
        .seal_in_place_append_tag(Aad::from(associated), &mut *sealed)
        .map_err(failed)?;
    let mut bytes = Vec::new();
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_be_bytes());
    bytes.extend_from_slice(&cost.memory_kib.to_be_bytes());
    bytes.extend_from_slice(&cost.passes.to_be_bytes());
    bytes.extend_from_slice(&cost.lanes.to_be_bytes());
    bytes.extend_from_slice(&salt);
    bytes.extend_from_slice(commitment);
    bytes.extend_from_slice(nonce.as_ref());
    bytes.extend_from_slice(&(sealed.len() as u64).to_be_bytes());
    bytes.extend_from_slice(&sealed);
    let checksum = digest::digest(&digest::SHA256, &bytes);
    bytes.extend_from_slice(checksum.as_ref());
    Ok(bytes)
}

impl SealedBundle {
    /// Takes a file apart. No memory is taken for what it claims before that was checked.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        let mut rest = Reader(bytes);
        if rest.array::<8>()? != *MAGIC {
            return Err(BundleError::Foreign);
        }
        let format = u16::from_be_bytes(rest.array()?);
        if format > FORMAT {
            return Err(BundleError::Newer { found: format });
        }
        if format != FORMAT {
            return Err(BundleError::Foreign);
        }
        let memory_kib = u32::from_be_bytes(rest.array()?);
        let passes = u32::from_be_bytes(rest.array()?);
        let lanes = u32::from_be_bytes(rest.array()?);
        let salt = rest.array()?;
        let commitment = rest.array()?;
        let nonce = rest.array()?;
        let length = u64::from_be_bytes(rest.array()?);
        let sealed = rest.take(usize::try_from(length).unwrap_or(usize::MAX))?;
        let checksum = rest.array::<CHECKSUM_LENGTH>()?;
        let checked = &bytes[..bytes.len() - rest.0.len() - CHECKSUM_LENGTH];
        let is_whole = digest::digest(&digest::SHA256, checked).as_ref() == checksum;
        if !is_whole || !rest.0.is_empty() || sealed.len() < TAG_LENGTH {
            return Err(BundleError::Damaged);
        }
        let cost = Cost::checked(memory_kib, passes, lanes).map_err(|error| match error {
            HeaderError::ExcessiveCost { memory_kib, passes } => {
                BundleError::ExcessiveCost { memory_kib, passes }
            }
            _ => BundleError::Contents("an impossible cost".to_owned()),
        })?;
        Ok(Self {
            cost,
            salt,
            commitment,
            nonce,
            sealed: sealed.to_vec(),
        })
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`BundleError::WrongPassphrase`], [`BundleError::Tampered`], or [`BundleError`] if what it
    /// holds makes no sense.
    pub fn open(&self, passphrase: &Passphrase) -> Result<Bundle, BundleError> {
        let derived =
            derive(passphrase, &self.salt, self.cost).map_err(|_| BundleError::DerivationFailed)?;
        let (sealing, commitment) = halves(&derived);
        if constant_time::verify_slices_are_equal(commitment, &self.commitment).is_err() {
            return Err(BundleError::WrongPassphrase);
        }
        let cipher = RandomizedNonceKey::new(&AES_256_GCM_SIV, sealing)
            .map_err(|_| BundleError::Vault(VaultError::Cryptography))?;
        let mut text = Zeroizing::new(self.sealed.clone());
        let contents = cipher
            .open_in_place(
                Nonce::assume_unique_for_key(self.nonce),
                Aad::from(associated_data(self.cost, &self.salt, commitment)),
                &mut text,
            )
            .map_err(|_| BundleError::Tampered)?;
        contents::read(contents)
    }
}

fn associated_data(cost: Cost, salt: &[u8; 16], commitment: &[u8; 32]) -> Vec<u8> {
    length_prefixed(&[
        MAGIC,
        &FORMAT.to_be_bytes(),
        &cost.memory_kib.to_be_bytes(),
        &cost.passes.to_be_bytes(),
        &cost.lanes.to_be_bytes(),
        salt,
        commitment,
    ])
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], BundleError> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(BundleError::CutShort)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BundleError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }
}

#[cfg(test)]
#[path = "sealed_tests.rs"]
mod tests;
