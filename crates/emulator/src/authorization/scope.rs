//! The scopes of user flows: `{resource}/{permission}`, `{resource}/.default` and those of OpenID
//! Connect ("Scopes and permissions in the Microsoft identity platform").

use crate::directory::{App, Consent, Directory, GRAPH_URI, Resource};
use crate::entra_error::EntraError;

/// A `scope` parameter, understood.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestedScopes<'a> {
    openid_scopes: Vec<OpenIdScope>,
    pub(crate) resources: Vec<ResourceScopes<'a>>,
}

/// A scope that belongs to no resource (OpenID Connect Core §5.4, §11).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum OpenIdScope {
    OpenId,
    Profile,
    Email,
    OfflineAccess,
}

/// What is asked of one resource.
#[derive(Clone, Debug)]
pub(crate) struct ResourceScopes<'a> {
    pub(crate) resource: &'a Resource,
    /// The resource as the client wrote it; `None` where scopes name none and Graph is meant.
    pub(crate) written: Option<&'a str>,
    pub(crate) is_default: bool,
    /// Permissions by name, as the registration or the resource writes them.
    pub(crate) permissions: Vec<(&'a str, Consent)>,
}

impl<'a> RequestedScopes<'a> {
    /// Reads a scope parameter for an app.
    ///
    /// AADSTS70011: `.default` mixed with permissions; 500011: an unknown resource; 650053: a
    /// permission that neither the resource offers nor the app lists; 900144: nothing at all.
    pub(crate) fn read(
        scope: &'a str,
        app: &'a App,
        directory: &'a Directory,
    ) -> Result<Self, EntraError> {
        let mut scopes = Self::default();
        for word in scope.split_ascii_whitespace() {
            match OpenIdScope::named(word) {
                Some(scope) => scopes.openid_scopes.push(scope),
                None => scopes.add(word, app, directory)?,
            }
        }
        if scope.trim().is_empty() {
            return Err(EntraError::missing_parameter("scope"));
        }
        let has_default = scopes.resources.iter().any(|asked| asked.is_default);
        let has_named = scopes
            .resources
            .iter()
            .any(|asked| !asked.permissions.is_empty());
        if has_default && has_named {
            return Err(EntraError::mixed_scopes(scope));
        }
        Ok(scopes)
    }

    /// Whether a scope of OpenID Connect is asked for.
    pub(crate) fn has(&self, scope: OpenIdScope) -> bool {
        self.openid_scopes.contains(&scope)
    }

    fn add(
        &mut self,
        word: &'a str,
        app: &'a App,
        directory: &'a Directory,
    ) -> Result<(), EntraError> {
        let (written, name) = match word.rsplit_once('/') {
            Some((resource, name)) => (Some(resource), name),
            None => (None, word),
        };
        let identifier = written.unwrap_or(GRAPH_URI);
        let resource = directory.resource(identifier).ok_or_else(|| {
            EntraError::resource_not_found(identifier, &directory.default_tenant().name)
        })?;
        let index = self
            .resources
            .iter()
            .position(|asked| asked.resource.app_id == resource.app_id)
            .unwrap_or_else(|| {
                self.resources.push(ResourceScopes {
                    resource,
                    written,
                    is_default: false,
                    permissions: Vec::new(),
                });
                self.resources.len() - 1
            });
        let asked = &mut self.resources[index];
        if name == ".default" {
            asked.is_default = true;
            return Ok(());
        }
        let permission = app
            .delegated_permissions(resource)
            .find(|(listed, _)| listed.eq_ignore_ascii_case(name))
            .or_else(|| resource.delegated_permission(name))
            .ok_or_else(|| unknown_permission(app, name, resource))?;
        if !asked.permissions.contains(&permission) {
            asked.permissions.push(permission);
        }
        Ok(())
    }

    /// The one resource that an access token can be for, Graph if only OpenID Connect scopes are
    /// asked for; AADSTS28000 if there are several.
    pub(crate) fn single_resource(
        &self,
        directory: &'a Directory,
    ) -> Result<ResourceScopes<'a>, EntraError> {
        if self.resources.len() > 1 {
            return Err(EntraError::invalid_request(
                28000,
                "Provided value for the input parameter scope is not valid because it contains more than one \
                 resource. Scope can contain the scopes of one resource only when a token is requested.",
            ));
        }
        self.first_resource(directory)
    }

    /// The first resource asked for, Graph if there is none.
    pub(crate) fn first_resource(
        &self,
        directory: &'a Directory,
    ) -> Result<ResourceScopes<'a>, EntraError> {
        if let Some(first) = self.resources.first() {
            return Ok(first.clone());
        }
        let resource = directory.resource(GRAPH_URI).ok_or_else(|| {
            EntraError::resource_not_found(GRAPH_URI, &directory.default_tenant().name)
        })?;
        Ok(ResourceScopes {
            resource,
            written: None,
            is_default: false,
            permissions: Vec::new(),
        })
    }
}

