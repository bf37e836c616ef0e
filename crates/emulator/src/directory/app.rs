//! App registrations and their credentials.

use std::fmt;

use super::redirect::{Platform, RegisteredRedirect};
use super::{Resource, Tenant};

/// An app registration.
///
/// It exists in every tenant of the emulator unless [`only_in_tenant`](Self::only_in_tenant) says
/// otherwise. Its `Debug` form names how many secrets there are, never what they are.
#[derive(Clone)]
#[must_use]
pub struct App {
    pub(crate) client_id: String,
    pub(crate) display_name: String,
    pub(crate) is_public: bool,
    pub(crate) tenant_id: Option<String>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) federated_credentials: Vec<FederatedCredential>,
    pub(crate) roles: Vec<(String, Vec<String>)>,
    pub(crate) redirects: Vec<RegisteredRedirect>,
    pub(crate) allows_public_client_flows: bool,
    permissions: Vec<RegisteredPermissions>,
}

/// Whether an app may use a delegated permission, and who has to say so.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Consent {
    /// An administrator has agreed for everyone.
    Granted,
    /// Each user is asked once.
    User,
    /// Only an administrator can agree, and has not (AADSTS90094).
    Administrator,
}

/// Delegated permissions on one resource, as the app registration lists them.
#[derive(Clone, Debug)]
struct RegisteredPermissions {
    resource: String,
    consent: Consent,
    names: Vec<String>,
}

/// A client secret as registered.
#[derive(Clone)]
pub(crate) struct Secret {
    pub(crate) value: String,
    pub(crate) has_expired: bool,
}

/// Trust in the tokens of another issuer (workload identity federation).
///
/// An assertion is accepted when it is signed with RS256 by `public_key` and its `iss`, `sub` and
/// `aud` equal these values, letter case included.
#[derive(Clone, Debug)]
pub struct FederatedCredential {
    /// The `iss` of the external token.
    pub issuer: String,
    /// The `sub` of the external token.
    pub subject: String,
    /// The `aud` of the external token; Entra's usual value is `api://AzureADTokenExchange`.
    pub audience: String,
    /// The issuer's RSA public key, DER: a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) or an
    /// `RSAPublicKey` (RFC 8017 §A.1.1).
    pub public_key: Vec<u8>,
}

impl App {
    /// A confidential client: it has to prove itself by secret, certificate or federated token.
    pub fn confidential(client_id: impl Into<String>) -> Self {
        let client_id = client_id.into();
        Self {
            display_name: format!("app {}", client_id.split('-').next().unwrap_or_default()),
            client_id,
            is_public: false,
            tenant_id: None,
            secrets: Vec::new(),
            certificates: Vec::new(),
            federated_credentials: Vec::new(),
            roles: Vec::new(),
            redirects: Vec::new(),
            allows_public_client_flows: false,
            permissions: Vec::new(),
        }
    }

    /// A public client ("Allow public client flows = Yes"): it must present no credential.
    pub fn public(client_id: impl Into<String>) -> Self {
        Self {
            is_public: true,
            allows_public_client_flows: true,
            ..Self::confidential(client_id)
        }
    }

    /// Names the app, as tokens and error messages show it.
    pub fn display_name(mut self, name: impl Into<String>) -> Self {
        self.display_name = name.into();
        self
    }

    /// Registers the app in this one tenant, named by its GUID; everywhere else it is unknown
    /// (AADSTS700016).
    pub fn only_in_tenant(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant_id = Some(tenant_id.into());
        self
    }

    /// Adds a client secret.
    pub fn secret(mut self, value: impl Into<String>) -> Self {
        self.secrets.push(Secret {
            value: value.into(),
            has_expired: false,
        });
        self
    }

    /// Adds a client secret whose end date has passed: using it gives AADSTS7000222.
    pub fn expired_secret(mut self, value: impl Into<String>) -> Self {
        self.secrets.push(Secret {
            value: value.into(),
            has_expired: true,
        });
        self
    }

