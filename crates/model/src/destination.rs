//! Where a stored credential may go.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::Authority;
use crate::ClientId;

/// The one place a stored secret may be sent to: a login service, a directory, an application.
///
/// A secret is sealed together with its destination; a request to any other one is refused before
/// the network, until the person re-enters or re-approves the secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Destination {
    /// The authority's address without its tenant, such as `https://login.microsoftonline.com`.
    pub authority: String,
    /// The tenant segment; empty where the authority has none.
    pub tenant: String,
    /// The application.
    pub client_id: ClientId,
}

impl Destination {
    /// The destination of requests that this application makes to this authority.
    pub fn new(authority: &Authority, client_id: &ClientId) -> Self {
        Self {
            authority: authority.base().to_owned(),
            tenant: authority
                .tenant()
                .map(|tenant| tenant.as_str().to_owned())
                .unwrap_or_default(),
            client_id: client_id.clone(),
        }
    }

    /// The parts in a fixed order, for hashing and for binding a seal to them.
    pub fn parts(&self) -> [&str; 3] {
        [&self.authority, &self.tenant, self.client_id.as_str()]
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.authority)?;
        if !self.tenant.is_empty() {
            write!(formatter, ", tenant {}", self.tenant)?;
        }
        write!(formatter, ", client {}", self.client_id)
    }
}
