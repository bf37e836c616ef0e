//! Compact JWS (RFC 7515 §3.1): reading strictly, verifying RSA signatures.

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// Longer tokens are not looked at.
const MAXIMUM_LENGTH: usize = 64 * 1024;

/// A JSON Web Token taken apart, its signature not yet verified.
#[derive(Debug)]
pub(crate) struct CompactJws<'a> {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    signed_part: &'a str,
    signature: Vec<u8>,
}

/// What is wrong with the form of a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("it is too long")]
    TooLong,
    #[error("it does not consist of three parts")]
    NotThreeParts,
    #[error("its header is not base64url of a JSON object")]
    Header,
    #[error("its payload is not base64url of a JSON object")]
    Payload,
    #[error("its signature is not base64url")]
    Signature,
    #[error("its header names critical extensions")]
    CriticalExtension,
}

/// The signature algorithms a client assertion may use (RFC 7518 §3.3, §3.5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes.
    Ps256,
}

impl<'a> CompactJws<'a> {
    pub(crate) fn parse(token: &'a str) -> Result<Self, Malformed> {
        if token.len() > MAXIMUM_LENGTH {
            return Err(Malformed::TooLong);
        }
        let (signed_part, signature) = token.rsplit_once('.').ok_or(Malformed::NotThreeParts)?;
        let (header, payload) = signed_part
            .split_once('.')
            .filter(|(_, payload)| !payload.contains('.'))
            .ok_or(Malformed::NotThreeParts)?;
        let header = object(header).ok_or(Malformed::Header)?;
        if header.contains_key("crit") {
            return Err(Malformed::CriticalExtension);
        }
        Ok(Self {
            header,
            claims: object(payload).ok_or(Malformed::Payload)?,
            signed_part,
            signature: URL_SAFE_NO_PAD
                .decode(signature)
                .map_err(|_| Malformed::Signature)?,
        })
    }

    /// The `alg` of the header, if it is one of those accepted.
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        match self.header_text("alg")? {
            "RS256" => Some(Algorithm::Rs256),
            "PS256" => Some(Algorithm::Ps256),
            _ => None,
        }
    }

    /// Whether `public_key` (DER) made the signature.
    pub(crate) fn is_signed_by(&self, algorithm: Algorithm, public_key: &[u8]) -> bool {
        let verification = match algorithm {
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(verification, public_key)
            .verify(self.signed_part.as_bytes(), &self.signature)
            .is_ok()
    }

    pub(crate) fn header_text(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    pub(crate) fn claim_text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(json: &str) -> String {
        URL_SAFE_NO_PAD.encode(json)
    }

    #[test]
    fn a_well_formed_token_is_taken_apart() {
        let token = format!(
            "{}.{}.AA",
            encode(r#"{"alg":"PS256"}"#),
            encode(r#"{"sub":"x"}"#)
        );
        let jws = CompactJws::parse(&token).unwrap();
        assert_eq!(jws.algorithm(), Some(Algorithm::Ps256));
        assert_eq!(jws.claim_text("sub"), Some("x"));
    }

    #[test]
    fn every_defect_has_its_name() {
        let header = encode(r#"{"alg":"RS256"}"#);
        let claims = encode("{}");
        let cases = [
            ("abc".to_owned(), Malformed::NotThreeParts),
            (format!("{header}.{claims}"), Malformed::NotThreeParts),
            (
                format!("{header}.{claims}.AA.AA.AA"),
                Malformed::NotThreeParts,
            ),
            (format!("{header}=.{claims}.AA"), Malformed::Header),
            (format!("{}.{claims}.AA", encode("[]")), Malformed::Header),
            (format!("{header}.{}.AA", encode("1")), Malformed::Payload),
            (format!("{header}.{claims}.A+=="), Malformed::Signature),
            (
                format!("{}.{claims}.AA", encode(r#"{"crit":["b64"]}"#)),
                Malformed::CriticalExtension,
            ),
            ("a".repeat(MAXIMUM_LENGTH + 1), Malformed::TooLong),
        ];
        for (token, defect) in cases {
            assert_eq!(CompactJws::parse(&token).unwrap_err(), defect, "{defect:?}");
        }
    }

    #[test]
    fn only_the_two_rsa_algorithms_are_known() {
        for name in ["none", "HS256", "ES256", "RS384", "rs256"] {
            let token = format!(
                "{}.{}.AA",
                encode(&format!(r#"{{"alg":"{name}"}}"#)),
                encode("{}")
            );
            assert_eq!(CompactJws::parse(&token).unwrap().algorithm(), None);
        }
    }
}
