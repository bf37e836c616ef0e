//! Speaks with Entra: requests built, assertions signed, certificates opened, replies understood.
//!
//! Everything here is a function of its arguments. No socket, file, clock or screen is touched:
//! `engine` sends what is built here through an [`http::HttpClient`] and hands back what came.

pub mod aadsts;
pub mod admin_consent;
pub mod assertion;
pub mod authorization;
pub mod authorization_response;
pub mod certificate;
pub mod claims;
pub mod client_authentication;
mod constant_time;
pub mod device_authorization;
pub mod diagnosis;
pub mod discovery;
mod echo;
pub mod endpoints;
pub mod error_names;
#[cfg(test)]
mod fixtures;
pub mod grant;
pub mod graph;
pub mod http;
pub mod id_token;
pub mod identifier;
pub mod issuer;
pub mod jwt;
pub mod ordered_json;
pub mod pkce;
pub mod portal;
mod redaction;
pub mod refusal;
pub mod relay;
pub mod reply;
mod request_headers;
pub mod retry;
mod retry_after;
pub mod scope_rules;
pub mod text;
pub mod token_meaning;
pub mod verification;

pub use client_authentication::ClientAuthentication;
pub use endpoints::EndpointMissing;
pub use endpoints::Endpoints;
pub use http::HttpClient;
pub use http::HttpRequest;
pub use http::HttpResponse;
pub use http::TransportError;
pub use http::TransportErrorKind;
pub use refusal::Refusal;
pub use reply::ReplyError;
