//! Where an authority's services are.

use model::Authority;
use model::AuthorityKind;
use thiserror::Error;
use url::Url;

/// An authority's addresses and what it says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Where tokens are asked for (RFC 6749 §3.2).
    pub token: Url,
    /// Where people sign in (RFC 6749 §3.1).
    pub authorize: Option<Url>,
    /// Where device codes come from (RFC 8628 §3.1).
    pub device_authorization: Option<Url>,
    /// Where the keys are that tokens are signed with (RFC 7517 §5).
    pub jwks: Option<Url>,
    /// What stands in `iss` of its tokens. For Entra's `common` and `organizations`, and for a
    /// tenant named by its domain, that is a template of the real one.
    pub issuer: String,
    /// The ways in which clients may prove themselves (OpenID Connect Discovery 1.0 §3,
    /// `token_endpoint_auth_methods_supported`); empty where Entra's rules hold.
    pub token_auth_methods: Vec<String>,
    /// The algorithms that client assertions may be signed with
    /// (`token_endpoint_auth_signing_alg_values_supported`); empty where nothing was said.
    pub token_auth_signing_algorithms: Vec<String>,
    /// Whether answers of the authorization endpoint always name their issuer (RFC 9207 §3).
    pub authorization_response_iss_parameter_supported: bool,
}

/// An authority has no such service, or does not say where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the authority names no {0}")]
pub struct EndpointMissing(pub &'static str);

/// Why an authority's endpoints do not follow from its address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EndpointsError {
    /// It is of a kind whose endpoints have to be looked up.
    #[error("the endpoints of {0} do not follow from its address: they have to be discovered")]
    NeedsDiscovery(String),
    /// Its address makes no URL.
    #[error("`{0}` makes no URL")]
    NotAUrl(String),
}

impl Endpoints {
    /// Entra's endpoints, which follow from host and tenant (Microsoft identity platform, "OpenID
    /// Connect on the Microsoft identity platform"). No request is made.
    pub fn of_entra(authority: &Authority) -> Result<Endpoints, EndpointsError> {
        let address = authority.address();
        if authority.kind() != AuthorityKind::Entra || authority.tenant().is_none() {
            return Err(EndpointsError::NeedsDiscovery(address));
        }
        let endpoint = |path: &str| {
            let text = format!("{address}/{path}");
            Url::parse(&text).map_err(|_| EndpointsError::NotAUrl(text))
        };
        Ok(Endpoints {
            token: endpoint("oauth2/v2.0/token")?,
            authorize: Some(endpoint("oauth2/v2.0/authorize")?),
            device_authorization: Some(endpoint("oauth2/v2.0/devicecode")?),
            jwks: Some(endpoint("discovery/v2.0/keys")?),
            issuer: format!("{address}/v2.0"),
            token_auth_methods: Vec::new(),
            token_auth_signing_algorithms: Vec::new(),
            authorization_response_iss_parameter_supported: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use model::AuthorityInput;

    use super::*;

    fn authority(address: &str, tenant: &str) -> Authority {
        AuthorityInput {
            authority: Some(address),
            tenant: Some(tenant),
            ..AuthorityInput::default()
        }
        .resolve()
        .unwrap()
    }

    #[test]
    fn entras_endpoints_follow_from_host_and_tenant() {
        let endpoints = Endpoints::of_entra(&authority(
            "login.microsoftonline.us",
            "contoso.onmicrosoft.us",
        ))
        .unwrap();
        let base = "https://login.microsoftonline.us/contoso.onmicrosoft.us";
        assert_eq!(
            endpoints.token.as_str(),
            format!("{base}/oauth2/v2.0/token")
        );
        assert_eq!(
            endpoints.device_authorization.unwrap().as_str(),
            format!("{base}/oauth2/v2.0/devicecode")
        );
        assert_eq!(endpoints.issuer, format!("{base}/v2.0"));
    }

    #[test]
    fn a_loopback_service_keeps_scheme_and_port() {
        let endpoints = Endpoints::of_entra(&authority("http://127.0.0.1:8099", "common")).unwrap();
        assert_eq!(
            endpoints.token.as_str(),
            "http://127.0.0.1:8099/common/oauth2/v2.0/token"
        );
    }

    #[test]
    fn other_kinds_have_to_be_discovered() {
        let adfs = AuthorityInput {
            authority: Some("https://fs.contoso.com/adfs"),
            ..AuthorityInput::default()
        }
        .resolve()
        .unwrap();
        assert_eq!(
            Endpoints::of_entra(&adfs),
            Err(EndpointsError::NeedsDiscovery(
                "https://fs.contoso.com/adfs".to_owned()
            ))
        );
    }
}
