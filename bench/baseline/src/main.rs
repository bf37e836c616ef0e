//! The least that can open a sealed token; `cargo xtask bench` measures the product against it.
//!
//! `baseline seal KEY TOKEN SEALED` writes `nonce ‖ ciphertext ‖ tag`.
//! `baseline open KEY SEALED [OFFSET [AAD]]` prints the token that is sealed from OFFSET (bytes) on,
//! bound to the content of the file AAD.
//!
//! AES-256-GCM-SIV (RFC 8452) under a key that HKDF-SHA-256 (RFC 5869) derives from the 32 bytes of KEY.
#![expect(
    clippy::disallowed_methods,
    reason = "a program of its own, beside the product's walls"
)]

use std::{
    env,
    error::Error,
    fs,
    io::{self, Write},
};

use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["seal", key, token, sealed] => seal(key, token, sealed),
        ["open", key, sealed] => open(key, sealed, 0, &[]),
        ["open", key, sealed, offset] => open(key, sealed, offset.parse()?, &[]),
        ["open", key, sealed, offset, aad] => open(key, sealed, offset.parse()?, &fs::read(aad)?),
        _ => Err("usage: baseline seal KEY TOKEN SEALED | open KEY SEALED [OFFSET [AAD]]".into()),
    }
}

fn open(key: &str, sealed: &str, offset: usize, aad: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut file = fs::read(sealed)?;
    let record = file.get_mut(offset..).ok_or("shorter than the offset")?;
    let (nonce, ciphertext) = record
        .split_at_mut_checked(NONCE_LEN)
        .ok_or("shorter than a nonce")?;
    let nonce = Nonce::try_assume_unique_for_key(nonce)?;
    let token = sealing_key(key)?.open_in_place(nonce, Aad::from(aad), ciphertext)?;
    io::stdout().lock().write_all(token)?;
    Ok(())
}

fn seal(key: &str, token: &str, sealed: &str) -> Result<(), Box<dyn Error>> {
    let mut nonce = [0; NONCE_LEN];
    aws_lc_rs::rand::fill(&mut nonce)?;
    let mut record = fs::read(token)?;
    sealing_key(key)?.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::empty(),
        &mut record,
    )?;
    fs::write(sealed, [&nonce, record.as_slice()].concat())?;
    Ok(())
}

fn sealing_key(file: &str) -> Result<LessSafeKey, Box<dyn Error>> {
    let key = fs::read(file)?;
    let master = Salt::new(HKDF_SHA256, &[]).extract(&key);
    let derived = master.expand(&[b"access token"], &AES_256_GCM_SIV)?;
    Ok(LessSafeKey::new(UnboundKey::from(derived)))
}
