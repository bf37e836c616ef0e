//! Resources: the APIs that tokens are for.

/// The form of access token a resource accepts (`requestedAccessTokenVersion` of its manifest),
/// whichever endpoint issues it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum TokenVersion {
    /// `ver` 1.0: issuer `https://sts.windows.net/{tenant}/`, audience as requested.
    #[default]
    V1,
    /// `ver` 2.0: the tenant's v2.0 issuer, audience is the resource's GUID.
    V2,
}

/// An API of the look-alike.
#[derive(Clone, Debug)]
#[must_use]
pub struct Resource {
    pub(crate) app_id: String,
    pub(crate) identifier_uris: Vec<String>,
    pub(crate) token_version: TokenVersion,
    pub(crate) needs_assignment: bool,
    pub(crate) has_nonce_in_header: bool,
}

impl Resource {
    /// A resource with its application id (a GUID) and one App ID URI, such as `api://orders`.
    ///
    /// It is also known as its GUID and as `api://{guid}`.
    pub fn new(app_id: impl Into<String>, identifier_uri: impl Into<String>) -> Self {
        Self {
            app_id: app_id.into(),
            identifier_uris: vec![identifier_uri.into()],
            token_version: TokenVersion::default(),
            needs_assignment: false,
            has_nonce_in_header: false,
        }
    }

    /// Adds another App ID URI.
    pub fn identifier_uri(mut self, uri: impl Into<String>) -> Self {
        self.identifier_uris.push(uri.into());
        self
    }

    /// Chooses the form of the tokens for this resource; v1 unless set.
    pub fn token_version(mut self, version: TokenVersion) -> Self {
        self.token_version = version;
        self
    }

    /// "Assignment required": an app without a role on this resource gets AADSTS501051.
    pub fn assignment_required(mut self) -> Self {
        self.needs_assignment = true;
        self
    }

    /// Tokens carry a `nonce` in their header and are signed over its SHA-256, as Microsoft Graph's
    /// are: nobody but the resource can verify the signature.
    pub fn nonce_in_header(mut self) -> Self {
        self.has_nonce_in_header = true;
        self
    }

    /// The resources every emulator knows: Graph, Azure Resource Manager, Key Vault, Storage,
    /// Azure SQL and Azure DevOps, by their names in the public cloud.
    pub(super) fn well_known() -> Vec<Self> {
        vec![
            Self::new(
                "00000003-0000-0000-c000-000000000000",
                "https://graph.microsoft.com",
            )
            .nonce_in_header(),
            Self::new(
                "797f4846-ba00-4fd7-ba43-dac1f8f63013",
                "https://management.azure.com",
            )
            .identifier_uri("https://management.core.windows.net"),
            Self::new(
                "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
                "https://vault.azure.net",
            ),
            Self::new(
                "e406a681-f3d4-42a8-90b6-c2b029497af1",
                "https://storage.azure.com",
            ),
            Self::new(
                "022907d3-0f1b-48f7-badc-1ba6abab6d66",
                "https://database.windows.net",
            ),
            Self::new(
                "499b84ac-1321-427f-aa17-267ca6975798",
                "https://app.vssps.visualstudio.com",
            ),
        ]
    }

    /// Whether an identifier names this resource. One trailing slash more or less makes no
    /// difference for finding it, only for the audience of the token.
    pub(crate) fn is_named(&self, identifier: &str) -> bool {
        let identifier = without_slash(identifier);
        identifier.eq_ignore_ascii_case(&self.app_id)
            || identifier
                .strip_prefix("api://")
                .is_some_and(|id| id.eq_ignore_ascii_case(&self.app_id))
            || self
                .identifier_uris
                .iter()
                .any(|uri| without_slash(uri).eq_ignore_ascii_case(identifier))
    }
}

fn without_slash(identifier: &str) -> &str {
    identifier.strip_suffix('/').unwrap_or(identifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_answers_to_uri_guid_and_api_guid() {
        let orders = Resource::new("33334444-dddd-5555-eeee-6666ffff7777", "api://orders");
        for name in [
            "api://orders",
            "api://ORDERS/",
            "33334444-dddd-5555-eeee-6666ffff7777",
            "api://33334444-DDDD-5555-eeee-6666ffff7777",
        ] {
            assert!(orders.is_named(name), "{name}");
        }
        assert!(!orders.is_named("api://orders//"));
        assert!(!orders.is_named("api://order"));
    }
}
