//! Troubles that people know by a sentence rather than by a number.

use serde::Deserialize;
use serde::Serialize;

use super::Entry;
use super::entries;

/// A trouble with a name of its own, behind which stand several codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// "This application requires user consent".
    UserConsentRequired,
    /// "Client credentials flow not supported".
    ClientCredentialsNotSupported,
    /// "Redirect URI mismatch".
    RedirectUriMismatch,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 3] = [
        Self::UserConsentRequired,
        Self::ClientCredentialsNotSupported,
        Self::RedirectUriMismatch,
    ];

    /// The sentence that people know it by.
    pub const fn title(self) -> &'static str {
        match self {
            Self::UserConsentRequired => "This application requires user consent",
            Self::ClientCredentialsNotSupported => "Client credentials flow not supported",
            Self::RedirectUriMismatch => "Redirect URI mismatch",
        }
    }

    /// What mends it, whichever code it is; each a sentence.
    pub const fn fixes(self) -> &'static [&'static str] {
        match self {
            Self::UserConsentRequired => &[
                "Use the AuthorizationCode or InteractiveBrowser flow, where consent can be given.",
                "Configure Delegated permissions, not Application permissions.",
            ],
            Self::ClientCredentialsNotSupported => &[
                "Enable Application permissions and grant admin consent.",
                "Or use a flow in which a person signs in: InteractiveBrowser, DeviceCode, AuthorizationCode.",
            ],
            Self::RedirectUriMismatch => &[
                "Add the exact redirect URI to the app registration.",
                "Its format is http://localhost:8080, with the port.",
            ],
        }
    }

    /// The codes that stand behind it.
    pub fn entries(self) -> impl Iterator<Item = &'static Entry> {
        entries().filter(move |entry| entry.topic == Some(self))
    }

    /// The topic whose title a text holds, in any letter case.
    pub fn in_text(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        Self::ALL
            .into_iter()
            .find(|topic| text.contains(&topic.title().to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_sentence_finds_its_topic() {
        for topic in Topic::ALL {
            let pasted = format!("Error: \u{201c}{}\u{201d}.", topic.title().to_uppercase());
            assert_eq!(Topic::in_text(&pasted), Some(topic));
        }
        assert_eq!(Topic::in_text("something else"), None);
    }

    #[test]
    fn every_topic_stands_for_several_codes() {
        let codes = |topic: Topic| topic.entries().map(|entry| entry.code).collect::<Vec<_>>();
        assert_eq!(
            codes(Topic::UserConsentRequired),
            [65001, 90094, 90095, 650_056]
        );
        assert_eq!(
            codes(Topic::ClientCredentialsNotSupported),
            [
                50059, 50128, 70003, 90019, 501_051, 700_025, 1_002_012, 7_000_216, 7_000_229,
                9_001_023
            ]
        );
        assert_eq!(
            codes(Topic::RedirectUriMismatch),
            [50011, 70004, 500_113, 900_971]
        );
    }
}
