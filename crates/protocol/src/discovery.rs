//! Endpoints looked up in an authority's discovery document (OpenID Connect Discovery 1.0 §4).

use model::Authority;
use model::AuthorityKind;
use model::uri;
use serde::Deserialize;
use thiserror::Error;
use url::Url;

use crate::Endpoints;
use crate::HttpRequest;
use crate::HttpResponse;
use crate::http::Method;
use crate::issuer;
use crate::reply;
use crate::request_headers;
use crate::text;

/// How clients prove themselves where a document says nothing (OpenID Connect Discovery 1.0 §3).
const DEFAULT_AUTH_METHOD: &str = "client_secret_basic";

/// Why a discovery document cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DiscoveryError {
    /// The authority's address makes no URL.
    #[error("`{0}` makes no URL")]
    NotAUrl(String),
    /// Another status than 200. Redirects are never followed.
    #[error("the discovery document could not be had: status {status}: {excerpt}")]
    Status {
        /// The status code.
        status: u16,
        /// The beginning of the body, safe to show.
        excerpt: String,
    },
    /// The body is no such document.
    #[error("the discovery document cannot be read: {why}: {excerpt}")]
    Malformed {
        /// What is wrong with it.
        why: &'static str,
        /// The beginning of the body, safe to show.
        excerpt: String,
    },
    /// The document speaks for someone else: tokens of another issuer would be taken for its own.
    #[error("the discovery document of {expected} is about `{found}`")]
    ForeignIssuer {
        /// The authority that was asked.
        expected: String,
        /// The issuer named in the document, safe to show.
        found: String,
    },
    /// An endpoint lies outside the authority: what is sent there would reach someone else.
    #[error("the {name} of {authority} is `{url}`, which is another server")]
    ForeignEndpoint {
        /// Its name in the document.
        name: &'static str,
        /// The endpoint, safe to show.
        url: String,
        /// The authority that was asked.
        authority: String,
    },
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    token_endpoint: String,
    authorization_endpoint: Option<String>,
    device_authorization_endpoint: Option<String>,
    jwks_uri: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    token_endpoint_auth_signing_alg_values_supported: Option<Vec<String>>,
    authorization_response_iss_parameter_supported: Option<bool>,
}

/// Asks the authority for its discovery document.
pub fn request(authority: &Authority, correlation_id: &str) -> Result<HttpRequest, DiscoveryError> {
    let address = authority.address();
    let issuer = match authority.kind() {
        AuthorityKind::Entra | AuthorityKind::ExternalId | AuthorityKind::B2c => {
            format!("{address}/v2.0")
        }
        AuthorityKind::Adfs | AuthorityKind::Oidc => address,
    };
    let url = format!("{issuer}/.well-known/openid-configuration");
    let mut headers = request_headers::accepting_json();
    if authority.kind().follows_entra_rules() {
        headers.extend(request_headers::of_entra(correlation_id));
    }
    Ok(HttpRequest {
        method: Method::Get,
        url: Url::parse(&url).map_err(|_| DiscoveryError::NotAUrl(url))?,
        headers,
        body: None,
    })
}

/// Refuses an answer with another status than 200.
pub fn check_status(response: &HttpResponse) -> Result<(), DiscoveryError> {
    if response.status == 200 {
        return Ok(());
    }
    Err(DiscoveryError::Status {
        status: response.status,
        excerpt: text::excerpt(&response.body),
    })
}