impl OpenIdScope {
    fn named(word: &str) -> Option<Self> {
        [
            Self::OpenId,
            Self::Profile,
            Self::Email,
            Self::OfflineAccess,
        ]
        .into_iter()
        .find(|scope| scope.name() == word)
    }

    /// The scope as requests and replies write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OpenId => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::OfflineAccess => "offline_access",
        }
    }
}

impl ResourceScopes<'_> {
    /// The resource as the client wrote it, in full.
    pub(crate) fn requested_resource(&self) -> &str {
        self.written.unwrap_or(GRAPH_URI)
    }

    /// A permission as a token reply names it: with the resource, except Graph's own short names.
    pub(crate) fn in_full(&self, name: &str) -> String {
        match self.written {
            Some(resource) => format!("{resource}/{name}"),
            None => name.to_owned(),
        }
    }
}

fn unknown_permission(app: &App, name: &str, resource: &Resource) -> EntraError {
    EntraError::other(
        400,
        "invalid_client",
        650_053,
        format!(
            "The application '{}' asked for scope '{name}' that doesn't exist on the resource '{}'. Contact the app \
             vendor.",
            app.display_name, resource.app_id
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let orders = Resource::new("33334444-dddd-5555-eeee-6666ffff7777", "api://orders")
            .delegated(Consent::User, ["Orders.Read"]);
        Directory::new(vec![], vec![], vec![], vec![orders]).unwrap()
    }

    fn app() -> App {
        App::public("11112222-bbbb-3333-cccc-4444dddd5555").delegated(
            "api://orders",
            Consent::Granted,
            ["Orders.Audit"],
        )
    }

    #[test]
    fn scopes_are_sorted_by_resource() {
        let (directory, app) = (directory(), app());
        let scopes = RequestedScopes::read(
            "openid  user.read api://orders/Orders.Read https://graph.microsoft.com/Mail.Read \
             api://orders/Orders.Audit offline_access",
            &app,
            &directory,
        )
        .unwrap();
        assert_eq!(
            scopes.openid_scopes,
            [OpenIdScope::OpenId, OpenIdScope::OfflineAccess]
        );
        assert_eq!(scopes.resources.len(), 2);
        assert_eq!(
            scopes.resources[0].permissions,
            [("User.Read", Consent::User), ("Mail.Read", Consent::User)]
        );
        assert_eq!(
            scopes.resources[1].permissions,
            [
                ("Orders.Read", Consent::User),
                ("Orders.Audit", Consent::Granted)
            ]
        );
        assert_eq!(scopes.single_resource(&directory).unwrap_err().code, 28000);
        assert_eq!(scopes.first_resource(&directory).unwrap().in_full("A"), "A");
        assert_eq!(scopes.resources[1].in_full("A"), "api://orders/A");
    }

    #[test]
    fn without_a_resource_the_token_is_for_graph() {
        let (directory, app) = (directory(), app());
        let scopes = RequestedScopes::read("openid", &app, &directory).unwrap();
        let resource = scopes.single_resource(&directory).unwrap();
        assert!(resource.resource.is_graph() && resource.permissions.is_empty());
    }

    #[test]
    fn the_double_slash_belongs_to_the_resource() {
        let (directory, app) = (directory(), app());
        let scopes =
            RequestedScopes::read("https://management.azure.com//.default", &app, &directory)
                .unwrap();
        let asked = &scopes.resources[0];
        assert!(asked.is_default);
        assert_eq!(asked.requested_resource(), "https://management.azure.com/");
    }

    #[test]
    fn scopes_that_nobody_can_have_are_told_apart() {
        let (directory, app) = (directory(), app());
        for (scope, code) in [
            (" ", 900_144),
            ("api://orders/.default User.Read", 70011),
            ("User.Read api://orders/.default", 70011),
            ("api://unknown/Read", 500_011),
            ("User.Reed", 650_053),
            ("api://orders/User.Read", 650_053),
            ("User.Read,Mail.Read", 650_053),
        ] {
            let error = RequestedScopes::read(scope, &app, &directory).unwrap_err();
            assert_eq!(error.code, code, "{scope}");
        }
    }
}
