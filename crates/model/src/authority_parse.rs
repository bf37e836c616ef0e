//! From what people type or paste to an [`Authority`].

use url::Url;

use crate::Authority;
use crate::AuthorityError;
use crate::AuthorityKind;
use crate::Cloud;
use crate::Tenant;
use crate::uri;

/// Endpoint paths that people paste whole; what stands before them is the authority.
const PASTED_ENDPOINTS: [&str; 16] = [
    "/oauth2/v2.0/authorize",
    "/oauth2/v2.0/token",
    "/oauth2/v2.0/devicecode",
    "/oauth2/v2.0/logout",
    "/oauth2/authorize",
    "/oauth2/token",
    "/oauth2/devicecode",
    "/v2.0/.well-known/openid-configuration",
    "/.well-known/openid-configuration",
    "/discovery/v2.0/keys",
    "/discovery/keys",
    "/v2.0/adminconsent",
    "/adminconsent",
    "/federationmetadata/2007-06/federationmetadata.xml",
    "/saml2",
    "/v2.0",
];

const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// What is known about an authority before it is one. Everything may be absent.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuthorityInput<'a> {
    /// The cloud by name.
    pub cloud: Option<Cloud>,
    /// A login host, a host and tenant, an issuer, or a pasted endpoint URL.
    pub authority: Option<&'a str>,
    /// What kind of authority it is, where its address does not tell.
    pub kind: Option<AuthorityKind>,
    /// Tenant GUID, domain or keyword.
    pub tenant: Option<&'a str>,
}

impl AuthorityInput<'_> {
    /// Makes one authority of all that is given.
    ///
    /// A host of a built-in cloud is that cloud's. Elsewhere, an address with a tenant (in its
    /// path or beside it) is taken for a service with Entra's paths, any other for an OpenID
    /// issuer; `kind` overrules the guess.
    pub fn resolve(self) -> Result<Authority, AuthorityError> {
        let tenant = self
            .tenant
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(Tenant::parse)
            .transpose()?;
        let Some(text) = self
            .authority
            .map(str::trim)
            .filter(|text| !text.is_empty())
        else {
            return built_in(self.cloud.unwrap_or(Cloud::Public), tenant);
        };
        let address = parsed(text)?;
        let segments = segments(&address);
        let kind = self
            .kind
            .unwrap_or_else(|| detected(&address, &segments, tenant.is_some()));
        match kind {
            AuthorityKind::Entra => entra(&address, &segments, tenant, self.cloud),
            AuthorityKind::ExternalId => external_id(&address, &segments, tenant),
            AuthorityKind::B2c => b2c(&address, &segments, tenant),
            AuthorityKind::Adfs => adfs(&address, &segments),
            AuthorityKind::Oidc => Ok(Authority {
                kind,
                base: without_well_known(&address),
                tenant,
                cloud: self.cloud,
            }),
        }
    }
}

fn parsed(text: &str) -> Result<Url, AuthorityError> {
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let mut url = Url::parse(&with_scheme).map_err(|_| {
        AuthorityError::NotAnAddress(uri::unreadable_without_extras(text).to_owned())
    })?;
    url.set_query(None);
    url.set_fragment(None);
    if !uri::is_permitted(&url) {
        let _ = url.set_username("");
        let _ = url.set_password(None);
        return Err(AuthorityError::NotPermitted(url.into()));
    }
    Ok(url)
}

