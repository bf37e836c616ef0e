//! The least that can open a cached token; `cargo xtask bench` measures the product against it.
//!
//! `baseline KEY_FILE STORE_ID ENTRY` writes what the cache entry ENTRY holds to stdout. It follows
//! docs/design/store-format.md on its own, without a line of the product's.

use std::env;
use std::error::Error;
use std::fs;
use std::io;
use std::io::Write as _;
use std::path::Path;

use aws_lc_rs::aead::AES_256_GCM_SIV;
use aws_lc_rs::aead::Aad;
use aws_lc_rs::aead::LessSafeKey;
use aws_lc_rs::aead::NONCE_LEN;
use aws_lc_rs::aead::Nonce;
use aws_lc_rs::aead::UnboundKey;
use aws_lc_rs::hkdf::HKDF_SHA256;
use aws_lc_rs::hkdf::Salt;

/// Magic, format, kind and key id.
const FIXED: usize = 8 + 2 + 1 + 8;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [key_file, store_id, entry] = arguments.as_slice() else {
        return Err("usage: baseline KEY_FILE STORE_ID ENTRY".into());
    };
    let key_file = fs::read(key_file)?;
    let store = unhex(store_id)?;
    let key = sealing_key(key_file.get(16..).ok_or("no key file")?, &store)?;
    let record = Path::new(entry)
        .file_stem()
        .ok_or("no entry")?
        .as_encoded_bytes();

    let mut file = fs::read(entry)?;
    let (header, rest) = file.split_at_mut_checked(FIXED).ok_or("too short")?;
    let (nonce, rest) = rest.split_at_mut_checked(NONCE_LEN).ok_or("too short")?;
    let (length, rest) = rest.split_at_mut_checked(4).ok_or("too short")?;
    let length = u32::from_be_bytes(length.try_into()?) as usize;
    let (bound, sealed) = rest.split_at_mut_checked(length).ok_or("too short")?;
    let associated = [
        &header[..8],
        &header[8..10],
        &header[10..11],
        &store,
        record,
        &header[11..],
        bound,
    ];
    let mut data = Vec::new();
    for part in associated {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part);
    }
    let nonce = Nonce::try_assume_unique_for_key(nonce)?;
    let token = key.open_in_place(nonce, Aad::from(data), sealed)?;
    io::stdout().lock().write_all(token)?;
    Ok(())
}

fn sealing_key(key: &[u8], store: &[u8]) -> Result<LessSafeKey, Box<dyn Error>> {
    let derived: UnboundKey = Salt::new(HKDF_SHA256, b"entra-auth-cli store 1")
        .extract(key)
        .expand(&[b"seal token", store], &AES_256_GCM_SIV)?
        .into();
    Ok(LessSafeKey::new(derived))
}

fn unhex(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?))
        .collect()
}
