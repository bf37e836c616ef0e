//! The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.5): a code is redeemed.

use model::AuthorizationCode;
use model::CodeVerifier;
use model::RedirectUri;
use model::Scopes;
use model::Timestamp;

use super::GrantError;
use super::GrantRequest;
use crate::HttpRequest;

/// Asks for the tokens that a code stands for. A code is good for one such request.
///
/// `redirect_uri` is the very one that the authorization endpoint was given, `scopes` those asked
/// for there, sign-in scopes included. `claims` is JSON, as [`crate::claims::parse`] gives it.
pub fn request(
    grant: &GrantRequest<'_>,
    code: &AuthorizationCode,
    redirect_uri: &RedirectUri,
    verifier: &CodeVerifier,
    scopes: &Scopes,
    claims: Option<&str>,
    now: Timestamp,
) -> Result<HttpRequest, GrantError> {
    let mut request = grant.of_type("authorization_code", now)?;
    let form = request.body.get_or_insert_default();
    form.push("code", code.expose_secret());
    form.push("redirect_uri", redirect_uri.as_str());
    form.push("code_verifier", verifier.expose_secret());
    form.push("scope", scopes.to_string());
    grant.end_for_person(form, claims);
    Ok(request)
}

#[cfg(test)]
mod tests {
    use model::AuthorityKind;

    use super::*;
    use crate::fixtures::Asking;
    use crate::fixtures::NOW;
    use crate::fixtures::wire;

    fn built(asking: &Asking, claims: Option<&str>) -> HttpRequest {
        request(
            &asking.grant(),
            &AuthorizationCode::from("0.AX+/=".to_owned()),
            &RedirectUri::parse("http://localhost:8400").unwrap(),
            &CodeVerifier::from("ver-ifier".to_owned()),
            &asking.scopes,
            claims,
            NOW,
        )
        .unwrap()
    }

    #[test]
    fn a_public_client_names_itself_and_proves_the_code_is_its_own() {
        let asking = Asking::at(AuthorityKind::Entra);
        let request = built(&asking, None);
        assert_eq!(request.url, asking.endpoints.token);
        assert_eq!(
            wire(&request),
            "grant_type=authorization_code&client_id=app&code=0.AX%2B%2F%3D\
             &redirect_uri=http%3A%2F%2Flocalhost%3A8400&code_verifier=ver-ifier\
             &scope=api%3A%2F%2Fa%2Fread%20openid&client_info=1"
        );
    }

    #[test]
    fn a_confidential_client_proves_itself_as_well() {
        let request = built(
            &Asking::at(AuthorityKind::Entra).with_secret(),
            Some(r#"{"access_token":{}}"#),
        );
        let form = request.body.as_ref().unwrap();
        assert_eq!(form.get("client_secret"), Some("s3cret"));
        assert_eq!(form.get("code_verifier"), Some("ver-ifier"));
        assert_eq!(form.get("claims"), Some(r#"{"access_token":{}}"#));
    }

    #[test]
    fn other_providers_get_nothing_of_entras() {
        for kind in [AuthorityKind::Adfs, AuthorityKind::Oidc] {
            let request = built(&Asking::at(kind), None);
            assert_eq!(request.body.as_ref().unwrap().get("client_info"), None);
            assert_eq!(request.header("client-request-id"), None);
        }
    }

    #[test]
    fn diagnostics_show_neither_code_nor_verifier() {
        let shown = built(&Asking::at(AuthorityKind::Entra), None).redacted();
        assert!(
            !shown.contains("0.AX") && !shown.contains("ver-ifier"),
            "{shown}"
        );
        assert!(
            shown.contains("redirect_uri=http://localhost:8400"),
            "{shown}"
        );
    }
}
