//! What the look-alike knows: its tenants, the apps registered in them and the resources they call.
//!
//! A directory is fixed when the emulator starts; everything in it is made up and safe to print,
//! secrets apart.

mod app;
mod certificate;
mod redirect;
mod resource;
mod tenant;
mod user;

pub use app::{App, Consent, FederatedCredential};
pub(crate) use certificate::RegisteredCertificate;
pub use redirect::Platform;
pub(crate) use redirect::matching;
pub(crate) use resource::GRAPH_URI;
pub use resource::{Resource, TokenVersion};
pub use tenant::{DEFAULT_TENANT_DOMAIN, DEFAULT_TENANT_ID, Tenant};
pub use user::User;
pub(crate) use user::{Account, AccountId};

use crate::entra_error::EntraError;
use crate::error::StartError;
use crate::identifiers::is_guid;

/// The tenants, users, apps and resources of one emulator, checked when it starts.
#[derive(Debug)]
pub(crate) struct Directory {
    tenants: Vec<Tenant>,
    accounts: Vec<Account>,
    apps: Vec<RegisteredApp>,
    resources: Vec<Resource>,
}

/// An app with its certificates parsed.
#[derive(Debug)]
pub(crate) struct RegisteredApp {
    pub(crate) app: App,
    pub(crate) certificates: Vec<RegisteredCertificate>,
}

/// What the first segment of a path names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TenantPath<'a> {
    /// One tenant, by GUID or domain.
    Tenant(&'a Tenant),
    /// `common`: work, school and personal accounts of any tenant.
    Common,
    /// `organizations`: work and school accounts of any tenant.
    Organizations,
    /// `consumers`: personal accounts.
    Consumers,
}

impl Directory {
    pub(crate) fn new(
        mut tenants: Vec<Tenant>,
        mut users: Vec<User>,
        apps: Vec<App>,
        additional_resources: Vec<Resource>,
    ) -> Result<Self, StartError> {
        if tenants.is_empty() {
            tenants.push(Tenant::default());
        }
        if let Some(tenant) = tenants.iter().find(|tenant| !is_guid(&tenant.id)) {
            return Err(StartError::TenantIsNoGuid(tenant.id.clone()));
        }
        if users.is_empty() {
            users = User::default_users(&tenants[0]);
        }
        let accounts = Account::register(users, &tenants).map_err(StartError::UnknownTenant)?;
        let mut resources = additional_resources;
        resources.extend(Resource::well_known());
        let apps = apps
            .into_iter()
            .map(RegisteredApp::new)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            tenants,
            accounts,
            apps,
            resources,
        })
    }

    /// The first tenant configured.
    pub(crate) fn default_tenant(&self) -> &Tenant {
        &self.tenants[0]
    }

    /// All registered apps, with their certificates.
    pub(crate) fn registered_apps(&self) -> &[RegisteredApp] {
        &self.apps
    }

    /// All registered apps.
    pub(crate) fn apps(&self) -> impl Iterator<Item = &App> {
        self.apps.iter().map(|registered| &registered.app)
    }

    /// Resolves the tenant segment of a path as Entra does: AADSTS90002 for a tenant that does not
    /// exist, AADSTS900023 for text that cannot name one.
    pub(crate) fn tenant(&self, segment: &str) -> Result<TenantPath<'_>, EntraError> {
        match segment.to_ascii_lowercase().as_str() {
            "common" => return Ok(TenantPath::Common),
            "organizations" => return Ok(TenantPath::Organizations),
            "consumers" | tenant::CONSUMERS_ID => return Ok(TenantPath::Consumers),
            _ => {}
        }
        if let Some(tenant) = self.tenants.iter().find(|tenant| tenant.is_named(segment)) {
            return Ok(TenantPath::Tenant(tenant));
        }
        if is_guid(segment) || tenant::is_domain(segment) {
            return Err(EntraError::invalid_request(
                90002,
                format!(
                    "Tenant '{segment}' not found. Check to make sure you have the correct tenant ID and are signing \
                     into the correct cloud. Check with your subscription administrator, this may happen if there \
                     are no active subscriptions for the tenant."
                ),
            ));
        }
        Err(EntraError::invalid_request(
            900_023,
            format!(
                "Specified tenant identifier '{segment}' is neither a valid DNS name, nor a valid external domain."
            ),
        ))
    }

    /// Finds an app in a tenant: AADSTS700016 when it is not there.
    ///
    /// `None` for the tenant looks in all of them.
    pub(crate) fn app(
        &self,
        client_id: &str,
        tenant: Option<&Tenant>,
    ) -> Result<&RegisteredApp, EntraError> {
        self.apps
            .iter()
            .find(|registered| {
                registered.app.client_id.eq_ignore_ascii_case(client_id)
                    && tenant.is_none_or(|tenant| registered.app.is_in(tenant))
            })
            .ok_or_else(|| {
                let directory = tenant.map_or("the directory", |tenant| tenant.name.as_str());
                EntraError::unauthorized_client(
                    700_016,
                    format!(
                        "Application with identifier '{client_id}' was not found in the directory '{directory}'. This \
                         can happen if the application has not been installed by the administrator of the tenant or \
                         consented to by any user in the tenant. You may have sent your authentication request to \
                         the wrong tenant."
                    ),
                )
            })
    }

    /// Every account of a path: those of one tenant, or everyone's at home.
    pub(crate) fn accounts<'a>(
        &'a self,
        path: TenantPath<'a>,
    ) -> impl Iterator<Item = &'a Account> {
        self.accounts.iter().filter(move |account| match path {
            TenantPath::Tenant(tenant) => account.tenant == *tenant,
            TenantPath::Common | TenantPath::Organizations => !account.user.is_guest,
            TenantPath::Consumers => false,
        })
    }

    /// The ids of everyone of this user principal name, guests included.
    pub(crate) fn ids_of(&self, user_principal_name: &str) -> Vec<AccountId> {
        self.accounts
            .iter()
            .filter(|account| account.is_named(user_principal_name))
            .map(Account::id)
            .collect()
    }

    /// The account of this id, wherever it lives.
    pub(crate) fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id() == *id)
    }

    /// Finds the resource that an identifier (an App ID URI, a GUID or `api://{guid}`) names.
    pub(crate) fn resource(&self, identifier: &str) -> Option<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource.is_named(identifier))
    }
}

