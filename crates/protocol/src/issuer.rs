//! Who issues an authority's answers and tokens, and in which forms it may name itself.

use model::Authority;
use model::AuthorityKind;
use model::Tenant;
use model::tenant::is_guid;
use model::uri;
use url::Url;

use crate::Endpoints;

/// The directory of all personal Microsoft accounts (Microsoft identity platform, "ID token claims
/// reference", `tid`).
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// What stands in the issuer of a document that is about many directories, in place of each one's
/// id (Microsoft identity platform, "OpenID Connect on the Microsoft identity platform").
const TEMPLATE: &str = "{tenantid}";

/// Whom the answers and ID tokens of an authority must name in `iss`.
#[derive(Debug, Clone, Copy)]
pub struct IssuerRule<'a> {
    authority: &'a Authority,
    endpoints: &'a Endpoints,
}

impl<'a> IssuerRule<'a> {
    /// The rule of an authority with those endpoints.
    pub const fn new(authority: &'a Authority, endpoints: &'a Endpoints) -> Self {
        Self {
            authority,
            endpoints,
        }
    }

    /// Whether answers of the authorization endpoint must name their issuer (RFC 9207 §2.4).
    pub const fn is_announced(&self) -> bool {
        self.endpoints
            .authorization_response_iss_parameter_supported
    }

    /// The issuer in words, for an error.
    pub(crate) fn expected(&self) -> &str {
        &self.endpoints.issuer
    }

    /// Whether that is the authority, character by character (RFC 9207 §2.4, OpenID Connect Core
    /// 1.0 §3.1.3.7). Entra writes a directory by its id however it was asked for, and writes the
    /// host of its cloud, whichever of the cloud's hosts was asked. `tid` is the directory that a
    /// token names beside `iss`: the two must agree.
    pub(crate) fn accepts(&self, issuer: &str, tid: Option<&str>) -> bool {
        if self.authority.kind() == AuthorityKind::Entra {
            return self.is_of_entra(issuer, tid);
        }
        let expected = &self.endpoints.issuer;
        match tid.filter(|tid| is_guid(tid)) {
            Some(tid) if expected.contains(TEMPLATE) => issuer == expected.replace(TEMPLATE, tid),
            _ => issuer == expected,
        }
    }

    fn is_of_entra(&self, issuer: &str, tid: Option<&str>) -> bool {
        let Some(directory) = directory_of_entra(self.authority, issuer) else {
            return false;
        };
        let is_the_one_asked = match self.authority.tenant() {
            Some(Tenant::Guid(asked)) => directory.eq_ignore_ascii_case(asked),
            Some(Tenant::Consumers) => directory.eq_ignore_ascii_case(CONSUMERS),
            // Which id a domain has, and whose account will be chosen, only the answer tells. It
            // comes from the authority itself over TLS; a token from elsewhere has to be compared
            // with the domain's id besides (`verification`).
            Some(Tenant::Domain(_) | Tenant::Common | Tenant::Organizations) => true,
            None => false,
        };
        is_the_one_asked && tid.is_none_or(|tid| directory.eq_ignore_ascii_case(tid))
    }
}

/// Whether a domain stands for the directory, at the service where all directories share keys.
pub fn is_named_by_domain(authority: &Authority) -> bool {
    authority.kind() == AuthorityKind::Entra
        && matches!(authority.tenant(), Some(Tenant::Domain(_)))
}

/// The id of the directory that an issuer of this Entra service names; `None` if it names none, or
/// is another service's.
pub(crate) fn directory_of_entra<'i>(authority: &Authority, issuer: &'i str) -> Option<&'i str> {
    bases(authority)
        .find_map(|base| issuer.strip_prefix(&base))
        .and_then(|rest| rest.strip_prefix('/')?.strip_suffix("/v2.0"))
        .filter(|directory| is_guid(directory))
}

/// The authority's own address and, for a built-in cloud, all those of the same service.
fn bases(authority: &Authority) -> impl Iterator<Item = String> {
    let cloud = authority.cloud().filter(|_| authority.is_built_in());
    let hosts = cloud.into_iter().flat_map(|cloud| {
        std::iter::once(cloud.login_host()).chain(cloud.login_aliases().iter().copied())
    });
    let same_service = hosts.map(|host| format!("https://{host}"));
    std::iter::once(authority.base().to_owned()).chain(same_service)
}

