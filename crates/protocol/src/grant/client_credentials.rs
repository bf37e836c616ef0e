//! The client credentials grant (RFC 6749 §4.4): an app asks for itself.

use model::Scopes;
use model::Timestamp;

use super::GrantError;
use super::GrantRequest;
use crate::HttpRequest;

/// Asks for a token for the application itself.
///
/// `claims` is JSON, as [`crate::claims::parse`] gives it. A certificate signs a fresh assertion,
/// so that a request is to be built anew for each attempt.
pub fn request(
    grant: &GrantRequest<'_>,
    scopes: &Scopes,
    claims: Option<&str>,
    now: Timestamp,
) -> Result<HttpRequest, GrantError> {
    if grant.authentication.is_none() {
        return Err(GrantError::NoCredential);
    }
    let mut request = grant.of_type("client_credentials", now)?;
    let form = request.body.get_or_insert_default();
    if !scopes.is_empty() {
        form.push("scope", scopes.to_string());
    }
    if let Some(claims) = claims {
        form.push("claims", claims);
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use model::AuthorityKind;
    use model::ClientAssertion;
    use model::ClientId;
    use model::ClientSecret;

    use super::*;
    use crate::ClientAuthentication;
    use crate::Endpoints;
    use crate::fixtures;
    use crate::fixtures::NOW;

    fn entra() -> Endpoints {
        fixtures::entra("contoso.onmicrosoft.com").1
    }

    fn built(
        endpoints: &Endpoints,
        kind: AuthorityKind,
        authentication: &ClientAuthentication,
        claims: Option<&str>,
    ) -> Result<HttpRequest, GrantError> {
        let grant = GrantRequest {
            endpoints,
            authority_kind: kind,
            client_id: &ClientId::parse("my:app").unwrap(),
            authentication,
            correlation_id: "c0ffee00-0000-4000-8000-000000000000",
        };
        let scopes = Scopes::parse(["https://graph.microsoft.com/.default"], None).unwrap();
        request(&grant, &scopes, claims, NOW)
    }

    fn secret() -> ClientAuthentication {
        ClientAuthentication::Secret(ClientSecret::from("a+/=&%~ü".to_owned()))
    }

    #[test]
    fn a_secret_stands_in_the_form_encoded_once() {
        let request = built(&entra(), AuthorityKind::Entra, &secret(), None).unwrap();
        assert_eq!(
            request.body.as_ref().unwrap().encode().as_str(),
            "grant_type=client_credentials&client_id=my%3Aapp\
             &client_secret=a%2B%2F%3D%26%25~%C3%BC\
             &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        );
        assert_eq!(request.url, entra().token);
        assert_eq!(request.header("authorization"), None);
        assert_eq!(
            request.header("content-type"),
            Some("application/x-www-form-urlencoded;charset=utf-8")
        );
    }

    #[test]
    fn entra_is_told_who_asks_and_others_are_not() {
        let request = built(&entra(), AuthorityKind::Entra, &secret(), None).unwrap();
        assert_eq!(
            request.header("client-request-id"),
            Some("c0ffee00-0000-4000-8000-000000000000")
        );
        assert_eq!(request.header("x-client-sku"), Some("entra-auth-cli"));
        assert_eq!(
            request.header("x-ms-lib-capability"),
            Some("retry-after, h429")
        );
        assert_eq!(request.header("origin"), None);
        for kind in [AuthorityKind::Adfs, AuthorityKind::Oidc] {
            let request = built(&entra(), kind, &secret(), None).unwrap();
            let names: Vec<_> = request.headers.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, ["accept", "content-type"]);
        }
    }

    #[test]
    fn basic_is_used_only_where_nothing_else_is_taken() {
        let mut endpoints = entra();
        endpoints.token_auth_methods = vec!["client_secret_basic".to_owned()];
        let request = built(&endpoints, AuthorityKind::Oidc, &secret(), None).unwrap();
        // base64("my%3Aapp:a%2B%2F%3D%26%25~%C3%BC")
        assert_eq!(
            request.header("authorization"),
            Some("Basic bXklM0FhcHA6YSUyQiUyRiUzRCUyNiUyNX4lQzMlQkM=")
        );
        let form = request.body.as_ref().unwrap();
        assert_eq!(form.get("client_secret"), None);
        assert_eq!(form.get("client_id"), None);
        endpoints
            .token_auth_methods
            .push("client_secret_post".to_owned());
        let request = built(&endpoints, AuthorityKind::Oidc, &secret(), None).unwrap();
        assert_eq!(request.header("authorization"), None);
    }

    #[test]
    fn a_foreign_assertion_is_passed_on_as_it_is() {
        let assertion = ClientAuthentication::Assertion(ClientAssertion::from("a.b.c".to_owned()));
        let claims = r#"{"access_token":{}}"#;
        let request = built(&entra(), AuthorityKind::Entra, &assertion, Some(claims)).unwrap();
        let form = request.body.as_ref().unwrap();
        assert_eq!(form.get("client_assertion"), Some("a.b.c"));
        assert_eq!(
            form.get("client_assertion_type"),
            Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        );
        assert_eq!(form.get("claims"), Some(claims));
        assert_eq!(form.get("client_secret"), None);
    }

    #[test]
    fn a_public_client_is_refused() {
        let error = built(
            &entra(),
            AuthorityKind::Entra,
            &ClientAuthentication::None,
            None,
        );
        assert_eq!(error.unwrap_err(), GrantError::NoCredential);
    }
}
