//! The keys that an authority signs tokens with, asked for at the authority and nowhere else, and
//! kept for a day.

use std::path::Path;
use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Authority;
use model::AuthorityKind;
use model::Clock;
use model::Timestamp;
use protocol::Endpoints;
use protocol::HttpClient;
use protocol::HttpRequest;
use protocol::HttpResponse;
use protocol::TransportError;
use protocol::discovery;
use protocol::discovery::DiscoveryError;
use protocol::http::Method;
use protocol::identifier;
use protocol::issuer::is_named_by_domain;
use protocol::verification::Keys;
use protocol::verification::KeysError;
use thiserror::Error;
use url::Url;
use vault::KeptSigningKeys;
use vault::Vault;

use crate::reference;

/// An unknown key is no reason to ask more often.
const ASKED_AGAIN_AFTER: Duration = Duration::from_mins(5);

/// An authority's keys, and what else verifying needs to know of it.
#[derive(Debug)]
pub struct SigningKeys {
    /// Where its services are, and how it names itself.
    pub endpoints: Endpoints,
    /// The id of the directory, where the authority names it by a domain and says which it is.
    pub directory: Option<String>,
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
    #[error("the authority's keys did not come within {} s", .0.as_secs_f64())]
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

/// Whose keys are wanted, and for what.
#[derive(Debug, Clone, Copy)]
pub struct KeysWanted<'a> {
    /// Whose.
    pub authority: &'a Authority,
    /// The file of the certificate authorities that its answers are believed by, if there is one:
    /// what they brought does not count for who names no such file, or another, or this one after
    /// it was changed. What a pipe brought is not kept: it can be read only once.
    pub ca_file: Option<&'a Path>,
    /// The key that the token in question names; `None` if it names none.
    pub key_id: Option<&'a str>,
    /// Whether the authority is asked whatever is kept: a key that it withdrew counts no longer.
    pub ask_again: bool,
    /// How long asking may take.
    pub allowed: Duration,
}

impl KeysWanted<'_> {
    /// What names the kept answer; `None` where the file of certificate authorities cannot be read,
    /// or only once.
    fn record(&self) -> Option<[String; 5]> {
        let cloud = self.authority.cloud().map_or("", model::Cloud::as_str);
        let (path, content) = match self.ca_file {
            Some(path) => (path.to_string_lossy().into_owned(), self.content(path)?),
            None => (String::new(), String::new()),
        };
        Some([
            self.authority.address(),
            self.authority.kind().as_str().to_owned(),
            cloud.to_owned(),
            path,
            content,
        ])
    }

    /// The SHA-256 of the file's content, in base64url.
    fn content(&self, path: &Path) -> Option<String> {
        let is_file = std::fs::metadata(path).is_ok_and(|found| found.is_file());
        if !is_file {
            return None;
        }
        match reference::bytes_of(path, self.allowed) {
            Ok(bytes) => {
                let digest = digest::digest(&digest::SHA256, &bytes);
                Some(URL_SAFE_NO_PAD.encode(digest))
            }
            Err(error) => {
                tracing::info!(target: "engine", %error, "the file of certificate authorities cannot be read");
                None
            }
        }
    }
}

/// An authority's keys: those that it gave less than a day ago, unless the one wanted is not among
/// them, or the kept ones are not wanted. For an unknown key it is asked again at most once in five
/// minutes: anybody can write a token with one in it.
///
/// What cannot be kept or read again is asked for each time.
///
/// # Errors
/// [`SigningKeysError`] if the authority has to be asked and gives no keys.
pub fn signing_keys(
    http: &dyn HttpClient,
    clock: &dyn Clock,
    vault: &Vault,
    wanted: &KeysWanted<'_>,
) -> Result<SigningKeys, SigningKeysError> {
    let named = wanted.record();
    let record = named
        .as_ref()
        .map(|parts| parts.each_ref().map(String::as_str));
    let now = clock.now();
    if let Some(record) = &record
        && let Some(kept) = kept(vault, record, wanted, now)
        && let Ok(known) = understood(wanted.authority, &kept)
    {
        let is_known = wanted.key_id.is_none_or(|id| known.keys.has(id));
        if is_known || now < kept.had_on.plus(ASKED_AGAIN_AFTER) {
            tracing::info!(target: "engine", authority = %wanted.authority, "using its kept keys");
            return Ok(known);
        }
    }
    let fresh = ask(http, clock, wanted)?;
    let known = understood(wanted.authority, &fresh)?;
    // A file that was changed meanwhile may not be the one that vouched for them.
    if let Some(record) = record.filter(|_| wanted.record() == named)
        && let Err(error) = vault.signing_keys().put(&record, &fresh)
    {
        tracing::info!(target: "engine", %error, "the authority's keys cannot be kept");
    }
    Ok(known)
}

