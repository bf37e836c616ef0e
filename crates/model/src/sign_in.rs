//! What can be wished for on the way to the sign-in page.

use std::fmt;
use std::str::FromStr;

/// What the sign-in page should do first (OIDC Core §3.1.2.1, `prompt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Ask for the password again, whoever is signed in.
    Login,
    /// Ask for consent again.
    Consent,
    /// Ask which account.
    SelectAccount,
    /// Ask nothing: fail where something would have to be asked.
    None,
    /// Offer to make an account (External ID and consumers).
    Create,
}

/// How the answer gets back to the redirect URI (OAuth 2.0 Multiple Response Types §2.1, Form
/// Post Response Mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the body of a form: in no address, no history, no log.
    FormPost,
    /// In the address, where a person can copy it.
    Query,
}

/// A word that is none of a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the valid ones are {0}")]
pub struct UnknownWord(&'static str);

impl Prompt {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Login,
        Self::Consent,
        Self::SelectAccount,
        Self::None,
        Self::Create,
    ];

    /// The value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
            Self::None => "none",
            Self::Create => "create",
        }
    }
}

impl ResponseMode {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::FormPost, Self::Query];

    /// The value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FormPost => "form_post",
            Self::Query => "query",
        }
    }
}

/// As on the wire; `-` is taken for `_`, and letter case does not count.
fn is_spelt(text: &str, word: &str) -> bool {
    text.replace('-', "_").eq_ignore_ascii_case(word)
}

impl FromStr for Prompt {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL
            .into_iter()
            .find(|prompt| is_spelt(text, prompt.as_str()));
        found.ok_or(UnknownWord("login, consent, select_account, none, create"))
    }
}

impl FromStr for ResponseMode {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL
            .into_iter()
            .find(|mode| is_spelt(text, mode.as_str()));
        found.ok_or(UnknownWord("form_post, query"))
    }
}

impl fmt::Display for Prompt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for ResponseMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for prompt in Prompt::ALL {
            assert_eq!(prompt.as_str().parse(), Ok(prompt));
        }
        for mode in ResponseMode::ALL {
            assert_eq!(mode.as_str().parse(), Ok(mode));
        }
        assert_eq!("Select-Account".parse(), Ok(Prompt::SelectAccount));
        assert!("fragment".parse::<ResponseMode>().is_err());
    }
}