/// Whether a discovery document's issuer is the authority: the same text but for a trailing slash (OpenID Connect
/// Discovery 1.0 §4.3), or one of the forms in which Microsoft's services name themselves.
pub(crate) fn is_of(authority: &Authority, issuer: &str) -> bool {
    let address = authority.address();
    let plain = issuer.strip_suffix('/').unwrap_or(issuer);
    if plain == address {
        return true;
    }
    let (Ok(base), Ok(named)) = (Url::parse(&address), Url::parse(plain)) else {
        return false;
    };
    if !uri::is_permitted(&named) || named.query().is_some() || named.fragment().is_some() {
        return false;
    }
    let segments: Vec<&str> = named.path().split('/').skip(1).collect();
    let here = named.origin() == base.origin();
    // `{tenantid}` stands percent-encoded in a parsed path.
    let is_directory = |segment: &str| {
        let asked = authority.tenant().map(model::Tenant::as_str);
        match asked {
            Some(asked) if is_guid(asked) => segment.eq_ignore_ascii_case(asked),
            Some(asked) if asked == segment => true,
            _ => is_guid(segment) || segment == "%7Btenantid%7D",
        }
    };
    match (authority.kind(), segments.as_slice()) {
        (AuthorityKind::Entra, [directory, "v2.0"]) => here && is_directory(directory),
        (AuthorityKind::ExternalId, [directory, "v2.0"] | [directory]) => {
            (here || both_of_external_id(&base, &named)) && is_directory(directory)
        }
        (AuthorityKind::B2c, [directory, "v2.0"] | ["tfp", directory, _, "v2.0"]) => {
            here && is_directory(directory)
        }
        _ => false,
    }
}

/// External ID answers under the name people type and signs as `{tenant GUID}.ciamlogin.com`.
fn both_of_external_id(asked: &Url, named: &Url) -> bool {
    let label = |url: &Url| {
        url.host_str()
            .and_then(|host| host.strip_suffix(".ciamlogin.com"))
            .map(ToOwned::to_owned)
    };
    named.scheme() == "https"
        && named.port().is_none()
        && label(asked).is_some()
        && label(named).is_some_and(|label| is_guid(&label))
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::fixtures::authority;
    use crate::fixtures::open_id;

    const GUID: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    const OTHER: &str = "00000000-0000-0000-0000-000000000002";

    fn accepts(address: &str, issuer: &str, tid: Option<&str>) -> bool {
        let authority = authority(address);
        let endpoints = Endpoints::of_entra(&authority).unwrap();
        IssuerRule::new(&authority, &endpoints).accepts(issuer, tid)
    }

    #[test]
    fn entra_names_the_directory_by_its_id() {
        let host = "https://login.microsoftonline.com";
        let named = format!("{host}/{GUID}/v2.0");
        for tenant in ["common", "organizations", "contoso.com", GUID] {
            let address = format!("{host}/{tenant}");
            for tid in [None, Some(GUID)] {
                assert!(accepts(&address, &named, tid), "{tenant} {tid:?}");
            }
            assert!(!accepts(&address, &named, Some(OTHER)), "{tenant}");
        }
        assert!(!accepts(&format!("{host}/{OTHER}"), &named, Some(GUID)));
        assert!(!accepts(&format!("{host}/consumers"), &named, None));
        assert!(accepts(
            &format!("{host}/consumers"),
            &format!("{host}/{CONSUMERS}/v2.0"),
            Some(CONSUMERS)
        ));
        for foreign in [
            format!("{host}/{{tenantid}}/v2.0"),
            format!("{host}/common/v2.0"),
            format!("{host}/{GUID}/v2.0/"),
            format!("{host}/{GUID}"),
            format!("{host}.evil.example/{GUID}/v2.0"),
            format!("https://sts.windows.net.evil.example/{GUID}/v2.0"),
            format!("http://login.microsoftonline.com/{GUID}/v2.0"),
            format!("https://login.microsoftonline.us/{GUID}/v2.0"),
            String::new(),
        ] {
            assert!(
                !accepts(&format!("{host}/common"), &foreign, None),
                "{foreign}"
            );
        }
    }

    #[test]
    fn a_cloud_has_one_issuer_under_all_its_hosts() {
        assert!(accepts(
            &format!("https://login.windows.net/{GUID}"),
            &format!("https://login.microsoftonline.com/{GUID}/v2.0"),
            None
        ));
        let own = format!("http://127.0.0.1:8099/{GUID}/v2.0");
        assert!(accepts("http://127.0.0.1:8099/common", &own, Some(GUID)));
        assert!(!accepts(
            "http://127.0.0.1:8099/common",
            &format!("https://login.microsoftonline.com/{GUID}/v2.0"),
            None
        ));
    }

    #[test]
    fn other_providers_name_themselves_to_the_letter() {
        let (authority, mut endpoints) = open_id("https://issuer.example/realm");
        endpoints.issuer = "https://issuer.example/realm/".to_owned();
        endpoints.authorization_response_iss_parameter_supported = true;
        let rule = IssuerRule::new(&authority, &endpoints);
        assert!(rule.is_announced());
        assert!(rule.accepts("https://issuer.example/realm/", Some(GUID)));
        assert!(!rule.accepts("https://issuer.example/realm", None));
        assert!(!rule.accepts("https://issuer.example/REALM/", None));
        endpoints.issuer = "https://issuer.example/{tenantid}/".to_owned();
        let rule = IssuerRule::new(&authority, &endpoints);
        assert!(rule.accepts(&format!("https://issuer.example/{GUID}/"), Some(GUID)));
        assert!(!rule.accepts("https://issuer.example/../", Some("..")));
    }
}
