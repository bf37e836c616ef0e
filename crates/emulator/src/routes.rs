//! Which path leads to which endpoint.

use crate::directory::TokenVersion;
use crate::endpoints::{
    authorize, device_authorization, device_login, instance_discovery, keys, logout,
    openid_configuration, token,
};
use crate::exchange::Exchange;
use crate::graph;
use crate::reply::Reply;

/// The endpoints of the emulator, as faults and counters name them.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Endpoint {
    /// `/{tenant}/oauth2/v2.0/token`, `/adfs/oauth2/token`
    Token,
    /// `/{tenant}/v2.0/.well-known/openid-configuration`, without `v2.0`, and under `/adfs`
    OpenIdConfiguration,
    /// `/{tenant}/discovery/v2.0/keys`, `/{tenant}/discovery/keys`, `/adfs/discovery/keys`
    Keys,
    /// `/common/discovery/instance`
    InstanceDiscovery,
    /// `/{tenant}/oauth2/v2.0/authorize`, and the forms of its pages
    Authorize,
    /// `/{tenant}/oauth2/v2.0/devicecode`
    DeviceAuthorization,
    /// `/devicelogin`, and the forms of its pages
    DeviceLogin,
    /// `/{tenant}/oauth2/v2.0/logout`
    Logout,
    /// Microsoft Graph: `/v1.0/applications`
    Applications,
}

/// Where a person types the code that a device shows.
pub(crate) const DEVICE_LOGIN_PATH: &str = "/devicelogin";

/// Whose rules apply to a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Authority<'a> {
    /// Entra, with the tenant segment as sent.
    Entra(&'a str),
    /// Active Directory Federation Services.
    Adfs,
}

/// A path that leads somewhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Route<'a> {
    Token(Authority<'a>),
    OpenIdConfiguration(Authority<'a>, TokenVersion),
    Keys(Authority<'a>),
    InstanceDiscovery,
    Authorize(&'a str),
    DeviceAuthorization(&'a str),
    DeviceLogin,
    Logout(&'a str),
    Applications,
}

impl<'a> Route<'a> {
    /// Finds the route of a path; `None` is a 404.
    pub(crate) fn find(path: &'a str) -> Option<Self> {
        use Authority::{Adfs, Entra};
        if path == DEVICE_LOGIN_PATH {
            return Some(Self::DeviceLogin);
        }
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        Some(match *segments.as_slice() {
            ["common", "discovery", "instance"] => Self::InstanceDiscovery,
            ["v1.0", "applications"] => Self::Applications,
            ["adfs", "oauth2", "token"] => Self::Token(Adfs),
            ["adfs", ".well-known", "openid-configuration"] => {
                Self::OpenIdConfiguration(Adfs, TokenVersion::V1)
            }
            ["adfs", "discovery", "keys"] => Self::Keys(Adfs),
            [tenant, "oauth2", "v2.0", "token"] => Self::Token(Entra(tenant)),
            [tenant, "oauth2", "v2.0", "authorize"] => Self::Authorize(tenant),
            [tenant, "oauth2", "v2.0", "devicecode"] => Self::DeviceAuthorization(tenant),
            [tenant, "oauth2", "v2.0", "logout"] => Self::Logout(tenant),
            [tenant, "v2.0", ".well-known", "openid-configuration"] => {
                Self::OpenIdConfiguration(Entra(tenant), TokenVersion::V2)
            }
            [tenant, ".well-known", "openid-configuration"] => {
                Self::OpenIdConfiguration(Entra(tenant), TokenVersion::V1)
            }
            [tenant, "discovery", "keys"] | [tenant, "discovery", "v2.0", "keys"] => {
                Self::Keys(Entra(tenant))
            }
            _ => return None,
        })
    }

    pub(crate) fn endpoint(self) -> Endpoint {
        match self {
            Self::Token(_) => Endpoint::Token,
            Self::OpenIdConfiguration(..) => Endpoint::OpenIdConfiguration,
            Self::Keys(_) => Endpoint::Keys,
            Self::InstanceDiscovery => Endpoint::InstanceDiscovery,
            Self::Authorize(_) => Endpoint::Authorize,
            Self::DeviceAuthorization(_) => Endpoint::DeviceAuthorization,
            Self::DeviceLogin => Endpoint::DeviceLogin,
            Self::Logout(_) => Endpoint::Logout,
            Self::Applications => Endpoint::Applications,
        }
    }

    /// The honest reply.
    pub(crate) fn answer(self, exchange: &Exchange<'_>) -> Reply {
        let result = match self {
            Self::Applications => return graph::answer(exchange),
            Self::Token(authority) => return token::answer(exchange, authority),
            Self::OpenIdConfiguration(authority, version) => {
                openid_configuration::answer(exchange, authority, version)
            }
            Self::Keys(authority) => keys::answer(exchange, authority),
            Self::InstanceDiscovery => instance_discovery::answer(exchange),
            Self::Authorize(segment) => return authorize::answer(exchange, segment),
            Self::DeviceAuthorization(segment) => device_authorization::answer(exchange, segment),
            Self::DeviceLogin => return device_login::answer(exchange),
            Self::Logout(segment) => logout::answer(exchange, segment),
        };
        result.unwrap_or_else(|error| error.reply(exchange))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_paths_win_over_tenants() {
        assert_eq!(
            Route::find("/common/discovery/instance"),
            Some(Route::InstanceDiscovery)
        );
        assert_eq!(
            Route::find("/adfs/oauth2/token"),
            Some(Route::Token(Authority::Adfs))
        );
        assert_eq!(
            Route::find("/common/oauth2/v2.0/token"),
            Some(Route::Token(Authority::Entra("common")))
        );
    }

    #[test]
    fn other_paths_lead_nowhere() {
        for path in [
            "",
            "/",
            "/t/oauth2/v2.0/token/",
            "//t/oauth2/v2.0/token",
            "/t/oauth2/v2.0/tokens",
        ] {
            assert_eq!(Route::find(path), None, "{path}");
        }
    }
}
