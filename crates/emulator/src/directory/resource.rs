//! Resources: the APIs that tokens are for.

use super::Consent;

/// The application id of Microsoft Graph.
const GRAPH_ID: &str = "00000003-0000-0000-c000-000000000000";
/// The App ID URI of Microsoft Graph in the public cloud.
pub(crate) const GRAPH_URI: &str = "https://graph.microsoft.com";

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
    permissions: Vec<(String, Consent)>,
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
            permissions: Vec::new(),
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

    /// Offers delegated permissions, and says who has to agree to them unless an app's
    /// registration says otherwise.
    pub fn delegated<P: Into<String>>(
        mut self,
        consent: Consent,
        names: impl IntoIterator<Item = P>,
    ) -> Self {
        self.permissions
            .extend(names.into_iter().map(|name| (name.into(), consent)));
        self
    }

    /// The delegated permission of this name in any letter case, as the resource writes it.
    pub(crate) fn delegated_permission(&self, name: &str) -> Option<(&str, Consent)> {
        self.delegated_permissions()
            .find(|(permission, _)| permission.eq_ignore_ascii_case(name))
    }

    /// The delegated permissions offered.
    pub(crate) fn delegated_permissions(&self) -> impl Iterator<Item = (&str, Consent)> {
        self.permissions
            .iter()
            .map(|(permission, consent)| (permission.as_str(), *consent))
    }

    /// The first App ID URI.
    pub(crate) fn name(&self) -> &str {
        &self.identifier_uris[0]
    }

    /// Whether this is Microsoft Graph, to which scopes without a resource belong.
    pub(crate) fn is_graph(&self) -> bool {
        self.app_id == GRAPH_ID
    }

    /// The resources every emulator knows: Graph, Azure Resource Manager, Key Vault, Storage,
    /// Azure SQL and Azure DevOps, by their names in the public cloud.
    pub(super) fn well_known() -> Vec<Self> {
        let api = |app_id: &str, uri: &str| {
            Self::new(app_id, uri).delegated(Consent::User, ["user_impersonation"])
        };
        vec![
            Self::new(GRAPH_ID, GRAPH_URI)
                .nonce_in_header()
                .delegated(
                    Consent::User,
                    [
                        "User.Read",
                        "User.ReadWrite",
                        "User.ReadBasic.All",
                        "Mail.Read",
                        "Mail.Send",
                        "Calendars.Read",
                        "Contacts.Read",
                        "Files.Read",
                        "Files.ReadWrite",
                        "Notes.Read",
                        "Tasks.Read",
                        "Tasks.ReadWrite",
                    ],
                )
                .delegated(
                    Consent::Administrator,
                    [
                        "Application.Read.All",
                        "Application.ReadWrite.All",
                        "AuditLog.Read.All",
                        "Directory.Read.All",
                        "Group.Read.All",
                        "User.Read.All",
                    ],
                ),
            api(
                "797f4846-ba00-4fd7-ba43-dac1f8f63013",
                "https://management.azure.com",
            )
            .identifier_uri("https://management.core.windows.net"),
            api(
                "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
                "https://vault.azure.net",
            ),
            api(
                "e406a681-f3d4-42a8-90b6-c2b029497af1",
                "https://storage.azure.com",
            ),
            api(
                "022907d3-0f1b-48f7-badc-1ba6abab6d66",
                "https://database.windows.net",
            ),
            api(
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
