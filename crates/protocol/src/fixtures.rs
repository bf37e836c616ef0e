//! Authorities and requests that the tests of several files need.

use model::Authority;
use model::AuthorityInput;
use model::AuthorityKind;
use model::ClientId;
use model::ClientSecret;
use model::Scopes;
use model::Timestamp;
use url::Url;

use crate::ClientAuthentication;
use crate::Endpoints;
use crate::HttpRequest;
use crate::grant::GrantRequest;

/// 2026-01-01T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

/// The authority that a person would give by that address.
pub(crate) fn authority(address: &str) -> Authority {
    AuthorityInput {
        authority: Some(address),
        ..AuthorityInput::default()
    }
    .resolve()
    .unwrap()
}

/// A tenant in the public cloud.
pub(crate) fn entra(tenant: &str) -> (Authority, Endpoints) {
    let authority = authority(&format!("https://login.microsoftonline.com/{tenant}"));
    let endpoints = Endpoints::of_entra(&authority).unwrap();
    (authority, endpoints)
}

/// An OpenID provider that has a token endpoint and nothing else.
pub(crate) fn open_id(address: &str) -> (Authority, Endpoints) {
    let endpoints = Endpoints {
        token: Url::parse(&format!("{address}/token")).unwrap(),
        authorize: None,
        device_authorization: None,
        jwks: None,
        issuer: address.to_owned(),
        token_auth_methods: Vec::new(),
        token_auth_signing_algorithms: Vec::new(),
        authorization_response_iss_parameter_supported: false,
    };
    (authority(address), endpoints)
}

/// Everything a grant's request is made of.
pub(crate) struct Asking {
    pub(crate) endpoints: Endpoints,
    pub(crate) kind: AuthorityKind,
    pub(crate) client_id: ClientId,
    pub(crate) authentication: ClientAuthentication,
    pub(crate) scopes: Scopes,
}

impl Asking {
    /// A public client at an authority of that kind.
    pub(crate) fn at(kind: AuthorityKind) -> Self {
        Self {
            endpoints: entra("contoso.onmicrosoft.com").1,
            kind,
            client_id: ClientId::parse("app").unwrap(),
            authentication: ClientAuthentication::None,
            scopes: Scopes::parse(["api://a/read openid"], None).unwrap(),
        }
    }

    /// The same client with a secret.
    pub(crate) fn with_secret(mut self) -> Self {
        let secret = ClientSecret::from("s3cret".to_owned());
        self.authentication = ClientAuthentication::Secret(secret);
        self
    }

    pub(crate) fn grant(&self) -> GrantRequest<'_> {
        GrantRequest {
            endpoints: &self.endpoints,
            authority_kind: self.kind,
            client_id: &self.client_id,
            authentication: &self.authentication,
            correlation_id: "c0ffee00-0000-4000-8000-000000000000",
        }
    }
}

/// The form as it goes over the wire.
pub(crate) fn wire(request: &HttpRequest) -> String {
    request.body.as_ref().unwrap().encode().to_string()
}
