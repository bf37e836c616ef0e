//! Pages of the Entra admin center, as addresses.

use model::Cloud;
use serde::Serialize;

use crate::aadsts::Category;
use crate::aadsts::Entry;

/// A page where something can be looked at or mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Page {
    /// App registrations > the app > Overview.
    AppOverview,
    /// App registrations > the app > Authentication.
    AppAuthentication,
    /// App registrations > the app > Certificates & secrets.
    AppCredentials,
    /// App registrations > the app > API permissions.
    AppPermissions,
    /// Enterprise applications.
    EnterpriseApps,
    /// Users.
    Users,
    /// Sign-in logs.
    SignInLogs,
    /// Protection > Conditional Access > Policies.
    ConditionalAccess,
    /// External Identities > Cross-tenant access settings.
    CrossTenantAccess,
}

impl Page {
    /// All pages.
    pub const ALL: [Self; 9] = [
        Self::AppOverview,
        Self::AppAuthentication,
        Self::AppCredentials,
        Self::AppPermissions,
        Self::EnterpriseApps,
        Self::Users,
        Self::SignInLogs,
        Self::ConditionalAccess,
        Self::CrossTenantAccess,
    ];

    /// Where a code is looked into, the likeliest page first: those that its next step names, then
    /// those of its category; empty where no page of the admin center helps.
    pub fn of(entry: &Entry) -> Vec<Self> {
        const WORDS: [(&str, Page); 8] = [
            ("> Authentication", Page::AppAuthentication),
            ("> Certificates & secrets", Page::AppCredentials),
            ("> API permissions", Page::AppPermissions),
            ("> Overview", Page::AppOverview),
            ("Enterprise applications", Page::EnterpriseApps),
            ("admin center > Users", Page::Users),
            ("Sign-in logs", Page::SignInLogs),
            ("ross-tenant access", Page::CrossTenantAccess),
        ];
        let of_category: &[Self] = match entry.category {
            Category::Credential | Category::Federation => &[Self::AppCredentials],
            Category::Consent | Category::OnBehalfOf => &[Self::AppPermissions],
            Category::Policy => &[Self::SignInLogs, Self::ConditionalAccess],
            Category::Account => &[Self::Users, Self::SignInLogs],
            Category::Access => &[Self::SignInLogs],
            Category::Configuration => &[Self::AppOverview],
            Category::Authority
            | Category::Request
            | Category::Session
            | Category::DeviceCode
            | Category::Throttled
            | Category::Transient
            | Category::Service => &[],
        };
        let named = WORDS
            .into_iter()
            .filter(|(words, _)| entry.next_step.contains(words))
            .map(|(_, page)| page);
        let mut pages: Vec<Self> = Vec::new();
        for page in named.chain(of_category.iter().copied()) {
            if !pages.contains(&page) {
                pages.push(page);
            }
        }
        pages
    }

    /// What it is called in the admin center.
    pub const fn title(self) -> &'static str {
        match self {
            Self::AppOverview => "App registrations > Overview",
            Self::AppAuthentication => "App registrations > Authentication",
            Self::AppCredentials => "App registrations > Certificates & secrets",
            Self::AppPermissions => "App registrations > API permissions",
            Self::EnterpriseApps => "Enterprise applications",
            Self::Users => "Users",
            Self::SignInLogs => "Sign-in logs",
            Self::ConditionalAccess => "Conditional Access > Policies",
            Self::CrossTenantAccess => "External Identities > Cross-tenant access settings",
        }
    }

    /// The page's address. `None` for clouds whose admin center has no published address, and for
    /// the pages of an app that is not named.
    ///
    /// Tenant and application id come as they were typed and are percent-encoded.
    pub fn address(
        self,
        cloud: Cloud,
        tenant: Option<&str>,
        client_id: Option<&str>,
    ) -> Option<String> {
        let host = admin_center(cloud)?;
        let tenant = tenant
            .map(|tenant| format!("{}/", crate::http::percent_encoded(tenant).as_str()))
            .unwrap_or_default();
        let app = |blade: &str| {
            let client_id = crate::http::percent_encoded(client_id?);
            Some(format!(
                "Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/{blade}/appId/{}",
                client_id.as_str()
            ))
        };
        let view = match self {
            Self::AppOverview => app("Overview")?,
            Self::AppAuthentication => app("Authentication")?,
            Self::AppCredentials => app("Credentials")?,
            Self::AppPermissions => app("CallAnAPI")?,
            Self::EnterpriseApps => {
                "Microsoft_AAD_IAM/StartboardApplicationsMenuBlade/~/AppAppsPreview".to_owned()
            }
            Self::Users => {
                "Microsoft_AAD_UsersAndTenants/UserManagementMenuBlade/~/AllUsers".to_owned()
            }
            Self::SignInLogs => "Microsoft_AAD_IAM/SignInEventsV3Blade".to_owned(),
            Self::ConditionalAccess => {
                "Microsoft_AAD_ConditionalAccess/ConditionalAccessBlade/~/Policies".to_owned()
            }
            Self::CrossTenantAccess => {
                "Microsoft_AAD_IAM/CompanyRelationshipsMenuBlade/~/CrossTenantAccessSettings"
                    .to_owned()
            }
        };
        Some(format!("https://{host}/{tenant}#view/{view}"))
    }
}

/// The host of a cloud's Entra admin center (Microsoft Entra documentation, "Microsoft Entra FAQ").
const fn admin_center(cloud: Cloud) -> Option<&'static str> {
    match cloud {
        Cloud::Public => Some("entra.microsoft.com"),
        Cloud::UsGov | Cloud::UsDod => Some("entra.microsoft.us"),
        Cloud::China => Some("entra.microsoftonline.cn"),
        Cloud::France | Cloud::Germany | Cloud::Singapore => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_the_apps_in_its_tenant_and_cloud() {
        let address = |cloud| {
            Page::AppCredentials.address(
                cloud,
                Some("contoso.com"),
                Some("6731de76-14a6-49ae-97bc-6eba6914391e"),
            )
        };
        assert_eq!(
            address(Cloud::UsGov).as_deref(),
            Some(
                "https://entra.microsoft.us/contoso.com/#view/Microsoft_AAD_RegisteredApps/\
                 ApplicationMenuBlade/~/Credentials/appId/6731de76-14a6-49ae-97bc-6eba6914391e"
            )
        );
        assert_eq!(address(Cloud::France), None);
        assert_eq!(Page::AppOverview.address(Cloud::Public, None, None), None);
    }

    #[test]
    fn what_is_filled_in_stays_in_its_part_of_the_address() {
        for page in Page::ALL {
            let address = page
                .address(Cloud::Public, Some("a/b#c?d"), Some("e/f'g"))
                .unwrap();
            assert!(address.starts_with("https://entra.microsoft.com/a%2Fb%23c%3Fd/#view/"));
            assert!(!address.contains(['\'', ' ']), "{address}");
        }
    }

    #[test]
    fn every_code_that_speaks_of_the_admin_center_has_a_page() {
        for entry in crate::aadsts::entries() {
            if entry.next_step.contains("Entra admin center >") {
                assert!(
                    !Page::of(entry).is_empty(),
                    "{}: {}",
                    entry.code,
                    entry.next_step
                );
            }
        }
    }
}