/// What is kept of the authority's answer, and serves.
fn kept(
    vault: &Vault,
    record: &[&str],
    wanted: &KeysWanted<'_>,
    now: Timestamp,
) -> Option<KeptSigningKeys> {
    if wanted.ask_again {
        return None;
    }
    let kept = vault.signing_keys().get(record, now).unwrap_or_else(|error| {
        tracing::info!(target: "engine", %error, "what was kept of the authority's keys cannot be read");
        None
    });
    kept.filter(|kept| kept.discovery.is_some() || !describes_itself(wanted.authority))
}

/// Asks the authority.
fn ask(
    http: &dyn HttpClient,
    clock: &dyn Clock,
    wanted: &KeysWanted<'_>,
) -> Result<KeptSigningKeys, SigningKeysError> {
    let (authority, allowed) = (wanted.authority, wanted.allowed);
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
    let discovery = if describes_itself(authority) {
        let correlation_id = identifier::random_guid().map_err(|error| unbuildable(&error))?;
        let response = send(&discovery::request(authority, &correlation_id)?)?;
        discovery::check_status(&response)?;
        Some(response)
    } else {
        None
    };
    let endpoints = endpoints(authority, discovery.as_ref())?;
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
    // Both documents are JSON, which is UTF-8 (RFC 8259 §8.1).
    let text = |response: &HttpResponse| match std::str::from_utf8(&response.body) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(unusable(authority, KeysError::Malformed)),
    };
    Ok(KeptSigningKeys {
        had_on: clock.now(),
        discovery: discovery.as_ref().map(text).transpose()?,
        keys: text(&response)?,
    })
}

/// What the authority's answer, kept or fresh, says.
fn understood(
    authority: &Authority,
    kept: &KeptSigningKeys,
) -> Result<SigningKeys, SigningKeysError> {
    let discovery = kept.discovery.as_ref().map(|document| HttpResponse {
        status: 200,
        headers: Vec::new(),
        body: document.clone().into_bytes(),
    });
    Ok(SigningKeys {
        endpoints: endpoints(authority, discovery.as_ref())?,
        directory: discovery
            .as_ref()
            .filter(|_| is_named_by_domain(authority))
            .and_then(|response| discovery::directory(authority, response)),
        keys: Keys::read(kept.keys.as_bytes()).map_err(|source| unusable(authority, source))?,
    })
}

/// Whether its discovery document is needed: for its endpoints, or for the id of its directory.
fn describes_itself(authority: &Authority) -> bool {
    authority.kind() != AuthorityKind::Entra || is_named_by_domain(authority)
}

fn endpoints(
    authority: &Authority,
    discovery: Option<&HttpResponse>,
) -> Result<Endpoints, SigningKeysError> {
    match discovery.filter(|_| authority.kind() != AuthorityKind::Entra) {
        Some(response) => Ok(discovery::read(authority, response)?),
        None => Endpoints::of_entra(authority).map_err(|error| unbuildable(&error)),
    }
}

fn unusable(authority: &Authority, source: KeysError) -> SigningKeysError {
    SigningKeysError::Unusable {
        authority: authority.to_string(),
        source,
    }
}

fn unbuildable(error: &dyn std::error::Error) -> SigningKeysError {
    SigningKeysError::Request(error.to_string())
}
