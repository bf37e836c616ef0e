//! The application's identifier (RFC 6749 §2.2).

use std::fmt;

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;

use crate::tenant::is_guid;

/// An application (client) id: a GUID at Entra, any visible ASCII text elsewhere.
///
/// GUIDs are lower-cased, so that one application has one name in cache and store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

/// Text that is no client id.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a client id is 1 to 255 visible ASCII characters without spaces")]
pub struct ClientIdError;

impl ClientId {
    /// Takes the text of a client id, spaces around it removed.
    ///
    /// # Errors
    /// [`ClientIdError`] if nothing remains, or anything but visible ASCII (RFC 6749 appendix A.1).
    pub fn parse(text: &str) -> Result<Self, ClientIdError> {
        let text = text.trim();
        if text.is_empty() || text.len() > 255 || !text.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err(ClientIdError);
        }
        if is_guid(text) {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        Ok(Self(text.to_owned()))
    }

    /// The id as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it has the shape Entra gives to application ids.
    pub fn is_guid(&self) -> bool {
        is_guid(&self.0)
    }
}

impl TryFrom<String> for ClientId {
    type Error = ClientIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ClientId> for String {
    fn from(client_id: ClientId) -> Self {
        client_id.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_has_one_spelling() {
        let id = ClientId::parse(" 6731DE76-14A6-49AE-97BC-6EBA6914391E ").unwrap();
        assert_eq!(id.as_str(), "6731de76-14a6-49ae-97bc-6eba6914391e");
        assert!(id.is_guid());
        assert_eq!(ClientId::parse("My-App").unwrap().as_str(), "My-App");
    }

    #[test]
    fn spaces_controls_and_nothing_are_refused() {
        for bad in ["", "  ", "a b", "a\u{7}", "ä", &"x".repeat(256)] {
            assert_eq!(ClientId::parse(bad), Err(ClientIdError), "{bad:?}");
        }
    }
}
