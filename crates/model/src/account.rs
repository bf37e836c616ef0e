//! Who a user token speaks for.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

/// What tells one account from all others for good: `{oid}.{tid}` at Entra, `{sub}@{issuer}`
/// elsewhere. User names change and are given to others; this is not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(String);

/// An account that signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Which one it is.
    pub id: AccountId,
    /// What people call it, such as `ada@contoso.com`. Not unique, not stable, from outside.
    pub username: String,
    /// The directory it signed in to; empty where the provider knows none.
    pub tenant_id: String,
}

impl AccountId {
    /// Of an account of Entra's: the object in its directory (claims `oid` and `tid`).
    pub fn of_entra(oid: &str, tid: &str) -> Self {
        Self(format!("{oid}.{tid}").to_lowercase())
    }

    /// Of an account of any other provider: the subject, which is unique at its issuer
    /// (OIDC Core §2).
    pub fn of_issuer(sub: &str, issuer: &str) -> Self {
        Self(format!("{sub}@{issuer}"))
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Account {
    /// Whether this is the account that a person means by that text: its user name in any letter
    /// case, its identifier, or its object id.
    pub fn is_meant_by(&self, text: &str) -> bool {
        let object = self.id.0.split('.').next().unwrap_or_default();
        self.username.to_lowercase() == text.to_lowercase()
            || self.id.0.eq_ignore_ascii_case(text)
            || object.eq_ignore_ascii_case(text)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.username)?;
        if !self.tenant_id.is_empty() {
            write!(formatter, " (tenant {})", self.tenant_id)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_mean_an_account_by_name_or_identifier() {
        let account = Account {
            id: AccountId::of_entra("0A1B", "TENANT"),
            username: "Ada@Contoso.com".to_owned(),
            tenant_id: "tenant".to_owned(),
        };
        for text in ["ada@contoso.com", "0a1b.tenant", "0A1B"] {
            assert!(account.is_meant_by(text), "{text}");
        }
        for text in ["", "ada", "tenant", "0a1b."] {
            assert!(!account.is_meant_by(text), "{text}");
        }
    }

    #[test]
    fn one_subject_at_two_issuers_is_two_accounts() {
        assert_ne!(
            AccountId::of_issuer("1", "https://a.example"),
            AccountId::of_issuer("1", "https://b.example")
        );
    }
}
