//! Tokens as they are written down: JWS and JWE in their compact form (RFC 7515 §7.1, RFC 7516
//! §7.1), and what else people hold for one. Nothing is verified here.

mod input;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use thiserror::Error;
use zeroize::Zeroizing;

pub use self::input::InputError;
pub use self::input::LONGEST_INPUT;
pub use self::input::TokenText;
pub use self::input::token_in;
use crate::ordered_json::Json;
use crate::ordered_json::Object;

/// What kind of token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Signed (RFC 7515).
    Jws,
    /// Of the signed form, but without a signature (RFC 7519 §6).
    Unsecured,
    /// A token inside a token (RFC 7519 §5.2).
    Nested,
    /// Encrypted (RFC 7516).
    Jwe,
    /// A compact token of a personal Microsoft account.
    MicrosoftAccount,
    /// By its looks, a refresh token.
    RefreshToken,
    /// Of no form that can be read.
    Opaque,
    /// Of the signed or encrypted form, but damaged.
    Broken,
}

impl Kind {
    /// What it is, as people say it.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Jws => "signed JWT (JWS)",
            Self::Unsecured => "JWT without a signature",
            Self::Nested => "JWT inside a JWT",
            Self::Jwe => "encrypted token (JWE): only the API it is for can read it",
            Self::MicrosoftAccount => {
                "compact token of a personal Microsoft account: only Microsoft's APIs can read it"
            }
            Self::RefreshToken => {
                "by its looks a refresh token, no access token: keep it to yourself"
            }
            Self::Opaque => "opaque token: only who issued it can read it",
            Self::Broken => "damaged token",
        }
    }
}

/// A part of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The first one.
    Header,
    /// The second one of a JWS.
    Claims,
    /// The third one of a JWS.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Header => "header (part 1)",
            Self::Claims => "claims (part 2)",
            Self::Signature => "signature (part 3)",
        })
    }
}

/// A part that cannot be read, and why. Nothing of the token is repeated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the {part} cannot be read: {defect}")]
pub struct Damage {
    /// Which part.
    pub part: Part,
    /// What is wrong with it.
    pub defect: Defect,
}

/// What is wrong with a part.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Defect {
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// A character that base64url does not have (RFC 4648 §5), counted from 1.
    #[error("its character {0} is none of base64url's")]
    Character(usize),
    /// Not a whole number of bytes: characters are missing at the end.
    #[error("it is cut off, or has characters too many at its end")]
    Length,
    /// Bytes that are no UTF-8.
    #[error("its byte {0} is no UTF-8")]
    Encoding(usize),
    /// Something else than JSON.
    #[error("it is no JSON from line {line}, column {column} on")]
    Json {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Objects and arrays in each other.
    #[error("its JSON is nested deeper than 128 times")]
    Depth,
    /// JSON, but no object.
    #[error("it is no JSON object")]
    NotAnObject,
}

/// A token taken apart. It holds no part of the token that could be used in place of it.
#[derive(Clone, PartialEq)]
pub struct Decoded {
    /// What it is.
    pub kind: Kind,
    /// The header, if it can be read.
    pub header: Option<Object>,
    /// The claims, if it has any that can be read.
    pub claims: Option<Object>,
    /// How many bytes the signature has, if it has one that can be read.
    pub signature_length: Option<usize>,
    /// What cannot be read.
    pub damage: Vec<Damage>,
}

/// Claims may name people; a log or a panic has no business with them.
impl fmt::Debug for Decoded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Decoded")
            .field("kind", &self.kind)
            .field("damage", &self.damage)
            .finish_non_exhaustive()
    }
}

/// Takes a token apart, as far as that goes.
pub fn decode(token: &str) -> Decoded {
    let parts: Vec<&str> = token.split('.').collect();
    match parts.as_slice() {
        _ if is_refresh_token(token, &parts) => only(Kind::RefreshToken),
        [header, claims, signature] => signed(header, claims, signature),
        [header, _, _, _, _] => encrypted(header),
        [_] if token.starts_with("Ew") && token.len() > 100 => only(Kind::MicrosoftAccount),
        [header, claims] if header.starts_with("eyJ") => cut_off(signed(header, claims, "")),
        [header] if header.starts_with("eyJ") => cut_off(signed(header, "", "")),
        _ => only(Kind::Opaque),
    }
}

