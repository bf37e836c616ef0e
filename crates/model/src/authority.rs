//! Authorities: who is asked for tokens.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;
use thiserror::Error;

use crate::Cloud;
use crate::Tenant;
use crate::cloud::UnknownCloud;
use crate::tenant::TenantError;

/// What rules an authority follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthorityKind {
    /// Microsoft Entra ID, or a service with its addresses: `{base}/{tenant}/oauth2/v2.0/…`.
    Entra,
    /// Microsoft Entra External ID (`*.ciamlogin.com`).
    ExternalId,
    /// Azure AD B2C: a tenant and a user-flow policy.
    B2c,
    /// Active Directory Federation Services 2019 or later.
    Adfs,
    /// Any OpenID provider, found by its discovery document.
    Oidc,
}

/// A text that names no kind of authority.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("there is no authority type `{0}`: the valid ones are entra, external-id, b2c, adfs, oidc")]
pub struct UnknownAuthorityKind(String);

impl AuthorityKind {
    /// All kinds, in the order they are listed to people.
    pub const ALL: [Self; 5] = [
        Self::Entra,
        Self::ExternalId,
        Self::B2c,
        Self::Adfs,
        Self::Oidc,
    ];

    /// The name in `kebab-case`, as it stands in flags and profiles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entra => "entra",
            Self::ExternalId => "external-id",
            Self::B2c => "b2c",
            Self::Adfs => "adfs",
            Self::Oidc => "oidc",
        }
    }

    /// Whether the endpoints have to be looked up. Entra's follow from its address.
    pub const fn needs_discovery(self) -> bool {
        !matches!(self, Self::Entra)
    }

    /// Whether Entra's own parameters and scope rules (`.default`, one resource) hold.
    pub const fn follows_entra_rules(self) -> bool {
        matches!(self, Self::Entra | Self::ExternalId | Self::B2c)
    }
}

impl FromStr for AuthorityKind {
    type Err = UnknownAuthorityKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().to_ascii_lowercase();
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == name);
        found.ok_or_else(|| UnknownAuthorityKind(text.to_owned()))
    }
}

/// A login service together with the directory asked there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Authority {
    pub(crate) kind: AuthorityKind,
    pub(crate) base: String,
    pub(crate) tenant: Option<Tenant>,
    pub(crate) cloud: Option<Cloud>,
}

/// Why a text is no usable authority.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AuthorityError {
    /// It does not parse as a host or URL.
    #[error("`{0}` is no host name or URL")]
    NotAnAddress(String),
    /// It is neither https nor on this machine, or carries a user name.
    #[error("`{0}` is refused: an authority is an https address, or http on this machine")]
    NotPermitted(String),
    /// The tenant can be none.
    #[error(transparent)]
    Tenant(#[from] TenantError),
    /// An Entra address without a tenant.
    #[error("no tenant is named for `{0}`")]
    MissingTenant(String),
    /// Two different tenants.
    #[error("the authority names tenant `{in_authority}`, but tenant `{given}` is asked for")]
    TenantConflict {
        /// The one in the authority's path.
        in_authority: String,
        /// The one given beside it.
        given: String,
    },
    /// A login host of one cloud beside the name of another.
    #[error("`{host}` is a host of the {actual} cloud, not of {given}")]
    CloudConflict {
        /// The host.
        host: String,
        /// The cloud it belongs to.
        actual: Cloud,
        /// The cloud given beside it.
        given: Cloud,
    },
    /// A path that the kind of authority does not have.
    #[error("`{address}` is no address of the kind {kind}: {expected}")]
    UnexpectedPath {
        /// The address.
        address: String,
        /// The kind, as people write it.
        kind: &'static str,
        /// The form such addresses have.
        expected: &'static str,
    },
    /// A name that stands for no cloud.
    #[error(transparent)]
    Cloud(#[from] UnknownCloud),
}

impl Authority {
    /// The rules it follows.
    pub const fn kind(&self) -> AuthorityKind {
        self.kind
    }

    /// Its address without a trailing slash; for Entra and External ID without the tenant.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The directory asked; `None` where the authority has no such notion.
    pub const fn tenant(&self) -> Option<&Tenant> {
        self.tenant.as_ref()
    }

    /// The Microsoft cloud it belongs to, or was said to belong to.
    pub const fn cloud(&self) -> Option<Cloud> {
        self.cloud
    }

    /// The address with the tenant, without a trailing slash.
    pub fn address(&self) -> String {
        match (self.kind, &self.tenant) {
            (AuthorityKind::Entra | AuthorityKind::ExternalId, Some(tenant)) => {
                format!("{}/{tenant}", self.base)
            }
            _ => self.base.clone(),
        }
    }

    /// Whether it is the login service of a built-in cloud, which needs no approval.
    pub fn is_built_in(&self) -> bool {
        self.kind == AuthorityKind::Entra
            && self
                .base
                .strip_prefix("https://")
                .is_some_and(|host| Cloud::of_login_host(host).is_some())
    }

    /// Whether its address is one of this machine's own (see [`crate::uri::is_loopback`]).
    pub fn is_on_this_machine(&self) -> bool {
        url::Url::parse(&self.base).is_ok_and(|url| crate::uri::is_loopback(&url))
    }

    /// The same service asked for another directory.
    ///
    /// # Errors
    /// [`AuthorityError::UnexpectedPath`] where the address fixes its directory.
    pub fn with_tenant(mut self, tenant: Tenant) -> Result<Self, AuthorityError> {
        match self.kind {
            AuthorityKind::Entra | AuthorityKind::ExternalId => {
                self.tenant = Some(tenant);
                Ok(self)
            }
            AuthorityKind::B2c | AuthorityKind::Adfs | AuthorityKind::Oidc => {
                Err(AuthorityError::UnexpectedPath {
                    address: self.base,
                    kind: self.kind.as_str(),
                    expected: "its directory cannot be chosen beside the address",
                })
            }
        }
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.address())
    }
}