impl<'a> TenantPath<'a> {
    /// The tenant's GUID, or the word: what has to be the same throughout one sign-in.
    pub(crate) fn key(self) -> &'a str {
        match self {
            Self::Tenant(tenant) => &tenant.id,
            Self::Common => "common",
            Self::Organizations => "organizations",
            Self::Consumers => "consumers",
        }
    }

    /// The tenant, if the path names one.
    pub(crate) fn tenant(self) -> Option<&'a Tenant> {
        match self {
            Self::Tenant(tenant) => Some(tenant),
            _ => None,
        }
    }
}

impl RegisteredApp {
    fn new(app: App) -> Result<Self, StartError> {
        let certificates = app
            .certificates
            .iter()
            .map(|der| {
                RegisteredCertificate::parse(der)
                    .ok_or_else(|| StartError::UnreadableCertificate(app.client_id.clone()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { app, certificates })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let other = Tenant::new(
            "bbbbcccc-1111-dddd-2222-eeee3333ffff",
            "fabrikam.onmicrosoft.com",
        );
        Directory::new(
            vec![Tenant::default(), other.clone()],
            vec![],
            vec![
                App::confidential("11112222-bbbb-3333-cccc-4444dddd5555"),
                App::confidential("22223333-cccc-4444-dddd-5555eeee6666").only_in_tenant(other.id),
            ],
            vec![],
        )
        .unwrap()
    }

    #[test]
    fn a_tenant_is_found_by_guid_and_by_domain_in_any_letter_case() {
        let directory = directory();
        let by_guid = directory
            .tenant("AAAABBBB-0000-CCCC-1111-DDDD2222EEEE")
            .unwrap();
        let by_domain = directory.tenant("Contoso.onmicrosoft.com").unwrap();
        assert_eq!(by_guid, by_domain);
        assert_eq!(by_guid, TenantPath::Tenant(directory.default_tenant()));
    }

    #[test]
    fn the_three_words_are_no_tenants() {
        let directory = directory();
        assert_eq!(directory.tenant("common").unwrap(), TenantPath::Common);
        assert_eq!(
            directory.tenant("Organizations").unwrap(),
            TenantPath::Organizations
        );
        assert_eq!(
            directory
                .tenant("9188040d-6c67-4c5b-b112-36a304b66dad")
                .unwrap(),
            TenantPath::Consumers
        );
    }

    #[test]
    fn an_unknown_tenant_and_nonsense_are_told_apart() {
        let directory = directory();
        for unknown in ["northwind.example", "00000000-0000-0000-0000-000000000001"] {
            assert_eq!(directory.tenant(unknown).unwrap_err().code, 90002);
        }
        for nonsense in ["{tenant}", "contoso", "", "\"contoso.com\""] {
            assert_eq!(directory.tenant(nonsense).unwrap_err().code, 900_023);
        }
    }

    #[test]
    fn an_app_may_live_in_one_tenant_only() {
        let directory = directory();
        let contoso = directory.default_tenant();
        let client_id = "22223333-cccc-4444-dddd-5555eeee6666";
        assert_eq!(
            directory.app(client_id, Some(contoso)).unwrap_err().code,
            700_016
        );
        assert!(directory.app(client_id, None).is_ok());
        assert!(
            directory
                .app("11112222-bbbb-3333-cccc-4444dddd5555", Some(contoso))
                .is_ok()
        );
    }
}
