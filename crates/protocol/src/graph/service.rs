//! Where Graph is, and the requests to it.

use model::AccessToken;
use model::Authority;
use model::AuthorityKind;
use model::Cloud;
use model::uri;
use thiserror::Error;
use url::Url;

use super::error::GraphError;
use super::error::LinkFault;
use super::search::ApplicationQuery;
use super::search::Clause;
use crate::HttpRequest;
use crate::http::Method;
use crate::http::percent_encoded;
use crate::request_headers;

/// Every path of Graph that is asked for begins so.
const VERSION: &str = "/v1.0/";

/// Applications per page: Graph's own number. A page has to fit into
/// [`MAX_BODY_LENGTH`](crate::http::MAX_BODY_LENGTH).
const PAGE_SIZE: u16 = 100;

/// What is shown of an application, and its id.
const SELECTED: &str = "id,appId,displayName,createdDateTime,signInAudience,\
                        isFallbackPublicClient,identifierUris,web,spa,publicClient,\
                        passwordCredentials,keyCredentials";

/// Microsoft Graph of one cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphService {
    base: Url,
    resource: &'static str,
}

/// Why tokens of an authority are for no Graph.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoGraph {
    /// It is no login service of Microsoft's clouds, so nothing says which Graph it speaks for.
    #[error("{0} is no login service of a Microsoft cloud, and Microsoft Graph belongs to those")]
    Foreign(String),
    /// The cloud's address of Graph is not published.
    #[error("the address of Microsoft Graph in the {0} cloud is not known")]
    Unpublished(Cloud),
}

impl GraphService {
    /// The Graph that takes tokens of this authority: that of its cloud. An authority on this
    /// machine is asked itself, so that a token goes to nobody but who issued it.
    pub fn of(authority: &Authority) -> Result<Self, NoGraph> {
        let foreign = || NoGraph::Foreign(authority.to_string());
        let cloud = authority.cloud().unwrap_or(Cloud::Public);
        let resource = cloud.resource("graph").ok_or(NoGraph::Unpublished(cloud))?;
        let is_here = authority.kind() == AuthorityKind::Entra && authority.is_on_this_machine();
        let address = if authority.is_built_in() {
            resource
        } else if is_here {
            authority.base()
        } else {
            return Err(foreign());
        };
        let base = Url::parse(address).map_err(|_| foreign())?;
        Ok(Self { base, resource })
    }

    /// What tokens for it are asked for as, without a trailing slash.
    pub const fn resource(&self) -> &'static str {
        self.resource
    }

    /// The first page of a query.
    pub fn first_page(&self, query: &ApplicationQuery) -> Url {
        let mut url = self.base.clone();
        url.set_path("/v1.0/applications");
        url.set_query(Some(&parameters(&query.clause)));
        url.set_fragment(None);
        url
    }

    /// The page that a reply names as the next one, taken as it is.
    ///
    /// # Errors
    /// [`GraphError::Link`] if it leads elsewhere than to this Graph: the token must not follow.
    pub fn next_page(&self, link: &str) -> Result<Url, GraphError> {
        let refused = |fault| GraphError::Link {
            link: link.to_owned(),
            fault,
        };
        let url = Url::parse(link).map_err(|_| refused(LinkFault::NoAddress))?;
        if !uri::is_permitted(&url) || url.origin() != self.base.origin() {
            return Err(refused(LinkFault::Elsewhere));
        }
        if !url.path().starts_with(VERSION) {
            return Err(refused(LinkFault::OtherPath));
        }
        Ok(url)
    }

    /// A request for a page of a query.
    pub fn request(
        &self,
        page: &Url,
        query: &ApplicationQuery,
        token: &AccessToken,
        correlation_id: &str,
    ) -> HttpRequest {
        let mut headers = request_headers::accepting_json();
        headers.push(("authorization", format!("Bearer {}", token.expose_secret())));
        headers.push(("client-request-id", correlation_id.to_owned()));
        if query.clause.is_advanced() {
            headers.push(("consistencylevel", "eventual".to_owned()));
        }
        HttpRequest {
            method: Method::Get,
            url: page.clone(),
            headers,
            body: None,
        }
    }
}

