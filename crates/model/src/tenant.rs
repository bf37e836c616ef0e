//! Tenants: whose directory is asked.

use std::fmt;

use thiserror::Error;

/// The tenant segment of an Entra authority, valid to stand in a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tenant {
    /// A directory (tenant) id, lower-cased.
    Guid(String),
    /// A verified or `onmicrosoft.com` domain of the tenant, lower-cased.
    Domain(String),
    /// Work, school and personal accounts.
    Common,
    /// Work and school accounts only.
    Organizations,
    /// Personal Microsoft accounts only.
    Consumers,
}

/// Text that can be no tenant.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "`{0}` is no tenant: that is a GUID, a domain name, `common`, `organizations` or `consumers`"
)]
pub struct TenantError(pub String);

impl Tenant {
    /// Takes a GUID, a domain name or one of Entra's keywords, in any letter case.
    ///
    /// # Errors
    /// [`TenantError`] for anything else, above all for text that would change the URL it enters.
    pub fn parse(given: &str) -> Result<Self, TenantError> {
        let text = given.trim().to_ascii_lowercase();
        match text.as_str() {
            "common" => Ok(Self::Common),
            "organizations" => Ok(Self::Organizations),
            "consumers" => Ok(Self::Consumers),
            _ if is_guid(&text) => Ok(Self::Guid(text)),
            _ if is_domain(&text) => Ok(Self::Domain(text)),
            _ => Err(TenantError(given.to_owned())),
        }
    }

    /// The segment as it stands in a URL.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Guid(text) | Self::Domain(text) => text,
            Self::Common => "common",
            Self::Organizations => "organizations",
            Self::Consumers => "consumers",
        }
    }

    /// Whether this names one directory, as app-only tokens need.
    pub fn is_concrete(&self) -> bool {
        matches!(self, Self::Guid(_) | Self::Domain(_))
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Whether the text has the shape `8-4-4-4-12` of hexadecimal digits.
pub fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| {
            if matches!(index, 8 | 13 | 18 | 23) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}

/// A host name of at least two labels by RFC 1123: letters, digits and inner hyphens.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        && !text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_guids_domains_and_keywords() {
        assert_eq!(Tenant::parse("COMMON"), Ok(Tenant::Common));
        assert_eq!(
            Tenant::parse("Contoso.OnMicrosoft.com"),
            Ok(Tenant::Domain("contoso.onmicrosoft.com".to_owned()))
        );
        let guid = Tenant::parse("72F988BF-86F1-41AF-91AB-2D7CD011DB47").unwrap();
        assert_eq!(guid.as_str(), "72f988bf-86f1-41af-91ab-2d7cd011db47");
        assert!(guid.is_concrete());
        assert!(!Tenant::Organizations.is_concrete());
    }

    #[test]
    fn refuses_what_would_change_a_url() {
        for bad in [
            "",
            "contoso",
            "a/b.com",
            "contoso.com/../x",
            "contoso.com?x",
            "{tenant}",
            "a..b",
            "-a.com",
            "a_b.com",
            "contoso.com#",
            "1.2.3.4",
            "a b.com",
            "%2e.com",
        ] {
            assert_eq!(
                Tenant::parse(bad),
                Err(TenantError(bad.to_owned())),
                "{bad:?}"
            );
        }
    }
}
