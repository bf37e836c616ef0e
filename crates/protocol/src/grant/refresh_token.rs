//! The refresh token grant (RFC 6749 §6): a person need not be asked again.

use model::RefreshToken;
use model::Scopes;
use model::Timestamp;

use super::GrantError;
use super::GrantRequest;
use crate::HttpRequest;

/// Asks for a new access token. The reply may bring another refresh token, which then replaces this
/// one; if it brings none, this one is kept.
///
/// `scopes` may be of another resource than the one signed in for: Entra's refresh tokens are bound
/// to person and client alone (Microsoft identity platform, "Refresh tokens"). `claims` is JSON, as
/// [`crate::claims::parse`] gives it.
pub fn request(
    grant: &GrantRequest<'_>,
    refresh_token: &RefreshToken,
    scopes: &Scopes,
    claims: Option<&str>,
    now: Timestamp,
) -> Result<HttpRequest, GrantError> {
    let mut request = grant.of_type("refresh_token", now)?;
    let form = request.body.get_or_insert_default();
    form.push("refresh_token", refresh_token.expose_secret());
    if !scopes.is_empty() {
        form.push("scope", scopes.to_string());
    }
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
        let token = RefreshToken::from("1.AX+".to_owned());
        request(&asking.grant(), &token, &asking.scopes, claims, NOW).unwrap()
    }

    #[test]
    fn the_token_is_sent_for_the_scopes_of_now() {
        assert_eq!(
            wire(&built(&Asking::at(AuthorityKind::Entra), Some("{}"))),
            "grant_type=refresh_token&client_id=app&refresh_token=1.AX%2B\
             &scope=api%3A%2F%2Fa%2Fread%20openid&client_info=1&claims=%7B%7D"
        );
        assert_eq!(
            wire(&built(&Asking::at(AuthorityKind::Oidc).with_secret(), None)),
            "grant_type=refresh_token&client_id=app&client_secret=s3cret&refresh_token=1.AX%2B\
             &scope=api%3A%2F%2Fa%2Fread%20openid"
        );
    }

    #[test]
    fn diagnostics_do_not_show_the_token() {
        let shown = format!("{:?}", built(&Asking::at(AuthorityKind::Entra), None));
        assert!(!shown.contains("1.AX"), "{shown}");
    }
}