/// The query string: names as `OData` has them, every value encoded once.
fn parameters(clause: &Clause) -> String {
    let mut pairs = vec![("$select", SELECTED.to_owned())];
    match clause {
        Clause::All => {}
        Clause::IdIs(id) => pairs.push(("$filter", format!("appId eq '{}'", literal(id)))),
        Clause::NameIs(name) => {
            pairs.push(("$filter", format!("displayName eq '{}'", literal(name))));
        }
        Clause::NameStartsWith(start) => pairs.push((
            "$filter",
            format!("startswith(displayName,'{}')", literal(start)),
        )),
        Clause::NameEndsWith(end) => pairs.push((
            "$filter",
            format!("endsWith(displayName,'{}')", literal(end)),
        )),
        Clause::NameHasWord(words) => {
            pairs.push(("$search", format!("\"displayName:{}\"", phrase(words))));
        }
    }
    if clause.is_advanced() {
        pairs.push(("$count", "true".to_owned()));
    }
    pairs.push(("$top", PAGE_SIZE.to_string()));
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", percent_encoded(value).as_str()))
        .collect();
    pairs.join("&")
}

/// The text within a string literal of a filter (`OData` 4.01 ABNF, `SQUOTE-in-string`).
fn literal(text: &str) -> String {
    text.replace('\'', "''")
}

