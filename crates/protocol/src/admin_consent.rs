//! The page where an administrator agrees to what an application may do, for everyone (Microsoft
//! identity platform, "Admin consent on the Microsoft identity platform").

use model::Authority;
use model::AuthorityKind;
use model::ClientId;
use model::Scopes;
use model::Tenant;
use thiserror::Error;
use url::Url;

use crate::http::percent_encoded;

/// Why an authority has no such page.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoAdminConsent {
    /// It is not Entra's.
    #[error("{0} is not Microsoft Entra ID, so no administrator can consent there")]
    NotEntra(String),
    /// Personal accounts have no administrator.
    #[error("personal accounts (`consumers`) have no administrator who could consent")]
    Personal,
}

/// The page's address. `common` becomes `organizations`, since nobody consents for personal
/// accounts. `state` comes back with the answer, to the redirect URI, which has to be registered.
pub fn address(
    authority: &Authority,
    client_id: &ClientId,
    scopes: &Scopes,
    redirect_uri: Option<&str>,
    state: Option<&str>,
) -> Result<Url, NoAdminConsent> {
    let not_entra = || NoAdminConsent::NotEntra(authority.to_string());
    let tenant = match (authority.kind(), authority.tenant()) {
        (AuthorityKind::Entra, Some(Tenant::Common)) => &Tenant::Organizations,
        (AuthorityKind::Entra, Some(Tenant::Consumers)) => return Err(NoAdminConsent::Personal),
        (AuthorityKind::Entra, Some(tenant)) => tenant,
        _ => return Err(not_entra()),
    };
    let pairs = [
        ("client_id", Some(client_id.as_str())),
        ("scope", Some(&*scopes.to_string())),
        ("redirect_uri", redirect_uri),
        ("state", state),
    ]
    .map(|(name, value)| value.map(|value| format!("{name}={}", percent_encoded(value).as_str())));
    let query: Vec<String> = pairs.into_iter().flatten().collect();
    let text = format!(
        "{}/{tenant}/v2.0/adminconsent?{}",
        authority.base(),
        query.join("&")
    );
    Url::parse(&text).map_err(|_| not_entra())
}

#[cfg(test)]
mod tests {
    use model::AuthorityInput;
    use model::Cloud;

    use super::*;

    fn consent(
        cloud: Cloud,
        address: Option<&str>,
        tenant: &str,
    ) -> Result<String, NoAdminConsent> {
        let input = AuthorityInput {
            cloud: address.is_none().then_some(cloud),
            authority: address,
            kind: None,
            tenant: Some(tenant),
        };
        let scopes = Scopes::parse(["graph"], Some(cloud)).unwrap();
        let client_id = ClientId::parse("a&b=c").unwrap();
        let redirect_uri = Some("http://localhost:1/cb?x=1&y=2");
        super::address(
            &input.resolve().unwrap(),
            &client_id,
            &scopes,
            redirect_uri,
            Some("s s"),
        )
        .map(String::from)
    }

    #[test]
    fn every_value_stays_in_its_place() {
        assert_eq!(
            consent(Cloud::UsGov, None, "contoso.us").unwrap(),
            "https://login.microsoftonline.us/contoso.us/v2.0/adminconsent?client_id=a%26b%3Dc\
             &scope=https%3A%2F%2Fgraph.microsoft.us%2F.default\
             &redirect_uri=http%3A%2F%2Flocalhost%3A1%2Fcb%3Fx%3D1%26y%3D2&state=s%20s"
        );
    }

    #[test]
    fn somebody_has_to_be_able_to_consent() {
        let common = consent(Cloud::Public, None, "common").unwrap();
        assert!(common.contains("/organizations/v2.0/"), "{common}");
        assert_eq!(
            consent(Cloud::Public, None, "consumers"),
            Err(NoAdminConsent::Personal)
        );
        let elsewhere = consent(
            Cloud::Public,
            Some("https://contoso.ciamlogin.com"),
            "contoso.com",
        );
        assert!(matches!(elsewhere, Err(NoAdminConsent::NotEntra(_))));
    }
}