/// Reads the document. It must speak for the authority that was asked, and every endpoint in it
/// must lie on the authority's own server: a secret goes nowhere else on a document's word.
pub fn read(authority: &Authority, response: &HttpResponse) -> Result<Endpoints, DiscoveryError> {
    check_status(response)?;
    let malformed = |why| DiscoveryError::Malformed {
        why,
        excerpt: text::excerpt(&response.body),
    };
    if !reply::is_object(&response.body) {
        return Err(malformed("it is no JSON object"));
    }
    let document: Document = serde_json::from_slice(&response.body).map_err(|error| {
        malformed(if error.is_data() {
            "a field is missing, stands twice or has the wrong type"
        } else {
            "it is no JSON"
        })
    })?;
    let address = authority.address();
    if !issuer::is_of(authority, &document.issuer) {
        return Err(DiscoveryError::ForeignIssuer {
            expected: address,
            found: text::excerpt(document.issuer.as_bytes()),
        });
    }
    let base = Url::parse(&address).map_err(|_| DiscoveryError::NotAUrl(address.clone()))?;
    let own = |name: &'static str, text: &str| {
        Url::parse(text)
            .ok()
            .filter(|url| uri::is_permitted(url) && url.origin() == base.origin())
            .ok_or_else(|| DiscoveryError::ForeignEndpoint {
                name,
                url: text::excerpt(text.as_bytes()),
                authority: address.clone(),
            })
    };
    let own_if_any = |name, text: Option<String>| text.map(|text| own(name, &text)).transpose();
    let token_auth_methods = if authority.kind() == AuthorityKind::Oidc {
        document
            .token_endpoint_auth_methods_supported
            .unwrap_or_else(|| vec![DEFAULT_AUTH_METHOD.to_owned()])
    } else {
        Vec::new()
    };
    Ok(Endpoints {
        token: own("token_endpoint", &document.token_endpoint)?,
        authorize: own_if_any("authorization_endpoint", document.authorization_endpoint)?,
        device_authorization: own_if_any(
            "device_authorization_endpoint",
            document.device_authorization_endpoint,
        )?,
        jwks: own_if_any("jwks_uri", document.jwks_uri)?,
        issuer: document.issuer,
        token_auth_methods,
        token_auth_signing_algorithms: document
            .token_endpoint_auth_signing_alg_values_supported
            .unwrap_or_default(),
        authorization_response_iss_parameter_supported: document
            .authorization_response_iss_parameter_supported
            .unwrap_or_default(),
    })
}

