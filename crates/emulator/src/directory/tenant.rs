//! Tenants: a GUID, a domain and a name.

use crate::identifiers::is_guid;

/// The GUID of the tenant that exists when none is configured.
pub const DEFAULT_TENANT_ID: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";

/// The domain of the tenant that exists when none is configured.
pub const DEFAULT_TENANT_DOMAIN: &str = "contoso.onmicrosoft.com";

/// The tenant of all personal Microsoft accounts.
pub(super) const CONSUMERS_ID: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// A tenant of the look-alike. The default one is Contoso.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tenant {
    /// The directory (tenant) id, a GUID.
    pub id: String,
    /// A verified domain, such as `contoso.onmicrosoft.com`.
    pub domain: String,
    /// The display name, as error messages give it.
    pub name: String,
}

impl Tenant {
    /// A tenant named after the first label of its domain.
    pub fn new(id: impl Into<String>, domain: impl Into<String>) -> Self {
        let domain = domain.into();
        let name = domain.split('.').next().unwrap_or_default().to_owned();
        Self {
            id: id.into(),
            domain,
            name,
        }
    }

    /// Whether a path segment names this tenant, without regard to letter case.
    pub(super) fn is_named(&self, segment: &str) -> bool {
        self.id.eq_ignore_ascii_case(segment) || self.domain.eq_ignore_ascii_case(segment)
    }
}

impl Default for Tenant {
    fn default() -> Self {
        Self {
            id: DEFAULT_TENANT_ID.to_owned(),
            domain: DEFAULT_TENANT_DOMAIN.to_owned(),
            name: "Contoso".to_owned(),
        }
    }
}

/// Whether a text has the form of a domain name with at least two labels (RFC 1035 §2.3.1).
pub(super) fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || character == '-')
    };
    text.len() <= 253 && !is_guid(text) && text.contains('.') && text.split('.').all(is_label)
}
