//! Requests to the token endpoint, and what their replies mean.

use model::Account;
use model::AuthorizationCode;
use model::IdToken;
use model::Scopes;
use model::Timestamp;
use model::TokenSet;
use protocol::ClientAuthentication;
use protocol::Endpoints;
use protocol::HttpRequest;
use protocol::HttpResponse;
use protocol::ReplyError;
use protocol::authorization_response::AuthorizationResponse;
use protocol::authorization_response::AuthorizationResponseError;
use protocol::discovery;
use protocol::grant::GrantError;
use protocol::grant::GrantRequest;
use protocol::id_token;
use protocol::id_token::ExpectedIdToken;
use protocol::identifier;
use protocol::issuer::IssuerRule;
use protocol::reply;
use protocol::scope_rules;

use crate::EngineError;
use crate::credential;
use crate::request::TokenRequest;
use crate::send::Sender;

/// One acquisition's talk with an authority: who asks, how it proves itself, where it asks.
pub(crate) struct Exchange<'a> {
    pub(crate) request: &'a TokenRequest,
    pub(crate) endpoints: Endpoints,
    pub(crate) correlation_id: String,
    authentication: ClientAuthentication,
}

impl<'a> Exchange<'a> {
    /// Finds out where the authority's services are.
    pub(crate) fn begin(
        request: &'a TokenRequest,
        mut authentication: ClientAuthentication,
        sender: &Sender<'_>,
    ) -> Result<Self, EngineError> {
        let correlation_id = identifier::random_guid().map_err(unbuildable)?;
        tracing::info!(
            target: "engine",
            correlation_id,
            authority = %request.authority,
            client_id = %request.client_id,
            "asking for a token"
        );
        let endpoints = endpoints_of(request, &correlation_id, sender)?;
        credential::fit_algorithm(&mut authentication, request, &endpoints);
        Ok(Self {
            request,
            endpoints,
            correlation_id,
            authentication,
        })
    }

    /// What every request to the token endpoint needs to know.
    pub(crate) fn grant(&self) -> GrantRequest<'_> {
        GrantRequest {
            endpoints: &self.endpoints,
            authority_kind: self.request.authority.kind(),
            client_id: &self.request.client_id,
            authentication: &self.authentication,
            correlation_id: &self.correlation_id,
        }
    }

    /// Sends what `build` makes, `attempts` times at most, and gives the tokens that come back.
    pub(crate) fn tokens(
        &self,
        sender: &Sender<'_>,
        attempts: u32,
        build: impl Fn(&GrantRequest<'_>, Timestamp) -> Result<HttpRequest, GrantError>,
    ) -> Result<TokenSet, EngineError> {
        sender.send(
            attempts,
            || build(&self.grant(), sender.clock.now()).map_err(unbuildable),
            |response| self.read(response, sender.clock.now()),
        )
    }

    /// What a reply of the token endpoint says.
    pub(crate) fn read(
        &self,
        response: &HttpResponse,
        received: Timestamp,
    ) -> Result<TokenSet, EngineError> {
        reply::token(response, &self.request.scopes, received).map_err(|error| self.failure(error))
    }

    /// A reply that gives nothing, as a failure of the acquisition.
    pub(crate) fn failure(&self, error: ReplyError) -> EngineError {
        match error {
            ReplyError::Refused(mut refusal) => {
                // What the provider does not say back, its logs know by what was sent.
                refusal
                    .correlation_id
                    .get_or_insert_with(|| self.correlation_id.clone());
                EngineError::Refused(refusal)
            }
            other => EngineError::Reply(other),
        }
    }

    /// What is asked for, the scopes of a sign-in included.
    pub(crate) fn scopes_of_a_person(&self) -> Scopes {
        scope_rules::with_sign_in_scopes(&self.request.scopes, self.request.authority.kind())
    }

    /// The code in the answer of the sign-in page.
    pub(crate) fn code_of(
        &self,
        response: &AuthorizationResponse,
        state: &str,
    ) -> Result<AuthorizationCode, EngineError> {
        let issuer = IssuerRule::new(&self.request.authority, &self.endpoints);
        response.code(state, &issuer).map_err(|error| match error {
            AuthorizationResponseError::Refused(refusal) => {
                self.failure(ReplyError::Refused(refusal))
            }
            other => EngineError::AuthorizationResponse(other),
        })
    }

    /// Whom an ID token names.
    pub(crate) fn account_of(
        &self,
        id_token: &IdToken,
        nonce: Option<&str>,
        now: Timestamp,
    ) -> Result<Account, EngineError> {
        let expected = ExpectedIdToken {
            client_id: &self.request.client_id,
            authority: &self.request.authority,
            endpoints: &self.endpoints,
            nonce,
            now,
        };
        let claims = id_token::read(id_token, &expected).map_err(EngineError::IdToken)?;
        Ok(id_token::account(&claims, self.request.authority.kind()))
    }
}

fn endpoints_of(
    request: &TokenRequest,
    correlation_id: &str,
    sender: &Sender<'_>,
) -> Result<Endpoints, EngineError> {
    if !request.authority.kind().needs_discovery() {
        return Endpoints::of_entra(&request.authority).map_err(unbuildable);
    }
    sender.send(
        protocol::retry::MAX_ATTEMPTS,
        || Ok(discovery::request(&request.authority, correlation_id)?),
        |response| Ok(discovery::read(&request.authority, response)?),
    )
}

/// A request that could not be made.
pub(crate) fn unbuildable(error: impl std::error::Error) -> EngineError {
    EngineError::Request(error.to_string())
}