/// The path's segments before a pasted endpoint, if there is one.
fn segments(url: &Url) -> Vec<String> {
    let path = url.path().trim_end_matches('/');
    let lower = path.to_ascii_lowercase();
    let end = PASTED_ENDPOINTS
        .iter()
        .find_map(|endpoint| lower.strip_suffix(endpoint).map(str::len))
        .unwrap_or(path.len());
    path[..end]
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

fn detected(url: &Url, segments: &[String], tenant_given: bool) -> AuthorityKind {
    let host = url.host_str().unwrap_or_default();
    let first = segments.first().map(|segment| segment.to_ascii_lowercase());
    if host.ends_with(".ciamlogin.com") {
        return AuthorityKind::ExternalId;
    }
    match first.as_deref() {
        Some("adfs") => return AuthorityKind::Adfs,
        Some("tfp") => return AuthorityKind::B2c,
        _ => {}
    }
    let policy = segments.get(1).map(|segment| segment.to_ascii_lowercase());
    let b2c_host = [
        ".b2clogin.com",
        ".b2clogin.cn",
        ".b2clogin.us",
        ".b2clogin.de",
    ]
    .iter()
    .any(|suffix| host.ends_with(suffix));
    if b2c_host || policy.is_some_and(|policy| policy.starts_with("b2c_")) {
        return AuthorityKind::B2c;
    }
    if Cloud::of_login_host(host).is_some() {
        return AuthorityKind::Entra;
    }
    match segments {
        [] if tenant_given => AuthorityKind::Entra,
        [only] if Tenant::parse(only).is_ok() => AuthorityKind::Entra,
        _ => AuthorityKind::Oidc,
    }
}

fn built_in(cloud: Cloud, tenant: Option<Tenant>) -> Result<Authority, AuthorityError> {
    let base = format!("https://{}", cloud.login_host());
    let Some(tenant) = tenant else {
        return Err(AuthorityError::MissingTenant(base));
    };
    Ok(Authority {
        kind: AuthorityKind::Entra,
        base,
        tenant: Some(tenant),
        cloud: Some(cloud),
    })
}

fn entra(
    url: &Url,
    segments: &[String],
    given: Option<Tenant>,
    cloud: Option<Cloud>,
) -> Result<Authority, AuthorityError> {
    let expected = "it is a host, or a host and a tenant";
    let in_path = tenant_in_path(url, segments, AuthorityKind::Entra, expected)?;
    let tenant = agreed(in_path, given)?;
    let host = url.host_str().unwrap_or_default();
    let known =
        Cloud::of_login_host(host).filter(|_| url.scheme() == "https" && url.port().is_none());
    if let Some(actual) = known {
        if let Some(asked) = cloud.filter(|asked| asked.login_host() != actual.login_host()) {
            return Err(AuthorityError::CloudConflict {
                host: host.to_owned(),
                actual,
                given: asked,
            });
        }
        return built_in(cloud.unwrap_or(actual), tenant);
    }
    let base = origin(url);
    let Some(tenant) = tenant else {
        return Err(AuthorityError::MissingTenant(base));
    };
    Ok(Authority {
        kind: AuthorityKind::Entra,
        base,
        tenant: Some(tenant),
        cloud,
    })
}

fn external_id(
    url: &Url,
    segments: &[String],
    given: Option<Tenant>,
) -> Result<Authority, AuthorityError> {
    let expected = "it is https://{name}.ciamlogin.com, or that and a tenant";
    let in_path = tenant_in_path(url, segments, AuthorityKind::ExternalId, expected)?;
    let subdomain = url
        .host_str()
        .and_then(|host| host.strip_suffix(".ciamlogin.com"));
    let tenant = match (agreed(in_path, given)?, subdomain) {
        (Some(tenant), _) => tenant,
        (None, Some(name)) => Tenant::parse(&format!("{name}.onmicrosoft.com"))?,
        (None, None) => return Err(AuthorityError::MissingTenant(origin(url))),
    };
    Ok(Authority {
        kind: AuthorityKind::ExternalId,
        base: origin(url),
        tenant: Some(tenant),
        cloud: None,
    })
}

fn b2c(url: &Url, segments: &[String], given: Option<Tenant>) -> Result<Authority, AuthorityError> {
    let words: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (prefix, tenant, policy) = match words.as_slice() {
        ["tfp", tenant, policy] => ("/tfp", *tenant, *policy),
        [tenant, policy] => ("", *tenant, *policy),
        _ => {
            return Err(unexpected(
                url,
                AuthorityKind::B2c,
                "it is https://{name}.b2clogin.com/{tenant}/{policy}",
            ));
        }
    };
    let tenant = agreed(Some(Tenant::parse(tenant)?), given)?;
    let directory = tenant.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok(Authority {
        kind: AuthorityKind::B2c,
        base: format!("{}{prefix}/{directory}/{policy}", origin(url)),
        tenant,
        cloud: None,
    })
}

fn adfs(url: &Url, segments: &[String]) -> Result<Authority, AuthorityError> {
    if segments.len() > 1 {
        return Err(unexpected(
            url,
            AuthorityKind::Adfs,
            "it is https://{host}/adfs",
        ));
    }
    Ok(Authority {
        kind: AuthorityKind::Adfs,
        base: format!("{}/adfs", origin(url)),
        tenant: None,
        cloud: None,
    })
}

/// The tenant that stands alone in the path, if one does.
fn tenant_in_path(
    url: &Url,
    segments: &[String],
    kind: AuthorityKind,
    expected: &'static str,
) -> Result<Option<Tenant>, AuthorityError> {
    match segments {
        [] => Ok(None),
        [only] => Ok(Some(Tenant::parse(only)?)),
        _ => Err(unexpected(url, kind, expected)),
    }
}

/// One tenant of two: a keyword in the path gives way to a concrete one beside it.
fn agreed(
    in_path: Option<Tenant>,
    given: Option<Tenant>,
) -> Result<Option<Tenant>, AuthorityError> {
    match (in_path, given) {
        (Some(in_path), Some(given)) if in_path != given && in_path.is_concrete() => {
            Err(AuthorityError::TenantConflict {
                in_authority: in_path.to_string(),
                given: given.to_string(),
            })
        }
        (in_path, given) => Ok(given.or(in_path)),
    }
}

/// Scheme, host and port, without a trailing slash.
fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// An issuer as typed, but for a pasted discovery path and a trailing slash.
fn without_well_known(url: &Url) -> String {
    let text = url.as_str().trim_end_matches('/');
    text.strip_suffix(WELL_KNOWN).unwrap_or(text).to_owned()
}

fn unexpected(url: &Url, kind: AuthorityKind, expected: &'static str) -> AuthorityError {
    AuthorityError::UnexpectedPath {
        address: url.to_string(),
        kind: kind.as_str(),
        expected,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GUID: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    fn authority(text: &str, tenant: Option<&str>) -> Result<Authority, AuthorityError> {
        AuthorityInput {
            authority: Some(text),
            tenant,
            ..AuthorityInput::default()
        }
        .resolve()
    }

    fn summary(text: &str, tenant: Option<&str>) -> (AuthorityKind, String) {
        let authority = authority(text, tenant).unwrap();
        (authority.kind(), authority.address())
    }

    #[test]
    fn a_refused_address_is_told_without_what_may_be_a_secret() {
        for address in [
            "https://ada:s3cr3t@idp.example/realm?k=s3cr3t#s3cr3t",
            "http://idp.example/realm?k=s3cr3t",
            "https://idp example/?k=s3cr3t",
            "https://ada:s3cr3t@idp example/",
        ] {
            let input = AuthorityInput {
                authority: Some(address),
                ..AuthorityInput::default()
            };
            let said = input.resolve().unwrap_err().to_string();
            assert!(!said.contains("s3cr3t"), "{said}");
        }
    }

    #[test]
    fn the_public_cloud_is_the_default() {
        let input = AuthorityInput {
            tenant: Some("Contoso.com"),
            ..AuthorityInput::default()
        };
        let authority = input.resolve().unwrap();
        assert_eq!(
            authority.address(),
            "https://login.microsoftonline.com/contoso.com"
        );
        assert!(authority.is_built_in());
        assert_eq!(
            AuthorityInput::default().resolve(),
            Err(AuthorityError::MissingTenant(
                "https://login.microsoftonline.com".to_owned()
            ))
        );
    }

    #[test]
    fn what_people_paste_is_understood() {
        let public = format!("https://login.microsoftonline.com/{GUID}");
        for pasted in [
            format!("{public}/oauth2/v2.0/token"),
            format!("{public}/oauth2/v2.0/authorize?client_id=x#y"),
            format!("{public}/v2.0/.well-known/openid-configuration"),
            format!("{public}/v2.0"),
            format!("{public}/"),
            format!("https://login.windows.net/{GUID}/oauth2/token"),
            format!("https://sts.windows.net/{GUID}/"),
            format!("login.microsoftonline.com/{GUID}"),
        ] {
            assert_eq!(
                summary(&pasted, None),
                (AuthorityKind::Entra, public.clone()),
                "{pasted}"
            );
        }
        assert_eq!(
            summary("login.microsoftonline.us", Some("contoso.us")).1,
            "https://login.microsoftonline.us/contoso.us"
        );
    }

    #[test]
    fn the_kind_follows_from_the_address() {
        use AuthorityKind as Kind;
        let cases = [
            (
                "https://contoso.ciamlogin.com",
                Kind::ExternalId,
                "https://contoso.ciamlogin.com/contoso.onmicrosoft.com",
            ),
            (
                "https://contoso.ciamlogin.com/x.onmicrosoft.com/v2.0",
                Kind::ExternalId,
                "https://contoso.ciamlogin.com/x.onmicrosoft.com",
            ),
            (
                "https://c.b2clogin.com/c.onmicrosoft.com/B2C_1_in",
                Kind::B2c,
                "https://c.b2clogin.com/c.onmicrosoft.com/B2C_1_in",
            ),
            (
                "https://c.b2clogin.com/tfp/c.onmicrosoft.com/B2C_1_in/oauth2/v2.0/token",
                Kind::B2c,
                "https://c.b2clogin.com/tfp/c.onmicrosoft.com/B2C_1_in",
            ),
            (
                "https://fs.contoso.com/adfs/oauth2/token",
                Kind::Adfs,
                "https://fs.contoso.com/adfs",
            ),
            (
                "https://idp.example/realms/main",
                Kind::Oidc,
                "https://idp.example/realms/main",
            ),
            (
                "https://idp.example/realms/main/.well-known/openid-configuration",
                Kind::Oidc,
                "https://idp.example/realms/main",
            ),
            ("http://127.0.0.1:4000", Kind::Oidc, "http://127.0.0.1:4000"),
            (
                "http://127.0.0.1:4000/contoso.com",
                Kind::Entra,
                "http://127.0.0.1:4000/contoso.com",
            ),
        ];
        for (text, kind, address) in cases {
            assert_eq!(summary(text, None), (kind, address.to_owned()), "{text}");
        }
        assert_eq!(
            summary("http://localhost:4000", Some(GUID)),
            (Kind::Entra, format!("http://localhost:4000/{GUID}"))
        );
    }

    #[test]
    fn http_and_userinfo_are_refused_off_this_machine() {
        for bad in [
            "http://login.microsoftonline.com/common",
            "http://localhost.evil.example",
            "https://login.microsoftonline.com@evil.example/common",
            "ftp://localhost",
        ] {
            assert!(
                matches!(authority(bad, None), Err(AuthorityError::NotPermitted(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let error = authority("https://user:pl4nted@host.example", None).unwrap_err();
        assert!(!error.to_string().contains("pl4nted"));
    }

    #[test]
    fn two_tenants_or_two_clouds_conflict() {
        assert!(matches!(
            authority(
                "https://login.microsoftonline.com/contoso.com",
                Some("fabrikam.com")
            ),
            Err(AuthorityError::TenantConflict { .. })
        ));
        assert_eq!(
            summary(
                "https://login.microsoftonline.com/common",
                Some("fabrikam.com")
            )
            .1,
            "https://login.microsoftonline.com/fabrikam.com"
        );
        let conflict = AuthorityInput {
            cloud: Some(Cloud::China),
            authority: Some("login.microsoftonline.com"),
            tenant: Some("contoso.com"),
            kind: None,
        };
        assert!(matches!(
            conflict.resolve(),
            Err(AuthorityError::CloudConflict { .. })
        ));
    }

    #[test]
    fn a_look_alike_host_is_not_built_in() {
        for text in [
            "https://login.microsoftonline.com.evil.example/contoso.com",
            "https://login.microsoftonline.com:8443/contoso.com",
            "https://evil.example/contoso.com",
        ] {
            assert!(!authority(text, None).unwrap().is_built_in(), "{text}");
        }
    }

    #[test]
    fn another_tenant_replaces_only_its_segment() {
        let here = authority("https://login.microsoftonline.com/contoso.com", None).unwrap();
        let there = here
            .with_tenant(Tenant::parse("fabrikam.com").unwrap())
            .unwrap();
        assert_eq!(
            there.address(),
            "https://login.microsoftonline.com/fabrikam.com"
        );
        let fixed = authority("https://fs.contoso.com/adfs", None).unwrap();
        assert!(fixed.with_tenant(Tenant::Common).is_err());
    }

    proptest! {
        #[test]
        fn any_text_ends_in_an_answer(text in "\\PC{0,60}") {
            if let Ok(authority) = authority(&text, None) {
                let url = Url::parse(authority.base()).unwrap();
                prop_assert!(uri::is_permitted(&url), "{}", authority.base());
            }
        }
    }
}