/// The text within the quotation marks of a `$search` ("Use the $search query parameter").
fn phrase(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use model::AuthorityInput;

    use super::*;
    use crate::graph::ApplicationSearch;

    fn authority(cloud: Option<Cloud>, address: Option<&str>) -> Authority {
        let input = AuthorityInput {
            cloud,
            authority: address,
            kind: None,
            tenant: Some("contoso.com"),
        };
        input.resolve().unwrap()
    }

    fn public() -> GraphService {
        GraphService::of(&authority(None, None)).unwrap()
    }

    fn parameter(search: &str, name: &str) -> Option<String> {
        let query = ApplicationSearch::parse(search).queries().remove(0);
        let url = public().first_page(&query);
        let mut pairs = url.query_pairs();
        let found = pairs.find(|(known, _)| known == name);
        found.map(|(_, value)| value.into_owned())
    }

    #[test]
    fn each_cloud_has_its_own_graph_and_strangers_have_none() {
        for (cloud, host) in [
            (Cloud::Public, "graph.microsoft.com"),
            (Cloud::UsGov, "graph.microsoft.us"),
            (Cloud::UsDod, "dod-graph.microsoft.us"),
            (Cloud::China, "microsoftgraph.chinacloudapi.cn"),
        ] {
            let service = GraphService::of(&authority(Some(cloud), None)).unwrap();
            assert_eq!(service.base.host_str(), Some(host));
            assert_eq!(service.base.scheme(), "https");
        }
        assert_eq!(
            GraphService::of(&authority(Some(Cloud::France), None)),
            Err(NoGraph::Unpublished(Cloud::France))
        );
        for stranger in ["https://login.example", "https://contoso.ciamlogin.com"] {
            let refused = GraphService::of(&authority(None, Some(stranger)));
            assert!(matches!(refused, Err(NoGraph::Foreign(_))), "{stranger}");
        }
    }

    #[test]
    fn an_authority_of_this_machine_is_asked_itself() {
        let here = authority(None, Some("http://127.0.0.1:8123"));
        let service = GraphService::of(&here).unwrap();
        let query = ApplicationSearch::All.plain_query();
        let page = service.first_page(&query);
        assert!(
            page.as_str()
                .starts_with("http://127.0.0.1:8123/v1.0/applications?"),
            "{page}"
        );
        assert_eq!(service.resource(), "https://graph.microsoft.com");
    }

    #[test]
    fn text_cannot_leave_its_place_in_a_query() {
        let filter = |search| parameter(search, "$filter").unwrap();
        assert_eq!(filter("O'Neill"), "displayName eq 'O''Neill'");
        assert_eq!(
            filter("a' or 1 eq 1*"),
            "startswith(displayName,'a'' or 1 eq 1')"
        );
        assert_eq!(
            filter("*&$top=1#%27+"),
            "endsWith(displayName,'&$top=1#%27+')"
        );
        assert_eq!(
            parameter(r#"*a"\b*"#, "$search").unwrap(),
            r#""displayName:a\"\\b""#
        );
        assert_eq!(parameter("*&$top=1", "$top").as_deref(), Some("100"));
    }

    #[test]
    fn advanced_queries_say_so_on_every_page() {
        let token = AccessToken::parse("t0ken".to_owned()).unwrap();
        for (search, is_advanced) in [("x", false), ("x*", false), ("*x", true), ("*x*", true)] {
            let query = ApplicationSearch::parse(search).queries().remove(0);
            let page = public().first_page(&query);
            let counts = page
                .query_pairs()
                .any(|(name, value)| name == "$count" && value == "true");
            let request = public().request(&page, &query, &token, "id");
            let eventual = request.header("ConsistencyLevel") == Some("eventual");
            assert_eq!((counts, eventual), (is_advanced, is_advanced), "{search}");
        }
    }

    #[test]
    fn no_secret_of_a_request_is_shown() {
        let token = AccessToken::parse("pl4nted-t0ken".to_owned()).unwrap();
        let query = ApplicationSearch::All.plain_query();
        let request = public().request(&public().first_page(&query), &query, &token, "id");
        assert!(!format!("{request:?}").contains("pl4nted"));
    }

    #[test]
    fn a_link_is_followed_only_to_the_same_service() {
        let base = "https://graph.microsoft.com";
        let good = format!("{base}/v1.0/applications?$skiptoken=RFN%27x&$top=100");
        assert_eq!(public().next_page(&good).unwrap().as_str(), good);
        let also_good = "https://graph.microsoft.com:443/v1.0/x";
        assert!(public().next_page(also_good).is_ok());
        for (link, expected) in [
            ("", LinkFault::NoAddress),
            ("/v1.0/applications", LinkFault::NoAddress),
            (
                "https://evil.example/v1.0/applications",
                LinkFault::Elsewhere,
            ),
            (
                "http://graph.microsoft.com/v1.0/applications",
                LinkFault::Elsewhere,
            ),
            (
                "https://graph.microsoft.com.evil.example/v1.0/",
                LinkFault::Elsewhere,
            ),
            (
                "https://graph.microsoft.com@evil.example/v1.0/",
                LinkFault::Elsewhere,
            ),
            (
                "https://user@graph.microsoft.com/v1.0/",
                LinkFault::Elsewhere,
            ),
            (
                "https://graph.microsoft.com:8443/v1.0/",
                LinkFault::Elsewhere,
            ),
            (r"https:\\evil.example\v1.0\", LinkFault::Elsewhere),
            ("http://127.0.0.1/v1.0/applications", LinkFault::Elsewhere),
            ("file:///v1.0/applications", LinkFault::Elsewhere),
            (
                "https://graph.microsoft.com/beta/applications",
                LinkFault::OtherPath,
            ),
            (
                "https://graph.microsoft.com/v1.0/../beta/x",
                LinkFault::OtherPath,
            ),
            (
                "https://graph.microsoft.com/v1.0/%2e%2e/beta/x",
                LinkFault::OtherPath,
            ),
            ("https://graph.microsoft.com/V1.0/x", LinkFault::OtherPath),
        ] {
            match public().next_page(link) {
                Err(GraphError::Link { fault, .. }) => assert_eq!(fault, expected, "{link}"),
                other => panic!("{link}: {other:?}"),
            }
        }
    }
}
