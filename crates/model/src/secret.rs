//! Secrets as types: no `Display`, a `Debug` that shows nothing, memory wiped on drop, and one
//! greppable way to the value, `expose_secret`.

use std::fmt;

use secrecy::ExposeSecret;
use secrecy::SecretString;
use thiserror::Error;

macro_rules! secret_text {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// The value itself. Every use of it is a place to check for leaks.
            pub fn expose_secret(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "([REDACTED])"))
            }
        }
    };
}

macro_rules! any_text {
    ($($name:ident),+) => {
        $(impl From<String> for $name {
            fn from(value: String) -> Self {
                Self(SecretString::from(value))
            }
        })+
    };
}

secret_text! {
    /// A client secret (RFC 6749 §2.3.1), sent as it is, byte for byte.
    ClientSecret
}
secret_text! {
    /// The password of a PFX file or of an encrypted private key.
    CertificatePassword
}
secret_text! {
    /// The passphrase that protects the master key, or an export.
    Passphrase
}
secret_text! {
    /// A JWT made by someone else that proves who this client is (RFC 7523 §2.2).
    ClientAssertion
}
secret_text! {
    /// What an authorization endpoint hands out for a token request (RFC 6749 §1.3.1).
    AuthorizationCode
}
secret_text! {
    /// The proof that a code is redeemed by who asked for it (RFC 7636 §4.1).
    CodeVerifier
}
secret_text! {
    /// What a device polls with (RFC 8628 §3.2); the person types another one, the user code.
    DeviceCode
}
secret_text! {
    /// Who signed in, as the provider told it to this client (OIDC Core §2). Unverified text.
    IdToken
}
secret_text! {
    /// A refresh token (RFC 6749 §1.5): opaque, long-lived.
    RefreshToken
}
secret_text! {
    /// An access token (RFC 6749 §1.4) of which every character is a `b64token` character
    /// (RFC 6750 §2.1), so that it can be printed, put in a header and quoted by any shell.
    AccessToken
}
any_text!(
    ClientSecret,
    CertificatePassword,
    Passphrase,
    ClientAssertion,
    AuthorizationCode,
    CodeVerifier,
    DeviceCode,
    IdToken,
    RefreshToken
);

/// A token that holds characters no bearer token may hold (RFC 6750 §2.1), or none at all.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the access token holds characters that no bearer token may hold")]
pub struct IllegalAccessToken;

impl AccessToken {
    /// Takes the text of a token.
    ///
    /// # Errors
    /// [`IllegalAccessToken`] if it is empty or holds anything outside `A–Z a–z 0–9 - . _ ~ + / =`:
    /// such a token could run code in `eval "$(… -o env)"` and is never a token of Entra's.
    pub fn parse(text: String) -> Result<Self, IllegalAccessToken> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        if text.is_empty() || !text.bytes().all(legal) {
            drop(SecretString::from(text));
            return Err(IllegalAccessToken);
        }
        Ok(Self(SecretString::from(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_value() {
        let planted = "pl4nted-s3cret";
        let shown = [
            format!("{:?}", ClientSecret::from(planted.to_owned())),
            format!("{:?}", CertificatePassword::from(planted.to_owned())),
            format!("{:?}", Passphrase::from(planted.to_owned())),
            format!("{:?}", ClientAssertion::from(planted.to_owned())),
            format!("{:?}", AuthorizationCode::from(planted.to_owned())),
            format!("{:?}", CodeVerifier::from(planted.to_owned())),
            format!("{:?}", DeviceCode::from(planted.to_owned())),
            format!("{:?}", IdToken::from(planted.to_owned())),
            format!("{:?}", RefreshToken::from(planted.to_owned())),
            format!("{:?}", AccessToken::parse(planted.to_owned()).unwrap()),
        ];
        for text in shown {
            assert!(text.ends_with("([REDACTED])"), "{text}");
        }
    }

    #[test]
    fn an_access_token_holds_only_b64token_characters() {
        assert!(AccessToken::parse("eyJ0.e-_~+/=".to_owned()).is_ok());
        for bad in ["", "a b", "a'b", "a\nb", "a$b", "a\u{1b}[0m", "ä"] {
            assert!(AccessToken::parse(bad.to_owned()).is_err(), "{bad:?}");
        }
    }
}
