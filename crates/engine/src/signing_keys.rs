//! The keys that an authority signs tokens with, asked for at the authority and nowhere else.

use std::time::Duration;

use model::Authority;
use model::AuthorityKind;
use model::Clock;
use protocol::Endpoints;
use protocol::HttpClient;
use protocol::HttpRequest;
use protocol::TransportError;
use protocol::discovery;
use protocol::discovery::DiscoveryError;
use protocol::http::Method;
use protocol::identifier;
use protocol::verification::Keys;
use protocol::verification::KeysError;
use thiserror::Error;
use url::Url;

/// An authority's keys, and what else verifying needs to know of it.
#[derive(Debug)]
pub struct SigningKeys {
    /// Where its services are, and how it names itself.
    pub endpoints: Endpoints,
    /// Its keys.
    pub keys: Keys,
}

/// Why an authority's keys could not be had.
#[derive(Debug, Error)]
pub enum SigningKeysError {
    /// No answer came.
    #[error("{source}")]
    Transport {
        /// Who was asked.
        host: String,
        /// What went wrong.
        source: TransportError,
    },
    /// The time allowed ran out.
    #[error("the authority's keys did not come within {} seconds", .0.as_secs())]
    TimedOut(Duration),
    /// Its discovery document gives no answer.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// It says nowhere where its keys are.
    #[error("{0} does not say where its keys are")]
    Unnamed(String),
    /// Another status than 200. Redirects are never followed.
    #[error("the keys of {authority} could not be had: status {status}")]
    Status {
        /// The authority.
        authority: String,
        /// The HTTP status.
        status: u16,
    },
    /// What came is no set of keys.
    #[error("the keys of {authority} cannot be used: {source}")]
    Unusable {
        /// The authority.
        authority: String,
        /// What is wrong with them.
        source: KeysError,
    },
    /// No request could be made.
    #[error("no request could be made: {0}")]
    Request(String),
}

/// Asks an authority for its keys, within the time allowed.
pub fn signing_keys(
    http: &dyn HttpClient,
    clock: &dyn Clock,
    authority: &Authority,
    allowed: Duration,
) -> Result<SigningKeys, SigningKeysError> {
    let deadline = clock.monotonic().saturating_add(allowed);
    let send = |request: &HttpRequest| {
        let remaining = deadline.saturating_sub(clock.monotonic());
        if remaining.is_zero() {
            return Err(SigningKeysError::TimedOut(allowed));
        }
        http.send(request, remaining)
            .map_err(|source| SigningKeysError::Transport {
                host: request.url.host_str().unwrap_or_default().to_owned(),
                source,
            })
    };
    let unbuildable = |error: &dyn std::error::Error| SigningKeysError::Request(error.to_string());
    let endpoints = if authority.kind() == AuthorityKind::Entra {
        Endpoints::of_entra(authority).map_err(|error| unbuildable(&error))?
    } else {
        let correlation_id = identifier::random_guid().map_err(|error| unbuildable(&error))?;
        let request = discovery::request(authority, &correlation_id)?;
        discovery::read(authority, &send(&request)?)?
    };
    let url: Url = endpoints
        .jwks
        .clone()
        .ok_or_else(|| SigningKeysError::Unnamed(authority.to_string()))?;
    tracing::info!(target: "engine", %authority, "asking for the keys that tokens are signed with");
    let response = send(&HttpRequest {
        method: Method::Get,
        url,
        headers: vec![("accept", "application/json".to_owned())],
        body: None,
    })?;
    if response.status != 200 {
        return Err(SigningKeysError::Status {
            authority: authority.to_string(),
            status: response.status,
        });
    }
    let keys = Keys::read(&response.body).map_err(|source| SigningKeysError::Unusable {
        authority: authority.to_string(),
        source,
    })?;
    Ok(SigningKeys { endpoints, keys })
}