/// A signed token of which the last part is missing.
fn cut_off(mut decoded: Decoded) -> Decoded {
    decoded.kind = Kind::Broken;
    decoded.signature_length = None;
    decoded.damage.push(Damage {
        part: Part::Signature,
        defect: Defect::Empty,
    });
    decoded
}

const fn only(kind: Kind) -> Decoded {
    Decoded {
        kind,
        header: None,
        claims: None,
        signature_length: None,
        damage: Vec::new(),
    }
}

/// Entra's begin with a version and a dot; those of personal accounts with `M.C`.
fn is_refresh_token(token: &str, parts: &[&str]) -> bool {
    let of_entra = matches!(parts, ["0" | "1", second, ..] if second.starts_with('A'));
    token.len() > 50 && (of_entra || token.starts_with("M.C"))
}

fn signed(header: &str, claims: &str, signature: &str) -> Decoded {
    let mut damage = Vec::new();
    let mut part = |part: Part, text: &str| {
        let read = object(text);
        read.map_err(|defect| damage.push(Damage { part, defect }))
            .ok()
    };
    let header_object = part(Part::Header, header);
    let is_nested = header_object
        .as_ref()
        .and_then(|header| header.text("cty"))
        .is_some_and(|cty| cty.eq_ignore_ascii_case("JWT"))
        || holds_a_token(claims);
    let claims_object = if is_nested {
        None
    } else {
        part(Part::Claims, claims)
    };
    let signature_length = match bytes(signature) {
        Ok(bytes) => Some(bytes.len()),
        Err(Defect::Empty) => Some(0),
        Err(defect) => {
            let part = Part::Signature;
            damage.push(Damage { part, defect });
            None
        }
    };
    let algorithm = header_object.as_ref().and_then(|header| header.text("alg"));
    let is_unsecured = signature_length == Some(0)
        || algorithm.is_some_and(|algorithm| algorithm.eq_ignore_ascii_case("none"));
    let kind = match () {
        () if !damage.is_empty() => Kind::Broken,
        () if is_nested => Kind::Nested,
        () if is_unsecured => Kind::Unsecured,
        () => Kind::Jws,
    };
    Decoded {
        kind,
        header: header_object,
        claims: claims_object,
        signature_length,
        damage,
    }
}

fn holds_a_token(payload: &str) -> bool {
    bytes(payload).is_ok_and(|payload| payload.starts_with(b"eyJ") && payload.contains(&b'.'))
}

fn encrypted(header: &str) -> Decoded {
    match object(header) {
        Ok(header) => Decoded {
            kind: if header.get("enc").is_some() {
                Kind::Jwe
            } else {
                Kind::Opaque
            },
            header: Some(header),
            ..only(Kind::Jwe)
        },
        Err(_) if !header.starts_with("eyJ") => only(Kind::Opaque),
        Err(defect) => Decoded {
            damage: vec![Damage {
                part: Part::Header,
                defect,
            }],
            ..only(Kind::Broken)
        },
    }
}

fn bytes(part: &str) -> Result<Zeroizing<Vec<u8>>, Defect> {
    if part.is_empty() {
        return Err(Defect::Empty);
    }
    let foreign = part
        .chars()
        .position(|character| !(character.is_ascii_alphanumeric() || "-_".contains(character)));
    if let Some(index) = foreign {
        return Err(Defect::Character(index + 1));
    }
    URL_SAFE_NO_PAD
        .decode(part)
        .map(Zeroizing::new)
        .map_err(|_| Defect::Length)
}