    /// Registers a certificate: X.509, DER, the public part alone.
    pub fn certificate(mut self, der: impl Into<Vec<u8>>) -> Self {
        self.certificates.push(der.into());
        self
    }

    /// Trusts the tokens of another issuer.
    pub fn federated_credential(mut self, credential: FederatedCredential) -> Self {
        self.federated_credentials.push(credential);
        self
    }

    /// Grants application permissions on a resource, named by any of its identifiers; they become
    /// the `roles` claim of its tokens.
    pub fn roles<R: Into<String>>(
        mut self,
        resource: impl Into<String>,
        roles: impl IntoIterator<Item = R>,
    ) -> Self {
        let roles = roles.into_iter().map(Into::into).collect();
        self.roles.push((resource.into(), roles));
        self
    }

    /// Registers a redirect URI under a platform.
    ///
    /// The port of `http://localhost` makes no difference; everything else has to be the same to
    /// the letter.
    pub fn redirect_uri(mut self, platform: Platform, uri: impl Into<String>) -> Self {
        self.redirects.push(RegisteredRedirect {
            platform,
            uri: uri.into(),
        });
        self
    }

    /// "Allow public client flows = Yes" (`isFallbackPublicClient`): a client that has credentials
    /// may sign in by device code as well, which takes none.
    pub fn allow_public_client_flows(mut self) -> Self {
        self.allows_public_client_flows = true;
        self
    }

    /// Lists delegated permissions on a resource, named by any of its identifiers. They are what
    /// `.default` asks for. Permissions not listed may be asked for by name.
    pub fn delegated<P: Into<String>>(
        mut self,
        resource: impl Into<String>,
        consent: Consent,
        names: impl IntoIterator<Item = P>,
    ) -> Self {
        self.permissions.push(RegisteredPermissions {
            resource: resource.into(),
            consent,
            names: names.into_iter().map(Into::into).collect(),
        });
        self
    }

    /// The application (client) id.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The display name.
    pub fn name(&self) -> &str {
        &self.display_name
    }

    /// Whether this is a client without credentials.
    pub fn is_public_client(&self) -> bool {
        self.is_public
    }

    /// The redirect URIs registered, whatever their platform.
    pub fn redirect_uris(&self) -> impl Iterator<Item = &str> {
        self.redirects.iter().map(|redirect| redirect.uri.as_str())
    }

    /// The delegated permissions listed for a resource.
    pub(crate) fn delegated_permissions<'a>(
        &'a self,
        resource: &'a Resource,
    ) -> impl Iterator<Item = (&'a str, Consent)> {
        self.permissions
            .iter()
            .filter(|permissions| resource.is_named(&permissions.resource))
            .flat_map(|permissions| {
                permissions
                    .names
                    .iter()
                    .map(|name| (name.as_str(), permissions.consent))
            })
    }

    pub(super) fn is_in(&self, tenant: &Tenant) -> bool {
        self.tenant_id
            .as_deref()
            .is_none_or(|id| id.eq_ignore_ascii_case(&tenant.id))
    }
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("App")
            .field("client_id", &self.client_id)
            .field("display_name", &self.display_name)
            .field("is_public", &self.is_public)
            .field("secrets", &self.secrets.len())
            .field("certificates", &self.certificates.len())
            .field("federated_credentials", &self.federated_credentials.len())
            .field("roles", &self.roles)
            .field("redirects", &self.redirects)
            .field("permissions", &self.permissions)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_print_a_secret() {
        let app = App::confidential("11112222-bbbb-3333-cccc-4444dddd5555").secret("s3cret~value");
        let printed = format!("{app:?}");
        assert!(printed.contains("11112222-bbbb-3333-cccc-4444dddd5555"));
        assert!(!printed.contains("s3cret"), "{printed}");
    }
}
