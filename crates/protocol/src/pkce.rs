//! Proof that a code is redeemed by who asked for it (RFC 7636, method `S256`).

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::CodeVerifier;

use crate::identifier;
use crate::identifier::RandomnessError;

/// How the challenge is made from the verifier. Said in every request: without it, `plain` is meant
/// (RFC 7636 §4.3).
pub(crate) const METHOD: &str = "S256";

/// A fresh verifier of 43 characters that stand for 256 random bits (RFC 7636 §4.1).
pub fn verifier() -> Result<CodeVerifier, RandomnessError> {
    identifier::random_token().map(CodeVerifier::from)
}

/// What goes to the authorization endpoint in the verifier's place: the base64url, without padding,
/// of its SHA-256 (RFC 7636 §4.2).
pub fn challenge(verifier: &CodeVerifier) -> String {
    let digest = digest::digest(&digest::SHA256, verifier.expose_secret().as_bytes());
    URL_SAFE_NO_PAD.encode(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b_comes_out() {
        let verifier = CodeVerifier::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(
            challenge(&verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_verifier_is_of_legal_characters_and_never_the_same() {
        let made = verifier().unwrap();
        let text = made.expose_secret();
        assert_eq!(text.len(), 43);
        assert!(
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
        assert_ne!(text, verifier().unwrap().expose_secret());
        assert_eq!(challenge(&made).len(), 43);
    }
}
