//! Token requests, one grant per file.

pub mod authorization_code;
pub mod client_credentials;
pub mod device_code;
pub mod refresh_token;

use model::AuthorityKind;
use model::ClientId;
use model::Timestamp;
use thiserror::Error;
use url::Url;

use crate::ClientAuthentication;
use crate::Endpoints;
use crate::HttpRequest;
use crate::assertion::AssertionError;
use crate::http::FORM_CONTENT_TYPE;
use crate::http::Form;
use crate::http::Method;
use crate::request_headers;

/// What every token request needs to know.
#[derive(Debug, Clone, Copy)]
pub struct GrantRequest<'a> {
    /// Where the authority's services are.
    pub endpoints: &'a Endpoints,
    /// What rules the authority follows.
    pub authority_kind: AuthorityKind,
    /// The application that asks.
    pub client_id: &'a ClientId,
    /// How it proves itself.
    pub authentication: &'a ClientAuthentication,
    /// A GUID, the same for all requests of one acquisition.
    pub correlation_id: &'a str,
}

/// Why a request could not be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GrantError {
    /// The grant is for confidential clients, and there is nothing to prove anything with.
    #[error("the client credentials flow needs a client secret, a certificate or an assertion")]
    NoCredential,
    /// The assertion could not be made.
    #[error(transparent)]
    Assertion(#[from] AssertionError),
}

impl GrantRequest<'_> {
    /// A request to the token endpoint with the grant's type and the client's proof in its form,
    /// and nothing else yet.
    fn of_type(&self, grant_type: &str, now: Timestamp) -> Result<HttpRequest, AssertionError> {
        let mut form = Form::new();
        form.push("grant_type", grant_type);
        let mut request = self.post(&self.endpoints.token, form);
        self.authentication.apply(
            &mut request,
            self.authority_kind,
            self.endpoints,
            self.client_id,
            now,
        )?;
        Ok(request)
    }

    /// A form on its way to one of the authority's services.
    pub(crate) fn post(&self, endpoint: &Url, form: Form) -> HttpRequest {
        let mut headers = request_headers::accepting_json();
        headers.push(("content-type", FORM_CONTENT_TYPE.to_owned()));
        if self.authority_kind.follows_entra_rules() {
            headers.extend(request_headers::of_entra(self.correlation_id));
        }
        HttpRequest {
            method: Method::Post,
            url: endpoint.clone(),
            headers,
            body: Some(form),
        }
    }

    /// What every request of a person's sign-in ends with: Entra's wish to know the account's home,
    /// and the claims asked for.
    fn end_for_person(&self, form: &mut Form, claims: Option<&str>) {
        if self.authority_kind.follows_entra_rules() {
            form.push("client_info", "1");
        }
        if let Some(claims) = claims {
            form.push("claims", claims);
        }
    }
}