/// The id of the directory that an Entra authority's document is about: its issuer has it, however
/// the directory was asked for. `None` where the document does not say.
pub fn directory(authority: &Authority, response: &HttpResponse) -> Option<String> {
    #[derive(Deserialize)]
    struct Issuer {
        issuer: String,
    }
    let document: Issuer = serde_json::from_slice(&response.body).ok()?;
    issuer::directory_of_entra(authority, &document.issuer).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;
    use serde_json::json;

    use super::*;
    use crate::fixtures::authority;

    const GUID: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    fn answer(document: &Value) -> HttpResponse {
        HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: document.to_string().into_bytes(),
        }
    }

    fn issued_by(address: &str, issuer: &str) -> Result<Endpoints, DiscoveryError> {
        let authority = authority(address);
        let origin = Url::parse(address).unwrap().origin().ascii_serialization();
        let document = json!({"issuer": issuer, "token_endpoint": format!("{origin}/token")});
        read(&authority, &answer(&document))
    }

    #[test]
    fn each_kind_is_asked_at_its_own_address() {
        for (address, expected) in [
            (
                "https://contoso.ciamlogin.com",
                "https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration",
            ),
            (
                "https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_in",
                "https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_in/v2.0/.well-known/openid-configuration",
            ),
            (
                "https://fs.contoso.com/adfs",
                "https://fs.contoso.com/adfs/.well-known/openid-configuration",
            ),
            (
                "https://issuer.example/realm",
                "https://issuer.example/realm/.well-known/openid-configuration",
            ),
        ] {
            let request = request(&authority(address), "id").unwrap();
            assert_eq!(request.url.as_str(), expected);
            assert_eq!(request.method, Method::Get);
            let known = authority(address).kind().follows_entra_rules();
            assert_eq!(
                request.header("client-request-id").is_some(),
                known,
                "{address}"
            );
        }
    }

    #[test]
    fn the_issuer_is_the_authority() {
        assert!(
            issued_by(
                "https://issuer.example/realm",
                "https://issuer.example/realm/"
            )
            .is_ok()
        );
        assert!(issued_by("https://fs.contoso.com/adfs", "https://fs.contoso.com/adfs").is_ok());
        for foreign in [
            "https://issuer.example",
            "https://issuer.example/realm//",
            "https://issuer.example/realm/v2.0",
            "https://evil.example/realm",
            "http://issuer.example/realm",
            "https://issuer.example/REALM",
            "",
        ] {
            let error = issued_by("https://issuer.example/realm", foreign).unwrap_err();
            assert!(
                matches!(error, DiscoveryError::ForeignIssuer { .. }),
                "{foreign}: {error}"
            );
        }
    }

    #[test]
    fn microsofts_own_forms_of_issuer_are_known() {
        let external = "https://contoso.ciamlogin.com";
        assert!(
            issued_by(
                external,
                &format!("https://{GUID}.ciamlogin.com/{GUID}/v2.0")
            )
            .is_ok()
        );
        assert!(
            issued_by(
                external,
                &format!("https://contoso.ciamlogin.com/{GUID}/v2.0")
            )
            .is_ok()
        );
        assert!(
            issued_by(
                external,
                &format!("https://other.ciamlogin.com/{GUID}/v2.0")
            )
            .is_err()
        );
        assert!(
            issued_by(
                external,
                &format!("https://{GUID}.evil.example/{GUID}/v2.0")
            )
            .is_err()
        );
        let b2c = "https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_in";
        assert!(issued_by(b2c, &format!("https://contoso.b2clogin.com/{GUID}/v2.0/")).is_ok());
        assert!(
            issued_by(
                b2c,
                &format!("https://contoso.b2clogin.com/tfp/{GUID}/b2c_1_in/v2.0/")
            )
            .is_ok()
        );
        assert!(issued_by(b2c, &format!("https://fabrikam.b2clogin.com/{GUID}/v2.0/")).is_err());
        let entra = "https://login.contoso.example/common";
        assert!(issued_by(entra, "https://login.contoso.example/{tenantid}/v2.0").is_ok());
        let other = "https://login.contoso.example/00000000-0000-0000-0000-000000000000/v2.0";
        assert!(issued_by(&format!("https://login.contoso.example/{GUID}"), other).is_err());
    }

    #[test]
    fn every_endpoint_lies_on_the_authoritys_server() {
        let whole = json!({
            "issuer": "https://issuer.example",
            "token_endpoint": "https://issuer.example/t",
            "authorization_endpoint": "https://issuer.example/a",
            "device_authorization_endpoint": "https://issuer.example/d",
            "jwks_uri": "https://issuer.example/k",
        });
        let issuer = authority("https://issuer.example");
        let endpoints = read(&issuer, &answer(&whole)).unwrap();
        assert_eq!(endpoints.token.as_str(), "https://issuer.example/t");
        assert_eq!(endpoints.jwks.unwrap().as_str(), "https://issuer.example/k");
        assert_eq!(endpoints.token_auth_methods, ["client_secret_basic"]);
        assert!(!endpoints.authorization_response_iss_parameter_supported);
        let mut announced = whole.clone();
        announced["authorization_response_iss_parameter_supported"] = true.into();
        let endpoints = read(&issuer, &answer(&announced)).unwrap();
        assert!(endpoints.authorization_response_iss_parameter_supported);
        for name in [
            "token_endpoint",
            "authorization_endpoint",
            "device_authorization_endpoint",
            "jwks_uri",
        ] {
            for foreign in [
                "https://evil.example/x",
                "http://issuer.example/x",
                "https://issuer.example:444/x",
                "https://user@issuer.example/x",
                "https://issuer.example.evil.example/x",
                "javascript:alert(1)",
                "/relative",
            ] {
                let mut document = whole.clone();
                document[name] = foreign.into();
                let error = read(&issuer, &answer(&document)).unwrap_err();
                assert!(
                    matches!(&error, DiscoveryError::ForeignEndpoint { name: named, .. } if *named == name),
                    "{name} {foreign}: {error}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_document_is_told_apart() {
        let issuer = authority("https://issuer.example");
        let response = |status, body: &str| HttpResponse {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        for (status, body) in [(302, ""), (404, "<html>"), (500, "{}")] {
            let error = read(&issuer, &response(status, body)).unwrap_err();
            assert!(
                matches!(error, DiscoveryError::Status { status: found, .. } if found == status)
            );
        }
        for body in [
            "",
            "<html>",
            "[]",
            "{\"issuer\":1}",
            "{\"issuer\":\"https://issuer.example\"}",
        ] {
            let error = read(&issuer, &response(200, body)).unwrap_err();
            assert!(
                matches!(error, DiscoveryError::Malformed { .. }),
                "{body}: {error}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_document_leads_elsewhere(token in "[a-z]{0,6}:?/{0,3}[a-z.@:0-9/#?%-]{0,40}", issuer in "[ -~]{0,40}") {
            let asked = authority("https://issuer.example");
            let documents = [
                json!({"issuer": "https://issuer.example", "token_endpoint": token}),
                json!({"issuer": issuer, "token_endpoint": "https://issuer.example/t"}),
            ];
            for document in documents {
                if let Ok(endpoints) = read(&asked, &answer(&document)) {
                    prop_assert_eq!(endpoints.token.origin().ascii_serialization(), "https://issuer.example");
                    prop_assert_eq!(endpoints.issuer.trim_end_matches('/'), "https://issuer.example");
                }
            }
        }

        #[test]
        fn no_body_makes_it_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let response = HttpResponse { status: 200, headers: Vec::new(), body };
            let _ = read(&authority("https://issuer.example"), &response);
        }
    }
}