fn object(part: &str) -> Result<Object, Defect> {
    let bytes = bytes(part)?;
    let text =
        std::str::from_utf8(&bytes).map_err(|error| Defect::Encoding(error.valid_up_to() + 1))?;
    match serde_json::from_str(text) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err(Defect::NotAnObject),
        // serde_json tells its limit of nesting in words only.
        Err(error) if error.to_string().contains("recursion limit") => Err(Defect::Depth),
        Err(error) => Err(Defect::Json {
            line: error.line(),
            column: error.column(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(header: &str, claims: &[u8], signature: &str) -> String {
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        format!(
            "{}.{}.{signature}",
            encoded(header.as_bytes()),
            encoded(claims)
        )
    }

    const HEADER: &str = r#"{"alg":"RS256","typ":"JWT"}"#;

    #[test]
    fn each_kind_is_told_from_the_others() {
        let jwt = token(HEADER, b"{}", "c2ln");
        let long = "A".repeat(120);
        for (token, kind) in [
            (jwt.clone(), Kind::Jws),
            (token(r#"{"alg":"none"}"#, b"{}", ""), Kind::Unsecured),
            (token(r#"{"alg":"NONE"}"#, b"{}", "c2ln"), Kind::Unsecured),
            (token(HEADER, b"{}", ""), Kind::Unsecured),
            (token(HEADER, jwt.as_bytes(), "c2ln"), Kind::Nested),
            (
                token(r#"{"alg":"RS256","cty":"jwt"}"#, b"{}", "c2ln"),
                Kind::Nested,
            ),
            (
                format!("{}.k.i.c.t", URL_SAFE_NO_PAD.encode(r#"{"enc":"A256GCM"}"#)),
                Kind::Jwe,
            ),
            (format!("Ew{long}"), Kind::MicrosoftAccount),
            (format!("0.A{long}.x"), Kind::RefreshToken),
            (format!("M.C{long}"), Kind::RefreshToken),
            ("a.b.c.d.e".to_owned(), Kind::Opaque),
            ("nonsense".to_owned(), Kind::Opaque),
            ("a.b".to_owned(), Kind::Opaque),
            (jwt.rsplit_once('.').unwrap().0.to_owned(), Kind::Broken),
            (jwt.split_once('.').unwrap().0.to_owned(), Kind::Broken),
            (format!("{jwt}="), Kind::Broken),
        ] {
            assert_eq!(decode(&token).kind, kind, "{token}");
        }
    }

    #[test]
    fn damage_says_which_part_and_where() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
        for (claims, defect) in [
            (&b""[..], Defect::Empty),
            (b"{\"a\":\xff}", Defect::Encoding(6)),
            (b"{\n\"a\" 1}", Defect::Json { line: 2, column: 5 }),
            (b"[1]", Defect::NotAnObject),
            (deep.as_bytes(), Defect::Depth),
        ] {
            let decoded = decode(&token(HEADER, claims, "c2ln"));
            let part = Part::Claims;
            assert_eq!(decoded.kind, Kind::Broken);
            assert_eq!(decoded.damage, [Damage { part, defect }]);
            assert!(decoded.header.is_some() && decoded.claims.is_none());
        }
        let defects = |token: &str| {
            let damage = decode(token).damage;
            damage
                .into_iter()
                .map(|damage| damage.defect)
                .collect::<Vec<_>>()
        };
        assert_eq!(defects("eyJ*.e30.c2ln"), [Defect::Character(4)]);
        assert_eq!(defects(&token(HEADER, b"{}", "c")), [Defect::Length]);
    }

    #[test]
    fn nothing_of_a_token_is_in_its_debug_form() {
        let claims = br#"{"upn":"ada@contoso.com"}"#;
        let shown = format!("{:?}", decode(&token(HEADER, claims, "c2ln")));
        assert!(!shown.contains("ada"), "{shown}");
    }

    proptest! {
        #[test]
        fn anything_is_taken_apart(text in any::<String>()) {
            if let Ok(found) = token_in(&text) {
                let decoded = decode(&found.token);
                prop_assert_eq!(decoded.kind == Kind::Broken, !decoded.damage.is_empty());
            }
        }
    }
}
