//! An authority's public metadata, and the time its server says it is.

use std::time::Duration;

use model::Authority;
use model::Clock;
use protocol::Endpoints;
use protocol::HttpClient;
use protocol::TransportError;
use protocol::discovery;
use protocol::discovery::DiscoveryError;
use protocol::identifier;
use thiserror::Error;

/// What came of asking for the metadata.
#[derive(Debug)]
pub struct Metadata {
    /// The endpoints, if the document speaks for the authority.
    pub endpoints: Result<Endpoints, MetadataError>,
    /// How far this machine's clock is ahead of the server's, in seconds, negative if it is behind;
    /// `None` if no reply came or it bears no date.
    pub clock_ahead: Option<i64>,
}

/// Why there is no metadata.
#[derive(Debug, Error)]
pub enum MetadataError {
    /// No reply came.
    #[error("{}", .0.detail)]
    Transport(TransportError),
    /// What came is not this authority's metadata.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
}

/// Asks the authority for its metadata.
pub fn metadata(
    authority: &Authority,
    http: &dyn HttpClient,
    clock: &dyn Clock,
    timeout: Duration,
) -> Metadata {
    let unanswered = |error| Metadata {
        endpoints: Err(error),
        clock_ahead: None,
    };
    let correlation_id = identifier::random_guid().unwrap_or_default();
    let request = match discovery::request(authority, &correlation_id) {
        Ok(request) => request,
        Err(error) => return unanswered(error.into()),
    };
    let sent = clock.now();
    match http.send(&request, timeout) {
        Ok(response) => {
            // The server wrote the date somewhere between sending and receiving.
            let middle = sent.unix_seconds().midpoint(clock.now().unix_seconds());
            Metadata {
                clock_ahead: response
                    .date()
                    .map(|date| middle.saturating_sub(date.unix_seconds())),
                endpoints: discovery::read(authority, &response).map_err(MetadataError::from),
            }
        }
        Err(error) => unanswered(MetadataError::Transport(error)),
    }
}
