//! The ways to a token, and the ways an application proves itself.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;

/// An OAuth 2.0 flow, by the name people give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Flow {
    /// The app asks for itself (RFC 6749 §4.4).
    ClientCredentials,
    /// The web-app flow: a person signs in, the app redeems the code with its own proof
    /// (RFC 6749 §4.1).
    AuthorizationCode,
    /// A person signs in on another device (RFC 8628).
    DeviceCode,
    /// A person signs in in this machine's browser (RFC 8252, RFC 7636).
    InteractiveBrowser,
}

/// How an application proves who it is at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum AuthMethod {
    /// A shared secret (RFC 6749 §2.3.1).
    ClientSecret,
    /// A certificate whose file opens with a password; the app signs assertions (RFC 7523).
    Certificate,
    /// A certificate whose file needs no password.
    PasswordlessCertificate,
    /// A JWT made by someone else: workload identity federation (RFC 7523 §2.2).
    ClientAssertion,
    /// Nothing: a public client (RFC 6749 §2.1).
    Public,
}

/// A name that stands for none of a closed list.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("there is no {kind} `{given}`: the valid ones are {valid}")]
pub struct UnknownName {
    kind: &'static str,
    given: String,
    valid: &'static str,
}

impl Flow {
    /// All flows, in the order they are listed to people.
    pub const ALL: [Self; 4] = [
        Self::ClientCredentials,
        Self::AuthorizationCode,
        Self::DeviceCode,
        Self::InteractiveBrowser,
    ];

    /// The name in `PascalCase`, as it stands in profiles and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "ClientCredentials",
            Self::AuthorizationCode => "AuthorizationCode",
            Self::DeviceCode => "DeviceCode",
            Self::InteractiveBrowser => "InteractiveBrowser",
        }
    }

    /// The flow of an application that named none: what can act for itself does so, anything
    /// else asks the person in the browser.
    pub const fn inferred_from(method: AuthMethod) -> Self {
        match method {
            AuthMethod::ClientSecret
            | AuthMethod::Certificate
            | AuthMethod::PasswordlessCertificate
            | AuthMethod::ClientAssertion => Self::ClientCredentials,
            AuthMethod::Public => Self::InteractiveBrowser,
        }
    }

    /// Whether the token speaks for a person.
    pub const fn is_for_a_person(self) -> bool {
        !matches!(self, Self::ClientCredentials)
    }
}

impl AuthMethod {
    /// All methods, in the order they are listed to people.
    pub const ALL: [Self; 5] = [
        Self::ClientSecret,
        Self::Certificate,
        Self::PasswordlessCertificate,
        Self::ClientAssertion,
        Self::Public,
    ];

    /// The name in `PascalCase`, as it stands in profiles and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => "ClientSecret",
            Self::Certificate => "Certificate",
            Self::PasswordlessCertificate => "PasswordlessCertificate",
            Self::ClientAssertion => "ClientAssertion",
            Self::Public => "Public",
        }
    }
}

/// Letters only, lower-cased: `client-credentials`, `CLIENT_CREDENTIALS` and `ClientCredentials`
/// are one name.
fn folded(text: &str) -> String {
    text.chars()
        .filter(|character| !matches!(character, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

impl FromStr for Flow {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = folded(text);
        if name == "interactive" {
            return Ok(Self::InteractiveBrowser);
        }
        let found = Self::ALL
            .into_iter()
            .find(|flow| folded(flow.as_str()) == name);
        found.ok_or_else(|| UnknownName {
            kind: "flow",
            given: text.to_owned(),
            valid: "ClientCredentials, AuthorizationCode, DeviceCode, InteractiveBrowser",
        })
    }
}

impl FromStr for AuthMethod {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = folded(text);
        if name == "none" {
            return Ok(Self::Public);
        }
        let found = Self::ALL
            .into_iter()
            .find(|method| folded(method.as_str()) == name);
        found.ok_or_else(|| UnknownName {
            kind: "authentication method",
            given: text.to_owned(),
            valid: "ClientSecret, Certificate, PasswordlessCertificate, ClientAssertion, Public",
        })
    }
}

macro_rules! text_conversions {
    ($($name:ident),+) => {
        $(
            impl TryFrom<String> for $name {
                type Error = UnknownName;

                fn try_from(text: String) -> Result<Self, Self::Error> {
                    text.parse()
                }
            }

            impl From<$name> for &'static str {
                fn from(value: $name) -> Self {
                    value.as_str()
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    formatter.write_str(self.as_str())
                }
            }
        )+
    };
}

text_conversions!(AuthMethod, Flow);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_flow_is_read() {
        for text in ["DeviceCode", "device-code", "DEVICE_CODE", "devicecode"] {
            assert_eq!(text.parse(), Ok(Flow::DeviceCode), "{text}");
        }
        assert_eq!("interactive".parse(), Ok(Flow::InteractiveBrowser));
        for flow in Flow::ALL {
            assert_eq!(flow.as_str().parse(), Ok(flow));
        }
    }

    #[test]
    fn an_unknown_flow_lists_the_valid_ones() {
        let error = "password".parse::<Flow>().unwrap_err().to_string();
        for flow in Flow::ALL {
            assert!(error.contains(flow.as_str()), "{error}");
        }
    }

    #[test]
    fn the_flow_follows_from_the_method() {
        for method in AuthMethod::ALL {
            let expected = if method == AuthMethod::Public {
                Flow::InteractiveBrowser
            } else {
                Flow::ClientCredentials
            };
            assert_eq!(Flow::inferred_from(method), expected);
        }
    }
}
